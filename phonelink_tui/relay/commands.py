"""What does each command do? The guard decides, the outbox and the open sessions carry out."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Coroutine, Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from attrs import evolve

from phonelink_tui.config.policy import PolicyAction, Refused
from phonelink_tui.domain.address import Address
from phonelink_tui.domain.events import CommandChanged, CommandState, Event, MessageChanged
from phonelink_tui.domain.failure import Failure
from phonelink_tui.domain.message import Audience, DeliveryState, Direction, MessageId, Source, TextMessage
from phonelink_tui.domain.phone import Capability
from phonelink_tui.domain.text import NO_TEXT, RemoteText, clean
from phonelink_tui.domain.thread import ThreadId
from phonelink_tui.errors import (
    ArchiveError,
    DeadlineExceeded,
    NotConnected,
    ObexRefused,
    UnknownNotification,
    UnknownThread,
)
from phonelink_tui.profiles.ports import MessageAccess, NotificationAccess
from phonelink_tui.relay.api import (
    ActOnNotification,
    CancelText,
    Command,
    Looked,
    MarkRead,
    MarkThread,
    ReadOn,
    RetryNow,
    RetryText,
    SaveDraft,
    SendText,
    StartThread,
    StopReading,
)
from phonelink_tui.relay.guard import Decision, Refusal, decide, question
from phonelink_tui.relay.intake import Intake
from phonelink_tui.relay.notices import Notices
from phonelink_tui.relay.outbox import Outbox
from phonelink_tui.relay.reading import Reading
from phonelink_tui.relay.store import Store

Later = Coroutine[Any, Any, CommandChanged | None]
"""The part of a command that waits for the phone or the disk; its end is the command's outcome, DONE where it
returns none."""

COMMANDS_REMEMBERED: Final = 1000
"""Texts that were taken up, by the command's id: one that comes again is answered again and not sent again."""

_NEEDS: Final[dict[type[Command], PolicyAction]] = {
    MarkRead: PolicyAction.READ,
    MarkThread: PolicyAction.READ,
    ActOnNotification: PolicyAction.NOTIFICATIONS,
}
"""What the policy must allow; on texts the guard has the word."""

NO_PHONE: Final = "The phone is not connected for this just now."

NOTHING_READ: Final = ("Nothing is being read just now.", "`phonelink status` says how everything stands.")
NOTHING_LEFT_OUT: Final = ("Nothing was left out.", "All that the phone lists is here.")
NOT_AGAIN: Final = (
    "Only a text that certainly was not sent can be sent again.",
    "Look on the phone whether it left; if not, write it anew.",
)


class Commands:
    """Carries out commands. `execute` does at once what needs no phone, and returns the rest."""

    def __init__(
        self,
        store: Store,
        intake: Intake,
        notices: Notices,
        outbox: Outbox,
        reading: Reading,
        publish: Callable[[Iterable[Event]], None],
        written: Callable[[], Coroutine[Any, Any, None]] | None,
        hold_s: float,
        now: Callable[[], datetime],
    ) -> None:
        self.messages: MessageAccess | None = None
        """The open message session, while there is one."""
        self.notifications: NotificationAccess | None = None
        """The open notification session, while there is one."""
        self.on_retry: Callable[[Capability | None], None] = lambda _capability: None
        self.on_looked: Callable[[datetime], None] = lambda _at: None
        self.refused: Callable[[PolicyAction], Refused | None] = lambda _action: None
        """The administrator's word on an action."""
        self._store = store
        self._intake = intake
        self._notices = notices
        self._outbox = outbox
        self._reading = reading
        self._publish = publish
        self._written = written
        self._hold_s = hold_s
        self._now = now
        self._sent: OrderedDict[str, MessageId] = OrderedDict()

    def execute(self, command: Command) -> Later | None:
        """Carry out `command`; what it returns still has to be awaited."""
        refused = self.refused(_NEEDS[type(command)]) if type(command) in _NEEDS else None
        if refused is not None:
            words = (refused.sentence, refused.hint)
            self._publish([CommandChanged(command.id, CommandState.REFUSED, (Refusal.POLICY.value,), *words)])
            return None
        match command:
            case SendText():
                return self._send(command)
            case MarkThread():
                return self._mark_thread(command)
            case SaveDraft():
                self._save_draft(command)
            case Looked():
                self._store.looked_at = looked_at = self._now()
                self.on_looked(looked_at)
            case StartThread():
                return self._start_thread(command)
            case CancelText():
                return self._cancel(command)
            case RetryText():
                return self._retry_text(command)
            case RetryNow():
                self.on_retry(command.capability)
                self._done(command.id)
            case StopReading():
                stops = self._reading.stop(command.capability)
                self._done(command.id) if stops else self._fail(command.id, *NOTHING_READ)
            case ReadOn():
                goes_on = self._reading.read_on()
                self._done(command.id) if goes_on else self._fail(command.id, *NOTHING_LEFT_OUT)
            case MarkRead():
                return self._mark_read(command)
            case ActOnNotification():
                return self._act(command)
        return None

    def has_taken_up(self, command_id: str) -> bool:
        """Whether a command became a text already: coming again it does nothing anew."""
        return command_id in self._sent

    def abandon(self, command_id: str) -> None:
        """The rest of a command is not carried out: a text it took up is taken back."""
        message = self._sent.pop(command_id, None)
        if message is not None:
            self._outbox.cancel(message)

    def recheck(self, message: TextMessage) -> Decision:
        """The guard's word on a queued text as things stand now; what was asked stays answered."""
        message = self.in_its_place(message)
        assert message.recipient is not None, "a text of ours goes to somebody"
        thread = self._store.current(message.thread)
        return decide(self._store.send_facts(thread, message.text, message.recipient))

    def in_its_place(self, message: TextMessage) -> TextMessage:
        """A text as it got further, with all that became known of it since it was written."""
        known = self._store.message(message.id)
        if known is None:
            return message
        return evolve(
            known, state=message.state, detail=message.detail, failure=message.failure, at=message.at
        )

    def begin_with(self, sent: Iterable[tuple[str, MessageId]]) -> None:
        """Texts that an earlier run took up, oldest first."""
        for command, message in sent:
            self._remember(command, message)

    def _send(self, command: SendText) -> Later | None:
        if command.id in self._sent and not command.dry_run:
            self._publish([CommandChanged(command.id, CommandState.DONE, message=self._sent[command.id])])
            return None
        text = clean(command.text)
        written = self._intake.filing.identify(command.recipient)
        thread = self._store.current(command.thread) if command.thread is not None else None
        facts = self._store.send_facts(thread, text, written, command.confirmed)
        decision = decide(facts)
        if decision.allowed and self._outbox.is_full:
            decision = Decision(Refusal.TOO_MANY)
        if not decision.allowed or command.dry_run:
            self._tell(command, decision, written)
            return None
        recipient = facts.thread_address or written
        if thread is None:
            thread = self._intake.filing.file_under(Audience.PRIVATE, recipient.key)
            self._publish(self._store.start_thread(thread, Audience.PRIVATE, recipient))
        self._publish(self._store.confirm(thread, command.confirmed))
        message = self._compose(text, thread, recipient)
        self._remember(command.id, message.id)
        self._queue(message, hold=command.hold, expires_at=command.expires_at, command=command.id)
        return self._queued(command.id, message.id)

    def _once_written(self, done: CommandChanged) -> Later | None:
        """Said when it is on the disk: what was acknowledged holds after a kill, too."""
        if self._written is None:
            self._publish([done])
            return None
        return self._after_writing(done)

    async def _after_writing(self, done: CommandChanged) -> CommandChanged:
        assert self._written is not None, "looked at by the caller"
        await self._written()
        return done

    def _queued(self, command_id: str, message: MessageId) -> Later | None:
        done = CommandChanged(command_id, CommandState.DONE, message=message)
        if self._written is not None:
            return self._acknowledge(done, message)
        self._publish([done])
        return None

    async def _acknowledge(self, done: CommandChanged, message: MessageId) -> CommandChanged:
        """Taken up is said when it is on the disk: a text that was acknowledged is not lost with this process."""
        assert self._written is not None, "looked at by the caller"
        try:
            await self._written()
        except (ArchiveError, DeadlineExceeded):
            if self._outbox.cancel(message):
                self._sent.pop(done.id, None)
                raise
        return done

    def _remember(self, command_id: str, message: MessageId) -> None:
        self._sent[command_id] = message
        if len(self._sent) > COMMANDS_REMEMBERED:
            self._sent.popitem(last=False)

    def _compose(self, text: RemoteText, thread: ThreadId, recipient: Address) -> TextMessage:
        return TextMessage(
            id=self._intake.next_id(),
            thread=thread,
            direction=Direction.OUTGOING,
            sender=None,
            sender_name=NO_TEXT,
            recipient=recipient,
            text=text,
            at=self._now(),
            read=True,
            state=DeliveryState.QUEUED,
            sources=frozenset({Source.OWN}),
            audience=self._store.thread(thread).audience,
        )

    def _queue(
        self,
        message: TextMessage,
        *,
        hold: bool = True,
        expires_at: datetime | None = None,
        command: str = "",
    ) -> None:
        held = hold and self._hold_s > 0
        hold_until = self._now() + timedelta(seconds=self._hold_s) if held else None
        self._outbox.add(message, hold_until=hold_until, expires_at=expires_at, command=command)

    def _tell(self, command: SendText, decision: Decision, recipient: Address) -> None:
        """Why a text does not go out, or (dry run) that it would."""
        who = self._store.name_of(recipient.key) or recipient.value
        if decision.refusal is not None:
            self._refuse(command.id, decision)
        elif decision.asks:
            reasons = tuple(a.value for a in decision.asks)
            sentence, hint = question(decision.asks, who), "Confirm, or let it be."
            self._publish([CommandChanged(command.id, CommandState.ASKS, reasons, sentence, hint)])
        else:
            sentence = f"Would be sent to {who} alone."
            self._publish([CommandChanged(command.id, CommandState.DONE, sentence=sentence)])

    def _start_thread(self, command: StartThread) -> Later | None:
        recipient = self._intake.filing.identify(command.recipient)
        decision = decide(self._store.send_facts(None, None, recipient))
        if decision.refusal is not None:
            self._refuse(command.id, decision)
            return None
        thread = self._intake.filing.file_under(Audience.PRIVATE, recipient.key)
        self._publish(self._store.start_thread(thread, Audience.PRIVATE, recipient))
        return self._once_written(CommandChanged(command.id, CommandState.DONE, sentence=thread))

    def _cancel(self, command: CancelText) -> Later | None:
        if self._outbox.cancel(command.message):
            return self._once_written(CommandChanged(command.id, CommandState.DONE))
        self._fail(command.id, "It has left already, or was never waiting.", "The conversation shows it.")
        return None

    def _retry_text(self, command: RetryText) -> Later | None:
        message = self._store.message(command.message)
        if message is not None and self._outbox.confirm(message.id):
            return self._once_written(CommandChanged(command.id, CommandState.DONE, message=message.id))
        if message is None or message.state is not DeliveryState.FAILED or message.recipient is None:
            self._publish([CommandChanged(command.id, CommandState.REFUSED, (), *NOT_AGAIN)])
            return None
        if self._outbox.is_full:
            self._refuse(command.id, Decision(Refusal.TOO_MANY))
            return None
        decision = self.recheck(message)
        if decision.refusal is Refusal.POLICY:
            self._refuse(command.id, decision)
            return None
        self._queue(evolve(message, at=self._now()), expires_at=self._outbox.expiry_of(message.id))
        return self._queued(command.id, message.id)

    def _mark_thread(self, command: MarkThread) -> Later | None:
        thread = self._store.current(command.thread)
        asked = {name: getattr(command, name) for name in ("pinned", "muted", "archived", "unread")}
        told = {name: value for name, value in asked.items() if value is not None}
        if not self._set(command.id, thread, told):
            return None
        return self._once_written(CommandChanged(command.id, CommandState.DONE))

    def _save_draft(self, command: SaveDraft) -> None:
        thread, text = self._store.current(command.thread), clean(command.text)
        if thread != command.thread:
            text = clean(self._store.redrafted(command.thread, thread, text))
        self._set(command.id, thread, {"draft": text})

    def _set(self, command_id: str, thread: ThreadId, changed: dict[str, Any]) -> bool:
        """Whether it was set; what was not is told."""
        try:
            self._publish(self._store.mark(thread, evolve(self._store.marks_shown(thread), **changed)))
        except UnknownThread as error:
            self._fail(command_id, error.message, error.hint)
            return False
        return True

    async def _mark_read(self, command: MarkRead) -> None:
        thread = self._store.current(command.thread)
        texts = self._store.unread(thread) if command.read else self._newest_incoming(thread)
        if command.read:
            self._publish(self._store.mark(thread, evolve(self._store.marks_shown(thread), unread=False)))
        self._publish(MessageChanged(evolve(m, read=command.read), live=False) for m in texts)
        for text in texts:
            handle, access = self._intake.handle_of(text.id), self.messages
            if handle is not None and access is not None:
                try:
                    await access.set_read(handle, read=command.read)
                except ObexRefused:
                    continue  # deleted on the phone meanwhile
        if self._written is not None:
            await self._written()

    def _newest_incoming(self, thread: ThreadId) -> list[TextMessage]:
        return [m for m in self._store.messages_of(thread) if m.direction is Direction.INCOMING][-1:]

    async def _act(self, command: ActOnNotification) -> None:
        notification = self._store.notification(command.notification)
        uid = self._notices.uid_of(command.notification)
        if notification is None or notification.stale or uid is None:
            raise UnknownNotification(
                "This notification is gone.", "It may have been dealt with on the phone."
            )
        if self.notifications is None:
            raise NotConnected(NO_PHONE)
        await self.notifications.perform(uid, command.action)

    def _refuse(self, command_id: str, decision: Decision) -> None:
        assert decision.refusal is not None, "looked at by the callers"
        reasons = (decision.refusal.value,)
        self._publish([CommandChanged(command_id, CommandState.REFUSED, reasons, *decision.words)])

    def _done(self, command_id: str) -> None:
        self._publish([CommandChanged(command_id, CommandState.DONE)])

    def _fail(self, command_id: str, sentence: str, hint: str) -> None:
        state, gone = CommandState.FAILED, Failure.GONE
        self._publish([CommandChanged(command_id, state, sentence=sentence, hint=hint, failure=gone)])
