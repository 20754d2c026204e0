"""What does obexd do with a phone whose owner has not allowed messages? It tells the caller, and leaves.

An iPhone answers OBEX CONNECT with Forbidden until the toggle in its Bluetooth settings is on. No server
is behind this scenario: it also shows that radio, pairing, SDP and RFCOMM work.
"""

from __future__ import annotations

import asyncio

from tests.e2e.guest.dbus import refusal
from tests.e2e.guest.dlc_stream import DlcStream
from tests.e2e.guest.obex_bytes import OBEXD_CONNECT
from tests.e2e.guest.phone_records import mas_record
from tests.e2e.guest.world import World

FORBIDDEN = bytes.fromhex("c3 0007 10 00 1000")
"""A refused CONNECT has version, flags and packet length too: without them obexd finds it malformed."""

DISCONNECT = bytes.fromhex("81 0003")
"""obexd says good-bye in OBEX even to a phone that let it in nowhere."""

SUCCESS = bytes.fromhex("a0 0003")


async def run(world: World) -> None:
    """Pair, let obexd connect, refuse it."""
    streams: asyncio.Queue[DlcStream] = asyncio.Queue()
    world.phone.serve(mas_record, streams.put_nowait)
    await world.pair()
    obexd = await world.start_obexd()

    async def refuse() -> None:
        stream = await asyncio.wait_for(streams.get(), 20)
        await expect(stream, OBEXD_CONNECT)
        await stream.send(FORBIDDEN)
        await expect(stream, DISCONNECT)
        await stream.send(SUCCESS)
        await expect(stream, b"")

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(refuse())
        refused = await refusal(obexd.create_session(world.phone.address))
    world.say(f"CreateSession: {refused}")
    assert refused.text == "OBEX Connect failed with 0x43", refused


async def expect(stream: DlcStream, wanted: bytes) -> None:
    """Read exactly these bytes; for b"" the end."""
    got = await asyncio.wait_for(stream.receive(), 10)
    while len(got) < len(wanted):
        got += await asyncio.wait_for(stream.receive(), 10)
    assert got == wanted, f"{got.hex(' ')}, not {wanted.hex(' ')}"
