"""How is something on a bus called? One connection; every call has a deadline."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

from dbus_fast import BusType, Message, MessageType
from dbus_fast.aio import MessageBus
from dbus_fast.service import ServiceInterface

from phonelink_tui.errors import BluetoothUnavailable, DeadlineExceeded
from phonelink_tui.transport.bluez import names
from phonelink_tui.transport.bluez.dbus_errors import CONNECT_ERRORS, no_bus, refusal

CONNECT_S: Final = 5.0
CALL_S: Final = 10.0
"""bluetoothd answers at once, except where a radio has to answer first; slow firmware was seen to take longer
for an advertisement, which passes its own deadline."""

CLOSE_S: Final = 2.0

OnMessage = Callable[[Message], None]


class Bus:
    """A connection to a bus; made by `open_bus`."""

    def __init__(self, connection: MessageBus) -> None:
        self._connection = connection

    async def request(
        self,
        path: str,
        interface: str,
        member: str,
        signature: str = "",
        body: Sequence[object] = (),
        *,
        destination: str = names.BLUEZ,
        deadline_s: float = CALL_S,
    ) -> Message:
        """Call a method; the reply, which may be an error reply.

        Raises:
            BluetoothUnavailable: The bus is gone.
            DeadlineExceeded: No reply by then.
        """
        message = Message(
            destination=destination,
            path=path,
            interface=interface,
            member=member,
            signature=signature,
            body=list(body),
        )
        if not self._connection.connected:
            raise no_bus(EOFError())
        try:
            async with asyncio.timeout(deadline_s):
                reply = await self._connection.call(message)
        except TimeoutError:
            raise DeadlineExceeded("The Bluetooth service did not answer in time.") from None
        except CONNECT_ERRORS as error:
            raise no_bus(error) from error
        if reply is None:  # dbus-fast's answer to calls that were under way when we closed the bus
            raise no_bus(EOFError())
        return reply

    async def call(
        self,
        path: str,
        interface: str,
        member: str,
        signature: str = "",
        body: Sequence[object] = (),
        *,
        destination: str = names.BLUEZ,
        deadline_s: float = CALL_S,
    ) -> Any:
        """Call a method; its result, None where it has none.

        Raises:
            BluetoothUnavailable, PhoneUnreachable, TransportError: What the error reply means.
            DeadlineExceeded: No reply by then.
        """
        reply = await self.request(
            path, interface, member, signature, body, destination=destination, deadline_s=deadline_s
        )
        if reply.message_type is MessageType.ERROR:
            raise refusal(reply)
        return reply.body[0] if reply.body else None

    async def match(self, rule: str) -> None:
        """Ask for the signals of a match rule."""
        await self.call(names.DBUS_PATH, names.DBUS, "AddMatch", "s", [rule], destination=names.DBUS)

    def listen(self, on_message: OnMessage) -> None:
        """Hand every signal that arrives to `on_message`, in order."""

        def handler(message: Message) -> None:
            if message.message_type is MessageType.SIGNAL:
                on_message(message)

        self._connection.add_message_handler(handler)

    def export(self, path: str, interface: ServiceInterface) -> None:
        """Let others on the bus call an object of ours."""
        self._connection.export(path, interface)

    def unexport(self, path: str, interface: ServiceInterface) -> None:
        """The reverse of `export`; a connection that ended has done it by itself."""
        if self._connection.connected:
            self._connection.unexport(path, interface)

    @property
    def has_ended(self) -> bool:
        """Whether the connection is gone."""
        return not self._connection.connected

    def on_end(self, call: Callable[[], None]) -> None:
        """Call `call` when the connection ends, by whichever side."""

        def ended(waiting: asyncio.Future[None]) -> None:
            if not waiting.cancelled():
                waiting.exception()  # why does not matter
            call()

        # A shield is a future of its own: dbus-fast's must not be cancelled, closing needs it.
        waiting = asyncio.shield(self._connection.wait_for_disconnect())  # type: ignore[no-untyped-call]
        waiting.add_done_callback(ended)


def session_bus_address() -> str:
    """Where the session bus of this login is.

    Raises:
        BluetoothUnavailable: There is none.
    """
    if told := os.environ.get("DBUS_SESSION_BUS_ADDRESS"):
        return told
    if runtime := os.environ.get("XDG_RUNTIME_DIR"):  # over SSH often without the variable above
        return f"unix:path={runtime}/bus"
    raise BluetoothUnavailable("This login has no session bus.", "A login with systemd has one.")


@asynccontextmanager
async def open_bus(
    address: str | None = None, *, connect_s: float = CONNECT_S, close_s: float = CLOSE_S
) -> AsyncIterator[Bus]:
    """A connection to a bus while inside; file descriptors may be passed.

    Args:
        address: A D-Bus address; None: the system bus.
        connect_s: Until it answers.
        close_s: Until it is closed.

    Raises:
        BluetoothUnavailable: There is no bus, or it does not let us in.
    """
    connection: MessageBus | None = None
    try:
        try:
            async with asyncio.timeout(connect_s):
                connection = MessageBus(address, BusType.SYSTEM, negotiate_unix_fd=True)
                await connection.connect()
        except TimeoutError:
            raise BluetoothUnavailable("This computer's message bus does not answer.") from None
        except CONNECT_ERRORS as error:
            raise no_bus(error) from error
        yield Bus(connection)
    finally:
        if connection is not None and connection.connected:
            await _close(connection, close_s)


async def _close(connection: MessageBus, close_s: float) -> None:
    """dbus-fast (5.2.0) only shuts the socket down; it closes it when it reads the end."""
    connection.disconnect()
    with suppress(TimeoutError, *CONNECT_ERRORS):
        async with asyncio.timeout(close_s):
            await connection.wait_for_disconnect()  # type: ignore[no-untyped-call]
