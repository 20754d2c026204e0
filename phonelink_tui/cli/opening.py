"""How do the commands begin that are more than one question to a relay? The app, the demo, `send`, `simulate`."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable
from datetime import datetime
from functools import partial
from typing import Final

import typer

from phonelink_tui.cli import exit_codes
from phonelink_tui.cli.codes import check_copy, copied, newest_code, next_code, print_code
from phonelink_tui.cli.expiry import parse_expiry
from phonelink_tui.cli.output import Output
from phonelink_tui.cli.plain import plain as plain_mode
from phonelink_tui.cli.reading import status
from phonelink_tui.cli.replying import reply_last
from phonelink_tui.cli.run import carry_out, chosen_phone, surroundings_of, use_relay
from phonelink_tui.cli.sending import SendOptions, send
from phonelink_tui.cli.simulating import SimulateOptions, simulate
from phonelink_tui.cli.streaming import headless as headless_mode
from phonelink_tui.cli.streaming import parse_place, tail
from phonelink_tui.config.paths import Paths
from phonelink_tui.config.phone_spec import (
    BluetoothSpec,
    PhoneSpec,
    VirtualSpec,
    parse_persona,
    parse_speed,
)
from phonelink_tui.config.settings import Settings, load_settings
from phonelink_tui.errors import NoPhoneKnown, UsageError
from phonelink_tui.ipc.role import Role
from phonelink_tui.relay.api import RelayApi, StartChoice

SENDER: Final = frozenset({Role.HEADERS, Role.SEND})
"""Names and numbers, and leave to send; what others wrote is none of its business."""

_READER: Final = frozenset({Role.READ})

_CONVERT: Final = "`iconv -t UTF-8` converts it."

TEXT_CHARS: Final = 20_000
"""Read from stdin; the guard refuses far shorter ones with its own words."""


def open_app(ctx: typer.Context, *, plain: bool) -> None:
    """`phonelink`."""

    def body(out: Output, paths: Paths) -> None:
        spec = chosen_phone(ctx)
        try:
            _open(ctx, out, paths, spec, plain=plain)
        except NoPhoneKnown as none:
            if plain:
                raise
            _open_start(ctx, out, paths, none)

    carry_out(ctx, body)


def _open_start(ctx: typer.Context, out: Output, paths: Paths, none: NoPhoneKnown) -> None:
    """Without a phone: a person chooses what to do, and it is done."""
    settings = load_settings(paths.config_file)
    choice = asyncio.run(_choice(ctx, none.message, paths, settings))
    if choice.demo:
        _open(ctx, out, paths, VirtualSpec(), plain=False)
    elif choice.address is not None:
        _open(ctx, out, paths, BluetoothSpec(address=choice.address), plain=False)
    elif choice.return_code:
        raise typer.Exit(choice.return_code)


async def _choice(ctx: typer.Context, message: str, paths: Paths, settings: Settings) -> StartChoice:
    return await surroundings_of(ctx).run_start(message, paths, settings)


def open_demo(
    ctx: typer.Context, phone: tuple[str | None, str | None, str], *, headless: bool, seconds: float
) -> None:
    """`phonelink demo`."""

    def body(out: Output, paths: Paths) -> None:
        scenario, persona, speed = phone
        spec = _virtual(scenario, persona, speed=speed)
        if headless:
            use_relay(ctx, out, paths, spec, lambda api, out: headless_mode(api, out, seconds), _READER)
        else:
            _open(
                ctx, out, paths, spec, plain=bool(ctx.find_root().params.get("plain")) or not out.is_terminal
            )

    carry_out(ctx, body)


def open_status(ctx: typer.Context, *, as_json: bool) -> None:
    """`phonelink status`."""

    def body(out: Output, paths: Paths) -> None:
        def work(api: RelayApi, out: Output) -> Awaitable[None]:
            return status(api, out, paths.state_dir, as_json=as_json)

        use_relay(ctx, out, paths, chosen_phone(ctx), work, frozenset({Role.HEADERS}))

    carry_out(ctx, body)


def open_send(
    ctx: typer.Context,
    to: str,
    text: str | None,
    expires: str | None,
    *,
    explain: bool,
    yes: bool,
    timeout_s: float,
    as_json: bool,
) -> None:
    """`phonelink send`."""

    def body(out: Output, paths: Paths) -> None:
        until = parse_expiry(expires, datetime.now().astimezone()) if expires is not None else None
        if "\ufffd" in to:  # what a terminal makes of bytes that are no UTF-8
            raise UsageError("The recipient is not UTF-8; nothing was sent.", _CONVERT)
        recipient = _as_written(to, "recipient")
        words = _as_written(text, "text") if text is not None else _text_of_stdin(out)
        options = SendOptions(recipient, words, explain, yes, timeout_s, until, as_json)
        use_relay(ctx, out, paths, chosen_phone(ctx), lambda api, out: send(api, out, options), SENDER)

    carry_out(ctx, body)


def open_reply(ctx: typer.Context, text: str | None, *, yes: bool, timeout_s: float, as_json: bool) -> None:
    """`phonelink reply --last`."""

    def body(out: Output, paths: Paths) -> None:
        options = SendOptions(
            "", _as_written(text or "", "text"), explain=False, yes=yes, timeout_s=timeout_s, as_json=as_json
        )
        read_text = (lambda: _text_of_stdin(out)) if text is None else None

        async def work(api: RelayApi, out: Output) -> None:
            await reply_last(api, out, options, read_text)

        use_relay(ctx, out, paths, chosen_phone(ctx), work, SENDER)

    carry_out(ctx, body)


def open_tail(ctx: typer.Context, since: str | None, *, as_json: bool) -> None:
    """`phonelink tail`."""

    def body(out: Output, paths: Paths) -> None:
        place = parse_place(since) if since is not None else None
        work = partial(tail, as_json=as_json, since=place)
        use_relay(ctx, out, paths, chosen_phone(ctx), work, _READER)

    carry_out(ctx, body)


def open_code(ctx: typer.Context, wait_s: float | None, *, copy: bool, as_json: bool) -> None:
    """`phonelink code`."""

    def body(out: Output, paths: Paths) -> None:
        if copy:
            check_copy(out, as_json=as_json)

        async def work(api: RelayApi, out: Output) -> None:
            if wait_s is not None and out.can_ask:
                out.notice("Waiting for a code; Ctrl+C ends.")
            code = await (newest_code(api) if wait_s is None else next_code(api, wait_s))
            if copy:
                copied(out, code)
            else:
                print_code(out, code, as_json=as_json)

        use_relay(ctx, out, paths, chosen_phone(ctx), work, _READER)

    carry_out(ctx, body)


def open_simulation(
    ctx: typer.Context,
    phone: tuple[str | None, str | None, list[str]],
    listen: tuple[str, str | None, str | None],
    *,
    anywhere: bool,
) -> None:
    """`phonelink simulate`."""

    def body(out: Output, paths: Paths) -> None:
        scenario, persona, faults = phone
        spec = _virtual(scenario, persona, faults=tuple(faults))
        options = SimulateOptions(spec, *listen, anywhere=anywhere)
        asyncio.run(simulate(surroundings_of(ctx), out, options))

    carry_out(ctx, body)


def _open(ctx: typer.Context, out: Output, paths: Paths, spec: PhoneSpec | None, *, plain: bool) -> None:
    settings = load_settings(paths.config_file)
    if not plain and not (sys.stdin.isatty() and out.is_terminal):
        out.error(
            "The app needs a terminal, and this is none.",
            "`phonelink --help` lists the commands; --plain works with lines; `phonelink demo` needs no phone.",
        )
        raise typer.Exit(exit_codes.NOT_CONNECTED)

    code = 0

    async def app(api: RelayApi, out: Output) -> None:
        nonlocal code
        if plain:
            await plain_mode(api, out)
        else:
            code = await surroundings_of(ctx).run_app(api, settings)

    use_relay(ctx, out, paths, spec, app)
    if code:
        raise typer.Exit(code)


def _virtual(
    scenario: str | None, persona: str | None, *, speed: str = "1", faults: tuple[str, ...] = ()
) -> VirtualSpec:
    kind = parse_persona(persona) if persona is not None else None
    return VirtualSpec(scenario, kind, speed=parse_speed(speed), faults=faults)


def _as_written(words: str, what: str) -> str:
    """An argument, if its bytes were UTF-8: Python makes lone surrogates of others. Raises UsageError."""
    try:
        words.encode("utf-8")
    except UnicodeEncodeError:
        raise UsageError(f"The {what} is not UTF-8; nothing was sent.", _CONVERT) from None
    return words


def _text_of_stdin(out: Output) -> str:
    raw = out.read_all("The text, then Ctrl+D on a line of its own:", 4 * TEXT_CHARS + 1)
    try:
        text = raw.decode("utf-8").rstrip("\n")
    except UnicodeDecodeError:
        # What is sent is what was written, or nothing.
        raise UsageError("The text on stdin is not UTF-8, or too long; nothing was sent.", _CONVERT) from None
    if len(text) > TEXT_CHARS:
        raise UsageError(
            f"The text on stdin is longer than {TEXT_CHARS} characters; nothing was sent.",
            "Send it in parts.",
        )
    return text
