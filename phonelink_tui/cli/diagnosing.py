"""How is this machine diagnosed, and how is a report for others written? `doctor` and `support-bundle`."""

from __future__ import annotations

import asyncio
import secrets
from datetime import datetime
from pathlib import Path
from typing import Final

import typer

from phonelink_tui.cli import exit_codes
from phonelink_tui.cli.output import Output, Paragraph
from phonelink_tui.cli.reading import STATUS_S
from phonelink_tui.cli.run import carry_out, chosen_phone, surroundings_of
from phonelink_tui.cli.settled import settled
from phonelink_tui.composition.attaching import Wish
from phonelink_tui.config.clock import utc_now
from phonelink_tui.config.paths import Paths
from phonelink_tui.config.phone_spec import PhoneSpec
from phonelink_tui.config.private_files import write_private
from phonelink_tui.config.relay_choice import RelayKind, parse_relay
from phonelink_tui.diagnostics.bundle import BUNDLE_BYTES, Bundle, decode_bundle, encode_bundle
from phonelink_tui.diagnostics.changes import changes, good_facts
from phonelink_tui.diagnostics.collect import Collector, collect
from phonelink_tui.diagnostics.facts import NotKnown, Sessions, Source
from phonelink_tui.diagnostics.here import own_words
from phonelink_tui.diagnostics.judge import judge
from phonelink_tui.diagnostics.kept import keep_last_good, load_last_good
from phonelink_tui.diagnostics.report import report_lines, report_objects
from phonelink_tui.domain.phone import Capability
from phonelink_tui.errors import NotConnected, UsageError
from phonelink_tui.ipc.role import Role

SESSIONS_S: Final = STATUS_S + 2.0
"""With --phone a relay is started and asked; only then an answer takes longer than `collect.TOTAL_S`."""

NO_RELAY: Final = NotKnown("no relay was asked, for none runs; `phonelink --phone … doctor` starts one")


def open_doctor(ctx: typer.Context, file: Path | None, *, as_json: bool, unfolded: bool) -> None:
    """`phonelink doctor`: exit 0 whatever is found, 2 where the bundle cannot be read."""

    def body(out: Output, paths: Paths) -> None:
        seen = _read_bundle(file) if file is not None else _examine(ctx, paths)
        facts, before = seen.facts, seen.before
        verdicts, changed = judge(facts, before), changes(before, facts)
        if as_json:
            for value in report_objects(facts, verdicts, changed):
                out.json(value)
        else:
            lines = report_lines(facts, verdicts, changed, before, unfolded=unfolded)
            out.paragraphs(Paragraph(line.kind, line.text, line.indent, line.mark) for line in lines)

    carry_out(ctx, body)


def open_support_bundle(ctx: typer.Context, file: Path | None, *, yes: bool) -> None:
    """`phonelink support-bundle`: nothing is written that was not shown."""

    def body(out: Output, paths: Paths) -> None:
        seen = _examine(ctx, paths)
        codes = [verdict.code for verdict in judge(seen.facts, seen.before)]
        text = encode_bundle(seen, codes, own_words(), secrets.token_bytes(16))
        for line in text.splitlines():
            out.text(line)
        target = file or Path(f"phonelink-support-{datetime.now().astimezone():%Y%m%d-%H%M%S}.json")
        question = f"Write this to {target}?"
        if not yes and not (out.can_ask and out.ask(question)):
            out.error(question, "" if out.can_ask else "--yes answers what is asked.")
            raise typer.Exit(exit_codes.REFUSED_HERE)
        _write_bundle(target, text)
        out.notice(f"Written to {target}. Read it offline with: phonelink doctor --from {target}")

    carry_out(ctx, body)


def _examine(ctx: typer.Context, paths: Paths) -> Bundle:
    """The facts of this machine, and those of the last time it worked."""
    phone = chosen_phone(ctx)
    sessions = Collector(Source.SESSIONS, lambda: _sessions(ctx, paths, phone), SESSIONS_S)
    sources = (*surroundings_of(ctx).collectors(paths), sessions)
    facts = asyncio.run(collect(sources, utc_now))
    before = load_last_good(paths.state_dir)
    good = good_facts(facts)
    if good is not None:
        keep_last_good(paths.state_dir, good)
    return Bundle(facts, before)


async def _sessions(ctx: typer.Context, paths: Paths, phone: PhoneSpec | None) -> Sessions | NotKnown:
    """The sessions' last answers. Without --phone a relay that runs is asked, and none is started."""
    choice = parse_relay(ctx.find_root().params.get("relay") or "auto")
    if phone is None and choice.kind is RelayKind.PRIVATE:
        return NO_RELAY
    wish = Wish(choice, frozenset({Role.HEADERS}), attach_only=phone is None)
    try:
        async with surroundings_of(ctx).open_relay(phone, paths, wish) as api:
            snapshot = await settled(api, frozenset(Capability), STATUS_S)
    except NotConnected:
        if phone is None:
            return NO_RELAY
        raise
    way = _way(str(phone) if phone is not None else snapshot.phone.id)
    return Sessions(way, snapshot.phone.traits.kind, tuple(snapshot.phone.capabilities.values()))


def _way(named: str) -> str:
    """By what kind of backend a phone is reached, as its SPEC or its id begins."""
    word = named.partition(":")[0].partition("/")[0].partition("?")[0]
    return "bluez" if word == "bluetooth" else word


def _read_bundle(file: Path) -> Bundle:
    try:
        with file.open("rb") as opened:
            return decode_bundle(opened.read(BUNDLE_BYTES + 1))
    except OSError as error:
        raise UsageError(
            f"{file} cannot be read: {error.strerror}.", "--from takes what `phonelink support-bundle` wrote."
        ) from error


def _write_bundle(file: Path, text: str) -> None:
    try:
        write_private(file, text.encode(), replace=False)
    except FileExistsError:
        raise UsageError(f"{file} exists already.", "Name another with --out.") from None
    except OSError as error:
        raise UsageError(
            f"{file} cannot be written: {error.strerror}.", "Name another with --out."
        ) from error
