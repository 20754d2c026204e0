"""A pairing that shows what a test tells it to, and remembers what was answered."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from attrs import evolve

from phonelink_tui.domain.pairing import (
    AnswerKind,
    FoundPhone,
    PairAnswer,
    PairEnd,
    PairingView,
    PairStep,
    StepMark,
    StepView,
    SwitchView,
)
from phonelink_tui.domain.phone import Capability
from phonelink_tui.domain.text import clean_line

ROBIN = FoundPhone("/dev_1", clean_line("Robin's iPhone"), "00:AA:01:01:00:01")
STOP = (AnswerKind.CANCEL, "stop, and undo everything")


def steps(now: PairStep | None) -> tuple[StepView, ...]:
    """All before it done, all after it to do."""
    order = list(PairStep)
    at = order.index(now) if now is not None else len(order)
    marks = [StepMark.DONE] * at + [StepMark.NOW] + [StepMark.AHEAD] * len(order)
    return tuple(StepView(step, marks[i], f"Step {step}") for i, step in enumerate(order))


FINDING = PairingView(steps(PairStep.FIND), "On the phone: Settings → Bluetooth.", answers=(STOP,))
CHOOSING = evolve(FINDING, phones=(ROBIN,), answers=((AnswerKind.CHOOSE, "choose a phone"), STOP))
COMPARING = PairingView(
    steps(PairStep.COMPARE),
    "Does Robin's iPhone show the same six digits?",
    ("Then allow it on the phone too.",),
    digits="012345",
    answers=((AnswerKind.YES, "yes, the same"), (AnswerKind.NO, "no"), STOP),
    phone=ROBIN,
)
CHANGED = PairingView(
    steps(PairStep.KEEP),
    "This is not the pairing Robin's iPhone was known by. Shall it be from now on?",
    answers=((AnswerKind.YES, "yes"), (AnswerKind.NO, "no, leave it as it was (Enter)"), STOP),
    default=AnswerKind.NO,
    phone=ROBIN,
)
SWITCHES = PairingView(
    steps(PairStep.SWITCHES),
    "On the iPhone: Settings → Bluetooth → ⓘ next to “desk”: turn these on.",
    switches=(
        SwitchView(Capability.MESSAGES, True),
        SwitchView(Capability.CONTACTS, note="still off on the phone"),
        SwitchView(Capability.NOTIFICATIONS),
    ),
    answers=((AnswerKind.RETRY, "look now"), (AnswerKind.SKIP, "go on"), (AnswerKind.CANCEL, "done")),
    phone=ROBIN,
)
TESTING = PairingView(
    steps(PairStep.TEST),
    "A test message to yourself: your own number?",
    answers=((AnswerKind.TEXT, "your number"), (AnswerKind.SKIP, "no test"), (AnswerKind.CANCEL, "done")),
    phone=ROBIN,
)
PAIRED = PairingView(
    steps(None), "Robin's iPhone is paired.", end=PairEnd.PAIRED, reason="paired", phone=ROBIN
)
FAILED = PairingView(
    steps(PairStep.COMPARE),
    "The phone ended the pairing.",
    ("Try again.",),
    end=PairEnd.FAILED,
    reason="withdrawn",
)


class ScriptedPairing:
    """See `relay.api.Pairing`."""

    def __init__(self, view: PairingView = FINDING) -> None:
        self.view = view
        self.answered: list[PairAnswer] = []
        self.left = False
        self._changed = asyncio.Event()

    def say(self, view: PairingView) -> None:
        """It stands differently now."""
        self.view = view
        self._changed.set()
        self._changed = asyncio.Event()

    def answer(self, answer: PairAnswer) -> None:
        self.answered.append(answer)

    async def views(self) -> AsyncIterator[PairingView]:
        while True:
            changed, view = self._changed, self.view
            yield view
            if view.end is not None:
                return
            await changed.wait()

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[ScriptedPairing]:
        """What begins it."""
        try:
            yield self
        finally:
            self.left = True
