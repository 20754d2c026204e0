"""May the app be left now? Not without a word while texts of ours are on their way."""

from __future__ import annotations

from collections.abc import Callable

from attrs import define, field

from phonelink_tui.domain.message import DeliveryState
from phonelink_tui.relay.api import CancelText
from phonelink_tui.ui.layout import Pane
from phonelink_tui.ui.screens.conversing import Conversing
from phonelink_tui.ui.screens.desk import Desk, new_id
from phonelink_tui.ui.screens.returning import Returning
from phonelink_tui.ui.screens.triage import Triage
from phonelink_tui.ui.screens.writing import CANCELLABLE, Writing
from phonelink_tui.ui.widgets.question_bar import Answer


@define(eq=False)
class Quitting:
    """The hand on the door."""

    desk: Desk
    conversing: Conversing
    writing: Writing
    triage: Triage
    returning: Returning
    leave: Callable[[], None]
    """Ends the app."""
    _waits: bool = field(default=False, init=False)

    def quit(self) -> None:
        """Leave, or ask first where something would be lost."""
        self.conversing.drafting.keep()
        unsettled = self._unsettled()
        drafts = 0 if self.conversing.drafting.are_kept else len(self.desk.view.drafts)
        if unsettled and not self.desk.settings.relay_outlives:
            waiting = sum(s is not DeliveryState.UNKNOWN for s in unsettled)
            unknown = len(unsettled) - waiting
            self._ask(_sentence(waiting, unknown), self._answers(waiting))
        elif drafts:
            what = "1 draft is" if drafts == 1 else f"{drafts} drafts are"
            self._ask(f"{what} not sent and will be lost.", self._answers(0))
        else:
            self._leave_now()

    def settled(self) -> None:
        """Something was settled: if that is what was waited for, leave."""
        if self._waits and not [s for s in self._unsettled() if s is not DeliveryState.UNKNOWN]:
            self._leave_now()

    def _unsettled(self) -> list[DeliveryState]:
        projection = self.desk.projection
        return [] if projection.relay_gone else [m.state for m in projection.unsettled.values()]

    def _ask(self, sentence: str, answers: tuple[Answer, ...]) -> None:
        bar = self.desk.widgets.question
        self.desk.stage.go(Pane.TALK)
        bar.ask(sentence, answers, settled=True)
        bar.screen.set_focus(bar)

    def _answers(self, waiting: int) -> tuple[Answer, ...]:
        stay = Answer(("escape", "s"), "stay", self._stay)
        if not waiting:
            return (Answer(("y", "enter"), "quit", self._leave_now), stay)
        wait = Answer(("w", "enter"), "wait, then quit", self._wait)
        return (wait, Answer(("d",), "drop them and quit", self._drop), stay)

    def _wait(self) -> None:
        self._stay()
        self._waits = True
        self.desk.stage.notice("Quits as soon as your texts have left. Esc stays.", "warn")
        self.settled()

    def _drop(self) -> None:
        for message in self.desk.projection.unsettled.values():
            if message.state in CANCELLABLE:
                self.desk.bridge.send(CancelText(new_id(), message.id))
        self._leave_now()

    def stop_waiting(self) -> bool:
        """Stay after all; False where nothing was waited for."""
        waited, self._waits = self._waits, False
        return waited

    def _stay(self) -> None:
        self._waits = False
        self.desk.widgets.question.close()
        self.desk.stage.go(Pane.TALK, write=True)
        self.writing.ask()

    def _leave_now(self) -> None:
        self.triage.flush()
        self.returning.leave()
        self.leave()


def _sentence(waiting: int, unknown: int) -> str:
    parts = []
    if waiting:
        parts.append("1 text has not left yet." if waiting == 1 else f"{waiting} texts have not left yet.")
    if unknown:
        parts.append("Of 1 it is unknown" if unknown == 1 else f"Of {unknown} it is unknown")
        parts[-1] += " whether it was sent; waiting will not tell."
    return " ".join(parts)
