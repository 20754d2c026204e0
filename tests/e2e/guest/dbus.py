"""How does a scenario call and watch a service on D-Bus?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from dbus_fast import BusType, Message, MessageType, Variant
from dbus_fast.aio import MessageBus

from tests.e2e.guest.patience import stretched

PROPERTIES = "org.freedesktop.DBus.Properties"
OBJECT_MANAGER = "org.freedesktop.DBus.ObjectManager"

Values = dict[str, Any]
"""Properties of an interface, without their variants."""


class CallError(Exception):
    """A service answered with an error.

    Args:
        name: The D-Bus error's name.
        text: What the service said about it.
    """

    def __init__(self, name: str, text: str) -> None:
        super().__init__(f"{name}: {text}")
        self.name = name
        self.text = text


async def eventually(
    probe: Callable[[], bool] | Callable[[], Awaitable[bool]], what: str, limit_s: float = 20.0
) -> None:
    """Ask until the answer is yes; a call that is refused counts as no.

    Polling is right here: most of what is waited for is a file, a process or an object that does
    not exist yet, and has no signal to wait for.
    """
    last = "no"
    try:
        async with asyncio.timeout(stretched(limit_s)):
            while True:
                try:
                    answer = probe()
                    if await answer if isinstance(answer, Awaitable) else answer:
                        return
                except CallError as refused:
                    last = str(refused)
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(f"{what}: not within {stretched(limit_s):.0f} s (last answer: {last})") from None


async def refusal(call: Awaitable[object]) -> CallError:
    """The error a call is answered with; an answer that is none is wrong."""
    try:
        answer = await call
    except CallError as refused:
        return refused
    raise AssertionError(f"not refused, but answered: {answer}")


class Bus:
    """A connection to a message bus."""

    def __init__(self, connection: MessageBus) -> None:
        self.connection = connection

    @classmethod
    @asynccontextmanager
    async def system(cls) -> AsyncIterator[Bus]:
        """The system bus; file descriptors may be passed."""
        connection = await MessageBus(bus_type=BusType.SYSTEM, negotiate_unix_fd=True).connect()
        try:
            yield cls(connection)
        finally:
            connection.disconnect()

    @classmethod
    @asynccontextmanager
    async def at(cls, address: str) -> AsyncIterator[Bus]:
        """The bus at a D-Bus address."""
        connection = await MessageBus(bus_address=address).connect()
        try:
            yield cls(connection)
        finally:
            connection.disconnect()

    async def call(
        self,
        service: str,
        path: str,
        member: str,
        signature: str = "",
        body: Sequence[object] = (),
        limit_s: float = 30.0,
    ) -> Any:
        """Call `interface.Member`; its one result, or the list of them.

        Raises:
            CallError: The answer is an error.
        """
        interface, _, name = member.rpartition(".")
        message = Message(
            destination=service,
            path=path,
            interface=interface,
            member=name,
            signature=signature,
            body=list(body),
        )
        async with asyncio.timeout(stretched(limit_s)):
            reply = await self.connection.call(message)
        assert reply is not None
        if reply.message_type is MessageType.ERROR:
            raise CallError(reply.error_name or "", " ".join(map(str, reply.body)))
        return reply.body[0] if len(reply.body) == 1 else reply.body

    async def properties(self, service: str, path: str, interface: str) -> Values:
        """All properties of an object's interface."""
        return plain(await self.call(service, path, f"{PROPERTIES}.GetAll", "s", [interface]))

    async def set_property(
        self, service: str, path: str, interface: str, name: str, signature: str, value: object
    ) -> None:
        """Set one property."""
        body = [interface, name, Variant(signature, value)]
        await self.call(service, path, f"{PROPERTIES}.Set", "ssv", body)

    async def has_owner(self, service: str) -> bool:
        """Whether somebody owns a name."""
        owned = await self.call(
            "org.freedesktop.DBus",
            "/org/freedesktop/DBus",
            "org.freedesktop.DBus.NameHasOwner",
            "s",
            [service],
        )
        return bool(owned)

    async def match(self, rule: str) -> None:
        """Ask the bus for the signals of a match rule."""
        await self.call(
            "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus.AddMatch", "s", [rule]
        )


def plain(values: dict[str, Variant]) -> Values:
    """The values of a dictionary of variants."""
    return {name: variant.value for name, variant in values.items()}
