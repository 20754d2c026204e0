"""How are texts read from and handed to a phone? MessageAccess over MAP, with the phone's call-back."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import datetime
from typing import Final

from phonelink_tui.domain.observed import (
    ChangeKind,
    FetchedText,
    Folder,
    FolderChange,
    ListedText,
    OutgoingText,
)
from phonelink_tui.errors import LinkLost, LocalProtocolError, ObexRefused, ProfileError, RemoteProtocolError
from phonelink_tui.profiles import map_mapping
from phonelink_tui.profiles.mns_server import MnsServer
from phonelink_tui.profiles.obex_session import ObexSession
from phonelink_tui.profiles.phone_clock import PhoneClock
from phonelink_tui.profiles.quirks import Quirks
from phonelink_tui.protocol.map.bmessage_decoder import decode_bmessage
from phonelink_tui.protocol.map.constants import FOLDER_PATH, ParameterMask, StatusIndicator
from phonelink_tui.protocol.map.datetimes import MapDateTime
from phonelink_tui.protocol.map.handles import MessageHandle, decode_handle
from phonelink_tui.protocol.map.listing import decode_message_listing
from phonelink_tui.protocol.map.parameters import MapParameters, decode_map_parameters
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
from phonelink_tui.transport.link import PhoneLink, Service
from phonelink_tui.transport.together import beside, together

CALL_BACK_S: Final = 10.0
"""A phone that has not called back by then is polled as well."""

POLL_S: Final = 15.0
"""Between two looks at a phone that reports nothing by itself; iPhones were seen polled so without harm."""

_COLUMNS: Final = (
    ParameterMask.SUBJECT
    | ParameterMask.DATETIME
    | ParameterMask.SENDER_NAME
    | ParameterMask.SENDER_ADDRESSING
    | ParameterMask.RECIPIENT_NAME
    | ParameterMask.RECIPIENT_ADDRESSING
    | ParameterMask.TYPE
    | ParameterMask.ATTACHMENT_SIZE
    | ParameterMask.READ
)
_SUBJECT_BYTES: Final = 255
NOT_KNOWN: Final = frozenset({ResponseCode.NOT_IMPLEMENTED, ResponseCode.BAD_REQUEST, ResponseCode.NOT_FOUND})
"""What phones answer that cannot look for new texts."""


class MapClient:
    """An open message session. Made by `open`; used once."""

    def __init__(
        self, session: ObexSession, mns: MnsServer, clock: PhoneClock, quirks: Quirks, stack: AsyncExitStack
    ) -> None:
        self._session = session
        self._mns = mns
        self._clock = clock
        self._quirks = quirks
        self._stack = stack
        self._changes: asyncio.Queue[FolderChange] = asyncio.Queue(1)

    @classmethod
    async def open(cls, link: PhoneLink, clock: PhoneClock, quirks: Quirks) -> MapClient:
        """Connect, register for event reports, enter telecom/msg.

        Raises:
            ObexRefused: 0xC3 where the phone's switch is off.
            PhoneUnreachable, BluetoothUnavailable, LinkLost, DeadlineExceeded, RemoteProtocolError.
        """
        stack = AsyncExitStack()
        try:
            return await cls._open(stack, link, clock, quirks)
        except BaseException:
            await stack.aclose()  # not with the error: a link's task groups would hand it on wrapped
            raise

    @classmethod
    async def _open(
        cls, stack: AsyncExitStack, link: PhoneLink, clock: PhoneClock, quirks: Quirks
    ) -> MapClient:
        mns = MnsServer()
        await stack.enter_async_context(link.serve_call_backs(mns.serve))
        session = ObexSession(await link.open_stream(Service.MAS))
        stack.push_async_callback(session.aclose)
        async with beside(session.run()):
            await session.connect(connect_mas(link.connect_features(Service.MAS)))
            if await _ask_if_known(session, SetNotificationRegistration(on=True).encode()):
                session.last_requests = (SetNotificationRegistration(on=False).encode(),)
            for step in (
                SetFolder(FolderStep.ROOT),
                *(SetFolder(FolderStep.DOWN, name) for name in FOLDER_PATH),
            ):
                await session.request(step.encode())
        return cls(session, mns, clock, quirks, stack)

    async def run(self) -> None:
        """See `MessageAccess.run`."""
        await together(
            self._session.run(), self._take_events(), self._watch_call_back(), self._poll_if_silent()
        )

    async def list_texts(
        self,
        folder: Folder,
        *,
        limit: int,
        offset: int = 0,
        begin: datetime | None = None,
        end: datetime | None = None,
    ) -> tuple[ListedText, ...]:
        """See `MessageAccess.list_texts`."""
        parameters = MapParameters(
            max_list_count=limit,
            list_start_offset=offset,
            filter_period_begin=self._local(begin),
            filter_period_end=self._local(end),
            parameter_mask=_COLUMNS,
            subject_length=_SUBJECT_BYTES,
        )
        done = await self._session.request(GetMessagesListing(folder.value, parameters).encode())
        reply = decode_map_parameters(done.parameters)
        if reply.mse_time is not None:
            self._clock.learn(reply.mse_time.offset)
        listing = decode_message_listing(done.body or b"")
        return tuple(map_mapping.listed(entry, folder, self._clock) for entry in listing.entries)

    async def fetch_text(self, handle: str, folder: Folder) -> FetchedText:
        """See `MessageAccess.fetch_text`."""
        done = await self._session.request(GetMessage(known_handle(handle)).encode())
        try:
            message = decode_bmessage(done.body or b"")
        except RemoteProtocolError as error:
            raise ProfileError("The phone wrote this text in a form that cannot be read.") from error
        return map_mapping.fetched(message, handle, folder)

    async def push_text(self, text: OutgoingText) -> str:
        """See `MessageAccess.push_text`."""
        bmessage = map_mapping.write_bmessage(text, self._quirks)
        done = await self._session.request_once(PushMessage(bmessage, Folder.OUTBOX.value).encode())
        handle = decode_handle(done.headers.name)
        return handle.text if handle else ""

    async def set_read(self, handle: str, *, read: bool) -> None:
        """See `MessageAccess.set_read`."""
        status = SetMessageStatus(known_handle(handle), StatusIndicator.READ, read)
        await self._session.request(status.encode())

    async def refresh_inbox(self) -> None:
        """See `MessageAccess.refresh_inbox`."""
        if self._quirks.update_inbox:
            await _ask_if_known(self._session, UpdateInbox().encode())

    async def next_change(self) -> FolderChange:
        """See `MessageAccess.next_change`."""
        return await self._changes.get()

    async def aclose(self) -> None:
        """End the registration and the session; the phone closes its call-back by itself."""
        await self._stack.aclose()

    async def _take_events(self) -> None:
        while True:
            event = await self._mns.next_event()
            await self._changes.put(map_mapping.changed(event, self._clock))

    async def _watch_call_back(self) -> None:
        """Without its call-back a session is deaf: better a new one, with a look at what was missed."""
        await self._mns.ended.wait()
        raise LinkLost("The phone closed its event channel.")

    async def _poll_if_silent(self) -> None:
        try:
            async with asyncio.timeout(CALL_BACK_S):
                await self._mns.connected.wait()
        except TimeoutError:
            while not self._mns.connected.is_set():
                await self._changes.put(FolderChange(ChangeKind.OTHER, "", Folder.INBOX))
                await asyncio.sleep(POLL_S)

    def _local(self, moment: datetime | None) -> MapDateTime | None:
        return MapDateTime(self._clock.to_local(moment)) if moment is not None else None


async def _ask_if_known(session: ObexSession, operation: Operation) -> bool:
    """Ask for what some phones do not know; those are listened to, or looked at, without it. Whether it knew."""
    try:
        await session.request(operation)
    except ObexRefused as refusal:
        if refusal.code not in NOT_KNOWN:
            raise
        return False
    return True


def known_handle(text: str) -> MessageHandle:
    """A handle that this program was told before. Raises LocalProtocolError: it is none."""
    handle = decode_handle(text)
    if handle is None:
        raise LocalProtocolError("This is no message handle.")
    return handle
