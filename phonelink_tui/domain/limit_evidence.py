"""Which limits hold, and what shows it? From the phone and its conversations, as they stand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from phonelink_tui.domain.limitations import SWITCHES, Limitation, LimitKind, make_limitation
from phonelink_tui.domain.message import Audience, UnknownReason
from phonelink_tui.domain.phone import Capability, CapabilityState, DownReason, LinkPhase, Phone
from phonelink_tui.domain.thread import POLICY_REPLY, Thread

UNKNOWN_REASONS: Final[dict[UnknownReason, str]] = {
    UnknownReason.NO_MATCH: "no notification matched it",
    UnknownReason.NOTIFICATIONS_OFF: "notifications are not connected",
    UnknownReason.BEFORE_CONNECTION: "it is older than this connection",
    UnknownReason.AMBIGUOUS: "several notifications match it",
}

_DOWN: Final[dict[tuple[Capability, DownReason], LimitKind]] = {
    (Capability.MESSAGES, DownReason.FORBIDDEN): LimitKind.MESSAGES_OFF,
    (Capability.CONTACTS, DownReason.FORBIDDEN): LimitKind.CONTACTS_OFF,
    (Capability.NOTIFICATIONS, DownReason.FORBIDDEN): LimitKind.NOTIFICATIONS_OFF,
    (Capability.MESSAGES, DownReason.REFUSED): LimitKind.HELD_ELSEWHERE,
    (Capability.MESSAGES, DownReason.NO_BLUETOOTH): LimitKind.BLUETOOTH_MISSING,
    (Capability.MESSAGES, DownReason.ADAPTER_OFF): LimitKind.ADAPTER_OFF,
    (Capability.MESSAGES, DownReason.BLUEZ_TOO_OLD): LimitKind.BLUEZ_TOO_OLD,
    (Capability.MESSAGES, DownReason.CLASS_OF_DEVICE): LimitKind.CLASS_OF_DEVICE,
    (Capability.MESSAGES, DownReason.OBEXD_IN_THE_WAY): LimitKind.OBEXD_IN_THE_WAY,
    (Capability.MESSAGES, DownReason.BOND_CHANGED): LimitKind.BOND_CHANGED,
    (Capability.MESSAGES, DownReason.OUT_OF_RANGE): LimitKind.PHONE_AWAY,
    (Capability.MESSAGES, DownReason.LINK_LOST): LimitKind.PHONE_AWAY,
    (Capability.MESSAGES, DownReason.TIMEOUT): LimitKind.PHONE_AWAY,
}


def app_limitations(
    phone: Phone, *, kept: bool, previews_hidden_since: datetime | None
) -> Iterator[Limitation]:
    """The limits of the whole app: what is down and why, hidden previews, nothing kept."""
    for state in phone.capabilities.values():
        kind = _down_kind(state)
        if kind is not None:
            yield make_limitation(
                kind,
                since=state.since,
                evidence=f"{state.capability}: {state.reason}",
                detail=state.detail,
                switch=SWITCHES.get((phone.traits.kind, kind), ""),
            )
    if previews_hidden_since is not None:
        yield make_limitation(
            LimitKind.PREVIEWS_HIDDEN, since=previews_hidden_since, evidence="notifications without text"
        )
    if not kept:
        yield make_limitation(LimitKind.NOT_KEPT, evidence="no archive is open")


def thread_limitations(thread: Thread, phone: Phone, *, start: str) -> Iterator[Limitation]:
    """The limits of one conversation.

    Args:
        thread: The conversation.
        phone: Whose traits decide the structural limits.
        start: `thread.first_at` as it is shown, for example "Sun 11:40".
    """
    target = thread.id
    yield make_limitation(LimitKind.HISTORY_START, target=target, since=thread.first_at, start=start)
    if not phone.traits.reports_own_texts and thread.audience is not Audience.GROUP:
        yield make_limitation(LimitKind.ONE_SIDED, target=target, evidence=phone.traits.kind.value)
    if (
        not phone.traits.reports_delivery
        and thread.audience is not Audience.GROUP
        and thread.address.answerable
    ):
        yield make_limitation(LimitKind.NO_RECEIPTS, target=target, evidence=phone.traits.kind.value)
    if thread.reply_reason == POLICY_REPLY and thread.reply_said:
        yield make_limitation(
            LimitKind.POLICY_SEND, target=target, evidence="the policy file", said=thread.reply_said
        )
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


def _down_kind(state: CapabilityState) -> LimitKind | None:
    if state.phase not in (LinkPhase.WAITING, LinkPhase.CONNECTING) or state.reason is None:
        return None
    return _DOWN.get((state.capability, state.reason))
