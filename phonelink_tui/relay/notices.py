"""What does a notification the phone told of become? Sessions, ids that are never given twice, and evidence.

Whoever iterates publishes each event before asking for the next.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from datetime import datetime

from attrs import evolve

from phonelink_tui.domain.events import Event, NotificationChanged, NotificationRemoved
from phonelink_tui.domain.notification import NotificationId, PhoneNotification
from phonelink_tui.domain.observed import ObservedNotification
from phonelink_tui.relay.correlation import TEXT_APPS, NoticeFacts, flatten
from phonelink_tui.relay.intake import Intake
from phonelink_tui.relay.notification_book import NOTIFICATIONS
from phonelink_tui.relay.previews import TEXTS, PreviewWatch
from phonelink_tui.relay.store import Store


class Notices:
    """Makes notifications of what was observed, and hands those of texts on as evidence."""

    def __init__(self, store: Store, intake: Intake, now: Callable[[], datetime], run: int = 0) -> None:
        self._store = store
        self._intake = intake
        self._now = now
        self._run = f"{run}." if run else ""
        self._previews = PreviewWatch()
        self._session = 0
        self._count = 0
        self._uids: dict[int, NotificationId] = {}
        self._told: OrderedDict[Hashable, NotificationId] = OrderedDict()

    def begin_session(self) -> Iterator[Event]:
        """A new session: UIDs start over, and the phone tells again what it still shows."""
        self._session += 1
        self._uids.clear()
        for notification in self._store.notifications():
            yield NotificationRemoved(notification.id)

    def end_session(self) -> Iterator[Event]:
        """The session is over: what it told can be read, no longer acted on."""
        for notification in self._store.notifications():
            if not notification.stale:
                yield NotificationChanged(evolve(notification, stale=True), live=False)

    def uid_of(self, id_: NotificationId) -> int | None:
        """The UID behind an id; None when the notification is gone, or belongs to an earlier session."""
        return next((uid for uid, known in self._uids.items() if known == id_), None)

    def take_notification(self, seen: ObservedNotification) -> Iterator[Event]:
        """A notification with its attributes; of a text, it may tell who else reads it."""
        now = self._now()
        if not seen.modified:
            yield from self.take_gone(seen.uid)  # the phone uses numbers again, also within one session
        id_ = self._uids.get(seen.uid) or self._new_id(seen.uid)
        before = self._store.notification(id_)
        notification = PhoneNotification(
            id=id_,
            app_id=seen.app_id,
            app_name=seen.app_name,
            title=seen.title,
            subtitle=seen.subtitle,
            text=seen.text,
            category=seen.category,
            at=seen.at or now,
            silent=seen.silent,
            important=seen.important,
            pre_existing=seen.pre_existing,
            positive_label=seen.positive_label,
            negative_label=seen.negative_label,
            text_message=before.text_message if before and before.text == seen.text else None,
        )
        yield NotificationChanged(notification, live=not seen.pre_existing)
        if seen.app_id not in TEXT_APPS:
            return
        facts = NoticeFacts(
            id=id_,
            title=seen.title,
            title_key=self._intake.filing.identify(seen.title).key,
            subtitle=seen.subtitle,
            text=flatten(seen.text),
            at=seen.at,
            arrived_at=now,
        )
        hidden = self._previews.hides(facts, self._intake.newest_spoken(TEXTS), now)
        yield from self._store.limits.hide_previews(hidden=hidden)
        yield from self._intake.take_notice(facts, instead_of=self._repeated(seen, id_))

    def take_gone(self, uid: int) -> Iterator[Event]:
        """A notification was removed on the phone. What it told of a text stays told."""
        id_ = self._uids.pop(uid, None)
        if id_ is not None:
            yield NotificationRemoved(id_)

    def _repeated(self, seen: ObservedNotification, id_: NotificationId) -> NotificationId | None:
        """The id an earlier session gave to what this replay tells again."""
        looks = (seen.app_id, seen.title, seen.subtitle, seen.text, seen.at)
        before = self._told.pop(looks, None)
        self._told[looks] = id_
        if len(self._told) > NOTIFICATIONS:
            self._told.popitem(last=False)
        return before if seen.pre_existing and before not in self._uids.values() else None

    def _new_id(self, uid: int) -> NotificationId:
        self._count += 1
        self._uids[uid] = NotificationId(f"{self._run}{self._session}-{self._count}")
        return self._uids[uid]
