"""What of GATT does a notification client need? The subset of bleak's client that is used.

`bleak.BleakClient` has this shape; so bleak itself need not be imported here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

NotifyCallback = Callable[[Any, bytearray], Awaitable[None] | None]
"""Called with the characteristic and the value, in the order of arrival."""


class GattClient(Protocol):
    """An attached GATT client. Raises bleak's errors: `profiles.ancs_client` translates them."""

    @property
    def is_connected(self) -> bool: ...

    async def start_notify(self, char_specifier: str, callback: NotifyCallback) -> None: ...

    async def stop_notify(self, char_specifier: str) -> None: ...

    async def read_gatt_char(self, char_specifier: str) -> bytearray: ...

    async def write_gatt_char(
        self, char_specifier: str, data: bytes, response: bool | None = None
    ) -> None: ...
