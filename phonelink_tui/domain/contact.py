"""Who is in the phone's book?"""

from __future__ import annotations

from attrs import frozen

from phonelink_tui.domain.address import Address
from phonelink_tui.domain.text import RemoteText


@frozen
class Contact:
    """One card of the phone's book: a name, which is for display only, and its addresses."""

    name: RemoteText
    addresses: tuple[Address, ...]
