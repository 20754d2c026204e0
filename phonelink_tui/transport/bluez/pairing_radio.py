"""How is each thing of a pairing done through bluetoothd, and undone? No order of its own: others decide that."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from typing import Any, Final, Protocol

from attrs import frozen
from dbus_fast import MessageType, Variant

from phonelink_tui.domain.pairing import ComputerFacts, FoundPhone
from phonelink_tui.domain.text import clean_line
from phonelink_tui.errors import PairingFailed, PhonelinkError
from phonelink_tui.transport.bluez import names
from phonelink_tui.transport.bluez.adapter import Adapter, find_adapter
from phonelink_tui.transport.bluez.agent import serving_agent
from phonelink_tui.transport.bluez.daemon import Daemon
from phonelink_tui.transport.bluez.dbus_errors import pairing_failure, refusal
from phonelink_tui.transport.bluez.device import is_phone
from phonelink_tui.transport.bluez.facts import obexd_runs, read_facts
from phonelink_tui.transport.bluez.phones import phone_kind

DOOR_S: Final = 900
"""bluetoothd itself closes the door then, should this program be killed: longer than any pairing waits."""

CONNECT_S: Final = 35.0
PAIR_S: Final = 70.0
"""bluetoothd waits 60 s for the two people."""

BACK_S: Final = 8.0
"""For bluetoothd to be back when something has to be undone."""

PAUSE_S: Final = 1.5
"""After a refused connection: the next one comes at once, and a phone that was refused a moment ago refuses again."""


class RadioEvents(Protocol):
    """Who is told what was seen."""

    def changed(self) -> None: ...
    def seen(self, phone: FoundPhone) -> None: ...
    def gone(self, id_: str) -> None: ...
    def asked(self, phone: FoundPhone, passkey: int | None) -> None: ...
    def withdrawn(self) -> None: ...
    def bonded(self, id_: str) -> None: ...
    def lost(self, message: str) -> None: ...


@frozen
class _Door:
    """How the adapter stood before."""

    adapter_path: str
    values: tuple[tuple[str, Variant], ...]


class PairingRadio:
    """One adapter while a phone is paired.

    Args:
        daemon: bluetoothd; whoever made it runs it.
        adapter: For example `hci0`; None: the first that is on.
        events: Told what is seen, from `watch` on.
        chosen: The id of the phone it is about; "": any phone may ask to pair, and no device is served.
    """

    def __init__(
        self, daemon: Daemon, adapter: str | None, events: RadioEvents, chosen: Callable[[], str]
    ) -> None:
        self._daemon = daemon
        self._wanted = adapter
        self._events = events
        self._chosen = chosen
        self._agent = AsyncExitStack()
        self._door: _Door | None = None
        self._asking = ""
        self._question: asyncio.Future[bool] | None = None
        self._shown: dict[str, FoundPhone] = {}
        self._was_usable = False
        self._adapters: list[tuple[object, ...]] = []

    def watch(self) -> Callable[[], None]:
        """Tell what comes and goes from now on; returns what ends that."""
        return self._daemon.tree.watch(self._look)

    async def facts(self) -> ComputerFacts:
        """What stands in the way. Raises BluetoothUnavailable."""
        await self._daemon.ready()
        facts = read_facts(self._daemon.tree, self._wanted, obexd=await obexd_runs())
        self._look()
        return facts

    async def serve_agent(self) -> None:
        """Take the questions of the phone."""
        bus = await self._daemon.ready()
        await self._agent.enter_async_context(serving_agent(bus, self._admit, self._ask, self._serves))

    async def dismiss_agent(self) -> None:
        """Take none any more."""
        self.answer(self._asking, same=False)
        await self._agent.aclose()

    def answer(self, id_: str, *, same: bool) -> None:
        """Answer what this phone asks just now, if anything."""
        if id_ == self._asking and self._question is not None and not self._question.done():
            self._question.set_result(same)

    async def open_door(self) -> None:
        """Be pairable and discoverable, for `DOOR_S` at most."""
        adapter = await self._adapter()
        before = self._daemon.tree.get(adapter.path, names.ADAPTER) or {}
        self._door = _Door(
            adapter.path,
            tuple(
                (name, Variant(signature, before[name]))
                for name, signature, _ in _OPEN_DOOR[::-1]
                if name in before
            ),
        )
        for name, signature, value in _OPEN_DOOR:
            await self._set(adapter.path, names.ADAPTER, name, Variant(signature, value))

    async def close_door(self) -> None:
        """Be as before, also after bluetoothd was started again."""
        door, self._door = self._door, None
        if door is None:
            return
        await self._back()
        for name, value in door.values:
            await self._set(door.adapter_path, names.ADAPTER, name, value)

    async def search(self) -> None:
        """Look for phones nearby, over BR/EDR: over LE they show no name and change their address."""
        adapter = await self._adapter()
        only = {"Transport": Variant("s", "bredr")}
        await self._call(adapter.path, names.ADAPTER, "SetDiscoveryFilter", "a{sv}", [only])
        await self._call(adapter.path, names.ADAPTER, "StartDiscovery")

    async def stop_search(self) -> None:
        """bluetoothd ends it by itself when we leave the bus, so nothing that fails here is left."""
        with suppress(PhonelinkError):
            adapter = await self._adapter()
            await self._call(adapter.path, names.ADAPTER, "StopDiscovery")

    async def connect(self, id_: str) -> None:
        """Connect to a phone that is not paired, which then begins the pairing. Raises PairingFailed."""
        try:
            await self._call_phone(id_, "Connect", CONNECT_S)
        except PairingFailed:
            await asyncio.sleep(PAUSE_S)
            raise

    async def pair(self, id_: str) -> None:
        """Begin the pairing here. Raises PairingFailed."""
        await self._call_phone(id_, "Pair", PAIR_S)

    async def cancel_pairing(self, id_: str) -> None:
        """End a pairing under way; there may be none."""
        with suppress(PhonelinkError):
            await self._call(id_, names.DEVICE, "CancelPairing")

    async def trust(self, id_: str) -> None:
        """Let the phone use our services without a question each time."""
        await self._set(id_, names.DEVICE, names.TRUSTED, Variant("b", True))

    async def remove(self, id_: str) -> None:
        """Forget the phone, with its keys; it may be gone already."""
        await self._back()
        if self._daemon.tree.get(id_, names.DEVICE) is not None:
            await self._call(id_.rpartition("/")[0], names.ADAPTER, "RemoveDevice", "o", [id_])

    async def _back(self) -> None:
        """Wait for a bluetoothd that is being started again: it keeps what a door and a device were."""
        with suppress(TimeoutError):
            async with asyncio.timeout(BACK_S):
                await self._daemon.tree.wait_for(lambda: self._daemon.is_ready or None)

    async def _adapter(self) -> Adapter:
        await self._daemon.ready()
        return find_adapter(self._daemon.tree, self._wanted)

    async def _call(
        self, path: str, interface: str, member: str, signature: str = "", body: Any = ()
    ) -> None:
        bus = await self._daemon.ready()
        await bus.call(path, interface, member, signature, body)

    async def _set(self, path: str, interface: str, name: str, value: Variant) -> None:
        await self._call(path, names.PROPERTIES, "Set", "ssv", [interface, name, value])

    async def _call_phone(self, id_: str, member: str, deadline_s: float) -> None:
        bus = await self._daemon.ready()
        reply = await bus.request(id_, names.DEVICE, member, deadline_s=deadline_s)
        if reply.message_type is MessageType.ERROR:
            raise pairing_failure(reply) or refusal(reply)

    def _admit(self, device: str) -> bool:
        """Remembers who is asked about: the agent asks right after. A device that is turned away takes no answer."""
        chosen = self._chosen() or device
        if self._question is not None or device != chosen or not self._is_phone(device):
            return False
        self._asking = device
        return True

    def _serves(self, device: str) -> bool:
        return device == self._chosen()

    def _is_phone(self, path: str) -> bool:
        return is_phone(self._daemon.tree.get(path, names.DEVICE) or {})

    async def _ask(self, passkey: int | None) -> bool:
        self._question = asyncio.get_running_loop().create_future()
        self._events.asked(self._phone(self._asking), passkey)
        try:
            return await self._question
        except asyncio.CancelledError:
            self._events.withdrawn()
            raise
        finally:
            self._question = None

    def _look(self) -> None:
        """Compare what is there with what was told."""
        tree = self._daemon.tree
        usable = self._daemon.is_ready and any(p.get(names.POWERED) for _, p in tree.having(names.ADAPTER))
        if self._was_usable and not usable:
            self._events.lost(
                "Bluetooth was switched off." if self._daemon.is_ready else "The Bluetooth service went away."
            )
        self._was_usable = usable
        adapters = [tuple(p.get(name) for name in _MATTERS) for _, p in tree.having(names.ADAPTER)]
        if adapters != self._adapters:
            self._adapters = adapters
            self._events.changed()
        if not self._daemon.is_ready:
            return  # phones are not gone because nobody can be asked about them
        here = {
            path: self._phone(path) for path, properties in tree.having(names.DEVICE) if is_phone(properties)
        }
        before, self._shown = self._shown, here
        for id_, phone in here.items():
            if phone != before.get(id_):
                self._events.seen(phone)
                if phone.paired and id_ in before and not before[id_].paired:
                    self._events.bonded(id_)
        for id_ in before.keys() - here.keys():
            self._events.gone(id_)

    def _phone(self, path: str) -> FoundPhone:
        properties = self._daemon.tree.get(path, names.DEVICE) or {}
        return FoundPhone(
            path,
            clean_line(str(properties.get(names.ALIAS, ""))),
            str(properties.get(names.ADDRESS, "")).upper(),
            bool(properties.get(names.PAIRED)),
            phone_kind(properties),
        )


_MATTERS: Final = (names.ADDRESS, names.POWERED, names.CLASS)

_OPEN_DOOR: Final = (
    (names.PAIRABLE_TIMEOUT, "u", DOOR_S),
    (names.DISCOVERABLE_TIMEOUT, "u", DOOR_S),
    (names.PAIRABLE, "b", True),
    (names.DISCOVERABLE, "b", True),
)
"""Timeouts first, so that an open door always has one; put back in the opposite order."""
