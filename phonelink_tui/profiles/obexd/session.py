"""What is one session of obexd's? Opened, asked one thing after another, followed to its end. Used once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final

from attrs import frozen
from dbus_fast import Message, MessageType, Variant

from phonelink_tui.errors import (
    BluetoothUnavailable,
    DeadlineExceeded,
    LimitExceeded,
    LinkLost,
    PhonelinkError,
    PhoneUnreachable,
    ProfileError,
    RemoteProtocolError,
)
from phonelink_tui.profiles.obexd import names
from phonelink_tui.profiles.obexd.bus import ObexdBus, open_obexd_bus
from phonelink_tui.profiles.obexd.dbus_errors import gone, opening_error, session_error, untold
from phonelink_tui.profiles.obexd.files import PrivateFiles
from phonelink_tui.profiles.obexd.properties import handle_in
from phonelink_tui.profiles.obexd.transfers import Transfer, Transfers
from phonelink_tui.protocol.map.handles import MessageHandle
from phonelink_tui.transport.bluez.names import PROPERTIES

CREATE_S: Final = 25.0
"""Paging a phone, the search for its service and OBEX CONNECT; below what the relay allows for opening."""

PATIENCE_S: Final = 10.0
"""Between two steps of a request. obexd itself waits 60 s for the first packet, 10 s for others [gobex, read];
that is too long for a person, and a session given up is closed."""

ANSWERED_S: Final = 8.0
"""obexd's `error` is the phone's answer, or a timeout of obexd's, 10 s after a packet; steps are told each second. So
later than this after a step it may be a timeout: then the phone's answer may still come, and obexd would take it
for that of the next request, which may be a text. Such a session is given up."""

REMOVE_S: Final = 2.0
LATE_S: Final = 1.0
"""A file may appear a moment after its transfer is complete. [observed by others]"""

_LOOK_S: Final = 0.05
_EARLY_SIGNALS: Final = 1024
"""Signals before the path of the session is known; there are two or three."""

OnMessage = Callable[[MessageHandle, Mapping[str, Any], bool], None]
"""Takes the message an object stands for, its properties, and whether it is new (else these changed)."""


@frozen
class Way:
    """How obexd is to reach the phone."""

    adapter: str
    """Its public address."""
    phone: str
    """Its public address."""
    directory: Path | None
    """A private one, for files in passing; None: there is none."""
    start: bool = True
    """Whether an obexd is started where none runs."""


class ObexdSession:
    """One session; made by `open`. Requests wait their turn."""

    def __init__(self, files: PrivateFiles, stack: AsyncExitStack, on_message: OnMessage) -> None:
        self.path = ""
        self.files = files
        self._stack = stack
        self._on_message = on_message
        self._obexd: ObexdBus | None = None
        self._early: list[Message] = []
        self._transfers = Transfers()
        self._moved = asyncio.Event()
        self._ended = asyncio.Event()
        self._over: PhonelinkError | None = None
        self._turn = asyncio.Lock()
        self._stepped_at = 0.0
        self._limit: asyncio.Timeout | None = None
        self._limit_bytes: int | None = None

    @classmethod
    async def open(cls, way: Way, target: str, on_message: OnMessage) -> ObexdSession:
        """Let obexd connect.

        Args:
            way: To the phone.
            target: `map` or `pbap`.
            on_message: Told of message objects.

        Raises:
            PhoneUnreachable, BluetoothUnavailable, ObexRefused, DeadlineExceeded, LinkLost.
        """
        async with AsyncExitStack() as stack:
            files = PrivateFiles.make(way.directory)
            stack.callback(files.close)
            session = cls(files, stack, on_message)
            await session._create(way, target)
            session._stack = stack.pop_all()
            return session

    async def run(self) -> None:
        """Wait for the end, and raise it."""
        await self._ended.wait()
        raise self._over or gone()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """One request at a time. Raises LinkLost where the session is over."""
        async with self._turn:
            if self._over is not None:
                raise LinkLost(self._over.message)
            yield

    async def ask(
        self, path: str, interface: str, member: str, signature: str = "", body: Sequence[object] = ()
    ) -> Message:
        """Call within a turn; the reply, which may be an error. Raises LinkLost, DeadlineExceeded: it is over."""
        assert self._obexd is not None, "opened"
        self._stepped_at = asyncio.get_running_loop().time()
        async with self._patience():
            try:
                return await self._obexd.bus.request(
                    path,
                    interface,
                    member,
                    signature,
                    body,
                    destination=self._obexd.owner,
                    deadline_s=_NO_OTHER_DEADLINE_S,
                )
            except BluetoothUnavailable:
                raise self.end(LinkLost("The session bus ended.")) from None

    async def call(
        self, interface: str, member: str, signature: str = "", body: Sequence[object] = (), *, path: str = ""
    ) -> list[Any]:
        """Call a method of the session, or of an object below it; what it returns.

        Raises:
            ObexRefused, ProfileError: The phone or obexd said no; the session goes on.
            LinkLost, DeadlineExceeded: It is over.
        """
        async with self.turn():
            return self.result(await self.ask(path or self.path, interface, member, signature, body))

    def result(self, reply: Message) -> list[Any]:
        """What a reply returns, or raises."""
        if reply.message_type is MessageType.ERROR:
            error = session_error(reply)
            raise error if isinstance(error, ProfileError) else self.end(error)
        return list(reply.body)

    async def fetch(
        self,
        interface: str,
        member: str,
        signature: str,
        body: Callable[[str], Sequence[object]],
        limit_bytes: int,
        *,
        path: str = "",
    ) -> bytes:
        """Call a method that starts a transfer into a file; what then is in it.

        Args:
            interface, member, signature: Of the method.
            body: Its arguments, given the name of the file.
            limit_bytes: More ends the session.
            path: The object; "" for the session itself.
        """
        file = self.files.new_path()
        async with self.turn():
            self._limit_bytes = limit_bytes
            try:
                reply = await self.ask(path or self.path, interface, member, signature, body(file))
                transfer = await self.finished(started(self.result(reply)))
                await self.check_ended_well(transfer)
                await self._written(file, transfer)
                data = self.files.read(file, limit_bytes)
                if len(data) < (transfer.transferred or 0):
                    raise ProfileError("obexd wrote less than it says.")
                return data
            except RemoteProtocolError as error:
                raise self.end(error) from None
            finally:
                self._limit_bytes = None
                self.files.remove(file)

    async def finished(self, path: str) -> Transfer:
        """Wait within a turn until a transfer has ended. Raises LinkLost, DeadlineExceeded: the session is over."""
        try:
            async with self._patience():
                while not self._transfers.get(path).has_ended and self._over is None:
                    self._moved.clear()
                    await self._moved.wait()
        except LinkLost:  # in the same moment; how the transfer ended is known all the same
            if not self._transfers.get(path).has_ended:
                raise
        if not self._transfers.get(path).has_ended:
            raise self._as_lost()
        return self._transfers.get(path)

    async def check_ended_well(self, transfer: Transfer) -> None:
        """Within a turn: raises what a transfer that failed means."""
        if transfer.status == names.COMPLETE:
            return
        late = asyncio.get_running_loop().time() - self._stepped_at >= ANSWERED_S
        await self.check_alive()
        if late or transfer.status != names.FAILED:
            raise self.end(DeadlineExceeded("The phone did not answer in time."))
        raise untold()

    async def check_alive(self) -> None:
        """Within a turn: a session that was lost in the moment before is known to be by the next answer.

        Raises LinkLost, DeadlineExceeded: it is over.
        """
        body = [names.SESSION, "Destination"]
        reply = await self.ask(self.path, PROPERTIES, "Get", "ss", body)
        if reply.message_type is MessageType.ERROR:
            raise self.end(gone())

    def end(self, error: PhonelinkError) -> PhonelinkError:
        """The session is over; returns what ended it first."""
        if self._over is None:
            self._over = error
        self._ended.set()
        self._moved.set()
        self._extend(0.0)
        return self._over

    async def aclose(self) -> None:
        """Close the session; whoever waits gets LinkLost. What obexd does not answer, the end of our bus does."""
        self.end(LinkLost("The session was closed."))
        try:
            if self._obexd is not None and self.path:
                with suppress(PhonelinkError):
                    await self._of_client(self._obexd, "RemoveSession", "o", [self.path], REMOVE_S)
        finally:
            await self._stack.aclose()

    async def _create(self, way: Way, target: str) -> None:
        def lose() -> None:
            self.end(LinkLost("obexd ended."))

        opened = open_obexd_bus(self._take, lose, start=way.start)
        self._obexd = await self._stack.enter_async_context(opened)
        options = {"Target": Variant("s", target), "Source": Variant("s", way.adapter)}
        body = [way.phone, options]
        try:
            reply = await self._of_client(self._obexd, "CreateSession", "sa{sv}", body, CREATE_S)
        except DeadlineExceeded:
            raise DeadlineExceeded("The phone was not connected in time.") from None
        if reply.message_type is MessageType.ERROR:
            raise opening_error(reply)
        if not reply.body or not isinstance(reply.body[0], str):
            raise PhoneUnreachable("obexd named no session.")
        self.path = reply.body[0]
        early, self._early = self._early, []
        for message in early:
            self._take(message)

    async def _of_client(
        self, obexd: ObexdBus, member: str, signature: str, body: Sequence[object], deadline_s: float
    ) -> Message:
        return await obexd.bus.request(
            names.CLIENT_PATH,
            names.CLIENT,
            member,
            signature,
            body,
            destination=obexd.owner,
            deadline_s=deadline_s,
        )

    async def _written(self, file: str, transfer: Transfer) -> None:
        """Wait a moment for a file that is not there yet, or not all of it."""
        wanted = transfer.transferred or 0
        with suppress(TimeoutError):
            async with asyncio.timeout(LATE_S):
                while (size := self.files.size(file)) is None or size < wanted:  # noqa: ASYNC110 - no event tells
                    await asyncio.sleep(_LOOK_S)

    @asynccontextmanager
    async def _patience(self) -> AsyncIterator[None]:
        """A deadline that each step of a transfer moves on, and the end of the session brings forward."""
        try:
            async with asyncio.timeout(PATIENCE_S) as self._limit:
                yield
        except TimeoutError:
            if self._over is not None:
                raise self._as_lost() from None
            raise self.end(DeadlineExceeded("The phone did not answer in time.")) from None
        except asyncio.CancelledError:
            self._limit = None
            # obexd goes on with it, and a late answer to it would be taken for that of the next request.
            self.end(LinkLost("A request was given up in the middle."))
            raise
        finally:
            self._limit = None

    def _as_lost(self) -> PhonelinkError:
        """What whoever waits is told of the end."""
        error = self._over or gone()
        return error if isinstance(error, RemoteProtocolError) else LinkLost(error.message)

    def _extend(self, seconds: float) -> None:
        if self._limit is not None and not self._limit.expired():
            self._limit.reschedule(asyncio.get_running_loop().time() + seconds)

    def _take(self, message: Message) -> None:
        """A signal of obexd's, of whatever session."""
        if not self.path:
            self._early = [*self._early, message][:_EARLY_SIGNALS]
            return
        match message.member, message.body:
            case "InterfacesAdded", [str(path), dict(added)] if self._is_below(path):
                if isinstance(properties := added.get(names.MESSAGE), dict):
                    self._tell(path, properties, added=True)
            case "InterfacesRemoved", [str(path), list(removed)]:
                if path == self.path and names.SESSION in removed:
                    self.end(gone())
                elif self._is_below(path) and names.TRANSFER in removed:
                    self._transfers.remove(path)
                    self._moved.set()
            case "PropertiesChanged", [names.MESSAGE, dict(changed), *_] if self._is_below(message.path):
                self._tell(message.path or "", changed, added=False)
            case "PropertiesChanged", [names.TRANSFER, dict(changed), *_] if self._is_below(message.path):
                self._step(message.path or "", changed)

    def _tell(self, path: str, properties: Mapping[str, Any], *, added: bool) -> None:
        handle = handle_in(self.path, path)
        if handle is not None:
            self._on_message(handle, properties, added)

    def _step(self, path: str, changed: Mapping[str, Any]) -> None:
        if self._transfers.change(path, changed) and not self._transfers.get(path).has_ended:
            self._stepped_at = asyncio.get_running_loop().time()
            self._extend(PATIENCE_S)
        self._moved.set()
        size = self._transfers.get(path).transferred or 0
        if self._limit_bytes is not None and size > self._limit_bytes:
            self.end(LimitExceeded(f"The phone sent more than {self._limit_bytes} bytes."))

    def _is_below(self, path: str | None) -> bool:
        return path is not None and path.startswith(self.path + "/")


_NO_OTHER_DEADLINE_S: Final = 3600.0
"""Patience ends a call long before."""


def started(result: list[Any]) -> str:
    """The transfer that a method started: its object path."""
    if not result or not isinstance(result[0], str):
        raise ProfileError("obexd named no transfer.")
    return result[0]
