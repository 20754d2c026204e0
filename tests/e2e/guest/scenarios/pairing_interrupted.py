"""What is left in the real bluetoothd of a pairing that is interrupted? Nothing before trust, all of it after."""

from __future__ import annotations

from phonelink_tui.config.known_phones import KnownPhones
from phonelink_tui.config.paths import find_paths
from phonelink_tui.virtual.entries import Switch
from phonelink_tui.virtual.phone import VirtualPhone
from tests.e2e.guest import bluez, warm_start
from tests.e2e.guest.dbus import eventually
from tests.e2e.guest.pairing_person import (
    Door,
    Person,
    as_before,
    devices,
    door,
    somebody_pairs,
)
from tests.e2e.guest.served_phone import serve_obex, while_inside
from tests.e2e.guest.world import STATE, World

LIMIT_S = 300.0
prepare = warm_start.prepare
INTERRUPTED = 130
"""The exit status of a program that SIGINT ends (128 and the signal's number)."""


async def run(world: World) -> None:
    """Ctrl+C at the digits, and again at the switches."""
    phone = VirtualPhone()
    for switch in Switch:
        phone.turn(switch, on=False)
    before = await door(world)
    async with serve_obex(phone, world.phone):
        await world.phone.be_found()
        await at_the_digits(world, before)
        await others_may_pair(world)
        await at_the_switches(world, before)


async def at_the_digits(world: World, before: Door) -> None:
    """Neither a device nor a key is left, here or on the phone, and nothing of us is on air."""
    async with while_inside(world.phone.begin_pairings()), somebody_pairs(world) as person:
        await to_the_digits(person)
        assert await door(world) != before
        person.interrupts()
        assert await person.sees_the_end() == INTERRUPTED
        await person.reads("Stopped; nothing was kept.")
    await as_before(world, before)
    assert await devices(world) == {}, await devices(world)
    assert keys_kept() == [], keys_kept()
    assert not await world.phone.has_key(), "the phone holds a key for us"
    assert KnownPhones(find_paths().state_dir).all() == ()


async def others_may_pair(world: World) -> None:
    """Whoever pairs next is asked, and not an agent of ours; both forget that pairing again."""
    assert world.agent.asked == [], world.agent.asked
    path = await world.pair()
    assert [what for what, _ in world.agent.asked] == ["confirm"], world.agent.asked
    await world.bus.call(bluez.SERVICE, bluez.ADAPTER, f"{bluez.ADAPTER_INTERFACE}.RemoveDevice", "o", [path])
    await world.phone.forget()
    await eventually(lambda: not world.phone.links, "the link has ended")


async def at_the_switches(world: World, before: Door) -> None:
    """The phone is trusted by then: its pairing is whole and known; all else is as before."""
    async with while_inside(world.phone.begin_pairings()), somebody_pairs(world) as person:
        await to_the_digits(person)
        person.types("y")
        await person.reads("turn these on.")

        async def on_air() -> bool:
            return (await door(world)).advertisements == 1

        await eventually(on_air, "the advertisement")
        person.interrupts()
        assert await person.sees_the_end() == INTERRUPTED
        await person.reads(f"{world.phone.name} is paired.")
    await as_before(world, before)
    ((path, device),) = (await devices(world)).items()
    assert (device["Paired"], device["Bonded"], device["Trusted"]) == (True, True, True), (path, device)
    (known,) = KnownPhones(find_paths().state_dir).all()
    assert (known.address, known.paired_here) == (world.phone.address, True), known
    assert len(keys_kept()) == 1, keys_kept()


async def to_the_digits(person: Person) -> None:
    """Choose the phone, and wait for its question."""
    await person.reads("[x] This computer can do it")
    await person.reads("> 1 choose a phone")
    person.types("1")
    await person.reads_digits()


def keys_kept() -> list[str]:
    """Files of bluetoothd's own storage that hold a key."""
    return [str(info) for info in STATE.glob("*/*/info") if "Key]" in info.read_text()]
