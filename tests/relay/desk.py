"""Store, intake and notices on one desk, published to as the relay does it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from phonelink_tui.domain.events import Event, MessageChanged, ThreadChanged, ThreadGone
from phonelink_tui.domain.message import DeliveryState, Direction, MessageId, Source, TextMessage
from phonelink_tui.domain.notification import Category, NotificationId
from phonelink_tui.domain.observed import FetchedText, Folder, ListedText, ObservedNotification, Party
from phonelink_tui.domain.phone import (
    IPHONE_TRAITS,
    Capability,
    CapabilityState,
    LinkPhase,
    Phone,
    PhoneTraits,
)
from phonelink_tui.domain.text import NO_TEXT, RemoteText, clean
from phonelink_tui.domain.thread import Thread, ThreadId
from phonelink_tui.relay.intake import Intake
from phonelink_tui.relay.links import Links
from phonelink_tui.relay.notices import Notices
from phonelink_tui.relay.store import Store
from tests.relay.fakes import START, FakeClock

ALICE = "+15550100"
BOB = "+15550101"
SECRET = b"the same in every run"


def make_phone(traits: PhoneTraits = IPHONE_TRAITS, **phases: LinkPhase) -> Phone:
    """A phone whose capabilities are all ready, but for `phases`."""
    states = {c: CapabilityState(c, phases.get(c.value, LinkPhase.READY), START) for c in Capability}
    return Phone("phone-1", clean("Phone"), traits, states)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def row(
    handle: str,
    text: str = "hello",
    *,
    sender: str = ALICE,
    name: str = "",
    recipients: Iterable[str] = (),
    at_s: float | None = 0,
    read: bool = False,
    outgoing: bool = False,
    attachment: bool = False,
) -> ListedText:
    """A row of a listing."""
    return ListedText(
        handle=handle,
        folder=Folder.SENT if outgoing else Folder.INBOX,
        sender=Party(clean(sender), clean(name)),
        recipients=tuple(Party(clean(r)) for r in recipients),
        subject=clean(text),
        at=None if at_s is None else at(at_s),
        read=read,
        outgoing=outgoing,
        has_attachment=attachment,
    )


def body(
    handle: str, text: str = "hello", *, sender: str = ALICE, name: str = "", attachment: bool = False
) -> FetchedText:
    """A text with its body."""
    party = Party(clean(sender), clean(name))
    return FetchedText(handle, Folder.INBOX, party, (), clean(text), read=False, has_attachment=attachment)


def notice(
    uid: int,
    text: str = "hello",
    *,
    title: str = ALICE,
    subtitle: str = "",
    app: str = "com.apple.MobileSMS",
    at_s: float | None = 0,
    pre_existing: bool = False,
    modified: bool = False,
) -> ObservedNotification:
    """A notification as a session observes it."""
    return ObservedNotification(
        uid=uid,
        app_id=clean(app),
        app_name=clean(app.rpartition(".")[2]),
        title=clean(title),
        subtitle=clean(subtitle),
        text=clean(text),
        category=Category.SOCIAL,
        at=None if at_s is None else at(at_s),
        silent=False,
        important=False,
        pre_existing=pre_existing,
        positive_label=None,
        negative_label=RemoteText("Clear"),
        modified=modified,
    )


class Desk:
    """Everything between observation and event, for one phone."""

    def __init__(self, phone: Phone | None = None, region: str | None = None) -> None:
        self.clock = FakeClock()
        self.store = Store(phone or make_phone(), self.clock)
        self.intake = Intake(self.store, self.clock, SECRET, region)
        self.notices = Notices(self.store, self.intake, self.clock)
        self.links = Links(self.store, self.clock)
        self.events: list[Event] = []
        self.publish(self.notices.begin_session())

    def publish(self, events: Iterable[Event]) -> list[Event]:
        """Apply and record events in order, each with what follows from it; returns them."""
        before = len(self.events)
        for event in events:
            derived = self.store.apply(event)
            self.events.append(event)
            self.events.extend(derived)
        return self.events[before:]

    def list_row(
        self, handle: str, text: str = "hello", *, live: bool = True, **facts: object
    ) -> list[Event]:
        return self.publish(self.intake.take_listed(row(handle, text, **facts), live=live))  # type: ignore[arg-type]

    def fetch(self, handle: str, text: str = "hello", *, live: bool = True, **facts: object) -> list[Event]:
        return self.publish(self.intake.take_fetched(body(handle, text, **facts), live=live))  # type: ignore[arg-type]

    def notify(self, uid: int, text: str = "hello", **facts: object) -> list[Event]:
        return self.publish(self.notices.take_notification(notice(uid, text, **facts)))  # type: ignore[arg-type]

    def message(self, handle: str) -> TextMessage:
        found = self.intake.find(handle)
        assert found is not None, f"no message with handle {handle}"
        return found

    def threads(self) -> dict[ThreadId, Thread]:
        return {t.id: t for t in self.store.snapshot(0).threads}

    def thread_of(self, handle: str) -> Thread:
        return self.store.thread(self.message(handle).thread)

    def write(self, thread: ThreadId, text: str, state: DeliveryState, recipient: str = ALICE) -> TextMessage:
        """A text of ours in a thread."""
        message = TextMessage(
            id=self.intake.next_id(),
            thread=thread,
            direction=Direction.OUTGOING,
            sender=None,
            sender_name=NO_TEXT,
            recipient=self.intake.filing.identify(recipient),
            text=clean(text),
            at=self.clock(),
            read=True,
            state=state,
            sources=frozenset({Source.OWN}),
            audience=self.store.thread(thread).audience,
        )
        self.publish([MessageChanged(message, live=False)])
        return message

    def rows_from_events(self) -> dict[ThreadId, Thread]:
        """The conversation list as somebody has it who only read the events."""
        rows: dict[ThreadId, Thread] = {}
        for event in self.events:
            if isinstance(event, ThreadChanged):
                rows[event.thread.id] = event.thread
            elif isinstance(event, ThreadGone):
                del rows[event.id]
        return rows


def changed(events: Iterable[Event]) -> list[MessageChanged]:
    """The messages among events."""
    return [e for e in events if isinstance(e, MessageChanged)]


def ids(events: Iterable[Event]) -> list[MessageId]:
    return [c.message.id for c in changed(events)]


def notification_id(session: int, count: int) -> NotificationId:
    return NotificationId(f"{session}-{count}")
