"""Who is known? The phone's book, and whoever was written to from here; by `Address.key`, in memory."""

from __future__ import annotations

from collections.abc import Iterable

from phonelink_tui.domain.contact import Contact
from phonelink_tui.domain.message import TextMessage, tells_of_trust
from phonelink_tui.domain.text import RemoteText


class People:
    """Names and trust of addresses."""

    def __init__(self) -> None:
        self.contacts: tuple[Contact, ...] = ()
        self._names: dict[str, RemoteText] = {}
        self._written_to: set[str] = set()

    def take_book(self, contacts: tuple[Contact, ...]) -> None:
        """From now on this is the phone's book; the first contact with an address names it."""
        self.contacts = contacts
        self._names = {a.key: c.name for c in reversed(contacts) for a in c.addresses if c.name}

    def name_of(self, key: str) -> RemoteText | None:
        """The name the book has for an address."""
        return self._names.get(key)

    def were_written_to(self, keys: Iterable[str]) -> None:
        """Whom an earlier run wrote to."""
        self._written_to.update(keys)

    def was_written_to(self, key: str) -> bool:
        """Whether a text went to this address alone."""
        return key in self._written_to

    def note_written_to(self, message: TextMessage) -> str | None:
        """The recipient's key, should this be the first text that tells of trust in them."""
        if message.recipient is None or not tells_of_trust(message):
            return None
        key = message.recipient.key
        if key in self._written_to:
            return None
        self._written_to.add(key)
        return key
