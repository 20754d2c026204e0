"""Does a MAP client that is not ours hear what happens to a text? Our phone calls obexd back and reports it."""

from __future__ import annotations

import asyncio

from phonelink_tui.virtual.phone import VirtualPhone
from tests.e2e.guest.dbus import eventually
from tests.e2e.guest.patience import stretched
from tests.e2e.guest.served_phone import serve_obex
from tests.e2e.guest.world import World


async def run(world: World) -> None:
    """Let obexd register for events; a text arrives, is deleted on the phone, and another arrives."""
    phone = VirtualPhone()
    async with serve_obex(phone, world.phone):
        await world.pair()
        obexd = await world.start_obexd()
        session = await obexd.create_session(world.phone.address)
        await eventually(lambda: phone.counts["registration"] == 1, "obexd's registration")

        async def told(text: str) -> str:
            """The object of a text that arrives, as obexd signals it."""
            stored = phone.receive_text("+15550101", text)
            async with asyncio.timeout(stretched(15)):
                path, message = await obexd.new_messages.get()
            world.say(f"InterfacesAdded: {path} {message}")
            assert path == f"{session}/message{stored.handle}", (path, stored.handle)
            known = (message["Folder"].strip("/").lower(), message["Type"], message["Status"])
            assert known == ("telecom/msg/inbox", "sms-gsm", "notification"), message
            return path

        path = await told("Are you there?")
        body = await obexd.get(path)
        assert "BEGIN:MSG\r\nAre you there?\r\nEND:MSG\r\n" in body, body

        assert phone.delete_text(int(path.rpartition("message")[2]))

        async def moved() -> bool:
            return str((await obexd.message(path))["Folder"]) == "/telecom/msg/deleted"

        await eventually(moved, "the event of the deletion")
        assert await told("Still there?") != path
        await eventually(lambda: phone.counts["event"] == 3, "obexd's answer to the third event")
        await obexd.remove_session(session)
        await eventually(lambda: phone.counts["registration"] == 2, "the end of obexd's registration")
