"""What is a conversation, and may it be answered?

A thread is (phone, audience, address): a person's group texts never lie in that person's private thread,
because a reply from there would reach that person alone.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from hashlib import blake2b
from typing import Final, NewType

from attrs import frozen

from phonelink_tui.domain.address import Address
from phonelink_tui.domain.message import Audience, Direction, UnknownReason
from phonelink_tui.domain.text import RemoteText

ThreadId = NewType("ThreadId", str)
"""Sixteen hexadecimal digits; stable across runs, and says nothing about the people."""


POLICY_REPLY: Final = "policy"
"""`Thread.reply_reason` where the administrator's policy closes it."""


class Reply(StrEnum):
    """What happens to a text written into a thread."""

    OPEN = "open"
    ASKS = "asks"
    CLOSED = "closed"


@frozen
class ThreadKey:
    """What makes a conversation the same conversation."""

    phone_id: str
    audience: Audience
    address_key: str
    """`Address.key` of the other end; for a named group, `group:` and its name."""


def thread_id(key: ThreadKey, secret: bytes) -> ThreadId:
    """The stable id of a thread.

    Args:
        key: The thread.
        secret: At most 64 bytes; the same for every run that must agree.
    """
    text = "\0".join((key.phone_id, key.audience.value, key.address_key))
    return ThreadId(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8, key=secret).hexdigest())


@frozen
class Thread:
    """One row of the conversation list, with all that the thread pane needs besides its messages."""

    id: ThreadId
    audience: Audience
    address: Address
    """Whom a reply would reach; for a group, the member who wrote last."""
    title: RemoteText
    """What the list shows: a contact's name, a group's name, else the address."""
    sender_name: RemoteText
    """Who wrote last, or would be reached by a reply; the address where no name is known."""
    group_name: RemoteText | None
    reply: Reply
    reply_reason: str
    """Stable word of the guard for ASKS and CLOSED, else empty."""
    last_text: RemoteText
    last_at: datetime
    last_direction: Direction
    unread: int
    total: int
    first_at: datetime
    """The first message known here (UTC): history starts there."""
    unknown_reason: UnknownReason | None = None
    pinned: bool = False
    muted: bool = False
    archived: bool = False
    """Put away by the user; nothing to do with where its texts are kept."""
    marked_unread: bool = False
    """By hand, whatever its texts say."""
    draft: str = ""
    """A text begun in it and not sent."""
    reply_said: str = ""
    """Why nothing may be written to this person, where the administrator's policy says so."""
