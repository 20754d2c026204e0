"""What do ANCS values mean in the domain's words? Pure."""

from __future__ import annotations

from typing import Final

from phonelink_tui.domain.notification import Category, NotificationAction
from phonelink_tui.domain.observed import ObservedNotification
from phonelink_tui.domain.text import RemoteText, clean, clean_line
from phonelink_tui.profiles.phone_clock import PhoneClock
from phonelink_tui.protocol.ancs.constants import (
    ActionId,
    CategoryId,
    EventFlags,
    EventId,
    NotificationAttributeId,
)
from phonelink_tui.protocol.ancs.data_source import NotificationAttributes, decode_date
from phonelink_tui.protocol.ancs.notification_source import NotificationEvent

CATEGORIES: Final[dict[int, Category]] = {
    CategoryId.OTHER: Category.OTHER,
    CategoryId.INCOMING_CALL: Category.INCOMING_CALL,
    CategoryId.MISSED_CALL: Category.MISSED_CALL,
    CategoryId.VOICEMAIL: Category.VOICEMAIL,
    CategoryId.SOCIAL: Category.SOCIAL,
    CategoryId.SCHEDULE: Category.SCHEDULE,
    CategoryId.EMAIL: Category.EMAIL,
    CategoryId.NEWS: Category.NEWS,
    CategoryId.HEALTH_AND_FITNESS: Category.HEALTH,
    CategoryId.BUSINESS_AND_FINANCE: Category.FINANCE,
    CategoryId.LOCATION: Category.LOCATION,
    CategoryId.ENTERTAINMENT: Category.ENTERTAINMENT,
}

ACTIONS: Final[dict[NotificationAction, ActionId]] = {
    NotificationAction.POSITIVE: ActionId.POSITIVE,
    NotificationAction.NEGATIVE: ActionId.NEGATIVE,
}


def observe(
    event: NotificationEvent, attributes: NotificationAttributes, app_name: str, clock: PhoneClock
) -> ObservedNotification:
    """A notification as the domain sees it.

    Args:
        event: Its Notification Source event.
        attributes: Its attributes, all that were asked for.
        app_name: The app's display name; empty where the phone has none.
        clock: Turns the phone's local Date into UTC.
    """
    values = attributes.values
    app_id = values.get(NotificationAttributeId.APP_IDENTIFIER, "")
    date = values.get(NotificationAttributeId.DATE, "")
    return ObservedNotification(
        uid=event.uid,
        app_id=clean_line(app_id),
        app_name=clean_line(app_name or app_id.rpartition(".")[2]),
        title=clean_line(values.get(NotificationAttributeId.TITLE, "")),
        subtitle=clean_line(values.get(NotificationAttributeId.SUBTITLE, "")),
        text=clean(values.get(NotificationAttributeId.MESSAGE, "")),
        category=CATEGORIES.get(event.category, Category.OTHER),
        at=clock.to_utc(decode_date(date)),
        silent=bool(event.flags & EventFlags.SILENT),
        important=bool(event.flags & EventFlags.IMPORTANT),
        pre_existing=bool(event.flags & EventFlags.PRE_EXISTING),
        positive_label=_label(
            event, EventFlags.POSITIVE_ACTION, values.get(NotificationAttributeId.POSITIVE_ACTION_LABEL)
        ),
        negative_label=_label(
            event, EventFlags.NEGATIVE_ACTION, values.get(NotificationAttributeId.NEGATIVE_ACTION_LABEL)
        ),
        modified=event.event_id == EventId.MODIFIED,
    )


def _label(event: NotificationEvent, flag: EventFlags, text: str | None) -> RemoteText | None:
    """The label of an action; None where the phone offers none. Labels mean something only with their flag."""
    if not event.flags & flag:
        return None
    return clean_line(text or "") or RemoteText("Yes" if flag is EventFlags.POSITIVE_ACTION else "Clear")
