"""Which limits does one conversation have? They follow from its row and from the phone's traits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from phonelink_tui.domain.limitations import Limitation, LimitKind, make_limitation
from phonelink_tui.domain.message import Audience, UnknownReason
from phonelink_tui.domain.phone import Phone
from phonelink_tui.domain.thread import Thread

OLDER: Final = "Older messages are on your phone."
NOT_READ: Final = "Older ones were not read: you stopped that."

UNKNOWN_REASONS: Final[dict[UnknownReason, str]] = {
    UnknownReason.NO_MATCH: "no notification matched it",
    UnknownReason.NOTIFICATIONS_OFF: "notifications are not connected",
    UnknownReason.BEFORE_CONNECTION: "it is older than this connection",
    UnknownReason.AMBIGUOUS: "several notifications match it",
}


def thread_limitations(
    thread: Thread, phone: Phone, *, start: str, stopped: bool = False
) -> Iterator[Limitation]:
    """The limits of one conversation.

    Args:
        thread: The conversation.
        phone: Whose traits decide the structural limits.
        start: `thread.first_at` as it is shown, for example "Sun 11:40".
        stopped: Whether a person stopped the reading of older texts.
    """
    target = thread.id
    older = NOT_READ if stopped else OLDER
    yield make_limitation(
        LimitKind.HISTORY_START, target=target, since=thread.first_at, start=start, older=older
    )
    if not phone.traits.reports_own_texts and thread.audience is not Audience.GROUP:
        yield make_limitation(LimitKind.ONE_SIDED, target=target, evidence=phone.traits.kind.value)
    if (
        not phone.traits.reports_delivery
        and thread.audience is not Audience.GROUP
        and thread.address.answerable
    ):
        yield make_limitation(LimitKind.NO_RECEIPTS, target=target, evidence=phone.traits.kind.value)
    if thread.audience is Audience.GROUP:
        group = f"Group “{thread.group_name}”" if thread.group_name else "A group"
        yield make_limitation(
            LimitKind.GROUP_READ_ONLY,
            target=target,
            evidence="notification title and subtitle" if phone.traits.notifications else "recipients",
            group=group,
            who=thread.sender_name,
        )
    elif not thread.address.answerable:
        yield make_limitation(LimitKind.CANNOT_ANSWER, target=target, who=thread.title)
    elif thread.audience is Audience.UNKNOWN:
        reason = UNKNOWN_REASONS[thread.unknown_reason or UnknownReason.NO_MATCH]
        yield make_limitation(
            LimitKind.GROUP_UNKNOWN, target=target, evidence=reason, reason=reason, who=thread.title
        )
