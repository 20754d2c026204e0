"""Does our pairing work with the real bluetoothd? All of it, as a person goes through it with an iPhone."""

from __future__ import annotations

from phonelink_tui.composition.first_sessions import TEST_TEXT
from phonelink_tui.config.known_phones import KnownPhones
from phonelink_tui.config.paths import find_paths
from phonelink_tui.domain.observed import Folder
from phonelink_tui.domain.phone import Capability
from phonelink_tui.virtual.entries import Switch
from phonelink_tui.virtual.phone import OWNER, VirtualPhone
from tests.e2e.guest import warm_start
from tests.e2e.guest.dbus import eventually
from tests.e2e.guest.pairing_person import Person, as_before, devices, door, listed_phones, somebody_pairs
from tests.e2e.guest.relayed import relaying
from tests.e2e.guest.served_phone import serve_obex, while_inside
from tests.e2e.guest.world import World

LIMIT_S = 300.0
prepare = warm_start.prepare
SWITCHES = {
    Switch.MESSAGES: "Show Message Notifications",
    Switch.CONTACTS: "Sync Contacts",
}
"""In the order in which they are turned on, with the words that an iPhone has for them."""

(OWN_NUMBER,) = OWNER.addresses


async def run(world: World) -> None:
    """Checks, search, connect, digits, trust, switches, a text to oneself; then the bond is listed and used.

    Notifications are left for later, as a person may: our simulated controller derives no key for LE from a classic
    pairing, as a real phone's does. `dual` has them beside messages, with keys derived the other way.
    """
    phone = VirtualPhone()
    for switch in Switch:
        phone.turn(switch, on=False)
    before = await door(world)
    async with serve_obex(phone, world.phone):
        await world.phone.be_found()
        async with while_inside(world.phone.begin_pairings()), somebody_pairs(world) as person:
            await compare(world, person)
            await turn_switches(world, person, phone)
            await send_to_oneself(person, phone)
            assert await person.sees_the_end() == 0
        await as_before(world, before)
        await listed(world)
        async with relaying(world) as relay:
            await relay.until_ready(Capability.MESSAGES, Capability.CONTACTS)
            await relay.until_text(TEST_TEXT)
            await relay.send("+15550101", "Over the new bond")
        assert [one.text for one in phone.pushed] == [TEST_TEXT, "Over the new bond"], phone.pushed


async def compare(world: World, person: Person) -> None:
    """From the checks to trust. The phone begins the pairing, and nothing is advertised until it is over."""
    await person.reads("[x] This computer can do it")
    await person.reads(f"1  {world.phone.name} ({world.phone.address})")
    now = await door(world)
    assert (now.discoverable, now.pairable, now.discovering) == (True, True, True), now
    person.types("1")
    digits = await person.reads_digits()
    assert world.phone.begun == 1, world.phone.begun
    assert (await door(world)).advertisements == 0
    ((_, device),) = (await devices(world)).items()
    assert (device["Paired"], device["Trusted"]) == (False, False), device
    person.types("y")
    said = await person.reads("turn these on.")
    assert "begin from here" not in person.screen, said
    assert world.phone.numbers == [digits], (world.phone.numbers, digits)
    assert world.agent.asked == [], world.agent.asked
    ((_, device),) = (await devices(world)).items()
    assert (device["Paired"], device["Trusted"]) == (True, True), device


async def turn_switches(world: World, person: Person, phone: VirtualPhone) -> None:
    """It is advertised by then; each switch is ticked alone, and the last is left for later."""
    await person.reads(f"[ ] {SWITCHES[Switch.MESSAGES]}: still off on the phone")

    async def on_air() -> bool:
        return (await door(world)).advertisements == 1

    await eventually(on_air, "the advertisement")
    for switch, words in SWITCHES.items():
        assert f"[x] {words}" not in person.screen, words
        phone.turn(switch, on=True)
        await person.reads(f"[x] {words}")
    person.types("s")


async def send_to_oneself(person: Person, phone: VirtualPhone) -> None:
    """The number is typed; the text goes out once, and comes back into the phone's inbox."""
    await person.reads("your own number?")
    person.types(OWN_NUMBER)
    await person.reads("The phone accepted the test message.")
    assert [(one.recipients, one.text) for one in phone.pushed] == [((OWN_NUMBER,), TEST_TEXT)], phone.pushed
    await eventually(lambda: bool(phone.folder(Folder.INBOX)), "the text is back on the phone")
    (back,) = phone.folder(Folder.INBOX)
    assert (back.sender, back.text) == (OWN_NUMBER, TEST_TEXT), back


async def listed(world: World) -> None:
    """`phonelink phones` lists it, and it is remembered with the key that BlueZ says it has."""
    (row,) = await listed_phones(world)
    assert (row["address"], row["name"]) == (world.phone.address, world.phone.name), row
    assert (row["paired_here"], row["paired"], row["bonded"], row["refused"]) == (True, True, True, None), row
    assert row["bond_bredr"] in (None, True), row
    known = KnownPhones(find_paths().state_dir).get(world.phone.address)
    assert known is not None
    assert (known.bond.bonded, known.bond.bredr) == (True, row["bond_bredr"]), known
