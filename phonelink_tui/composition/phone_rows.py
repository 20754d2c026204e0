"""What does `phonelink phones` list? Values, without anything of Bluetooth loaded."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from phonelink_tui.domain.bond import Bond, BondChange
from phonelink_tui.domain.phone import PhoneKind
from phonelink_tui.domain.text import RemoteText
from phonelink_tui.errors import PhonelinkError


@frozen
class PhoneRow:
    """A phone that is known here, paired with this computer, or both."""

    address: str
    name: RemoteText
    kind: PhoneKind
    adapter: str
    """Address of the adapter it is paired with; "" where that is not known."""
    since: datetime | None
    """When it was paired here or first found paired; None: it is not known yet."""
    paired_here: bool
    """Whether this program paired it."""
    bond: Bond | None
    """As BlueZ shows it now; None: BlueZ could not be asked."""
    connected: bool | None
    change: BondChange | None
    """Why the pairing is refused, if it is."""
    history: bool = False
    """Whether an archive of it is kept."""
    paths: tuple[str, ...] = ()
    """BlueZ's objects for it."""


@frozen
class PhoneList:
    """All of them."""

    rows: tuple[PhoneRow, ...]
    problem: PhonelinkError | None
    """Why BlueZ could not be asked."""
