"""Which causes lie in this program, its libraries and its files?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from phonelink_tui.diagnostics.changes import LastGood
from phonelink_tui.diagnostics.facts import Facts, Source
from phonelink_tui.diagnostics.signature import Confidence, Finding, Layer, Remedy, Signature, Weight
from phonelink_tui.diagnostics.views import down_line, known, over_bluetooth
from phonelink_tui.domain.phone import DownReason, LinkPhase

NEEDED: Final[Mapping[str, tuple[int, ...]]] = {"dbus-fast": (4,), "bleak": (3, 1), "textual": (8, 2)}
"""The oldest version of a library that this program works with, as in its package's metadata."""


def _old_libraries(facts: Facts, _: LastGood | None) -> Iterator[Finding]:
    machine = known(facts.machine)
    if machine is None:
        return
    lines = []
    for name, least in NEEDED.items():
        said = machine.packages.get(name)
        numbers = tuple(int(part) for part in re.findall("[0-9]{1,6}", said or "")[: len(least)])
        if said is not None and numbers < least:
            wanted = ".".join(map(str, least))
            lines.append(f"{name}: {said or 'missing'}; {wanted} or newer is needed")
    if lines:
        yield Finding(Confidence.CERTAIN, tuple(lines))


def _broken_rules(facts: Facts, _: LastGood | None) -> Iterator[Finding]:
    sessions = known(facts.sessions)
    if sessions is None or not over_bluetooth(facts):
        return
    for state in sessions.states:
        if state.reason is DownReason.PROTOCOL and state.phase is not LinkPhase.READY:
            yield Finding(Confidence.CERTAIN, (down_line(state),))


def _open_files(facts: Facts, _: LastGood | None) -> Iterator[Finding]:
    files = known(facts.files)
    entries = files.entries if files else ()
    wrong = [e for e in entries if e.what != "settings" and (e.mode & 0o077 or not e.is_ours)]
    if wrong:
        lines = (
            f"{e.what}: mode {e.mode & 0o7777:04o}{'' if e.is_ours else ', of another user'}" for e in wrong
        )
        yield Finding(Confidence.CERTAIN, tuple(lines))


def _not_unicode(facts: Facts, _: LastGood | None) -> Iterator[Finding]:
    machine = known(facts.machine)
    if machine and machine.encoding.upper().replace("-", "") not in ("UTF8", ""):
        yield Finding(Confidence.CERTAIN, (f"this locale's encoding is {machine.encoding}",))


OURS: Final = (
    Signature(
        "PL-US-01",
        Layer.US,
        Weight.BLOCKS,
        "A library that this program needs is missing or too old.",
        Remedy(
            "Install the program anew, with its dependencies.", command="pip install --upgrade phonelink-tui"
        ),
        frozenset({Source.MACHINE}),
        _old_libraries,
    ),
    Signature(
        "PL-PROTO-01",
        Layer.US,
        Weight.HINDERS,
        "The phone sent what this program takes for a breach of the protocol.",
        Remedy("It is tried again by itself. If it stays, report it.", command="phonelink support-bundle"),
        frozenset({Source.SESSIONS}),
        _broken_rules,
    ),
    Signature(
        "PL-US-02",
        Layer.US,
        Weight.NOTE,
        "Others on this computer could read files of this program.",
        Remedy(
            "Take their rights away.",
            command='chmod -R go= "${XDG_STATE_HOME:-$HOME/.local/state}/phonelink-tui"',
        ),
        frozenset({Source.FILES}),
        _open_files,
    ),
    Signature(
        "PL-US-03",
        Layer.US,
        Weight.NOTE,
        "This terminal's locale is not UTF-8, so emoji and foreign letters are replaced.",
        Remedy("Set one that is.", command="export LC_ALL=C.UTF-8"),
        frozenset({Source.MACHINE}),
        _not_unicode,
    ),
)
