"""Does a MAP client that is not ours hear of a new text? Our phone calls obexd back and reports it."""

from __future__ import annotations

import asyncio

from phonelink_tui.virtual.phone import VirtualPhone
from tests.e2e.guest.dbus import eventually
from tests.e2e.guest.served_phone import serve_obex
from tests.e2e.guest.world import World


async def run(world: World) -> None:
    """Let obexd register for events, let a text arrive, wait for obexd's signal."""
    phone = VirtualPhone()
    async with serve_obex(phone, world.phone):
        await world.pair()
        obexd = await world.start_obexd()
        session = await obexd.create_session(world.phone.address)
        await eventually(lambda: phone.counts["registration"] == 1, "obexd's registration")
        phone.receive_text("+15550101", "Are you there?")
        path, message = await asyncio.wait_for(obexd.new_messages.get(), 15)
        world.say(f"InterfacesAdded: {path} {message}")
        assert path.startswith(f"{session}/message"), path
        assert message["Folder"].strip("/").lower() == "telecom/msg/inbox", message
        await obexd.remove_session(session)
