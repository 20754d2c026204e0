"""Which limits does the whole app have? They follow from the phone's state and from what the relay knows besides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from attrs import evolve, frozen

from phonelink_tui.domain.keeping import NOT_KEPT, NotKept
from phonelink_tui.domain.limitations import SWITCHES, Limitation, LimitKind, make_limitation
from phonelink_tui.domain.phone import Capability, CapabilityState, DownReason, LinkPhase, Phone

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


STOPPED: Final = {
    Capability.MESSAGES: LimitKind.TEXTS_STOPPED,
    Capability.CONTACTS: LimitKind.CONTACTS_STOPPED,
}


@frozen
class Stopped:
    """How far reading had come when a person stopped it."""

    read: int
    since: datetime


def app_limitations(
    phone: Phone,
    *,
    kept: NotKept | None,
    previews_hidden_since: datetime | None,
    set_aside: tuple[str, ...] = (),
    stopped: Mapping[Capability, Stopped] = MappingProxyType({}),
) -> Iterator[Limitation]:
    """The limits of the whole app: what is down and why, hidden previews, nothing kept, what was not read.

    Args:
        phone: How it stands.
        kept: Why nothing is kept; None: it is.
        previews_hidden_since: Since when notifications come without their text; None: they come with it.
        set_aside: The names of damaged archives that lie there.
        stopped: What a person stopped reading, and how far it had got.
    """
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
    if kept is not None:
        sentence, evidence = NOT_KEPT[kept]
        yield evolve(make_limitation(LimitKind.NOT_KEPT, evidence=evidence), sentence=sentence)
    if set_aside:
        files, evidence = ", ".join(set_aside), "a damaged archive was found"
        yield make_limitation(LimitKind.HISTORY_SET_ASIDE, evidence=evidence, files=files)
    for capability, at in stopped.items():
        yield make_limitation(
            STOPPED[capability], since=at.since, evidence="the wish to stop", read=f"{at.read:,}"
        )


def _down_kind(state: CapabilityState) -> LimitKind | None:
    if state.phase not in (LinkPhase.WAITING, LinkPhase.CONNECTING) or state.reason is None:
        return None
    return _DOWN.get((state.capability, state.reason))
