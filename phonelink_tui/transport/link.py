"""What does one way of reaching a phone offer? Byte streams to its services, calls back from it, GATT."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from enum import StrEnum
from typing import Protocol

from phonelink_tui.transport.gatt import GattClient
from phonelink_tui.transport.stream import ByteStream


class Service(StrEnum):
    """A service on the phone that speaks OBEX."""

    MAS = "mas"
    PBAP = "pbap"


CallBack = Callable[[ByteStream], Awaitable[None]]
"""Serves one connection that the phone opened to us, until it ends."""


class PhoneLink(Protocol):
    """A way to one phone. Holds no session: each call opens what it names."""

    async def open_stream(self, service: Service) -> ByteStream:
        """Connect to a service on the phone.

        Raises:
            PhoneUnreachable: Out of range, or refused (`refused` tells).
            BluetoothUnavailable: This computer cannot.
        """
        ...

    def connect_features(self, service: Service) -> int | None:
        """Our features for the CONNECT of a service that was just opened; None: the phone's record asks for none.

        A phone that is told features it did not ask for may refuse the CONNECT (MAP 1.4, 6.3; PBAP 1.2.3, 6.4).
        """
        ...

    def serve_call_backs(self, serve: CallBack) -> AbstractAsyncContextManager[None]:
        """While inside, connections the phone opens to our notification server (MNS) go to `serve`."""
        ...

    def attach_gatt(self, on_lost: Callable[[], None]) -> AbstractAsyncContextManager[GattClient]:
        """While inside, a client on the phone's GATT server; leaving detaches and drops no other link.

        Args:
            on_lost: Called once when the link under the client goes.

        Raises:
            PhoneUnreachable: The phone has no such link up, or offers none.
        """
        ...
