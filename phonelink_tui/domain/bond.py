"""What can be seen of the pairing with a phone, and is it still the one the phone was known by?

bluetoothd's D-Bus interface shows whether a pairing is there, whether it is kept, and (5.86, experimental) for which
of the two links it holds. The keys themselves, whether they are P-192 or P-256 and whether they are authenticated are
in files of root alone and in the kernel's management interface: they cannot be compared here, and nothing here claims
that they were. `LegacyPairing` speaks of a search, not of a bond, and is wrong for phones that hide their name.
(BlueZ 5.87, doc/org.bluez.Device.rst)
"""

from __future__ import annotations

from enum import StrEnum

from attrs import frozen


@frozen
class Bond:
    """What BlueZ shows of a pairing. None: this BlueZ does not show it."""

    paired: bool
    bonded: bool | None = None
    """Kept over a restart; since BlueZ 5.65."""
    bredr: bool | None = None
    """Holds for messages and contacts; only an experimental BlueZ from 5.86 on tells the bearers apart."""
    le: bool | None = None
    """Holds for notifications."""

    @property
    def words(self) -> str:
        """For people."""
        if not self.paired:
            return "not paired"
        if self.bonded is False:
            return "paired until the next restart"
        bearers = {(True, True): ", for messages and notifications", (True, False): ", for messages only"}
        return "paired" + bearers.get((bool(self.bredr), bool(self.le)), "")


class BondChange(StrEnum):
    """How a pairing is worse than, or other than, the one a phone was known by."""

    GONE = "gone"
    LE_GONE = "le_gone"
    NOT_KEPT = "not_kept"
    OTHER_ADAPTER = "other_adapter"


SENTENCES = {
    BondChange.GONE: "This computer is no longer paired with the phone.",
    BondChange.LE_GONE: "It holds for messages alone now; before, it held for notifications too.",
    BondChange.NOT_KEPT: "It is a temporary one now; before, it was kept.",
    BondChange.OTHER_ADAPTER: "It was made with another Bluetooth adapter.",
}
"""Each ends the sentence "this is not the pairing the phone was known by"."""


def bond_changes(known: Bond, known_adapter: str, seen: Bond, adapter: str) -> tuple[BondChange, ...]:
    """All that is wrong with the pairing seen now: that it is another adapter's does not hide that it is weaker."""
    found = (bond_change(known, known_adapter, seen, adapter), bond_change(known, "", seen, ""))
    return tuple(dict.fromkeys(change for change in found if change is not None))


def bond_change(known: Bond, known_adapter: str, seen: Bond, adapter: str) -> BondChange | None:
    """What is wrong with the pairing seen now; None: nothing that can be seen.

    Args:
        known: As it was recorded.
        known_adapter: Address of the adapter then; "": unknown.
        seen: As it is now.
        adapter: Address of the adapter now.
    """
    if not seen.paired:
        return BondChange.GONE
    if known_adapter and adapter and known_adapter != adapter:
        return BondChange.OTHER_ADAPTER
    if known.le and seen.le is False:
        return BondChange.LE_GONE  # the derived key is gone: this pairing was made another, weaker way
    if seen.bonded is False and known.bonded is not False:
        return BondChange.NOT_KEPT
    return None
