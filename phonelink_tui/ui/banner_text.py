"""What does a banner say? Its sentence, since when, and on request why it is so and whose limit it is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, tzinfo
from typing import Final

from attrs import frozen

from phonelink_tui.domain.limitations import LimitAction, Limitation, LimitClass, LimitKind, LimitScope
from phonelink_tui.domain.phone import Capability, DownReason, PhoneKind
from phonelink_tui.ui.when import local, moment

SIGNS: Final = {
    LimitClass.STRUCTURAL: "·",
    LimitClass.PERMISSION: "!",
    LimitClass.POLICY: "§",
    LimitClass.TEMPORARY: "○",
}
"""So that the class of a limit is not told by colour alone."""

ACTIONS: Final = {
    LimitAction.RETRY: "Enter tries again now",
    LimitAction.READ_ON: "Enter reads on",
    LimitAction.START_PRIVATE: "Enter opens a conversation with that person alone",
}

_ASKED_FOR: Final[dict[str, str]] = {
    Capability.MESSAGES: "texts",
    Capability.NOTIFICATIONS: "notifications",
    Capability.CONTACTS: "contacts",
}

_ANSWERS: Final[dict[str, str]] = {
    DownReason.OUT_OF_RANGE: "the phone did not answer",
    DownReason.LINK_LOST: "the connection broke off",
    DownReason.TIMEOUT: "the phone fell silent",
    DownReason.REFUSED: "the phone turned the connection down",
    DownReason.FORBIDDEN: "the phone said that it may not",
    DownReason.NO_BLUETOOTH: "no Bluetooth was found here",
    DownReason.ADAPTER_OFF: "the adapter was off",
    DownReason.BLUEZ_TOO_OLD: "BlueZ lacked what is needed",
    DownReason.CLASS_OF_DEVICE: "the phone did not offer them",
    DownReason.OBEXD_IN_THE_WAY: "obexd had taken the place",
    DownReason.BOND_CHANGED: "another pairing came with the phone",
}

_TRAITS: Final = {
    PhoneKind.IPHONE.value: "the phone is an iPhone",
    PhoneKind.ANDROID.value: "the phone is an Android phone",
    "recipients": "the recipients of its texts",
    "notification title and subtitle": "the title and subtitle of its notifications",
}

_ORDER: Final = (LimitClass.POLICY, LimitClass.TEMPORARY, LimitClass.PERMISSION, LimitClass.STRUCTURAL)

_LONG_WORD: Final = re.compile(r"\w{4,}")


@frozen
class Banner:
    """One limit as it is shown."""

    kind: LimitKind | None
    """None for a line of our own, such as the relay's end."""
    sign: str
    role: str
    """`bad`, `warn`, `dim` or `note`."""
    sentence: str
    why: str = ""
    offer: str = ""
    action: LimitAction | None = None
    target: str = ""


def banner(limit: Limitation, now: datetime, zone: tzinfo | None) -> Banner:
    """A limit in words."""
    spec = limit.spec
    since = ""
    if spec.cls is LimitClass.TEMPORARY and limit.since is not None and limit.scope is LimitScope.APP:
        since = f" Since {moment(limit.since, zone, now)}."
    known = _seen(limit.evidence)
    evidence = (
        f" What was seen: {known}." if known and not _says(f"{limit.sentence} {spec.why}", known) else ""
    )
    return Banner(
        limit.kind,
        SIGNS[spec.cls],
        "dim" if spec.cls is LimitClass.STRUCTURAL else "warn",
        limit.sentence + since,
        f"{spec.why} This is a limit of {spec.whose.value}.{evidence}",
        ACTIONS[spec.action] if spec.action else "",
        spec.action,
        limit.target,
    )


def banners(limits: Iterable[Limitation], now: datetime, zone: tzinfo | None) -> tuple[Banner, ...]:
    """Limits in words, those a person can do something about first; one of each kind."""
    by_kind = {limit.kind: limit for limit in limits}
    ordered = sorted(by_kind.values(), key=lambda limit: _ORDER.index(limit.spec.cls))
    return tuple(banner(limit, now, zone) for limit in ordered)


def _seen(evidence: str) -> str:
    """The evidence of a limit, as one would say it."""
    capability, _, reason = evidence.partition(": ")
    if capability in _ASKED_FOR and reason in _ANSWERS:
        return f"{_ANSWERS[reason]}, when asked for {_ASKED_FOR[capability]}"
    return _TRAITS.get(evidence, evidence.replace("_", " "))


def _says(text: str, evidence: str) -> bool:
    """Whether a text holds most words of the evidence already."""
    words = _LONG_WORD.findall(evidence.casefold())
    return 2 * sum(word in text.casefold() for word in words) >= len(words)


def since_you_left(words: str) -> Banner:
    """What changed while nobody looked."""
    why = "Counted from the last key pressed in any terminal of this relay. Esc puts this line away."
    return Banner(None, "↩", "note", words, why)


def relay_ended(reason: str, attach_at: datetime | None, zone: tzinfo | None) -> Banner:
    """The relay is gone: nothing on the screen changes until it is found again, if it is looked for."""
    why = "The relay is the part that holds the phone. What is shown here is what it said last."
    if attach_at is None:
        return Banner(None, "✕", "bad", reason, why)
    return Banner(
        None,
        "✕",
        "bad",
        f"{reason} It is looked for by itself, next at {local(attach_at, zone):%H:%M:%S}. "
        "You can read; what you write stays here.",
        f"{why} A relay on this computer is started by `phonelink relay run`, one over ssh by the same there.",
        "Enter looks for it now",
        LimitAction.RETRY,
    )
