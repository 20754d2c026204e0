"""How are obexd's MAP and PBAP clients driven: sessions, listings, transfers, events?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from dbus_fast import Message, MessageType, Variant

from tests.e2e.guest.dbus import OBJECT_MANAGER, PROPERTIES, Bus, Values, eventually, plain

SERVICE = "org.bluez.obex"
CLIENT = "org.bluez.obex.Client1"
SESSION = "org.bluez.obex.Session1"
MESSAGE_ACCESS = "org.bluez.obex.MessageAccess1"
MESSAGE = "org.bluez.obex.Message1"
PHONEBOOK_ACCESS = "org.bluez.obex.PhonebookAccess1"
TRANSFER = "org.bluez.obex.Transfer1"
ENDED = ("complete", "error")


class Obexd:
    """obexd's client API, and what it signalled.

    Args:
        bus: The session bus obexd is on.
        directory: Where files to and from obexd are put.
    """

    def __init__(self, bus: Bus, directory: Path) -> None:
        self._bus = bus
        self._directory = directory
        self._statuses: dict[str, str] = {}
        self._changed = asyncio.Event()
        self.new_messages: asyncio.Queue[tuple[str, Values]] = asyncio.Queue()

    @classmethod
    @asynccontextmanager
    async def attached(cls, address: str, directory: Path) -> AsyncIterator[Obexd]:
        """Wait for obexd on the bus at an address, and listen to it."""
        async with Bus.at(address) as bus:
            obexd = cls(bus, directory)
            bus.connection.add_message_handler(obexd._on_message)
            await bus.match(f"type='signal',sender='{SERVICE}'")
            await eventually(lambda: bus.has_owner(SERVICE), "obexd on the session bus")
            yield obexd

    async def sessions(self) -> list[tuple[str, str]]:
        """Whose sessions are open, of any program: the phone's address, and the service's UUID."""
        objects = await self._bus.objects(SERVICE)
        found = [interfaces[SESSION] for interfaces in objects.values() if SESSION in interfaces]
        return [(session["Destination"], session["Target"]) for session in found]

    @property
    def completed(self) -> list[str]:
        """Transfers that went well, of any program: their object paths."""
        return [transfer for transfer, status in self._statuses.items() if status == "complete"]

    async def create_session(self, address: str, target: str = "map") -> str:
        """Open a session with a phone, `map` or `pbap`; its object path."""
        body = [address, {"Target": Variant("s", target)}]
        return str(await self._call("/org/bluez/obex", f"{CLIENT}.CreateSession", "sa{sv}", body))

    async def remove_session(self, session: str) -> None:
        """Close a session."""
        await self._call("/org/bluez/obex", f"{CLIENT}.RemoveSession", "o", [session])

    async def set_folder(self, session: str, folder: str) -> None:
        """Go to a folder, given from the root."""
        await self._call(session, f"{MESSAGE_ACCESS}.SetFolder", "s", [folder])

    async def list_messages(
        self, session: str, folder: str = "", filters: dict[str, Variant] | None = None
    ) -> dict[str, Values]:
        """The messages of a folder below the current one, or of that: object path to properties."""
        listed = await self._call(
            session, f"{MESSAGE_ACCESS}.ListMessages", "sa{sv}", [folder, filters or {}]
        )
        return {path: plain(values) for path, values in listed.items()}

    async def get(self, message: str) -> str:
        """The bMessage of a message, fetched into a file and read from there."""
        file = self._directory / f"{message.rpartition('/')[2]}.bmsg"
        transfer = await self._call(message, f"{MESSAGE}.Get", "sb", [str(file), False])
        await self._finish(transfer[0])
        return file.read_bytes().decode()

    async def message(self, path: str) -> Values:
        """What obexd knows of a message now."""
        return await self._bus.properties(SERVICE, path, MESSAGE)

    async def set_read(self, message: str, *, read: bool) -> None:
        """Mark a message on the phone."""
        await self._bus.set_property(SERVICE, message, MESSAGE, "Read", "b", read)

    async def update_inbox(self, session: str) -> None:
        """Ask the phone to look for new messages."""
        await self._call(session, f"{MESSAGE_ACCESS}.UpdateInbox", "", [])

    async def select(self, session: str, book: str) -> None:
        """Go to a phonebook of the phone's own memory."""
        await self._call(session, f"{PHONEBOOK_ACCESS}.Select", "ss", ["int", book])

    async def size(self, session: str) -> int:
        """How many cards the book that was selected has."""
        return int(await self._call(session, f"{PHONEBOOK_ACCESS}.GetSize", "", []))

    async def list_cards(self, session: str) -> list[tuple[str, str]]:
        """The cards of the book that was selected: handle and name."""
        cards = await self._call(session, f"{PHONEBOOK_ACCESS}.List", "a{sv}", [{}])
        return [(card[0], card[1]) for card in cards]

    async def search_cards(self, session: str, field: str, value: str) -> list[tuple[str, str]]:
        """The cards whose `name` or `number` has this value."""
        body = [field, value, {}]
        cards = await self._call(session, f"{PHONEBOOK_ACCESS}.Search", "ssa{sv}", body)
        return [(card[0], card[1]) for card in cards]

    async def pull_card(self, session: str, handle: str, filters: dict[str, Variant]) -> str:
        """One card of the book that was selected."""
        return await self._into_file(
            session, f"{PHONEBOOK_ACCESS}.Pull", "ssa{sv}", lambda file: [handle, file, filters]
        )

    async def pull_all(self, session: str, filters: dict[str, Variant]) -> str:
        """The whole book that was selected."""
        return await self._into_file(
            session, f"{PHONEBOOK_ACCESS}.PullAll", "sa{sv}", lambda file: [file, filters]
        )

    async def _into_file(
        self, path: str, member: str, signature: str, body: Callable[[str], Sequence[object]]
    ) -> str:
        file = self._directory / "pulled"
        transfer = await self._call(path, member, signature, body(str(file)))
        await self._finish(transfer[0])
        return file.read_bytes().decode()

    async def push(
        self, session: str, folder: str, bmessage: str, options: dict[str, Variant] | None = None
    ) -> None:
        """Push a bMessage to a folder, and wait until the transfer is complete."""
        file = self._directory / "push.bmsg"
        file.write_bytes(bmessage.encode())
        body = [str(file), folder, options or {}]
        transfer = await self._call(session, f"{MESSAGE_ACCESS}.PushMessage", "ssa{sv}", body)
        await self._finish(transfer[0])

    async def _call(self, path: str, member: str, signature: str, body: Sequence[object]) -> Any:
        return await self._bus.call(SERVICE, path, member, signature, body)

    async def _finish(self, transfer: str, limit_s: float = 20.0) -> None:
        """Wait by signal: a transfer that ends takes its object with it, so asking comes too late."""
        async with asyncio.timeout(limit_s):
            while self._statuses.get(transfer) not in ENDED:
                self._changed.clear()
                await self._changed.wait()
        status = self._statuses[transfer]
        assert status == "complete", f"{transfer}: {status}"

    def _on_message(self, message: Message) -> None:
        if message.message_type is not MessageType.SIGNAL or message.path is None:
            return
        if message.interface == OBJECT_MANAGER and message.member == "InterfacesAdded":
            path, interfaces = message.body
            if MESSAGE in interfaces:
                self.new_messages.put_nowait((path, plain(interfaces[MESSAGE])))
        elif message.interface == PROPERTIES and message.member == "PropertiesChanged":
            interface, changed, _ = message.body
            if interface == TRANSFER and "Status" in changed:
                self._statuses[message.path] = changed["Status"].value
                self._changed.set()
