"""The virtual phone as a fixture in tests of your own: real MAP bytes in memory, no radio, no sockets.

    python examples/virtual_phone_fixture.py        or copy the fixture into a conftest.py

Whatever speaks MAP to phones can be tested so; here it is this project's own client.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from phonelink_tui.domain.observed import Folder, OutgoingText
from phonelink_tui.domain.phone import PhoneKind
from phonelink_tui.domain.text import clean_line
from phonelink_tui.profiles.map_client import MapClient
from phonelink_tui.profiles.phone_clock import PhoneClock
from phonelink_tui.profiles.quirks import QUIRKS
from phonelink_tui.transport.together import beside
from phonelink_tui.virtual.entries import StoredContact
from phonelink_tui.virtual.phone import VirtualPhone
from phonelink_tui.virtual.radio import VirtualLink, open_link


@asynccontextmanager
async def iphone() -> AsyncIterator[tuple[VirtualPhone, VirtualLink]]:
    """An iPhone that knows Alice. With pytest-asyncio: decorate it with `@pytest.fixture` instead."""
    phone = VirtualPhone()
    phone.add_contact(StoredContact("Alice Moreau", ("+15550100",)))
    async with open_link(phone) as link:
        yield phone, link


async def test_a_text_arrives_and_its_answer_is_counted() -> None:
    async with iphone() as (phone, link):
        phone.receive_text("+15550100", "Dinner at 7?")

        client = await MapClient.open(link, PhoneClock(), QUIRKS[PhoneKind.IPHONE])
        async with beside(client.run()):
            (row,) = await client.list_texts(Folder.INBOX, limit=10)
            text = await client.fetch_text(row.handle, Folder.INBOX)
            await client.push_text(OutgoingText(clean_line(row.sender.address), "Gladly"))
        await client.aclose()

        assert (row.sender.name, text.text) == ("Alice Moreau", "Dinner at 7?")
        assert [(pushed.recipients, pushed.text) for pushed in phone.pushed] == [(("+15550100",), "Gladly")]
        print("the phone counted", len(phone.pushed), "text to", phone.pushed[0].recipients[0])


if __name__ == "__main__":
    asyncio.run(test_a_text_arrives_and_its_answer_is_counted())
