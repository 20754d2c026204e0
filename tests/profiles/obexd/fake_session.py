"""What does a session of obexd's do with a phone? Real OBEX to it, in the words of obexd to a program.

It keeps to what obexd 5.66 to 5.87 were read to do: one request at a time, objects for messages once listed or
reported, handles in decimal, response codes as words, or not told at all where a transfer only fails.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import Any, Final

from attrs import define, field
from dbus_fast import Variant

from phonelink_tui.errors import (
    DeadlineExceeded,
    ObexRefused,
    OutcomeUnknown,
    PhonelinkError,
    PhoneUnreachable,
)
from phonelink_tui.profiles.mns_server import MnsServer
from phonelink_tui.profiles.obex_session import ObexSession
from phonelink_tui.protocol.map.constants import FOLDER_PATH, EventType, StatusIndicator
from phonelink_tui.protocol.map.datetimes import decode_datetime
from phonelink_tui.protocol.map.event_report import Event
from phonelink_tui.protocol.map.handles import MessageHandle
from phonelink_tui.protocol.map.listing import MessageEntry, decode_message_listing
from phonelink_tui.protocol.map.parameters import MapParameters
from phonelink_tui.protocol.map.requests import (
    FolderStep,
    GetMessage,
    GetMessagesListing,
    PushMessage,
    SetFolder,
    SetMessageStatus,
    SetNotificationRegistration,
    UpdateInbox,
    connect_mas,
)
from phonelink_tui.protocol.obex.codes import ResponseCode
from phonelink_tui.protocol.obex.operations import Operation
from phonelink_tui.protocol.pbap.constants import Format, PropertySelector
from phonelink_tui.protocol.pbap.parameters import PbapParameters
from phonelink_tui.protocol.pbap.requests import PullPhoneBook, PullVCardEntry, SetPhoneBook, connect_pse
from phonelink_tui.transport.link import PhoneLink, Service
from phonelink_tui.transport.stream import ByteStream
from tests.profiles.obexd.mischief import Refused

TIMEOUT_S: Final = 60.0
"""gobex's for the first packet of a transfer."""

MESSAGE: Final = "org.bluez.obex.Message1"
SERVICES: Final = {"map": Service.MAS, "pbap": Service.PBAP}

WORDS: Final = {
    "HTTP_VERSION_NOT_SUPPORTED": "Version Not Supported",
    "REQUEST_TIMEOUT": "Request Time Out",
    "ENTITY_TOO_LARGE": "Request Entity Too Large",
}
STATUSES: Final = {
    EventType.SENDING_SUCCESS: "sending-success",
    EventType.SENDING_FAILURE: "sending-failure",
    EventType.DELIVERY_SUCCESS: "delivery-success",
    EventType.DELIVERY_FAILURE: "delivery-failure",
}
KNOWN_EVENTS: Final = {
    *STATUSES,
    EventType.MEMORY_FULL,
    EventType.MEMORY_AVAILABLE,
    EventType.MESSAGE_DELETED,
    EventType.MESSAGE_SHIFT,
}
"""Besides NewMessage, which obexd takes every other for."""

FIELDS: Final = {
    "Subject": ("s", "subject"),
    "Sender": ("s", "sender_name"),
    "SenderAddress": ("s", "sender_addressing"),
    "Recipient": ("s", "recipient_name"),
    "RecipientAddress": ("s", "recipient_addressing"),
    "Type": ("s", "type"),
    "Status": ("s", "reception_status"),
    "AttachmentSize": ("t", "attachment_size"),
    "Read": ("b", "read"),
}


def in_words(error: PhonelinkError) -> Refused:
    """What obexd says of a request that failed."""
    match error:
        case ObexRefused(code=code):
            name = ResponseCode(code).name
            known = code in set(ResponseCode)
            return Refused(WORDS.get(name, name.replace("_", " ").title()) if known else "<unknown>")
        case DeadlineExceeded():
            return Refused("Timed out waiting for response")
        case _:
            return Refused("Transport got disconnected")


def at_connect(error: PhonelinkError) -> Refused:
    """What obexd says of a session that could not be opened."""
    match error:
        case ObexRefused(code=code):
            return Refused(f"OBEX Connect failed with 0x{code & 0x7F:02x}")
        case PhoneUnreachable(refused=True):
            return Refused("Connection refused (111)")
        case PhoneUnreachable():
            return Refused("Unable to find service record")
        case _:
            return in_words(error)


@define
class FakeSession:
    """A session with a phone. `signals` gets what obexd would signal, as (path, interface, properties or None)."""

    path: str
    owner: str
    service: Service
    obex: ObexSession
    packets: list[int]
    """How many whole packets came in: the one entry."""
    messages: dict[int, dict[str, Variant]] = field(factory=dict)
    folder: str = ""
    """The phonebook selected."""
    turn: asyncio.Lock = field(factory=asyncio.Lock)
    task: asyncio.Task[None] | None = None

    async def request(self, operation: Operation) -> Any:
        """One request. Raises Refused."""
        try:
            async with self.turn:
                return await self.obex.request(operation)
        except PhonelinkError as error:
            raise in_words(error) from None

    async def set_folder(self, folder: str) -> None:
        """SETPATH from the root."""
        await self.request(SetFolder(FolderStep.ROOT).encode())
        for name in folder.strip("/").split("/"):
            await self.request(SetFolder(FolderStep.DOWN, name).encode())

    async def list_messages(self, folder: str, filters: dict[str, Any]) -> list[int]:
        """Take a listing in; the handles in its order. Raises Refused."""
        parameters = MapParameters(
            max_list_count=filters.get("MaxCount", 1024),
            list_start_offset=filters.get("Offset", 0),
            subject_length=filters.get("SubjectLength"),
            parameter_mask=0xFFFF if "Fields" in filters else None,
            filter_period_begin=decode_datetime(filters.get("PeriodBegin", "")),
            filter_period_end=decode_datetime(filters.get("PeriodEnd", "")),
        )
        done = await self.request(GetMessagesListing(folder, parameters).encode())
        listing = decode_message_listing(done.body or b"")
        for entry in listing.entries:
            self._take_row(entry, folder)
        return [entry.handle.number for entry in listing.entries]

    def _take_row(self, entry: MessageEntry, folder: str) -> None:
        path = "/" + "/".join((*FOLDER_PATH, folder))
        message = self.messages.setdefault(entry.handle.number, {"Folder": Variant("s", path)})
        for name, (signature, attribute) in FIELDS.items():
            value = getattr(entry, attribute)
            if value is not None:
                message[name] = Variant(signature, value)
            elif signature != "s":
                message.setdefault(name, Variant(signature, False if signature == "b" else 0))
        if entry.datetime is not None:
            message["Timestamp"] = Variant("s", entry.datetime.encode())

    def take_event(self, event: Event) -> tuple[bool, int, dict[str, Variant]] | None:
        """What an event report changes: whether there is a new object, for which message, with which properties."""
        handle = event.handle.number if event.handle else 0
        folder = "/" + (event.folder or "").strip("/")
        if event.type not in KNOWN_EVENTS:
            self.messages[handle] = {
                "Folder": Variant("s", folder),
                "Status": Variant("s", "notification"),
                "Read": Variant("b", False),
            }
            return True, handle, self.messages[handle]
        changed = {}
        if event.type in STATUSES:
            changed = {"Status": Variant("s", STATUSES[EventType(event.type)])}
        elif event.type == EventType.MESSAGE_DELETED:
            changed = {"Folder": Variant("s", "/telecom/msg/deleted")}
        elif event.type == EventType.MESSAGE_SHIFT:
            changed = {"Folder": Variant("s", folder)}
        if not changed or handle not in self.messages:
            return None
        self.messages[handle].update(changed)
        return False, handle, changed

    async def get_message(self, handle: int) -> bytes:
        """A bMessage. Raises Refused."""
        done = await self.request(GetMessage(MessageHandle(f"{handle:x}")).encode())
        return done.body or b""

    async def set_read(self, handle: int, read: bool) -> None:
        """Mark a message. Raises Refused."""
        status = SetMessageStatus(MessageHandle(f"{handle:x}"), StatusIndicator.READ, read)
        await self.request(status.encode())

    async def update_inbox(self) -> None:
        """Raises Refused."""
        await self.request(UpdateInbox().encode())

    async def push(self, bmessage: bytes, folder: str) -> tuple[bool, int]:
        """Push; whether it went well, and how many bytes were read from the file for it."""
        try:
            async with self.turn:
                await self.obex.request_once(PushMessage(bmessage, folder).encode())
        except (OutcomeUnknown, ObexRefused):
            return False, len(bmessage)
        except PhonelinkError:
            return False, max(0, len(bmessage) - 1)
        return True, len(bmessage)

    async def select(self, book: str) -> None:
        """Raises Refused."""
        self.folder = book
        for name in ("", "telecom", book):
            await self.request(SetPhoneBook(name).encode())

    async def pull_all(self, filters: dict[str, Any]) -> bytes:
        """The selected book. Raises Refused."""
        done = await self.request(PullPhoneBook(f"telecom/{self.folder}.vcf", cards(filters)).encode())
        return done.body or b""

    async def pull(self, card: str, filters: dict[str, Any]) -> bytes:
        """One card of the selected book. Raises Refused."""
        done = await self.request(PullVCardEntry(card, cards(filters)).encode())
        return done.body or b""


def cards(filters: dict[str, Any]) -> PbapParameters:
    """obexd's filters as parameters."""
    selector = PropertySelector(0)
    for name in filters.get("Fields", ()):
        selector |= PropertySelector["CALL_DATETIME" if name == "X-IRMC-CALL-DATETIME" else name]
    return PbapParameters(
        property_selector=selector,
        format=Format.VCARD_3_0,
        max_list_count=filters.get("MaxCount", 0xFFFF),
        list_start_offset=filters.get("Offset", 0),
    )


async def connect(
    link: PhoneLink, target: str, mns: MnsServer, stack: AsyncExitStack
) -> tuple[ObexSession, list[int]]:
    """Connect a service of the phone, with a place for it to call back.

    Its answers are read by `ObexSession.run`, which has to run beside.
    """
    if target == "map":
        await stack.enter_async_context(link.serve_call_backs(mns.serve))
    packets = [0]
    stream = PacketCount(await link.open_stream(SERVICES[target]), packets)
    session = ObexSession(stream, packet_s=TIMEOUT_S)
    stack.push_async_callback(session.aclose)
    return session, packets


async def greet(session: ObexSession, target: str) -> None:
    """CONNECT and what follows by itself."""
    await session.connect(connect_mas() if target == "map" else connect_pse())
    if target == "map":
        await session.request(SetNotificationRegistration(on=True).encode())


class PacketCount:
    """A stream whose whole incoming OBEX packets are counted: obexd tells progress by them, not by bytes."""

    def __init__(self, stream: ByteStream, packets: list[int]) -> None:
        self._stream = stream
        self._packets = packets
        self._buffer = b""

    async def receive(self) -> bytes:
        """See `ByteStream.receive`."""
        data = await self._stream.receive()
        self._buffer += data
        while len(self._buffer) >= 3 and len(self._buffer) >= int.from_bytes(self._buffer[1:3]) >= 3:
            self._buffer = self._buffer[int.from_bytes(self._buffer[1:3]) :]
            self._packets[0] += 1
        return data

    async def send(self, data: bytes) -> None:
        """See `ByteStream.send`."""
        await self._stream.send(data)

    async def aclose(self) -> None:
        """See `ByteStream.aclose`."""
        await self._stream.aclose()
