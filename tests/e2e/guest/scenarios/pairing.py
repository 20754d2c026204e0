"""Does our pairing work with the real bluetoothd? A phone is found, compared, trusted, kept, and serves."""

from __future__ import annotations

import asyncio

from phonelink_tui.composition.pairing import PairingPlace, open_pairing
from phonelink_tui.config.known_phones import KnownPhones
from phonelink_tui.config.paths import find_paths
from phonelink_tui.domain.pairing import AnswerKind, PairAnswer, PairEnd, PairingView
from phonelink_tui.domain.phone import Capability
from phonelink_tui.virtual.phone import VirtualPhone
from tests.e2e.guest import bluez
from tests.e2e.guest.patience import stretched
from tests.e2e.guest.served_phone import serve_obex
from tests.e2e.guest.world import World

LIMIT_S = 150.0


async def run(world: World) -> None:
    """Each question of the pairing is answered as a person would; afterwards the phone is known and bluetoothd's."""
    phone = VirtualPhone()
    paths = find_paths()
    async with serve_obex(phone, world.phone):
        await world.phone.be_found()
        end: PairEnd | None = None
        digits: set[int] = set()
        async with asyncio.timeout(stretched(LIMIT_S)), open_pairing(PairingPlace(None, paths)) as going:
            async for view in going.views():
                world.say(
                    f"{view.headline} {view.digits} {[one.capability for one in view.switches if one.on]}"
                )
                end = view.end
                digits |= {int(view.digits.replace(" ", ""))} if view.digits else set()
                if end is None and (answer := the_answer(world, view)) is not None:
                    world.say(f"answered: {answer}")
                    going.answer(answer)
        assert end is PairEnd.PAIRED, end
        assert digits == set(world.phone.numbers), (digits, world.phone.numbers)
    known = KnownPhones(paths.state_dir).get(world.phone.address)
    assert known is not None, "the phone is not kept"
    device = await bluez.device(world.bus, bluez.device_path(world.phone.address))
    assert device["Paired"], device
    assert device["Trusted"], device


def the_answer(world: World, view: PairingView) -> PairAnswer | None:
    """What a person says now, if anything: yes where they may, to the phone in their hand."""
    offered = {kind for kind, _ in view.answers}
    here = [one for one in view.phones if one.address == world.phone.address]
    if AnswerKind.CHOOSE in offered and here:
        return PairAnswer(AnswerKind.CHOOSE, here[0].id)
    served = [
        one for one in view.switches if not one.absent and one.capability is not Capability.NOTIFICATIONS
    ]
    if AnswerKind.SKIP in offered and all(one.on for one in served):
        return PairAnswer(AnswerKind.SKIP)  # of notifications, and of the text to oneself
    if AnswerKind.YES in offered and not view.switches:
        return PairAnswer(AnswerKind.YES)
    return None
