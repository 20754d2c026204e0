"""How are texts read from and handed to a phone by obexd? MessageAccess over org.bluez.obex."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from dbus_fast import Variant

from phonelink_tui.domain.observed import (
    ChangeKind,
    FetchedText,
    Folder,
    FolderChange,
    ListedText,
    OutgoingText,
)
from phonelink_tui.errors import (
    LimitExceeded,
    ObexRefused,
    ProfileError,
    RemoteProtocolError,
)
from phonelink_tui.profiles import map_mapping
from phonelink_tui.profiles.map_client import CALL_BACK_S, NOT_KNOWN, POLL_S, known_handle
from phonelink_tui.profiles.obexd import names
from phonelink_tui.profiles.obexd.properties import changed_text, entry, handle_in, new_text, path_of
from phonelink_tui.profiles.obexd.push import push
from phonelink_tui.profiles.obexd.session import ObexdSession, Way
from phonelink_tui.profiles.phone_clock import PhoneClock
from phonelink_tui.profiles.quirks import Quirks
from phonelink_tui.protocol import limits
from phonelink_tui.protocol.map.bmessage_decoder import decode_bmessage
from phonelink_tui.protocol.map.constants import FOLDER_PATH
from phonelink_tui.protocol.map.datetimes import MapDateTime
from phonelink_tui.protocol.map.handles import MessageHandle
from phonelink_tui.protocol.obex.codes import ResponseCode
from phonelink_tui.transport.bluez.names import PROPERTIES
from phonelink_tui.transport.together import together

QUEUED_CHANGES: Final = 1024
"""Changes not yet taken. Beyond that they are dropped, and one look at the inbox is asked for in their place."""

KNOWN_TEXTS: Final = 0x10000
"""Texts that the session remembers to have objects for; offsets of listings are 16 bits wide."""

REVEALED_ROWS: Final = 1024
"""obexd knows the texts that it listed. Newest rows of a folder listed where an older one is asked for."""

_FIELDS: Final = [
    "subject",
    "timestamp",
    "sender",
    "sender-address",
    "recipient",
    "recipient-address",
    "type",
    "attachment",
    "read",
]
_SUBJECT_BYTES: Final = 255
_LOOK: Final = FolderChange(ChangeKind.OTHER, "", Folder.INBOX)


class ObexdMessages:
    """An open message session of obexd's. Made by `open`; used once."""

    _session: ObexdSession

    def __init__(self, clock: PhoneClock, quirks: Quirks) -> None:
        self._clock = clock
        self._quirks = quirks
        self._changes: asyncio.Queue[FolderChange] = asyncio.Queue(QUEUED_CHANGES)
        self._heard = asyncio.Event()
        self._known: set[int] = set()
        self._revealed: set[Folder] = set()

    @classmethod
    async def open(cls, way: Way, clock: PhoneClock, quirks: Quirks) -> ObexdMessages:
        """Let obexd connect, which registers for event reports by itself; enter telecom/msg.

        Args:
            way: To the phone.
            clock: The phone's.
            quirks: The phone's.

        Raises:
            ObexRefused: 0xC3 where the phone's switch is off.
            PhoneUnreachable, BluetoothUnavailable, LinkLost, DeadlineExceeded.
        """
        messages = cls(clock, quirks)
        session = await ObexdSession.open(way, "map", messages._take)
        messages._session = session
        try:
            folder = "/" + "/".join(FOLDER_PATH)
            await session.call(names.MESSAGE_ACCESS, "SetFolder", "s", [folder])
        except BaseException:
            await session.aclose()
            raise
        return messages

    async def run(self) -> None:
        """See `MessageAccess.run`."""
        await together(self._session.run(), self._poll_until_heard())

    async def list_texts(
        self,
        folder: Folder,
        *,
        limit: int,
        offset: int = 0,
        begin: datetime | None = None,
        end: datetime | None = None,
    ) -> tuple[ListedText, ...]:
        """See `MessageAccess.list_texts`. Rows behind one that obexd's XML parser rejects are missing."""
        filters = {
            "MaxCount": Variant("q", limit),
            "Offset": Variant("q", offset),
            "SubjectLength": Variant("y", _SUBJECT_BYTES),
            "Fields": Variant("as", _FIELDS),
        }
        for name, moment in (("PeriodBegin", begin), ("PeriodEnd", end)):
            if moment is not None:
                filters[name] = Variant("s", MapDateTime(self._clock.to_local(moment)).encode())
        result = await self._session.call(
            names.MESSAGE_ACCESS, "ListMessages", "sa{sv}", [folder.value, filters]
        )
        listing = result[0] if result else {}
        if not isinstance(listing, dict):
            raise ProfileError("obexd answered something else than a listing.")
        if len(listing) > limits.LISTING_ENTRIES:
            raise self._session.end(
                LimitExceeded(f"The phone listed more than {limits.LISTING_ENTRIES} texts at once.")
            )
        rows = ((handle_in(self._session.path, path), properties) for path, properties in listing.items())
        return tuple(
            map_mapping.listed(entry(handle, properties), folder, self._clock)
            for handle, properties in rows
            if handle is not None and isinstance(properties, dict)
        )

    async def fetch_text(self, handle: str, folder: Folder) -> FetchedText:
        """See `MessageAccess.fetch_text`."""
        path = path_of(self._session.path, known_handle(handle))
        try:
            body = await self._get(path)
        except ObexRefused as refusal:
            if not await self._reveal(refusal, folder):
                raise
            body = await self._get(path)
        try:
            message = decode_bmessage(body)
        except RemoteProtocolError as error:
            raise ProfileError("The phone wrote this text in a form that cannot be read.") from error
        return map_mapping.fetched(message, handle, folder)

    async def push_text(self, text: OutgoingText) -> str:
        """See `MessageAccess.push_text`. obexd does not tell the handle that the phone gave it."""
        await push(self._session, map_mapping.write_bmessage(text, self._quirks))
        return ""

    async def set_read(self, handle: str, *, read: bool) -> None:
        """See `MessageAccess.set_read`."""
        path = path_of(self._session.path, known_handle(handle))
        try:
            await self._set_read(path, read)
        except ObexRefused as refusal:
            if not await self._reveal(refusal, Folder.INBOX):
                raise
            await self._set_read(path, read)

    async def refresh_inbox(self) -> None:
        """See `MessageAccess.refresh_inbox`."""
        try:
            await self._session.call(names.MESSAGE_ACCESS, "UpdateInbox")
        except ObexRefused as refusal:
            if refusal.code not in NOT_KNOWN:
                raise

    async def next_change(self) -> FolderChange:
        """See `MessageAccess.next_change`."""
        return await self._changes.get()

    async def aclose(self) -> None:
        """Close the session."""
        await self._session.aclose()

    async def _get(self, path: str) -> bytes:
        return await self._session.fetch(
            names.MESSAGE, "Get", "sb", lambda file: [file, False], limits.BMESSAGE_BYTES, path=path
        )

    async def _set_read(self, path: str, read: bool) -> None:
        body = [names.MESSAGE, names.READ, Variant("b", read)]
        await self._session.call(PROPERTIES, "Set", "ssv", body, path=path)

    async def _reveal(self, refusal: ObexRefused, folder: Folder) -> bool:
        """List a folder, once a session, so that obexd has objects for its texts; whether it helps to ask again."""
        if refusal.code != ResponseCode.NOT_FOUND or folder in self._revealed:
            return False
        self._revealed.add(folder)
        await self.list_texts(folder, limit=REVEALED_ROWS)
        return True

    def _take(self, handle: MessageHandle, properties: Mapping[str, Any], added: bool) -> None:
        if added:
            change = new_text(handle, properties, known=handle.number in self._known)
            if len(self._known) >= KNOWN_TEXTS:
                self._known.clear()
            self._known.add(handle.number)
        else:
            change = changed_text(handle, properties)
        if change is None:
            return
        self._heard.set()
        if self._changes.full():
            while not self._changes.empty():
                self._changes.get_nowait()
            change = _LOOK
        self._changes.put_nowait(change)

    async def _poll_until_heard(self) -> None:
        """Whether the phone called obexd back cannot be known: until it reported once, it is looked at."""
        pause = CALL_BACK_S
        while not self._heard.is_set():
            try:
                async with asyncio.timeout(pause):
                    await self._heard.wait()
            except TimeoutError:
                if self._changes.empty():
                    self._changes.put_nowait(_LOOK)
            pause = POLL_S
