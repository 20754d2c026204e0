"""What does bluetoothd look like from a program? Its objects and methods on a bus, with a phone's radio behind.

It keeps to what bluetoothd 5.66 and 5.87 were seen to do: its paths, its error names and texts, its signals.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from dbus_fast import Message, MessageType, Variant
from dbus_fast.aio import MessageBus

ADAPTER = "/org/bluez/hci0"
ADAPTER_ADDRESS = "00:AA:01:00:00:00"
HANDS_FREE = 0x7C0408
COMPUTER = 0x7C010C
PROPERTIES = "org.freedesktop.DBus.Properties"
OBJECT_MANAGER = "org.freedesktop.DBus.ObjectManager"
REJECTED = "org.bluez.Error.Rejected"

Values = dict[str, tuple[str, Any]]
"""Property to signature and value."""

Answer = Callable[[Message], Awaitable[Message] | Message]


Radio = Callable[[str], Awaitable[None]]
"""Carries a method of Device1 out, given its name. Raises Refused."""


class Refused(Exception):
    """A method is answered with a D-Bus error."""

    def __init__(self, name: str, text: str = "") -> None:
        super().__init__(name)
        self.name = name
        self.text = text


class FakeBluetoothd:
    """Objects, and what programs registered. Made by `running`."""

    def __init__(self, bus: MessageBus, group: asyncio.TaskGroup) -> None:
        self._bus = bus
        self._group = group
        self.objects: dict[str, dict[str, dict[str, Variant]]] = {}
        self.calls: Counter[str] = Counter()
        """How often which method was called."""
        self.refusals: dict[str, list[Refused]] = {}
        """Method to the errors its next calls are answered with."""
        self.profiles: dict[str, tuple[str, str, dict[str, Any]]] = {}
        """UUID to who registered it, under which path, with which options."""
        self.advertisements: list[dict[str, Any]] = []
        """What is on air."""
        self.firmware = asyncio.Event()
        """Clear: what is put on air is not answered before it is set."""
        self.firmware.set()
        self.agents: list[tuple[str, str, str]] = []
        """Who is an agent, under which path, with which capability; the last is asked."""
        self.radios: dict[str, Radio] = {}
        """Device to what its Connect, Pair and CancelPairing do."""
        self.removed: list[str] = []
        """Devices a program had removed."""
        self.changed = asyncio.Event()
        self.characteristics: dict[str, FakeCharacteristic] = {}
        self.add("/org/bluez", "org.bluez.AgentManager1", {})
        self.add("/org/bluez", "org.bluez.ProfileManager1", {})

    @classmethod
    @asynccontextmanager
    async def running(cls) -> AsyncIterator[FakeBluetoothd]:
        """bluetoothd on the system bus while inside, with one adapter that is on."""
        bus = await MessageBus(
            bus_address=os.environ["DBUS_SYSTEM_BUS_ADDRESS"], negotiate_unix_fd=True
        ).connect()
        try:
            async with asyncio.TaskGroup() as group:
                daemon = cls(bus, group)
                daemon.add_adapter()
                bus.add_message_handler(daemon._on_message)
                await daemon._watch_programs()
                await bus.request_name("org.bluez")
                try:
                    yield daemon
                finally:
                    bus.remove_message_handler(daemon._on_message)
        finally:
            bus.disconnect()
            await bus.wait_for_disconnect()  # type: ignore[no-untyped-call]

    @asynccontextmanager
    async def restarted(self) -> AsyncIterator[None]:
        """bluetoothd is away while inside, and a new one, which knows no program, is there afterwards."""
        await self._bus.release_name("org.bluez")
        self.agents, self.advertisements, self.profiles = [], [], {}
        self.objects[ADAPTER]["org.bluez.Adapter1"]["Discovering"] = Variant("b", False)
        yield
        await self._bus.request_name("org.bluez")

    def add_adapter(
        self,
        path: str = ADAPTER,
        address: str = ADAPTER_ADDRESS,
        *,
        powered: bool = True,
        advertises: bool = True,
        cod: int = HANDS_FREE,
    ) -> None:
        """Plug an adapter in: hci0, if no other is named."""
        self.add(
            path,
            "org.bluez.Adapter1",
            {
                "Address": ("s", address),
                "Alias": ("s", "desk"),
                "Class": ("u", cod),
                "Modalias": ("s", "usb:v1D6Bp0246d0557"),
                "Powered": ("b", powered),
                "Discoverable": ("b", False),
                "DiscoverableTimeout": ("u", 180),
                "Pairable": ("b", False),
                "PairableTimeout": ("u", 0),
                "Discovering": ("b", False),
            },
        )
        if advertises:
            self.add(path, "org.bluez.LEAdvertisingManager1", {})

    def add(self, path: str, interface: str, values: Values) -> None:
        """An object gets an interface."""
        properties = {name: Variant(signature, value) for name, (signature, value) in values.items()}
        self.objects.setdefault(path, {})[interface] = properties
        self._signal("/", OBJECT_MANAGER, "InterfacesAdded", "oa{sa{sv}}", [path, {interface: properties}])

    def remove(self, path: str, *interfaces: str) -> None:
        """An object loses interfaces; all of them, if none are named."""
        gone = list(interfaces) or list(self.objects[path])
        for interface in gone:
            del self.objects[path][interface]
        if not self.objects[path]:
            del self.objects[path]
        self._signal("/", OBJECT_MANAGER, "InterfacesRemoved", "oas", [path, gone])

    def set(self, path: str, interface: str, name: str, signature: str, value: Any) -> None:
        """A property changes."""
        changed = Variant(signature, value)
        self.objects[path][interface][name] = changed
        self._signal(path, PROPERTIES, "PropertiesChanged", "sa{sv}as", [interface, {name: changed}, []])

    def remove_device(self, path: str) -> None:
        """A program has a device removed, with all that is below it."""
        if path not in self.objects:
            raise Refused("org.bluez.Error.DoesNotExist", "Does Not Exist")
        self.removed.append(path)
        for gone in [one for one in self.objects if one == path or one.startswith(path + "/")]:
            self.remove(gone)

    async def ask_agent(self, device: str, passkey: int, *, member: str = "RequestConfirmation") -> None:
        """A device wants to pair: ask the default agent. Raises Refused where it says no, or there is none."""
        if not self.agents:
            raise Refused(REJECTED, "No agent")
        owner, path, _ = self.agents[-1]
        numeric = member == "RequestConfirmation"
        body: list[Any] = [device, passkey] if numeric else [device]
        await self.call_program(owner, path, f"org.bluez.Agent1.{member}", "ou" if numeric else "o", body)

    async def withdraw_question(self) -> None:
        """bluetoothd cancels what it asked the agent."""
        owner, path, _ = self.agents[-1]
        await self.call_program(owner, path, "org.bluez.Agent1.Cancel", "", [])

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something a program does makes it so."""
        async with asyncio.timeout(5):
            while not holds():
                self.changed.clear()
                await self.changed.wait()

    async def call_program(
        self,
        owner: str,
        path: str,
        member: str,
        signature: str,
        body: list[Any],
        fds: list[int] | None = None,
    ) -> Any:
        """Call an object that a program registered. Raises Refused."""
        interface, _, name = member.rpartition(".")
        message = Message(
            destination=owner,
            path=path,
            interface=interface,
            member=name,
            signature=signature,
            body=body,
            unix_fds=fds or [],
        )
        reply = await asyncio.wait_for(self._bus.call(message), 5)
        assert reply is not None
        if reply.message_type is MessageType.ERROR:
            raise Refused(reply.error_name or "", str(reply.body))
        return reply.body[0] if reply.body else None

    async def connect_profile(self, uuid: str, device_path: str) -> socket.socket:
        """A device connects to a program's profile: the device's end. Raises Refused."""
        owner, path, _ = self.profiles[uuid]
        ours, theirs = socket.socketpair()
        body = [device_path, 0, {}]
        try:
            await self.call_program(
                owner, path, "org.bluez.Profile1.NewConnection", "oha{sv}", body, [theirs.fileno()]
            )
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        return ours

    async def _watch_programs(self) -> None:
        """bluetoothd forgets what a program registered when that leaves the bus."""
        rule = "type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged'"
        await self._bus.call(
            Message(
                destination="org.freedesktop.DBus",
                path="/org/freedesktop/DBus",
                interface="org.freedesktop.DBus",
                member="AddMatch",
                signature="s",
                body=[rule],
            )
        )

    def _forget(self, owner: str) -> None:
        self.profiles = {uuid: one for uuid, one in self.profiles.items() if one[0] != owner}
        self.advertisements = [one for one in self.advertisements if one["owner"] != owner]
        self.agents = [agent for agent in self.agents if agent[0] != owner]
        self.changed.set()

    def _on_message(self, message: Message) -> bool:
        if message.member == "NameOwnerChanged" and not message.body[2]:
            self._forget(message.body[0])
        if (
            message.message_type is not MessageType.METHOD_CALL
            or message.interface == "org.freedesktop.DBus.Peer"
        ):
            return False
        self._group.create_task(self._answer(message))
        return True

    async def _answer(self, message: Message) -> None:
        member = message.member or ""
        self.calls[member] += 1
        try:
            if self.refusals.get(member):
                raise self.refusals[member].pop(0)
            signature, body = await self._perform(message, member)
        except Refused as refused:
            reply = Message.new_error(message, refused.name, refused.text)
        else:
            reply = Message.new_method_return(message, signature, body)
        self.changed.set()
        if self._bus.connected:
            await self._bus.send(reply)

    async def _perform(self, message: Message, member: str) -> tuple[str, list[Any]]:
        sender = message.sender or ""
        match member, message.body:
            case "GetManagedObjects", _:
                return "a{oa{sa{sv}}}", [self.objects]
            case "RegisterProfile", [path, uuid, options]:
                if uuid in self.profiles:
                    raise Refused("org.bluez.Error.NotPermitted", "UUID already registered")
                self.profiles[uuid] = sender, path, {name: option.value for name, option in options.items()}
            case "UnregisterProfile", [path]:
                self._unregister_profile(sender, path)
            case "RegisterAdvertisement", [path, _]:
                body = ["org.bluez.LEAdvertisement1"]
                read = await self.call_program(sender, path, f"{PROPERTIES}.GetAll", "s", body)
                told = {name: plain(value) for name, value in read.items()}
                self.advertisements.append({"path": path, "owner": sender, "adapter": message.path, **told})
                self.changed.set()
                await self.firmware.wait()
            case "UnregisterAdvertisement", [path]:
                self.advertisements = [one for one in self.advertisements if one["path"] != path]
            case "RegisterAgent", [path, capability]:
                self.agents.append((sender, path, capability))
            case "UnregisterAgent", [path]:
                self.agents = [agent for agent in self.agents if agent[1] != path]
            case "RequestDefaultAgent", _:
                pass
            case "Set", [interface, name, value]:
                self.set(message.path or "", interface, name, value.signature, value.value)
            case "StartDiscovery" | "StopDiscovery", _:
                self.set(ADAPTER, "org.bluez.Adapter1", "Discovering", "b", member == "StartDiscovery")
            case "SetDiscoveryFilter", _:
                pass
            case "RemoveDevice", [path]:
                self.remove_device(path)
            case (("Connect" | "Pair" | "CancelPairing"), _) if message.path in self.radios:
                await self.radios[message.path](member)
            case _ if message.path in self.characteristics:
                return self.characteristics[message.path].perform(member, message.body)
            case _:
                raise Refused("org.freedesktop.DBus.Error.UnknownMethod", member)
        return "", []

    def _unregister_profile(self, sender: str, path: str) -> None:
        for uuid, (owner, registered, _) in list(self.profiles.items()):
            if (owner, registered) == (sender, path):
                del self.profiles[uuid]

    def _signal(self, path: str, interface: str, member: str, signature: str, body: list[Any]) -> None:
        if self._bus.connected and self._bus.unique_name:
            signal = Message.new_signal(path, interface, member, signature, body)
            self._bus.send(signal)


class FakeCharacteristic:
    """A characteristic of the phone, as bluetoothd offers it.

    Args:
        daemon: Where.
        path: As which object.
        read: Gives its value, None where it cannot be read.
        write: Takes a value.
        subscribe: Told of the first subscription (True) and the end of the last (False).
    """

    def __init__(
        self,
        daemon: FakeBluetoothd,
        path: str,
        *,
        read: Callable[[], bytes] | None = None,
        write: Callable[[bytes], None] | None = None,
        subscribe: Callable[[bool], None] | None = None,
    ) -> None:
        self._daemon = daemon
        self._path = path
        self._read = read
        self._write = write
        self._subscribe = subscribe
        daemon.characteristics[path] = self

    def perform(self, member: str, body: list[Any]) -> tuple[str, list[Any]]:
        """Answer a method. Raises Refused."""
        match member:
            case "ReadValue" if self._read is not None:
                return "ay", [self._read()]
            case "WriteValue" if self._write is not None:
                self._write(bytes(body[0]))
            case "StartNotify" | "StopNotify" if self._subscribe is not None:
                on = member == "StartNotify"
                self._subscribe(on)
                self._daemon.set(self._path, "org.bluez.GattCharacteristic1", "Notifying", "b", on)
            case _:
                raise Refused("org.bluez.Error.NotSupported", "Operation is not supported")
        return "", []


def plain(value: Any) -> Any:
    """Without variants."""
    if isinstance(value, Variant):
        return plain(value.value)
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    return value
