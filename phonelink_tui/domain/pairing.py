"""What does a person see of a pairing, and what can they answer? Values between the steps and whatever shows them."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from attrs import field, frozen

from phonelink_tui.domain.phone import Capability, PhoneKind
from phonelink_tui.domain.text import RemoteText

_SWITCHES: Final = {
    (PhoneKind.IPHONE, Capability.MESSAGES): "Show Message Notifications",
    (PhoneKind.IPHONE, Capability.CONTACTS): "Sync Contacts",
    (PhoneKind.IPHONE, Capability.NOTIFICATIONS): "Share System Notifications",
    (PhoneKind.ANDROID, Capability.MESSAGES): "Text messages",
    (PhoneKind.ANDROID, Capability.CONTACTS): "Contacts and call history sharing",
}
"""As iOS 26 and Android 14 label them."""


def switch_words(kind: PhoneKind, capability: Capability) -> str:
    """What the phone calls the switch of a capability."""
    return _SWITCHES.get((kind, capability), capability.value.capitalize())


@frozen
class ComputerFacts:
    """What was found out about this computer. None: it could not be."""

    adapter: str
    """For example `hci0`; "": there is none."""
    name: str = ""
    """Under which the phone lists this computer."""
    powered: bool = True
    blocked: str | None = None
    """`soft` or `hard` where rfkill holds the radio down."""
    class_of_device: int = 0
    hands_free: bool = False
    bluez: tuple[int, int] | None = None
    """Version of BlueZ."""
    can_advertise: bool = True
    experimental: bool = False
    """bluetoothd runs with --experimental."""
    obexd: bool | None = None
    """Whether obexd runs in this session."""


class FindingKind(StrEnum):
    """What may stand in the way, as a stable word."""

    NO_BLUETOOTH = "no-bluetooth"
    NO_ADAPTER = "no-adapter"
    BLOCKED = "rfkill"
    ADAPTER_OFF = "adapter-off"
    CLASS_OF_DEVICE = "class-of-device"
    OBEXD = "obexd-in-the-way"
    BLUEZ_OLD = "bluez-old"
    NO_ADVERTISING = "no-advertising"
    NOT_EXPERIMENTAL = "not-experimental"


class Weight(StrEnum):
    """How much a finding matters."""

    STOPS = "stops"
    """Nothing can be paired until it is mended."""
    ASKS = "asks"
    """It will most likely fail; a person may try all the same."""
    NOTES = "notes"


@frozen
class Finding:
    """One thing about this computer that a person should know before pairing."""

    kind: FindingKind
    weight: Weight
    sentence: str
    remedy: str


class PairStep(StrEnum):
    """The steps, in their order."""

    CHECK = "check"
    FIND = "find"
    CONNECT = "connect"
    COMPARE = "compare"
    KEEP = "keep"
    SWITCHES = "switches"
    TEST = "test"


class StepMark(StrEnum):
    """How a step stands."""

    AHEAD = "ahead"
    NOW = "now"
    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"


class AnswerKind(StrEnum):
    """What a person may answer; the view says which of them now."""

    YES = "yes"
    NO = "no"
    CHOOSE = "choose"
    """`text` is the id of a phone."""
    RETRY = "retry"
    SKIP = "skip"
    TEXT = "text"
    """`text` is what was asked for."""
    CANCEL = "cancel"


@frozen
class PairAnswer:
    """One answer."""

    kind: AnswerKind
    text: str = ""


@frozen
class FoundPhone:
    """A phone nearby, or one that is paired already."""

    id: str
    name: RemoteText
    address: str
    paired: bool = False
    kind: PhoneKind = PhoneKind.IPHONE


@frozen
class SwitchView:
    """One of the phone's switches for this computer."""

    capability: Capability
    on: bool = False
    note: str = ""
    """Why it is not on, in our words."""
    absent: bool = False
    """This phone has no such thing."""


class PairEnd(StrEnum):
    """How it ended."""

    PAIRED = "paired"
    CANCELLED = "cancelled"
    FAILED = "failed"


@frozen
class StepView:
    """One line of the list of steps."""

    step: PairStep
    mark: StepMark
    words: str


@frozen
class PairingView:
    """All there is to show at one moment."""

    steps: tuple[StepView, ...]
    headline: str
    """What is going on, or what to do now."""
    details: tuple[str, ...] = ()
    """More of it, a line each."""
    digits: str = ""
    """Six digits to compare."""
    phones: tuple[FoundPhone, ...] = ()
    switches: tuple[SwitchView, ...] = ()
    answers: tuple[tuple[AnswerKind, str], ...] = ()
    """What can be answered now, and what each does. CANCEL is always possible until the end."""
    default: AnswerKind | None = None
    """What Enter alone answers; None: nothing."""
    end: PairEnd | None = None
    reason: str = ""
    """At the end, or while something stands in the way: a stable word, of `FindingKind` in that case."""
    phone: FoundPhone | None = field(default=None)
    """Which one it is about."""
