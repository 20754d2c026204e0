"""Consumer and provider together: in whatever order things happen, is every answer about the right one?"""

from __future__ import annotations

from collections import deque

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from phonelink_tui.protocol.ancs.constants import (
    DATA_SOURCE_UUID,
    NOTIFICATION_SOURCE_UUID,
    ActionId,
    AppAttributeId,
    EventId,
    NotificationAttributeId,
)
from phonelink_tui.protocol.ancs.consumer import AncsConsumer
from phonelink_tui.protocol.ancs.data_source import AppAttributes, NotificationAttributes
from phonelink_tui.protocol.ancs.events import ActionPerformed, CommandFailed
from phonelink_tui.protocol.ancs.notification_source import NotificationEvent
from phonelink_tui.protocol.ancs.provided import ProvidedNotification
from phonelink_tui.protocol.ancs.provider import ActionRequested, AncsProvider

_TITLE = NotificationAttributeId.TITLE
_KEYS = st.sampled_from("ab")


def _notification(birth: int, version: int) -> ProvidedNotification:
    text = f"{birth}.{version}…"
    return ProvidedNotification("app", title=text, message=text * 9, negative_label="Clear")


class AncsPair(RuleBasedStateMachine):
    """A phone and an accessory; the phone reuses UIDs as soon as it can.

    Notification Source values may overtake replies, for a phone prepares replies in its own time; they never
    come later than a reply that was prepared after them. Titles hold the birth number of their notification,
    so an answer shows whom it is about. Half of the runs know no timeouts, where that must always hold.
    """

    def __init__(self) -> None:
        super().__init__()
        self.provider = AncsProvider(reuse_uids=True)
        self.provider.name_app("app", "The App")
        self.consumer = AncsConsumer()
        self.sent = 0
        self.events: deque[tuple[int, bytes, int]] = deque()
        """Order of sending, Notification Source value, birth number of its notification."""
        self.data: deque[tuple[int, bytes]] = deque()
        """Order of sending, Data Source value."""
        self.acknowledgement: int | None = None
        self.writing = False
        self.births: dict[str, int] = {}
        self.born = 0
        self.seen: dict[int, int] = {}
        """UID to birth number, as the accessory can know it."""
        self.requested: list[int] = []
        self.answered = 0
        self.patient = True
        self.timed_out = False
        self.pressed = 0
        self.provider.subscribe(DATA_SOURCE_UUID)
        self.provider.subscribe(NOTIFICATION_SOURCE_UUID)

    @initialize(patient=st.booleans())
    def choose_patience(self, patient: bool) -> None:
        """Whether commands ever time out."""
        self.patient = patient

    def _collect(self, birth: int = 0) -> None:
        while (event := self.provider.next_event()) is not None:
            self.sent += 1
            if isinstance(event, ActionRequested):
                self.pressed += 1
            elif event.characteristic == NOTIFICATION_SOURCE_UUID:
                self.events.append((self.sent, event.value, birth))
            else:
                self.data.append((self.sent, event.value))

    @rule(key=_KEYS, version=st.integers(0, 9))
    def show(self, key: str, version: int) -> None:
        """The phone adds a notification, or changes it."""
        if key in self.births:
            self.provider.modify(key, _notification(self.births[key], version))
        else:
            self.born += 1
            self.births[key] = self.born
            self.provider.add(key, _notification(self.born, version))
        self._collect(self.births[key])

    @rule(key=_KEYS)
    def clear(self, key: str) -> None:
        """The phone removes a notification."""
        if key in self.births:
            self.provider.remove(key)
            self._collect(self.births.pop(key))

    @precondition(lambda self: self.events)
    @rule(count=st.sampled_from([1, 100]))
    def deliver_events(self, count: int) -> None:
        """The link carries some Notification Source values to the accessory."""
        while self.events and count:
            count -= 1
            _, value, birth = self.events.popleft()
            self.consumer.receive_notification_source(value)
            self._take_events(birth)

    @precondition(lambda self: self.data)
    @rule(count=st.sampled_from([1, 100]))
    def deliver_data(self, count: int) -> None:
        """The link carries some Data Source values to the accessory, none past an older event."""
        for _ in range(count):
            if not self.data or (self.events and self.events[0][0] < self.data[0][0]):
                return
            self.consumer.receive_data_source(self.data.popleft()[1])
            self._take_events()

    def _take_events(self, birth: int = 0) -> None:
        while (event := self.consumer.next_event()) is not None:
            if isinstance(event, NotificationEvent):
                assert event.uid not in self.seen or event.event_id is not EventId.ADDED
                if event.event_id is EventId.REMOVED:
                    assert self.seen.pop(event.uid) == birth
                else:
                    self.seen[event.uid] = birth
            elif isinstance(event, NotificationAttributes):
                title = event.values[_TITLE]
                assert event.values[NotificationAttributeId.MESSAGE] == title * 9
                assert self.timed_out or title.startswith(f"{self.seen[event.uid]}.")
                self.answered += 1
            elif isinstance(event, AppAttributes):
                assert event.values == {AppAttributeId.DISPLAY_NAME: "The App"}
            elif isinstance(event, ActionPerformed):
                assert self.pressed > 0
                self.pressed -= 1
            else:
                assert isinstance(event, CommandFailed)

    @precondition(lambda self: self.seen)
    @rule(data=st.data())
    def request(self, data: st.DataObject) -> None:
        """The accessory asks about a notification it has seen."""
        self.consumer.request_attributes(data.draw(st.sampled_from(sorted(self.seen))))
        if not self.writing:
            self.write()

    @rule(uid=st.integers(0, 2))
    def press_or_ask(self, uid: int) -> None:
        """The accessory presses an action, perhaps of nothing that exists, or asks for an app's name."""
        if uid < 2:
            self.consumer.perform(uid, ActionId.NEGATIVE)
        else:
            self.consumer.request_app_name("app")
        self._take_events()

    @precondition(lambda self: not self.writing)
    @rule()
    def write(self) -> None:
        """The accessory writes its next command; the phone carries it out at once."""
        value = self.consumer.data_to_write()
        if value is not None:
            self.acknowledgement = self.provider.receive_control_point(value)
            self.writing = True
            self._collect()

    @precondition(lambda self: self.writing)
    @rule()
    def acknowledge(self) -> None:
        """The answer of the write arrives, before or after the reply."""
        self.writing = False
        if self.acknowledgement is None:
            self.consumer.command_written()
        else:
            self.consumer.command_failed(self.acknowledgement)
        self._take_events()

    @precondition(lambda self: not self.patient)
    @rule()
    def time_out(self) -> None:
        """The accessory loses its patience with the command in flight; its write is given up too."""
        self.timed_out = True
        self.writing = False
        self.pressed = 0
        self.consumer.command_timed_out()
        self._take_events()

    @invariant()
    def never_closed(self) -> None:
        """A phone that keeps the rules never ends the session."""
        assert not self.consumer.is_closed

    def teardown(self) -> None:
        """Left to itself the pair comes to rest, and every notification can then be asked about."""
        self._run_until_idle()
        assert self.seen == {self.provider.uid_of(key): birth for key, birth in self.births.items()}
        self.answered = 0
        for uid in self.seen:
            self.consumer.request_attributes(uid)
        self._run_until_idle()
        assert self.answered == len(self.seen)

    def _run_until_idle(self) -> None:
        while True:
            self.deliver_events(len(self.events))
            self.deliver_data(len(self.data))
            if self.writing:
                self.acknowledge()
            self.write()
            if not (self.writing or self.events or self.data):
                return


TestAncsPair = AncsPair.TestCase
TestAncsPair.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
