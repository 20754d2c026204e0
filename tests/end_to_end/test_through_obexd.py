"""Does a relay do with a phone through obexd what it does with one of its own?"""

from __future__ import annotations

import pytest

from phonelink_tui.domain.events import CommandState
from phonelink_tui.domain.phone import Capability, LinkPhase
from phonelink_tui.virtual.personas import IPHONE
from phonelink_tui.virtual.radio import open_link
from tests.backends.world import ALICE, BOB, TEXTS, ZONE_HOURS, make_phone
from tests.end_to_end.house import relay_over
from tests.profiles.obexd.bench import beside_the_phone, through_obexd

pytestmark = pytest.mark.needs("dbus-daemon", "dbus-daemon")


async def test_a_morning_through_obexd() -> None:
    """All is read; a text rings once, also when then read on the phone; an answer goes once; so after a loss."""
    phone = make_phone(IPHONE)
    async with open_link(phone) as link:
        with beside_the_phone(ZONE_HOURS):
            async with through_obexd(link, IPHONE) as bench, relay_over(bench.backend) as (_, watch):
                await watch.ready()
                assert len(await watch.all_texts()) == len(TEXTS) + 1  # and one that the owner wrote
                stored = phone.receive_text(BOB, "Are you there?")
                await watch.settle()
                phone.mark_read(stored.handle)
                await watch.settle()
                assert [text.text for text in watch.live_texts()] == ["Are you there?"]
                assert (await watch.send(ALICE, "Eight it is")).state is CommandState.DONE
                await watch.settle()
                bench.obexd.end_sessions()
                await watch.until(lambda s: s.phone.phase(Capability.MESSAGES) is LinkPhase.WAITING)
                phone.receive_text(BOB, "Missed")
                await watch.ready()
                assert [one.text for one in phone.pushed] == ["Eight it is"]
                texts = [text.text for text in await watch.all_texts()]
                assert len(texts) == len(set(texts)) == len(TEXTS) + 4
