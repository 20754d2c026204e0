"""How is the background relay run, asked, stopped and installed? `phonelink relay …`."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final

import typer

from phonelink_tui.archive.key_sources import KEY_FILE_VARIABLE
from phonelink_tui.cli.clock import when
from phonelink_tui.cli.output import Output
from phonelink_tui.cli.run import carry_out, chosen_phone, surroundings_of
from phonelink_tui.config.log import log_to_stderr
from phonelink_tui.config.paths import Paths
from phonelink_tui.config.phone_spec import BluetoothSpec, PhoneSpec, parse_spec
from phonelink_tui.config.settings import load_settings
from phonelink_tui.errors import DeadlineExceeded, IpcError, UsageError
from phonelink_tui.ipc.client import RelayClient
from phonelink_tui.ipc.events import VERSION
from phonelink_tui.ipc.role import Role
from phonelink_tui.ipc.service import SOCKET
from phonelink_tui.ipc.shared import shared_relay
from phonelink_tui.ipc.unit import STOP_S, UNIT, carried, unit_text
from phonelink_tui.ipc.values import to_json

_HEADERS: Final = frozenset({Role.HEADERS})
_KEY_STAYS: Final = (
    f"{KEY_FILE_VARIABLE} is not taken along: the line LoadCredential= of the unit names a key file.",
)
_ELSEWHERE: Final = (
    "systemctl goes by its own XDG_CONFIG_HOME. Should it not find the unit: `systemctl --user link` with its path.",
)
_STOPPER: Final = frozenset({Role.HEADERS, Role.SEND})


def run(ctx: typer.Context, phone: str | None, socket: Path | None, fd: int | None) -> None:
    """`phonelink relay run`; with `fd` the private relay of another program of ours."""

    def body(_out: Output, paths: Paths) -> None:
        spec = _phone(ctx, phone)
        if fd is not None:
            surroundings_of(ctx).run_relay(spec, fd)
            return
        log_to_stderr(os.environ)
        surroundings_of(ctx).run_shared_relay(
            spec, socket_of(paths, socket), load_settings(paths.config_file)
        )

    carry_out(ctx, body, log="relay")


def status(ctx: typer.Context, socket: Path | None, *, as_json: bool) -> None:
    """`phonelink relay status`."""

    async def ask(client: RelayClient, out: Output) -> None:
        told = await client.status()
        if as_json:
            out.json({"v": VERSION, "type": "relay_status", **to_json(told)})
            return
        seen = told.overview
        out.line(
            f"Relay {told.pid} ({told.program}), since {when(told.since)}, {told.clients - 1} other clients"
        )
        out.line(f"  phone: {told.phone.name} ({told.phone.spec})")
        for name in ("messages", "notifications", "contacts"):
            out.line(f"  {name}: {getattr(seen, name)}")
        out.line(
            f"  {seen.unread} unread, {seen.outbox} in the outbox, {seen.limits} limits, revision {told.rev}"
        )
        if any(to_json(told.hooks).values()):
            out.line("  hooks: " + ", ".join(f"{n} {what}" for what, n in to_json(told.hooks).items()))

    _with_shared(ctx, socket, _HEADERS, ask)


def stop(ctx: typer.Context, socket: Path | None) -> None:
    """`phonelink relay stop`: returns when its process is gone."""

    async def end(client: RelayClient, out: Output) -> None:
        told = await client.status()
        async with _gone(told.pid) as gone:
            await client.stop()
            try:
                async with asyncio.timeout(STOP_S):
                    await gone()
            except TimeoutError:
                raise DeadlineExceeded(f"The relay {told.pid} still runs after {STOP_S} s.") from None
        out.line(f"The relay {told.pid} has ended.")

    _with_shared(ctx, socket, _STOPPER, end)


def install(ctx: typer.Context, phone: str | None, *, only_print: bool) -> None:
    """`phonelink relay install`."""

    def body(out: Output, paths: Paths) -> None:
        along = carried(os.environ)
        text = unit_text(_phone(ctx, phone), [path for path in (paths.state_dir,) if path], environ=along)
        out.text(text.rstrip("\n"))
        if only_print:
            return
        target = _unit_file()
        if not out.ask_on_terminal(f"Write this to {target}?"):
            return
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
        except OSError as error:
            raise UsageError(
                f"{target} cannot be written: {error.strerror}.", "--print shows the unit."
            ) from None
        for line in (
            f"Written to {target}. Start it, now and at every login:",
            f"  systemctl --user daemon-reload && systemctl --user enable --now {UNIT}",
            *(f"It takes {name}={value} along, as it is set here." for name, value in along.items()),
            *(_ELSEWHERE if "XDG_CONFIG_HOME" in along else ()),
            *(_KEY_STAYS if os.environ.get(KEY_FILE_VARIABLE) else ()),
            "It ends when you log out. To keep it from boot on, while nobody is logged in:",
            "  loginctl enable-linger",
        ):
            out.notice(line)

    carry_out(ctx, body)


def _with_shared(
    ctx: typer.Context,
    socket: Path | None,
    roles: frozenset[Role],
    work: Callable[[RelayClient, Output], Awaitable[None]],
) -> None:
    def body(out: Output, paths: Paths) -> None:
        path = socket_of(paths, socket)

        async def main() -> None:
            async with shared_relay(path, roles=roles) as client:
                await work(client, out)

        asyncio.run(main())

    carry_out(ctx, body)


def socket_of(paths: Paths, given: Path | None) -> Path:
    """Where the shared relay's socket is. Raises IpcError where there is no private place for it."""
    if given is not None:
        return given.absolute()
    if paths.runtime_dir is None:
        raise IpcError(
            "There is no private place for the relay's socket: XDG_RUNTIME_DIR is not set, or not yours.",
            "A login through systemd sets it; or give a path in a 0700 directory: --socket PATH.",
        )
    return paths.runtime_dir / SOCKET


def _phone(ctx: typer.Context, given: str | None) -> PhoneSpec:
    """The phone that is named; else the only paired one."""
    return (parse_spec(given) if given else chosen_phone(ctx)) or BluetoothSpec()


def _unit_file() -> Path:
    config = os.environ.get("XDG_CONFIG_HOME", "")
    home = Path(config) if config.startswith("/") else Path.home() / ".config"
    return home / "systemd" / "user" / UNIT


@asynccontextmanager
async def _gone(pid: int) -> AsyncIterator[Callable[[], Awaitable[object]]]:
    """Holds on to a process, so that its end can be waited for whatever becomes of its number."""
    ended = asyncio.Event()
    fd = -1
    with suppress(ProcessLookupError):
        fd = os.pidfd_open(pid)
    loop = asyncio.get_running_loop()
    if fd < 0:
        ended.set()
    else:
        loop.add_reader(fd, ended.set)
    try:
        yield ended.wait
    finally:
        if fd >= 0:
            loop.remove_reader(fd)
            os.close(fd)
