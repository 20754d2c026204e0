"""What does a row of the notifications say? News one by one; what was there before us is one digest row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, tzinfo
from typing import Final

from attrs import frozen

from phonelink_tui.domain.notification import Category, NotificationId, PhoneNotification
from phonelink_tui.domain.text import RemoteText, preview
from phonelink_tui.ui.list_rows import age

DIGEST_APPS: Final = 3
"""Apps named in the digest; the others are a number."""


@frozen
class QueueRow:
    """One notification, or the digest where `notification` is None."""

    key: str
    app: str
    title: str
    text: str
    when: str
    labels: str
    """The phone's own buttons, as `+ Answer  - Decline`."""
    notification: PhoneNotification | None = None
    urgent: bool = False


def queue_rows(
    news: Iterable[PhoneNotification],
    digest: Sequence[PhoneNotification],
    now: datetime,
    zone: tzinfo | None,
    *,
    hidden: Collection[NotificationId] = (),
    unfolded: bool = False,
) -> list[QueueRow]:
    """The rows of the queue, newest first, the digest last.

    Args:
        news: Notifications since we connected.
        digest: Those that were there before.
        now: For the ages.
        zone: The zone of the screen.
        hidden: Dismissed here a moment ago.
        unfolded: Show the digest's notifications one by one below it.
    """
    rows = [_row(n, now, zone) for n in news if n.id not in hidden]
    before = [n for n in digest if n.id not in hidden]
    if before:
        rows.append(_digest(before, unfolded=unfolded))
        if unfolded:
            rows += [_row(n, now, zone) for n in before]
    return rows


def _row(notification: PhoneNotification, now: datetime, zone: tzinfo | None) -> QueueRow:
    title = " · ".join(part for part in (notification.title, notification.subtitle) if part)
    return QueueRow(
        notification.id,
        notification.app_name or notification.app_id or "?",
        title,
        preview(notification.text),
        age(notification.at, now, zone),
        _labels(notification.positive_label, notification.negative_label),
        notification,
        urgent=notification.category is Category.INCOMING_CALL,
    )


def _labels(positive: RemoteText | None, negative: RemoteText | None) -> str:
    words = [f"+ {positive}"] if positive else []
    words += [f"- {negative}"] if negative else []
    return "   ".join(words)


def _digest(before: Sequence[PhoneNotification], *, unfolded: bool) -> QueueRow:
    apps = Counter(n.app_name or n.app_id or "?" for n in before).most_common()
    words = [f"{app} {count}" for app, count in apps[:DIGEST_APPS]]
    if len(apps) > DIGEST_APPS:
        words.append(f"{len(apps) - DIGEST_APPS} more apps")
    hint = "Enter folds them" if unfolded else "Enter shows them one by one"
    return QueueRow("digest", f"{len(before)} from before", "", ", ".join(words), "", hint)
