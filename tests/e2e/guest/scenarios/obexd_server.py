"""Can our client read from a MAP server that is not ours? obexd's, on a second adapter, with messages in files."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from phonelink_tui.domain.observed import ChangeKind, Folder, OutgoingText, Party
from phonelink_tui.domain.text import clean_line
from phonelink_tui.errors import ObexRefused
from phonelink_tui.profiles.map_client import MapClient
from phonelink_tui.profiles.phone_clock import PhoneClock
from phonelink_tui.profiles.quirks import Quirks
from phonelink_tui.protocol.obex.codes import ResponseCode
from phonelink_tui.transport.bluez.link import BluezSpec, open_bluez_link
from tests.backends.world import opened
from tests.e2e.guest import bluez
from tests.e2e.guest.dbus import eventually
from tests.e2e.guest.patience import stretched
from tests.e2e.guest.world import World

ROOT = Path("/run/map-messages")
MAS_UUID = "00001132-0000-1000-8000-00805f9b34fb"
HANDLE, OLDER = "20000100001", "20000100002"
ALICE, BOB, OWN = "+15550101", "+15550102", "+15550199"


def row(handle: str, subject: str, time: str, sender: str) -> str:
    """A line of obexd's own listing file: it reads one message a line."""
    return (
        f'<msg handle="{handle}" subject="{subject}" datetime="20261122T{time}" sender_name="Somebody" '
        f'sender_addressing="{sender}" recipient_addressing="{OWN}" type="SMS_GSM" size="5" text="yes" '
        'reception_status="complete" attachment_size="0" priority="no" read="no" sent="no" protected="no"/>\n'
    )


LISTING = (
    '<MAP-msg-listing version="1.0">\n'
    + row(HANDLE, "Hello", "120000", ALICE)
    + row(OLDER, "Earlier", "113000", BOB)
    + "</MAP-msg-listing>\n"
)
BMESSAGE = "\r\n".join((
    "BEGIN:BMSG", "VERSION:1.0", "STATUS:UNREAD", "TYPE:SMS_GSM", "FOLDER:telecom/msg/inbox",
    "BEGIN:VCARD", "VERSION:2.1", "N:Alice", "TEL:+15550101", "END:VCARD",
    "BEGIN:BENV", "BEGIN:BBODY", "CHARSET:UTF-8", "LENGTH:27",
    "BEGIN:MSG", "Hello", "END:MSG", "END:BBODY", "END:BENV", "END:BMSG", "",
))  # fmt: skip


async def run(world: World) -> None:
    """List, page and read by our link and client; what obexd's server does not know is refused, and told as such."""
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
        asyncio.timeout(stretched(45)),
        opened(MapClient.open(link, PhoneClock(), Quirks())) as client,
    ):
        await reads(world, client)
        await is_refused(world, client)
        # It reports nothing: after a while the client looks by itself, and says so.
        change = await client.next_change()
        assert (change.kind, change.folder, change.handle) == (ChangeKind.OTHER, Folder.INBOX, ""), change


async def reads(world: World, client: MapClient) -> None:
    """Rows, a page of them, and a body, in every value that this server hands on."""
    rows = await client.list_texts(Folder.INBOX, limit=20)
    world.say(f"listed: {rows}")
    told = [(one.handle, one.subject, one.at, one.sender.address, one.read, one.outgoing) for one in rows]
    # The server with messages in files hands few of its columns on: subject, time and sender are not among them.
    assert told == [(handle, "", None, "", False, False) for handle in (HANDLE, OLDER)], told
    assert [[party.address for party in one.recipients] for one in rows] == [[OWN], [OWN]], rows
    assert not any(one.has_attachment for one in rows), rows
    assert await client.list_texts(Folder.INBOX, limit=20, offset=1) == rows[1:]

    fetched = await client.fetch_text(HANDLE, Folder.INBOX)
    world.say(f"read: {fetched}")
    assert (fetched.handle, fetched.folder, fetched.read) == (HANDLE, Folder.INBOX, False), fetched
    assert (fetched.text, fetched.sender) == ("Hello", Party(clean_line(ALICE), clean_line("Alice"))), fetched


async def is_refused(world: World, client: MapClient) -> None:
    """It takes no text and no mark, and has no body of the older text; the session goes on after each."""
    text = OutgoingText(clean_line(ALICE), "It cannot push")
    for what, asked, code in (
        ("push", client.push_text(text), ResponseCode.NOT_IMPLEMENTED),
        ("mark", client.set_read(HANDLE, read=True), ResponseCode.NOT_IMPLEMENTED),
        ("body", client.fetch_text(OLDER, Folder.INBOX), ResponseCode.BAD_REQUEST),
    ):
        with pytest.raises(ObexRefused) as refused:
            await asked
        world.say(f"{what}: {refused.value.code:#x} {refused.value}")
        assert refused.value.code == code, (what, hex(refused.value.code))
    await client.refresh_inbox()  # not known either, which is no error: texts are looked for anyhow
    assert len(await client.list_texts(Folder.INBOX, limit=20)) == 2
