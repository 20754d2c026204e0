"""How is a phone paired in plain lines? What changed is printed, what is typed is an answer."""

from __future__ import annotations

import asyncio
import re
import shutil
import signal
import textwrap
from collections.abc import AsyncIterator
from typing import Final

import typer

from phonelink_tui.cli import exit_codes
from phonelink_tui.cli.output import Output
from phonelink_tui.cli.run import carry_out, chosen_phone, surroundings_of
from phonelink_tui.cli.stdin_lines import stdin_lines
from phonelink_tui.composition import policing
from phonelink_tui.config.paths import Paths
from phonelink_tui.config.phone_spec import BluetoothSpec
from phonelink_tui.config.policy import PolicyAction
from phonelink_tui.domain.pairing import (
    AnswerKind,
    FindingKind,
    FoundPhone,
    PairAnswer,
    PairEnd,
    PairingView,
    PairStep,
    StepMark,
    SwitchView,
    switch_words,
)
from phonelink_tui.domain.phone import Capability, PhoneKind
from phonelink_tui.errors import UsageError
from phonelink_tui.ipc.background import background
from phonelink_tui.relay.api import Pairing
from phonelink_tui.relay.pairing.bonding import BOND_CHANGED
from phonelink_tui.relay.pairing.checks import class_unit

NARROW: Final = 60
WIDE: Final = 100

LETTERS: Final = {
    AnswerKind.YES: "y",
    AnswerKind.NO: "n",
    AnswerKind.RETRY: "r",
    AnswerKind.SKIP: "s",
    AnswerKind.CANCEL: "q",
}
_MARKS: Final = {StepMark.DONE: "[x]", StepMark.SKIPPED: "[-]", StepMark.FAILED: "[!]"}

_HOPELESS: Final = frozenset({FindingKind.NO_BLUETOOTH.value, FindingKind.NO_ADAPTER.value})
"""What nobody mends while the command waits."""

_CODES: Final = {
    "numbers-differ": exit_codes.REFUSED_HERE,
    BOND_CHANGED: exit_codes.REFUSED_HERE,
    "timeout": exit_codes.TIMED_OUT,
    **dict.fromkeys(
        ("rejected", "cancelled", "withdrawn", "failed", "stale-bond"), exit_codes.REFUSED_BY_PHONE
    ),
}
"""By the reason of a pairing that failed; any other: not connected."""


def open_pair(ctx: typer.Context, adapter: str | None, *, print_class_unit: bool) -> None:
    """`phonelink pair`."""

    def body(out: Output, paths: Paths) -> None:
        spec = chosen_phone(ctx)
        name = adapter or (spec.adapter if isinstance(spec, BluetoothSpec) else None)
        if print_class_unit:
            out.text(class_unit(_adapter(name or "hci0")).rstrip())
            return
        policing.require(PolicyAction.PAIR)
        if not out.can_ask:
            out.error(
                "Pairing asks questions, and there is no terminal to answer on.", "Run phonelink pair in one."
            )
            raise typer.Exit(exit_codes.REFUSED_HERE)
        code = asyncio.run(_pair(ctx, out, paths, name))
        if code:
            raise typer.Exit(code)

    carry_out(ctx, body)


def _adapter(name: str) -> str:
    """The name of an adapter, fit for a command that root runs. Raises UsageError."""
    if not re.fullmatch(r"hci[0-9]{1,5}", name):
        raise UsageError(f"`{name[:20]}` is no adapter.", "For example hci0; bluetoothctl list shows them.")
    return name


async def _pair(ctx: typer.Context, out: Output, paths: Paths, adapter: str | None) -> int:
    stopped: list[signal.Signals] = []
    with_signals = asyncio.current_task()
    assert with_signals is not None, "inside a loop"

    def stop(number: signal.Signals) -> None:
        stopped.append(number)
        with_signals.cancel()

    for number in (signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop, number)
    pairing: Pairing | None = None
    try:
        async with surroundings_of(ctx).open_pairing(adapter, paths) as pairing:
            try:
                return await converse(pairing, out)
            except asyncio.CancelledError:
                out.notice("Stopping…")
                raise
    except asyncio.CancelledError:
        if pairing is not None and pairing.view.end is not None:  # what was undone, or is kept
            out.notice(" ".join((pairing.view.headline, *pairing.view.details)))
        if stopped:
            return 128 + stopped[0]
        raise


async def converse(pairing: Pairing, out: Output) -> int:
    """Print what changes and take answers, until the end; the exit code."""
    show = _Printer(out)
    async with stdin_lines() as lines, background(_obey(pairing, lines, show)):
        async for view in pairing.views():
            if view.reason in _HOPELESS and view.end is None:
                out.error(view.details[0], view.details[1].strip())
                pairing.answer(PairAnswer(AnswerKind.CANCEL))
                return exit_codes.NOT_CONNECTED
            show.view(view)
    return exit_code(pairing.view)


def exit_code(view: PairingView) -> int:
    """Which number the command ends with."""
    if view.end is PairEnd.PAIRED:
        return exit_codes.DONE
    if view.end is PairEnd.CANCELLED:
        return exit_codes.INTERRUPTED
    return _CODES.get(view.reason, exit_codes.NOT_CONNECTED)


def answer_of(line: str, view: PairingView) -> PairAnswer | None:
    """What a line means just now; None: nothing."""
    word = line.strip()
    if not word and view.default is not None:
        return PairAnswer(view.default)
    offered = {kind for kind, _ in view.answers}
    for kind, letter in LETTERS.items():
        if kind in offered and word.casefold() in (letter, _WORDS.get(kind, letter)):
            return PairAnswer(kind)
    if AnswerKind.CHOOSE in offered and word.isdecimal() and 1 <= int(word) <= len(view.phones):
        return PairAnswer(AnswerKind.CHOOSE, view.phones[int(word) - 1].id)
    if AnswerKind.TEXT in offered and word:
        return PairAnswer(AnswerKind.TEXT, word)
    return None


_WORDS: Final = {AnswerKind.YES: "yes", AnswerKind.NO: "no", AnswerKind.CANCEL: "quit"}


async def _obey(pairing: Pairing, lines: AsyncIterator[str], show: _Printer) -> None:
    async for line in lines:
        answer = answer_of(line, pairing.view)
        if answer is None:
            show.answers(pairing.view)
        else:
            pairing.answer(answer)
    pairing.answer(PairAnswer(AnswerKind.CANCEL))


class _Printer:
    """Prints of each view what the last one did not say."""

    def __init__(self, out: Output) -> None:
        self._out = out
        self._said: set[str] = set()
        self._said_ways_out: set[str] = set()
        self._headline = ""
        self._phones: tuple[FoundPhone, ...] = ()
        self._switches: dict[Capability, SwitchView] = {}
        self._marks: dict[PairStep, StepMark] = {}
        self._answers: tuple[tuple[AnswerKind, str], ...] = ()

    def view(self, view: PairingView) -> None:
        """Everything new."""
        self._steps(view)
        asks = view.answers != self._answers
        if view.headline != self._headline:
            self._headline, self._said, asks = view.headline, set(), True
            self._out.line("")
            self._wrapped(view.headline)
        for line in view.details:
            if line not in self._said:
                self._said.add(line)
                self._wrapped(line, indent=4 if line.startswith(" ") else 2)
        if view.digits and view.digits not in self._said:
            self._said.add(view.digits)
            self._out.text(f"\n        {view.digits[:3]} {view.digits[3:]}\n")
        asks = self._switched(view) or asks
        if view.phones != self._phones and view.phones:
            self._phones, asks = view.phones, True
            for number, phone in enumerate(view.phones, 1):
                paired = ", paired already" if phone.paired else ""
                self._wrapped(
                    f"{number}  {phone.name or 'without a name'} ({phone.address}{paired})", indent=2
                )
        only = view.answers if len(view.answers) == 1 else ()
        if asks and (not only or only[0][1] not in self._said_ways_out):
            self.answers(view)

    def answers(self, view: PairingView) -> None:
        """What can be typed now."""
        self._answers = view.answers
        self._said_ways_out |= {what for kind, what in view.answers if kind is AnswerKind.CANCEL}
        words = []
        for kind, what in view.answers:
            if kind is AnswerKind.CHOOSE and view.phones:
                words.append(f"1-{len(view.phones)} {what}" if len(view.phones) > 1 else f"1 {what}")
            elif kind is AnswerKind.TEXT:
                words.append(f"type {what}")
            elif kind in LETTERS:
                words.append(f"{LETTERS[kind]} {what}")
        if words:
            self._wrapped("> " + " · ".join(words))

    def _steps(self, view: PairingView) -> None:
        for step in view.steps:
            if step.mark in _MARKS and self._marks.get(step.step) is not step.mark:
                self._marks[step.step] = step.mark
                if step.mark is not StepMark.SKIPPED or (view.end is PairEnd.PAIRED):
                    self._out.line(f"{_MARKS[step.mark]} {step.words}")

    def _switched(self, view: PairingView) -> bool:
        changed = False
        kind = view.phone.kind if view.phone is not None else PhoneKind.IPHONE
        for switch in view.switches:
            if self._switches.get(switch.capability) == switch or not (switch.on or switch.note):
                continue
            changed = changed or switch.on
            self._switches[switch.capability] = switch
            mark = "[x]" if switch.on else "[ ]"
            note = f": {switch.note}" if switch.note and not switch.on else ""
            self._wrapped(f"{mark} {switch_words(kind, switch.capability)}{note}", indent=2)
        return changed

    def _wrapped(self, text: str, *, indent: int = 0) -> None:
        columns = shutil.get_terminal_size((80, 24)).columns
        width = max(NARROW - 1, min(columns - 1, WIDE))
        lines = textwrap.wrap(text.strip(), width - indent, break_on_hyphens=False) or [""]
        self._out.text("\n".join(" " * indent + line for line in lines))
