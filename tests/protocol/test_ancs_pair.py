"""Consumer and provider together: in whatever order things happen, is every answer about the right one?"""

from __future__ import annotations

from collections import deque

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

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
_KEYS = st.sampled_from("abcd")


def _notification(birth: int, version: int) -> ProvidedNotification:
    text = f"{birth}.{version}…"
    return ProvidedNotification("app", title=text, message=text * 9, negative_label="Clear")


class AncsPair(RuleBasedStateMachine):
    """A phone and an accessory on one ordered link; the phone reuses UIDs as soon as it can.

    Titles hold the birth number of their notification, so an answer shows whom it is about.
    """

    def __init__(self) -> None:
        super().__init__()
        self.provider = AncsProvider(reuse_uids=True)
        self.provider.name_app("app", "The App")
        self.consumer = AncsConsumer()
        self.link: deque[tuple[str, bytes, int]] = deque()
        """Characteristic, value, and the birth number of the notification it is about."""
        self.acknowledgement: int | None = None
        self.writing = False
        self.births: dict[str, int] = {}
        self.born = 0
        self.seen: dict[int, int] = {}
        """UID to birth number, as the accessory can know it."""
        self.requested: list[int] = []
        self.answered = 0
        self.timed_out = False
        self.pressed = 0
        self.provider.subscribe(DATA_SOURCE_UUID)
        self.provider.subscribe(NOTIFICATION_SOURCE_UUID)

    def _collect(self, birth: int = 0) -> None:
        while (event := self.provider.next_event()) is not None:
            if isinstance(event, ActionRequested):
                self.pressed += 1
            else:
                self.link.append((event.characteristic, event.value, birth))

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

    @rule(count=st.integers(1, 12))
    def deliver(self, count: int) -> None:
        """The link carries some values to the accessory."""
        for _ in range(min(count, len(self.link))):
            characteristic, value, birth = self.link.popleft()
            if characteristic == DATA_SOURCE_UUID:
                self.consumer.receive_data_source(value)
            else:
                self.consumer.receive_notification_source(value)
            self._take_events(birth)

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

    @rule(uid=st.integers(0, 4))
    def request(self, uid: int) -> None:
        """The accessory asks about a notification, or about one that does not exist."""
        self.consumer.request_attributes(uid)
        self._take_events()

    @rule(uid=st.integers(0, 4))
    def press(self, uid: int) -> None:
        """The accessory presses an action."""
        self.consumer.perform(uid, ActionId.NEGATIVE)
        self._take_events()

    @rule()
    def ask_for_the_app(self) -> None:
        """The accessory asks what an app is called."""
        self.consumer.request_app_name("app")

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
            self.deliver(len(self.link))
            if self.writing:
                self.acknowledge()
            self.write()
            if not self.writing and not self.link:
                return


TestAncsPair = AncsPair.TestCase
TestAncsPair.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
