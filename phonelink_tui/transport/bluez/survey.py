"""What is on the buses just now? One look at BlueZ's objects and at obexd, for diagnosis; starts nothing.

Calling a name that has no owner may start its service, so the bus is asked for the owner first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

from attrs import field, frozen
from dbus_fast import MessageType
from dbus_fast.errors import AuthError

from phonelink_tui.errors import BluetoothUnavailable, DeadlineExceeded
from phonelink_tui.transport.bluez import names
from phonelink_tui.transport.bluez.bus import Bus, open_bus
from phonelink_tui.transport.bluez.dbus_errors import ACCESS_DENIED, refusal

LOOK_S: Final = 0.6
"""For one call; a whole look has its deadline from whoever looks."""

CLOSE_S: Final = 0.1

OBEX: Final = "org.bluez.obex"
SYSTEMD: Final = "org.freedesktop.systemd1"
SYSTEMD_PATH: Final = "/org/freedesktop/systemd1"
SYSTEMD_MANAGER: Final = "org.freedesktop.systemd1.Manager"
OBEX_UNIT: Final = "obex.service"


@frozen
class BluezSeen:
    """bluetoothd on the system bus."""

    answer: Literal["running", "absent", "no_bus", "denied", "silent"]
    objects: Mapping[str, Mapping[str, Mapping[str, Any]]] = field(factory=dict)
    """Paths to interfaces to properties, without variants."""


@frozen
class ObexdSeen:
    """obexd on the session bus."""

    is_running: bool
    can_be_started: bool
    unit: str
    """systemd's word for the state of its unit file; "" where it does not say."""


async def survey_bluez() -> BluezSeen:
    """BlueZ's objects; where there are none, why.

    Raises:
        TransportError: bluetoothd refuses.
        DeadlineExceeded: The bus itself does not answer.
    """
    try:
        async with open_bus(connect_s=LOOK_S, close_s=CLOSE_S) as bus:
            if not await _has_owner(bus, names.BLUEZ):
                return BluezSeen("absent")
            return await _objects(bus)
    except BluetoothUnavailable as error:
        return BluezSeen("denied" if isinstance(error.__cause__, PermissionError | AuthError) else "no_bus")


async def _objects(bus: Bus) -> BluezSeen:
    try:
        reply = await bus.request(
            names.ROOT_PATH, names.OBJECT_MANAGER, "GetManagedObjects", deadline_s=LOOK_S
        )
    except DeadlineExceeded:
        return BluezSeen("silent")
    if reply.message_type is MessageType.ERROR:
        if reply.error_name == ACCESS_DENIED:
            return BluezSeen("denied")
        raise refusal(reply)
    return BluezSeen(
        "running",
        {
            path: {
                interface: {name: variant.value for name, variant in properties.items()}
                for interface, properties in interfaces.items()
            }
            for path, interfaces in reply.body[0].items()
        },
    )


async def survey_obexd(session_address: str) -> ObexdSeen:
    """Whether obexd runs, or could be started by a call, on the bus at an address.

    Raises:
        BluetoothUnavailable: There is no session bus, or it does not let us in.
        TransportError: The bus refuses.
        DeadlineExceeded: No answer.
    """
    async with open_bus(session_address, connect_s=LOOK_S, close_s=CLOSE_S) as bus:
        running = await _has_owner(bus, OBEX)
        startable = OBEX in (await _ask_bus(bus, "ListActivatableNames") or [])
        unit = await _unit_state(bus) if await _has_owner(bus, SYSTEMD) else ""
        return ObexdSeen(running, startable, unit)


async def _has_owner(bus: Bus, name: str) -> bool:
    return bool(await _ask_bus(bus, "NameHasOwner", "s", name))


async def _ask_bus(bus: Bus, member: str, signature: str = "", *body: object) -> Any:
    return await bus.call(
        names.DBUS_PATH, names.DBUS, member, signature, body, destination=names.DBUS, deadline_s=LOOK_S
    )


async def _unit_state(bus: Bus) -> str:
    reply = await bus.request(
        SYSTEMD_PATH,
        SYSTEMD_MANAGER,
        "GetUnitFileState",
        "s",
        [OBEX_UNIT],
        destination=SYSTEMD,
        deadline_s=LOOK_S,
    )
    if reply.message_type is MessageType.ERROR:
        if reply.error_name == "org.freedesktop.DBus.Error.FileNotFound":
            return "not installed"
        raise refusal(reply)
    return str(reply.body[0])
