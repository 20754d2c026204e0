"""Can our client read from a MAP server that is not ours? obexd's, on a second adapter, with messages in files."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from phonelink_tui.domain.observed import Folder, OutgoingText
from phonelink_tui.domain.text import clean_line
from phonelink_tui.errors import ObexRefused
from phonelink_tui.profiles.map_client import MapClient
from phonelink_tui.profiles.phone_clock import PhoneClock
from phonelink_tui.profiles.quirks import Quirks
from phonelink_tui.transport.bluez.link import BluezSpec, open_bluez_link
from tests.backends.world import opened
from tests.e2e.guest import bluez
from tests.e2e.guest.dbus import eventually
from tests.e2e.guest.world import World

ROOT = Path("/run/map-messages")
MAS_UUID = "00001132-0000-1000-8000-00805f9b34fb"
HANDLE = "20000100001"
LISTING = (
    '<MAP-msg-listing version="1.0">\n'
    f'<msg handle="{HANDLE}" subject="Hello" datetime="20261122T120000" sender_name="Alice" '
    'sender_addressing="+15550101" recipient_addressing="+15550199" type="SMS_GSM" size="5" text="yes" '
    'reception_status="complete" attachment_size="0" priority="no" read="no" sent="no" protected="no"/>\n'
    "</MAP-msg-listing>\n"
)
BMESSAGE = "\r\n".join((
    "BEGIN:BMSG", "VERSION:1.0", "STATUS:UNREAD", "TYPE:SMS_GSM", "FOLDER:telecom/msg/inbox",
    "BEGIN:VCARD", "VERSION:2.1", "N:Alice", "TEL:+15550101", "END:VCARD",
    "BEGIN:BENV", "BEGIN:BBODY", "CHARSET:UTF-8", "LENGTH:27",
    "BEGIN:MSG", "Hello", "END:MSG", "END:BBODY", "END:BENV", "END:BMSG", "",
))  # fmt: skip


async def run(world: World) -> None:
    """List and read by our link and client; what obexd's server does not know is refused, and told as such."""
    for folder in ("inbox", "outbox", "sent", "draft", "deleted"):
        (ROOT / "telecom/msg" / folder).mkdir(parents=True, exist_ok=True)
    (ROOT / "telecom/msg/inbox/mlisting.xml").write_text(LISTING)
    (ROOT / "telecom/msg/inbox" / HANDLE).write_text(BMESSAGE)
    address = await world.second_adapter()
    # Without its own, obexd leaves event reports to us: both adapters have one bluetoothd.
    await world.start_obexd("-a", "-P", "mns", environment={"MAP_ROOT": str(ROOT)})

    async def published() -> bool:
        adapter = await world.bus.properties(bluez.SERVICE, bluez.ADAPTER, bluez.ADAPTER_INTERFACE)
        return MAS_UUID in adapter["UUIDs"]

    await eventually(published, "obexd's MAP server")
    await bluez.pair(world.bus, await bluez.discover(world.bus, address))
    world.say("paired with the second adapter")
    async with (
        open_bluez_link(BluezSpec(adapter="hci0", address=address)) as link,
        asyncio.timeout(30),
        opened(MapClient.open(link, PhoneClock(), Quirks())) as client,
    ):
        rows = await client.list_texts(Folder.INBOX, limit=20)
        world.say(f"listed: {rows}")
        # The server with messages in files reads few of the columns; what it says of one is what it had.
        assert [row.handle for row in rows] == [HANDLE], rows
        assert [party.address for party in rows[0].recipients] == ["+15550199"], rows
        fetched = await client.fetch_text(HANDLE, Folder.INBOX)
        world.say(f"read: {fetched}")
        assert (fetched.text, fetched.sender.address) == ("Hello", "+15550101"), fetched
        with pytest.raises(ObexRefused) as refused:
            await client.push_text(OutgoingText(clean_line("+15550101"), "It cannot push"))
        world.say(f"push: {refused.value}")
        assert await client.list_texts(Folder.INBOX, limit=20) == rows
