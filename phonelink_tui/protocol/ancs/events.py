"""What can a consumer tell besides notification events and replies, and what can it tell altogether?"""

from __future__ import annotations

from attrs import frozen

from phonelink_tui.protocol.ancs.constants import ActionId, AttErrorCode
from phonelink_tui.protocol.ancs.control_point import Command, Fetch
from phonelink_tui.protocol.ancs.data_source import Reply
from phonelink_tui.protocol.ancs.notification_source import NotificationEvent


@frozen
class ActionPerformed:
    """The phone accepted an action; what it did will show as further notification events."""

    uid: int
    action: ActionId


@frozen
class CommandFailed:
    """A command has no answer, and will have none."""

    command: Command
    att_code: AttErrorCode | None
    """The phone's ATT error; INVALID_PARAMETER also for a UID that is not live; None when time ran out."""


@frozen
class FetchDropped:
    """Too many fetches were waiting, so this one will not be made; ask again later if it still matters."""

    command: Fetch


ConsumerEvent = NotificationEvent | Reply | ActionPerformed | CommandFailed | FetchDropped
