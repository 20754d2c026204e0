"""Can a MAP client that is not ours list, read and send with our phone? obexd's lists, reads and pushes."""

from __future__ import annotations

from phonelink_tui.transport.link import Service
from phonelink_tui.virtual.entries import StoredContact
from phonelink_tui.virtual.phone import VirtualPhone
from tests.e2e.guest.obex_bytes import OBEXD_CONNECT
from tests.e2e.guest.served_phone import serve_obex
from tests.e2e.guest.world import World

ALICE = "+15550101"
BOB = "+15550102"
GREETING = "See you at eight?"
ANSWER = "Grüße from the café ☕"

PUSHED = "\r\n".join((
    "BEGIN:BMSG", "VERSION:1.0", "STATUS:READ", "TYPE:SMS_GSM", "FOLDER:telecom/msg/outbox",
    "BEGIN:VCARD", "VERSION:2.1", "N:", "TEL:", "END:VCARD",
    "BEGIN:BENV", "BEGIN:VCARD", "VERSION:2.1", "N:", f"TEL:{BOB}", "END:VCARD",
    "BEGIN:BBODY", "CHARSET:UTF-8", f"LENGTH:{len(ANSWER.encode()) + 22}",
    "BEGIN:MSG", ANSWER, "END:MSG", "END:BBODY", "END:BENV", "END:BMSG", "",
))  # fmt: skip


async def run(world: World) -> None:
    """List the inbox, fetch one text, push one, and look at the phone."""
    phone = VirtualPhone()
    phone.add_contact(StoredContact("Alice Example", (ALICE,)))
    phone.receive_text(ALICE, GREETING)
    phone.receive_text(BOB, ANSWER)
    async with serve_obex(phone, world.phone) as served:
        await world.pair()
        obexd = await world.start_obexd()
        session = await obexd.create_session(world.phone.address)
        first = bytes(served.streams[Service.MAS][0].transcript[: len(OBEXD_CONNECT)])
        assert first == OBEXD_CONNECT, f"obexd's first bytes: {first.hex(' ')}"

        await obexd.set_folder(session, "/telecom/msg/inbox")
        listed = await obexd.list_messages(session)
        world.say(f"ListMessages: {listed}")
        told = {
            (message["Sender"], message["SenderAddress"], message["Subject"]) for message in listed.values()
        }
        assert told == {("Alice Example", ALICE, GREETING), ("", BOB, ANSWER)}, told

        greeting = next(path for path, message in listed.items() if message["Subject"] == GREETING)
        bmessage = await obexd.get(greeting)
        world.say(f"Message1.Get: {bmessage!r}")
        assert bmessage.startswith("BEGIN:BMSG\r\n"), bmessage
        assert f"BEGIN:MSG\r\n{GREETING}\r\nEND:MSG\r\n" in bmessage, bmessage

        await obexd.set_folder(session, "/telecom/msg")
        await obexd.push(session, "outbox", PUSHED)
        world.say(f"PushMessage: the phone has {phone.pushed}")
        assert [(pushed.recipients, pushed.text) for pushed in phone.pushed] == [((BOB,), ANSWER)]
        await obexd.remove_session(session)
