"""What goes into the machine of pairing, what comes out, and what is between?"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from attrs import field, frozen

from phonelink_tui.domain.bond import BondChange
from phonelink_tui.domain.pairing import ComputerFacts, Finding, FoundPhone, PairAnswer, PairEnd, SwitchView
from phonelink_tui.domain.phone import Capability


class Do(StrEnum):
    """What a host can be told to do. Each is answered with one Done or Failed."""

    CHECK = "check"
    """Find the facts out; told by FactsSeen before it is done."""
    SERVE_AGENT = "serve-agent"
    DISMISS_AGENT = "dismiss-agent"
    OPEN_DOOR = "open-door"
    """Be pairable and discoverable, remembering what was."""
    CLOSE_DOOR = "close-door"
    """Be as before."""
    SEARCH = "search"
    STOP_SEARCH = "stop-search"
    CONNECT = "connect"
    """Connect to the unpaired phone, which then begins the pairing itself."""
    PAIR = "pair"
    STOP_WORK = "stop-work"
    """End a CONNECT or PAIR under way; those are not answered any more."""
    ANSWER = "answer"
    """Answer the agent's question: `text` is yes or no."""
    COMPARE_BOND = "compare-bond"
    """With the pairing the phone is known by, if it is; told by BondSeen before it is done."""
    TRUST = "trust"
    SAVE = "save"
    BEGIN_SESSIONS = "begin-sessions"
    """Ask the phone for its LE link, open all sessions, and keep trying."""
    RETRY_SESSIONS = "retry-sessions"
    END_SESSIONS = "end-sessions"
    SEND_TEST = "send-test"
    """`text` is the own number."""
    REMOVE_DEVICE = "remove-device"


@frozen
class Effect:
    """One thing to do."""

    do: Do
    phone: str = ""
    """Id of the phone it is about."""
    text: str = ""


@frozen
class Done:
    do: Do


@frozen
class Failed:
    do: Do
    reason: str
    """A stable word of `REASONS`."""
    message: str
    hint: str = ""


@frozen
class FactsSeen:
    facts: ComputerFacts


@frozen
class ComputerChanged:
    """Something about the adapter is different: what stood in the way may be mended."""


@frozen
class PhoneSeen:
    phone: FoundPhone


@frozen
class PhoneGone:
    id: str


@frozen
class Asked:
    """The phone wants to pair."""

    phone: FoundPhone
    passkey: int | None
    """None: there is nothing to compare."""


@frozen
class Withdrawn:
    """The question is no longer asked."""


@frozen
class Bonded:
    """BlueZ says that the phone is paired."""

    id: str


@frozen
class BondSeen:
    """How the pairing is weaker than, or other than, the one the phone is known by."""

    changes: tuple[BondChange, ...]


@frozen
class BluetoothLost:
    """bluetoothd or the adapter went."""

    message: str


@frozen
class SwitchSeen:
    switch: SwitchView


@frozen
class Late:
    """The stage has lasted as long as it may."""


Event = (
    Done
    | Failed
    | FactsSeen
    | ComputerChanged
    | PhoneSeen
    | PhoneGone
    | Asked
    | Withdrawn
    | Bonded
    | BondSeen
    | BluetoothLost
    | SwitchSeen
    | Late
    | PairAnswer
)


class Stage(StrEnum):
    """Where the machine stands."""

    CHECKING = "checking"
    BLOCKED = "blocked"
    """Something stands in the way; a person mends it, or goes on all the same."""
    OPENING = "opening"
    FINDING = "finding"
    CONNECTING = "connecting"
    OFFERING = "offering"
    """Connecting did not make the phone pair: the other way has a consequence, which is said first."""
    PAIRING = "pairing"
    COMPARING = "comparing"
    BONDING = "bonding"
    RECOGNISING = "recognising"
    CHANGED = "changed"
    """The pairing is not the one the phone is known by: a person decides whether it is from now on."""
    TRUSTING = "trusting"
    KEEPING = "keeping"
    SWITCHES = "switches"
    TEST = "test"
    SENDING = "sending"
    UNDOING = "undoing"
    ENDED = "ended"


DEADLINES_S: Final[dict[Stage, float | None]] = {
    Stage.CHECKING: 15,
    Stage.BLOCKED: None,
    Stage.OPENING: 30,
    Stage.FINDING: 600,
    Stage.CONNECTING: 40,
    Stage.OFFERING: None,
    Stage.PAIRING: 75,
    Stage.COMPARING: 60,  # bluetoothd itself gives up then
    Stage.BONDING: 30,
    Stage.RECOGNISING: 20,
    Stage.CHANGED: None,
    Stage.TRUSTING: 20,
    Stage.KEEPING: 30,
    Stage.SWITCHES: None,
    Stage.TEST: None,
    Stage.SENDING: 45,
    Stage.UNDOING: 30,
    Stage.ENDED: None,
}
"""How long each may last. None: a person decides, and can always leave."""

CONNECTS: Final = 3
"""Tries to connect before the other way is offered: phones were seen to refuse the first two."""

PHONES: Final = 50
"""Shown at most; a busy place has more devices than anybody reads."""


@frozen
class State:
    """All the machine knows."""

    stage: Stage = Stage.CHECKING
    facts: ComputerFacts | None = None
    findings: tuple[Finding, ...] = ()
    phones: tuple[FoundPhone, ...] = ()
    phone: FoundPhone | None = None
    passkey: int | None = None
    connects: int = 0
    paired_first: bool = False
    """Paired by us and not by the phone: notifications will most likely not come."""
    bond_changes: tuple[BondChange, ...] = ()
    """How the pairing differs from the one the phone is known by."""
    waiting: frozenset[Do] = frozenset()
    """Effects whose answer this stage awaits."""
    undo: tuple[Effect, ...] = ()
    """What would have to be undone, the last first."""
    whole: bool = False
    """The phone is paired and trusted: nothing of it is undone any more."""
    switches: dict[Capability, SwitchView] = field(factory=dict)
    notes: tuple[str, ...] = ()
    tested: str = ""
    """What came of the test message."""
    end: PairEnd | None = None
    reason: str = ""
    message: str = ""
    hint: str = ""
    left_over: tuple[Do, ...] = ()
    """What could not be undone."""

    @property
    def phone_id(self) -> str:
        """Of the phone it is about; "" while there is none."""
        return self.phone.id if self.phone is not None else ""


Step = tuple[State, tuple[Effect, ...]]
"""The next state, and what to do, in this order."""
