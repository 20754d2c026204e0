"""Who is behind an address, and under which thread does a text of theirs lie?"""

from __future__ import annotations

from attrs import evolve

from phonelink_tui.domain.address import Address, AddressKind, identify
from phonelink_tui.domain.call import Call
from phonelink_tui.domain.contact import Contact
from phonelink_tui.domain.message import Audience
from phonelink_tui.domain.observed import Party
from phonelink_tui.domain.text import RemoteText, clean_line
from phonelink_tui.domain.thread import ThreadId, ThreadKey, thread_id


class Filing:
    """The region of the phone's own number, and the keys of its threads."""

    def __init__(self, phone_id: str, secret: bytes, region: str | None) -> None:
        self.region = region
        """ISO 3166; None where national numbers cannot be completed."""
        self._phone_id = phone_id
        self._secret = secret

    def identify(self, raw: str) -> Address:
        """The address that `raw` spells on this phone."""
        return identify(raw, self.region)

    def identify_party(self, party: Party) -> Address:
        """The address of a sender or recipient; one that has only a name cannot be answered."""
        address = self.identify(party.address)
        if address.kind is AddressKind.NONE and party.name:
            return Address(party.name, AddressKind.ALPHANUMERIC, "name:" + party.name)
        return address

    def complete(self, address: Address) -> Address:
        """An address that was identified without the region, or with another one."""
        return self.identify(address.value) if address.kind is AddressKind.PHONE else address

    def complete_contact(self, contact: Contact) -> Contact:
        """A card of the book, its national numbers completed."""
        return evolve(contact, addresses=tuple(map(self.complete, contact.addresses)))

    def complete_call(self, call: Call) -> Call:
        """A call, its national number completed."""
        return evolve(call, address=self.complete(call.address))

    def file_under(self, audience: Audience, address_key: str) -> ThreadId:
        """The thread for an audience and the other end's key."""
        return thread_id(ThreadKey(self._phone_id, audience, address_key), self._secret)

    def thread_of(self, audience: Audience, address: Address, group: RemoteText | None) -> ThreadId:
        """The thread of a text: that of its group where the group has a name, else of the other end."""
        key = f"group:{group}" if audience is Audience.GROUP and group else address.key
        return self.file_under(audience, key)


def group_of(sender: Party, recipients: tuple[Party, ...]) -> RemoteText | None:
    """The name of a group that lists all its recipients: theirs; None where there is one at most."""
    if len(recipients) < 2:
        return None
    people = {p.address: p.name or p.address for p in (sender, *recipients) if p.address}
    return clean_line(", ".join(sorted(people.values())))
