"""Can a MAP client that is not ours list, read, mark and send with our phone? obexd's does, value by value."""

from __future__ import annotations

from datetime import UTC, datetime

from phonelink_tui.transport.link import Service
from phonelink_tui.virtual.entries import StoredContact
from phonelink_tui.virtual.phone import OWNER, VirtualPhone
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


LISTED = {
    "Subject": GREETING,
    "Timestamp": "20261122T120000",
    "Sender": "Alice Example",
    "SenderAddress": ALICE,
    "Recipient": OWNER.name,
    "RecipientAddress": OWNER.addresses[0],
    "Type": "sms-gsm",
    "Size": len(GREETING),
    "Status": "complete",
    "Priority": False,
    "Read": False,
    "Sent": False,
    "Protected": False,
}
"""The first text as obexd tells it, in every property that it has had since 5.66."""

FETCHED = "\r\n".join((
    "BEGIN:BMSG", "VERSION:1.0", "STATUS:UNREAD", "TYPE:SMS_GSM", "FOLDER:telecom/msg/inbox",
    "BEGIN:VCARD", "VERSION:2.1", "N:Example;Alice;;;", f"TEL:7:{ALICE}", "END:VCARD",
    "BEGIN:BENV", "BEGIN:BBODY", "CHARSET:UTF-8", f"LENGTH:{len(GREETING) + 22}",
    "BEGIN:MSG", GREETING, "END:MSG", "END:BBODY", "END:BENV", "END:BMSG", "",
))  # fmt: skip


async def run(world: World) -> None:
    """List the inbox, fetch one text, mark it, ask for news, push one, and look at the phone."""
    phone = VirtualPhone(zone=UTC)
    phone.add_contact(StoredContact("Alice Example", (ALICE,)))
    first = phone.receive_text(ALICE, GREETING, at=datetime(2026, 11, 22, 12, 0, tzinfo=UTC))
    second = phone.receive_text(BOB, ANSWER)
    async with serve_obex(phone, world.phone) as served:
        await world.pair()
        obexd = await world.start_obexd()
        session = await obexd.create_session(world.phone.address)
        begun = bytes(served.streams[Service.MAS][0].transcript[: len(OBEXD_CONNECT)])
        assert begun == OBEXD_CONNECT, f"obexd's first bytes: {begun.hex(' ')}"

        await obexd.set_folder(session, "/telecom/msg/inbox")
        listed = await obexd.list_messages(session)
        world.say(f"ListMessages: {listed}")
        paths = {text.handle: f"{session}/message{text.handle}" for text in (first, second)}
        assert set(listed) == set(paths.values()), (listed, paths)
        greeting, answer = (listed[paths[text.handle]] for text in (first, second))
        assert {name: greeting[name] for name in LISTED} == LISTED, greeting
        assert (answer["Sender"], answer["SenderAddress"], answer["Subject"]) == ("", BOB, ANSWER), answer

        path = paths[first.handle]
        bmessage = await obexd.get(path)
        world.say(f"Message1.Get: {bmessage!r}")
        assert bmessage == FETCHED, bmessage

        await obexd.set_read(path, read=True)
        marked = (phone.text_with(first.handle), phone.text_with(second.handle))
        assert [text is not None and text.read for text in marked] == [True, False], marked
        await obexd.update_inbox(session)

        await obexd.set_folder(session, "/telecom/msg")
        await obexd.push(session, "outbox", PUSHED)
        world.say(f"PushMessage: the phone has {phone.pushed}")
        assert [(pushed.recipients, pushed.text) for pushed in phone.pushed] == [((BOB,), ANSWER)]
        assert (phone.counts["push"], phone.counts["message"]) == (1, 1), phone.counts
        await obexd.remove_session(session)
