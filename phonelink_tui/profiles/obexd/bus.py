"""Where is obexd? A connection to the session bus, and the one program there that answers as obexd."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

from attrs import frozen
from dbus_fast import Message, MessageType

from phonelink_tui.errors import BluetoothUnavailable
from phonelink_tui.profiles.obexd import names
from phonelink_tui.profiles.obexd.dbus_errors import no_obexd, no_session_bus, opening_error
from phonelink_tui.transport.bluez.bus import Bus, open_bus, session_bus_address
from phonelink_tui.transport.bluez.names import DBUS, DBUS_PATH, OBJECT_MANAGER, PROPERTIES

START_S: Final = 10.0
"""D-Bus starts obexd where it does not run; that takes a second on a slow machine."""


@frozen
class ObexdBus:
    """obexd as one process: calls go to its unique name, so that a later obexd never gets what was meant for it."""

    bus: Bus
    owner: str


@asynccontextmanager
async def open_obexd_bus(
    on_signal: Callable[[Message], None], on_end: Callable[[], None], *, start: bool
) -> AsyncIterator[ObexdBus]:
    """A connection to obexd while inside.

    Args:
        on_signal: Takes every signal of its objects, in order, from before the first call on.
        on_end: Called when the bus or obexd is gone.
        start: Let D-Bus start an obexd where none runs.

    Raises:
        BluetoothUnavailable: No session bus, or no obexd.
    """
    async with AsyncExitStack() as stack:
        try:
            bus = await stack.enter_async_context(open_bus(session_bus_address()))
        except BluetoothUnavailable:
            raise no_session_bus() from None
        owner = await _find_owner(bus, start=start)

        def take(message: Message) -> None:
            if message.member == "NameOwnerChanged" and message.sender == DBUS:
                if message.body[:1] == [owner] and message.body[2:] == [""]:
                    on_end()
            elif message.sender == owner:
                on_signal(message)

        bus.listen(take)
        bus.on_end(on_end)
        for rule in (
            f"type='signal',sender='{owner}',interface='{OBJECT_MANAGER}'",
            f"type='signal',sender='{owner}',interface='{PROPERTIES}',member='PropertiesChanged'",
            f"type='signal',sender='{DBUS}',member='NameOwnerChanged',arg0='{owner}'",
        ):
            await bus.match(rule)
        yield ObexdBus(bus, owner)


async def _find_owner(bus: Bus, *, start: bool) -> str:
    """obexd's unique name. Asked for first: starting fails for an obexd that somebody started by hand."""
    if (owner := await _owner(bus)) is not None:
        return owner
    if not start:
        raise no_obexd()
    started = await bus.request(
        DBUS_PATH,
        DBUS,
        "StartServiceByName",
        "su",
        [names.OBEXD, 0],
        destination=DBUS,
        deadline_s=START_S,
    )
    if started.message_type is MessageType.ERROR:
        raise opening_error(started)
    owner = await _owner(bus)
    if owner is None:
        raise no_obexd()
    return owner


async def _owner(bus: Bus) -> str | None:
    reply = await bus.request(DBUS_PATH, DBUS, "GetNameOwner", "s", [names.OBEXD], destination=DBUS)
    return str(reply.body[0]) if reply.message_type is not MessageType.ERROR and reply.body else None
