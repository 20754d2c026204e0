"""How are facts and verdicts told? Lines for people, objects for scripts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from typing import Any, Final

from attrs import frozen

from phonelink_tui.diagnostics.changes import Change, LastGood, hexadecimal
from phonelink_tui.diagnostics.facts import (
    Bluez,
    BluezVersion,
    Bonds,
    Configuration,
    Controllers,
    Facts,
    Files,
    Group,
    Machine,
    NotKnown,
    Obexd,
    Radio,
    Sessions,
    Source,
)
from phonelink_tui.diagnostics.signature import Verdict, Weight
from phonelink_tui.diagnostics.values import to_json
from phonelink_tui.diagnostics.views import down_line

VERSION: Final = 1


class Kind(StrEnum):
    """What a line is; decides how it looks on a terminal."""

    HEADING = "heading"
    VERDICT = "verdict"
    COMMAND = "command"
    """To be typed: never wrapped."""
    PLAIN = "plain"
    DETAIL = "detail"


@frozen
class Line:
    """One paragraph for people."""

    kind: Kind
    text: str
    indent: int = 0
    """Columns, of all its lines."""
    mark: str = ""
    """Stands in the indent of the first line."""


SOURCE_WORDS: Final[dict[Source, str]] = {
    Source.MACHINE: "this computer",
    Source.FILES: "our files",
    Source.RADIO: "radio",
    Source.CONTROLLERS: "kernel's view of the adapter",
    Source.BLUEZ: "Bluetooth service",
    Source.BLUEZ_VERSION: "BlueZ version",
    Source.CONFIGURATION: "main.conf",
    Source.BONDS: "stored keys",
    Source.OBEXD: "obexd",
    Source.SESSIONS: "sessions",
}
"""What people call each source, in the order they are told."""

_HEADINGS: Final = {
    Weight.BLOCKS: "What to do first",
    Weight.HINDERS: "What does not work",
    Weight.NOTE: "Good to know",
}


def report_lines(
    facts: Facts,
    verdicts: Sequence[Verdict],
    changed: Sequence[Change],
    before: LastGood | None,
    *,
    unfolded: bool = False,
) -> Iterator[Line]:
    """Everything for people: verdicts, what changed, facts (all of them, `unfolded`), what could not be seen."""
    yield from _verdict_lines(verdicts)
    if changed and before is not None:
        yield Line(Kind.HEADING, f"Changed since it last worked, {before.at.astimezone():%Y-%m-%d %H:%M}")
        for change in changed:
            yield Line(Kind.PLAIN, f"{change.what}: {change.before}, now {change.now}", 2)
    seen = [
        (words, _group(facts, source))
        for source, words in SOURCE_WORDS.items()
        if not isinstance(_group(facts, source), NotKnown)
    ]
    yield Line(Kind.HEADING, "What I saw")
    if unfolded:
        for words, group in seen:
            yield Line(Kind.DETAIL, f"{words}: " + "; ".join(fact_words(group)), 2)
    else:
        yield Line(Kind.DETAIL, ", ".join(words for words, _ in seen) + ". (--facts tells it all)", 2)
    unseen = [Line(Kind.DETAIL, words, 2) for words in unseen_words(facts)]
    if unseen:
        yield Line(Kind.HEADING, "What I could not see")
        yield from unseen


def _verdict_lines(verdicts: Sequence[Verdict]) -> Iterator[Line]:
    if not verdicts:
        yield Line(Kind.HEADING, "Nothing found wrong")
    told: Weight | None = None
    for number, verdict in enumerate(verdicts, 1):
        if verdict.weight is not told:
            told = verdict.weight
            yield Line(Kind.HEADING, _HEADINGS[told])
        yield Line(Kind.VERDICT, verdict.sentence, 3, f"{number}.")
        if verdict.remedy.switch:
            yield Line(Kind.PLAIN, verdict.remedy.switch, 3)
        yield Line(Kind.PLAIN, verdict.remedy.sentence, 3)
        if verdict.remedy.command:
            yield Line(Kind.COMMAND, verdict.remedy.command, 5)
        confidence = verdict.confidence.name.lower()
        yield Line(
            Kind.DETAIL,
            f"{verdict.code}, {verdict.layer.value}, {confidence}: {'; '.join(verdict.evidence)}",
            3,
        )


def report_objects(
    facts: Facts, verdicts: Sequence[Verdict], changed: Sequence[Change]
) -> Iterator[dict[str, Any]]:
    """Everything for scripts: a `fact` for each source, then `verdict`, `change` and one closing `doctor`."""
    for source in SOURCE_WORDS:
        group = _group(facts, source)
        known = not isinstance(group, NotKnown)
        yield {"v": VERSION, "type": "fact", "source": source.value, "known": known, **to_json(group)}
    for verdict in verdicts:
        words = {"weight": verdict.weight.name.lower(), "confidence": verdict.confidence.name.lower()}
        retest = sorted(source.value for source in verdict.retest)
        yield {"v": VERSION, "type": "verdict", **to_json(verdict), **words, "retest": retest}
    for change in changed:
        yield {"v": VERSION, "type": "change", **to_json(change)}
    unseen = [source.value for source in SOURCE_WORDS if isinstance(_group(facts, source), NotKnown)]
    yield {
        "v": VERSION,
        "type": "doctor",
        "at": to_json(facts.at),
        "verdicts": len(verdicts),
        "not_known": unseen,
    }


def unseen_words(facts: Facts) -> Iterator[str]:
    """What is not known, and why."""
    for source, words in SOURCE_WORDS.items():
        group = _group(facts, source)
        if isinstance(group, NotKnown):
            yield f"{words}: not known, because {group.because}"
    if isinstance(facts.files, Files) and isinstance(facts.files.disk, NotKnown):
        yield f"disk encryption: not known, because {facts.files.disk.because}"


def fact_words(group: Group) -> tuple[str, ...]:
    """One group of facts in words."""
    return _TELLERS[type(group)](group) or ("nothing",)


def _group(facts: Facts, source: Source) -> Group:
    group: Group = getattr(facts, source.value)
    return group


def _machine(m: Machine) -> tuple[str, ...]:
    sockets = m.bluetooth_sockets.value.replace("_", " ")
    without = "" if m.python_has_af_bluetooth else " (without AF_BLUETOOTH of its own, which is fine)"
    libraries = ", ".join(f"{name} {version or 'missing'}" for name, version in m.packages.items())
    return (
        *(m.os, f"kernel {m.kernel}", f"Python {m.python}{without}", f"Bluetooth sockets: {sockets}"),
        *(libraries, f"terminal {m.terminal or 'unnamed'}, {m.encoding}"),
    )


def _files(f: Files) -> tuple[str, ...]:
    disks = {"encrypted": "on an encrypted disk", "not_seen": "no disk encryption seen below"}
    disk = () if isinstance(f.disk, NotKnown) else (disks[f.disk.value],)
    wrong = sum(1 for e in f.entries if e.mode & 0o077 and e.what != "settings")
    return (*disk, f"{len(f.entries)} looked at, {wrong or 'none'} open to others")


def _radio(r: Radio) -> tuple[str, ...]:
    controllers = (f"{c.name}{f' on USB {c.usb_id}' if c.usb_id else ''}" for c in r.controllers)
    switches = (f"rfkill {s.name}: {'blocked' if s.soft or s.hard else 'open'}" for s in r.rfkill)
    return (*controllers, *switches) or ("no controller",)


def _controllers(c: Controllers) -> tuple[str, ...]:
    return tuple(f"{one.name}: {', '.join(sorted(one.current)) or 'all off'}" for one in c.controllers)


def _bluez(b: Bluez) -> tuple[str, ...]:
    lines = [b.state.value.replace("_", " ")]
    if b.adapters:
        lines.append("experimental" if b.experimental else "not experimental")
    for adapter in b.adapters:
        cod = hexadecimal(adapter.class_of_device) if adapter.class_of_device is not None else "not told"
        air = f"{adapter.advertisements or 0} advertisements" if adapter.can_advertise else "cannot advertise"
        lines.append(f"{adapter.name} {'on' if adapter.powered else 'off'}, class {cod}, {air}")
    for device in b.devices:
        marks = {
            "paired": device.paired,
            "bonded": device.bonded,
            "trusted": device.trusted,
            "blocked": device.blocked,
            "connected": device.connected,
            "LE bonded": device.le_bonded,
            "LE connected": device.le_connected,
        }
        said = ", ".join(word for word, holds in marks.items() if holds) or "not paired"
        services = f", services: {', '.join(sorted(device.services))}" if device.services else ""
        lines.append(
            f"{'phone' if device.is_phone else 'device'} {device.name or device.address}: {said}{services}"
        )
    return tuple(lines)


def _version(v: BluezVersion) -> tuple[str, ...]:
    return (v.version,)


def _configuration(c: Configuration) -> tuple[str, ...]:
    return tuple(f"{key} = {value}" for key, value in c.values.items()) or ("nothing set that matters here",)


def _bonds(b: Bonds) -> tuple[str, ...]:
    return tuple(
        f"link key type {bond.link_key_type}, {'an' if bond.has_le_key else 'no'} LE key" for bond in b.bonds
    )


def _obexd(o: Obexd) -> tuple[str, ...]:
    running = "running" if o.is_running else "not running"
    startable = "" if o.is_running or not o.can_be_started else ", starts when called"
    return (running + startable + (f", unit {o.unit}" if o.unit else ""),)


def _sessions(s: Sessions) -> tuple[str, ...]:
    return (f"over {s.way}", *(down_line(state) for state in s.states))


_TELLERS: Final[dict[type[Group], Callable[[Any], tuple[str, ...]]]] = {
    Machine: _machine,
    Files: _files,
    Radio: _radio,
    Controllers: _controllers,
    Bluez: _bluez,
    BluezVersion: _version,
    Configuration: _configuration,
    Bonds: _bonds,
    Obexd: _obexd,
    Sessions: _sessions,
}
