"""A GATT client in front of an ANCS provider, which refuses, falls silent and breaks as told."""

from __future__ import annotations

import asyncio

from bleak.exc import BleakError, BleakGATTProtocolError

from phonelink_tui.protocol.ancs.constants import CONTROL_POINT_UUID
from phonelink_tui.protocol.ancs.provider import ActionRequested, AncsProvider, ValueToNotify
from phonelink_tui.transport.gatt import NotifyCallback


class FakeGatt:
    """See `GattClient`."""

    def __init__(self, provider: AncsProvider) -> None:
        self.provider = provider
        self.subscribed: list[str] = []
        self.written: list[bytes] = []
        self.pressed: list[ActionRequested] = []
        self.battery: bytes | BleakError | None = b"\x52"
        """None never answers."""
        self.fail: BleakError | None = None
        """What subscribing and writing raise."""
        self.swallow = False
        """Writes are acknowledged and never answered."""
        self.writable = asyncio.Event()
        self.writable.set()
        self._callbacks: dict[str, NotifyCallback] = {}

    @property
    def is_connected(self) -> bool:
        return self.fail is None

    async def start_notify(self, char_specifier: str, callback: NotifyCallback) -> None:
        if self.fail is not None:
            raise self.fail
        self.subscribed.append(char_specifier)
        self._callbacks[char_specifier] = callback
        self.provider.subscribe(char_specifier)
        self.flush()

    async def stop_notify(self, char_specifier: str) -> None:
        self.provider.unsubscribe(char_specifier)

    async def read_gatt_char(self, char_specifier: str) -> bytearray:
        if isinstance(self.battery, BleakError):
            raise self.battery
        if self.battery is None:
            await asyncio.Event().wait()
        return bytearray(self.battery or b"")

    async def write_gatt_char(self, char_specifier: str, data: bytes, response: bool | None = None) -> None:
        assert (char_specifier, response) == (CONTROL_POINT_UUID, True)
        await asyncio.sleep(0)
        await self.writable.wait()
        if self.fail is not None:
            raise self.fail
        self.written.append(data)
        if self.swallow:
            return
        code = self.provider.receive_control_point(data)
        if code is not None:
            raise BleakGATTProtocolError(code)
        self.flush()

    def flush(self) -> None:
        """Deliver what the provider has to say."""
        while (event := self.provider.next_event()) is not None:
            if isinstance(event, ValueToNotify):
                self.deliver(event.characteristic, event.value)
            else:
                self.pressed.append(event)

    def deliver(self, characteristic: str, value: bytes) -> None:
        """Deliver one value, whoever made it."""
        self._callbacks[characteristic](None, bytearray(value))
