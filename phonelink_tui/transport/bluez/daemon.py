"""Is bluetoothd there, and what does it have? Keeps a mirror of it, through restarts of either."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from typing import Final

from dbus_fast import Message, MessageType

from phonelink_tui.errors import BluetoothUnavailable, PhonelinkError
from phonelink_tui.transport.bluez import names
from phonelink_tui.transport.bluez.bus import Bus, open_bus
from phonelink_tui.transport.bluez.dbus_errors import no_bus, no_daemon, refusal
from phonelink_tui.transport.bluez.objects import ObjectTree

READY_S: Final = 8.0
"""Connecting to the bus and reading all objects takes milliseconds, even with a thousand of them."""

RETRY_S: Final = 2.0
"""Between two tries to reach the bus."""

RELOAD_S: Final = 30.0
"""Between two tries to reach bluetoothd, besides those when it starts: the call may start it."""

_RULES: Final = (
    f"type='signal',sender='{names.BLUEZ}',interface='{names.OBJECT_MANAGER}'",
    f"type='signal',sender='{names.BLUEZ}',interface='{names.PROPERTIES}',member='PropertiesChanged'",
    f"type='signal',sender='{names.DBUS}',member='NameOwnerChanged',arg0='{names.BLUEZ}'",
)


class Daemon:
    """bluetoothd as seen from here. Does its work in `run`."""

    def __init__(self) -> None:
        self.tree = ObjectTree()
        self._bus: Bus | None = None
        self._failure: PhonelinkError | None = None
        self._owner = ""
        self._owner_changed = asyncio.Event()
        self._early: list[Message] | None = None

    async def run(self) -> None:
        """Stay connected, and mirror; for ever."""
        while True:
            try:
                async with open_bus() as bus:
                    await self._mirror(bus)
            except PhonelinkError as failure:
                self._lose(failure)
            await asyncio.sleep(RETRY_S)

    async def ready(self) -> Bus:
        """The bus, once bluetoothd's objects are known.

        Raises:
            BluetoothUnavailable: There is no bus, or no bluetoothd on it.
        """

        def known() -> bool | None:
            return True if self._failure or self._bus else None

        try:
            async with asyncio.timeout(READY_S):
                await self.tree.wait_for(known)
        except TimeoutError:
            raise BluetoothUnavailable("The Bluetooth service does not answer.") from None
        if self._bus is not None:
            return self._bus
        failure = self._failure or no_daemon()
        raise BluetoothUnavailable(failure.message, failure.hint)

    @property
    def is_ready(self) -> bool:
        """Whether bluetoothd is there and its objects are known."""
        return self._bus is not None

    @property
    def owner(self) -> str:
        """bluetoothd's unique name on the bus; "" where there is none."""
        return self._owner

    async def _mirror(self, bus: Bus) -> None:
        """Load and follow until the bus ends, which is raised."""
        bus.listen(self._on_signal)
        bus.on_end(self._owner_changed.set)
        with ExitStack() as stack:
            stack.callback(self._lose, no_daemon())
            for rule in _RULES:
                await bus.match(rule)
            while not bus.has_ended:
                self._owner_changed.clear()
                loaded = await self._load(bus)
                try:
                    async with asyncio.timeout(None if loaded else RELOAD_S):
                        await self._owner_changed.wait()
                except TimeoutError:
                    continue
        raise no_bus(EOFError())

    async def _load(self, bus: Bus) -> bool:
        """Read all objects. Signals that come meanwhile are applied afterwards, in order: the last one counts."""
        self._early = []
        try:
            reply = await bus.request(names.ROOT_PATH, names.OBJECT_MANAGER, "GetManagedObjects")
            if reply.message_type is MessageType.ERROR:
                raise refusal(reply)
        except PhonelinkError as failure:
            self._lose(failure)
            return False
        finally:
            early, self._early = self._early, None
        self._failure, self._bus, self._owner = None, bus, reply.sender
        self.tree.replace(reply.body[0])
        for signal in early:
            self._take(signal)
        return True

    def _on_signal(self, signal: Message) -> None:
        if signal.sender == names.DBUS:
            if signal.member != "NameOwnerChanged" or signal.body[0] != names.BLUEZ:
                return  # the bus also tells every connection its own name
            if not signal.body[2]:
                self._lose(no_daemon())
            self._owner_changed.set()
        elif self._early is not None:
            self._early.append(signal)
        else:
            self._take(signal)

    def _take(self, signal: Message) -> None:
        """Any program may send any other a signal; only bluetoothd's count."""
        if signal.sender == self._owner:
            self.tree.apply(signal)

    def _lose(self, failure: PhonelinkError) -> None:
        self._bus, self._failure, self._owner = None, failure, ""
        self.tree.clear()
