"""How do phone and computer come together over LE, with our advertisement and our agent?"""

from __future__ import annotations

from phonelink_tui.transport.bluez.advertisement import on_air
from phonelink_tui.transport.bluez.agent import serving_agent
from phonelink_tui.transport.bluez.bus import open_bus
from tests.e2e.guest import bluez
from tests.e2e.guest.dbus import eventually
from tests.e2e.guest.world import World

ADVERTISED = bytes.fromhex("1115d0002d121e4b0fa4994eceb531f4057904ffffff000416999900020106")
"""What real phones were seen to answer, in any order of its structures."""


async def answer_advertisement(world: World) -> str:
    """The phone hears our advertisement and connects; the private address it did so from."""
    accessory, heard = await world.phone.le.find_accessory()
    assert structures(heard) == structures(ADVERTISED), heard.hex(" ")
    return await world.phone.le.connect(accessory)


async def pair_over_le(world: World) -> str:
    """First contact: the phone connects, pairs, and is a bonded device afterwards; its private address."""
    asked: list[int | None] = []

    async def ask(number: int | None) -> bool:
        asked.append(number)
        return True

    async with open_bus() as bus, serving_agent(bus, lambda path: True, ask):
        async with on_air(bus, bluez.ADAPTER, lambda: None):
            private = await answer_advertisement(world)
            world.say(f"the phone connected from {private}")
            await world.phone.le.pair()
        assert asked == world.phone.numbers, (asked, world.phone.numbers)
        path = bluez.device_path(private.partition("/")[0])

        async def bonded() -> bool:
            known = await bluez.device(world.bus, path)
            return bool(known.get("Paired") and known["Address"] == world.phone.address)

        await eventually(bonded, "the bonded phone, under its private address's path")
        world.say(f"paired; asked {asked}; {await bluez.device(world.bus, path)}")
    return private


def structures(advertisement: bytes) -> set[bytes]:
    """The AD structures: length, type, data."""
    found, at = set(), 0
    while at < len(advertisement) and advertisement[at]:
        found.add(advertisement[at : at + advertisement[at] + 1])
        at += advertisement[at] + 1
    return found
