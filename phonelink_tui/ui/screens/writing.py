"""What happens to a text after Enter? It goes to the relay frozen, and comes back if it was not taken up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from attrs import define, field
from rich.cells import cell_len

from phonelink_tui.domain.events import CommandChanged, CommandState
from phonelink_tui.domain.limitations import LIMITS, LimitKind
from phonelink_tui.domain.message import DeliveryState, Direction, TextMessage
from phonelink_tui.domain.thread import ThreadId
from phonelink_tui.relay.api import CancelText, RetryText, StartThread
from phonelink_tui.ui.cells import cut
from phonelink_tui.ui.layout import Pane
from phonelink_tui.ui.screens.conversing import Conversing
from phonelink_tui.ui.screens.desk import Desk, has_keys, new_id
from phonelink_tui.ui.segments import sms_segments
from phonelink_tui.ui.sending import Returned, Sending
from phonelink_tui.ui.widgets.composer import Target
from phonelink_tui.ui.widgets.question_bar import Answer

TO: Final = " To: "
SHORTEST_NAME: Final = 6
EXACT: Final = 20
"""Characters before the end of an SMS from which each one is counted."""

CANCELLABLE = frozenset({DeliveryState.HELD, DeliveryState.QUEUED})


@define(eq=False)
class Writing:
    """The hand that sends."""

    desk: Desk
    conversing: Conversing
    sending: Sending = field(factory=lambda: Sending(new_id))
    _starting: dict[str, str] = field(factory=dict, init=False)
    """Conversations being started: command id to recipient."""
    _to_open: ThreadId | None = field(default=None, init=False)

    def submit(self, target: Target, text: str) -> None:
        """Send what the composer froze, to whom it was written."""
        if target.thread is not None:
            composer = self.desk.widgets.composer
            self.conversing.drafting.put(target.thread, composer.draft if composer.target == target else "")
        self.desk.bridge.send(self.sending.submit(text, target.recipient, target.thread))
        self.desk.view.acts.append(self.take_back)
        window = self.desk.projection.window
        if window is not None and window.newer and window.thread == target.thread:
            self.conversing.to_newest()
        self.desk.stage.paint_talk()

    def start_thread(self, recipient: str) -> None:
        """Open the private conversation with an address, which may not exist yet."""
        command = StartThread(new_id(), recipient)
        self._starting[command.id] = recipient
        self.desk.bridge.send(command)

    def outcomes(self, changes: list[CommandChanged]) -> None:
        """Take what became of commands."""
        for changed in changes:
            if changed.id in self._starting:
                self._started(changed)
                continue
            returned = self.sending.outcome(changed)
            if isinstance(returned, Returned):
                self.give_back(returned)
            elif returned is None and changed.state in (CommandState.FAILED, CommandState.REFUSED):
                self.desk.stage.notice(f"{changed.sentence} {changed.hint}".strip(), "bad")
        self.ask()

    def open_started(self) -> None:
        """The conversation that was started is in the list now: go there."""
        thread = self._to_open
        if thread is not None and thread in self.desk.projection.threads:
            self._to_open = None
            self.conversing.open(thread)

    def ask(self) -> None:
        """Show what the relay asks, if nothing else is asked."""
        question, bar = self.sending.question, self.desk.widgets.question
        if question is None or bar.is_open:
            return
        to = f"To {question.send.recipient}: " if question.send.recipient not in question.sentence else ""
        answers = (
            Answer(("y", "enter"), "send it", self._confirm),
            Answer(("escape", "n"), "back to the text", self._decline),
        )
        bar.ask(to + question.sentence, answers)
        if not self.desk.widgets.composer.draft.strip() and has_keys(self.desk.widgets.composer):
            bar.screen.set_focus(bar)
        else:
            self.desk.stage.notice("A question is waiting above the text: Shift+Tab goes there.", "warn")

    def give_back(self, returned: Returned) -> None:
        """Put a text back where it was written, in front of what was written since, and say why."""
        send, composer = returned.send, self.desk.widgets.composer
        target = composer.target
        if target is not None and target.thread == send.thread and not composer.closed:
            composer.set_draft("\n".join(part for part in (send.text, composer.draft) if part.strip()))
        elif send.thread is not None:
            begun = self.desk.view.drafts.get(send.thread, "")
            text = "\n".join(part for part in (send.text, begun) if part.strip())
            self.conversing.drafting.put(send.thread, text)
        self.desk.stage.notice(f"{returned.sentence} {returned.hint}".strip(), "bad")
        self.desk.stage.paint_lists()
        self.desk.stage.paint_talk()

    def retry(self) -> None:
        """Send the newest text here that certainly did not leave and is not sent by itself: it failed, or it asks."""
        message = self._newest(lambda text: text.state is DeliveryState.FAILED or text.asks)
        if message is None:
            self.desk.stage.notice("No text failed here.")
        else:
            self.desk.bridge.send(RetryText(new_id(), message.id))

    def take_back(self) -> bool:
        """Cancel the newest text here that has not left; False where there is none."""
        message = self._newest(lambda text: text.state in CANCELLABLE)
        if message is None:
            return False
        self.desk.bridge.send(CancelText(new_id(), message.id))
        self.desk.stage.notice("Taken back, if it has not left.")
        return True

    def media_pasted(self) -> None:
        """Say that pictures do not travel this way."""
        self.desk.stage.notice(LIMITS[LimitKind.NO_MEDIA_SEND].sentence, "warn")

    def relay_gone(self) -> None:
        """Give back what the relay never answered."""
        self.desk.widgets.question.close()
        for returned in self.sending.relay_gone():
            self.give_back(returned)

    def to_line(self) -> None:
        """Write whom the text goes to, with the address, and into how many SMS it would be cut."""
        composer = self.desk.widgets.composer
        target = composer.target
        if target is None:
            self.desk.widgets.to.show([(" To: nobody yet", "dim")])
            return
        row = self.desk.projection.open_thread
        group = row is not None and composer.closed
        address = f" <{target.recipient}>" if target.recipient != target.label else ""
        # The address tells people apart; the name gives way to it.
        room = self.desk.widgets.to.size.width - cell_len(TO + address)
        label = cut(target.label, max(room, SHORTEST_NAME)) if room > 0 else target.label
        left = [(TO, "dim"), (label, "name"), (address, "dim")]
        if group:
            left = [(" read only ", "dim"), (target.label, "name")]
        self.desk.widgets.to.show(left, [(_length(composer.draft), "dim")])

    def _confirm(self) -> None:
        command = self.sending.confirm()
        self._leave_question()
        if command is not None:
            self.desk.bridge.send(command)
        self.ask()

    def _decline(self) -> None:
        returned = self.sending.decline()
        self._leave_question()
        if returned is not None:
            self.give_back(returned)
        self.ask()

    def _leave_question(self) -> None:
        self.desk.widgets.question.close()
        self.desk.stage.go(Pane.TALK, write=True)

    def _started(self, changed: CommandChanged) -> None:
        recipient = self._starting.pop(changed.id)
        if changed.state is CommandState.DONE:
            self._to_open = ThreadId(changed.sentence)
            self.open_started()
        else:
            sentence = changed.sentence or f"No conversation with {recipient} can be opened."
            self.desk.stage.notice(f"{sentence} {changed.hint}".strip(), "bad")

    def _newest(self, wanted: Callable[[TextMessage], bool]) -> TextMessage | None:
        window = self.desk.projection.window
        messages = window.messages if window else []
        own = (m for m in reversed(messages) if m.direction is Direction.OUTGOING)
        return next((m for m in own if wanted(m)), None)


def _length(text: str) -> str:
    if len(text) < 100:
        return ""
    sms = sms_segments(text)
    # Counted in tens, because each change draws the whole line anew; one by one where it matters.
    left = f"{sms.left}" if sms.left <= EXACT else f"{sms.left // 10 * 10}+"
    return f"{left} left " if sms.count == 1 else f"{sms.count} SMS, {left} left "
