"""Is it told, and only then, that what the phone had when a session began is known?"""

from __future__ import annotations

import pytest

from phonelink_tui.domain.events import LinkChanged
from phonelink_tui.domain.observed import Folder
from phonelink_tui.domain.phone import Capability, CapabilityState, LinkPhase
from tests.relay.desk import Desk
from tests.relay.fakes import START
from tests.relay.sync_bench import Bench


def states(desk: Desk) -> list[bool]:
    """Whether messages were caught up, after each change of the link."""
    return [
        e.phone.capabilities[Capability.MESSAGES].caught_up for e in desk.events if isinstance(e, LinkChanged)
    ]


@pytest.mark.parametrize("texts", [0, 700])
async def test_messages_are_caught_up_once_all_is_listed(texts: int) -> None:
    """Once a session, not before its last page, and also where there is nothing."""
    bench = Bench()
    bench.fill(*range(1, texts + 1))
    for _ in range(2):
        async with bench.session():
            await bench.settle(lambda: bool(bench.folders.listed))
            await bench.quiet()
    assert bench.caught_up_at == [texts, texts]


async def test_the_phone_looks_at_its_inbox_before_it_is_listed_and_when_asked() -> None:
    """Once a session, once a wish; a phone that refuses is listed all the same."""
    bench = Bench()
    bench.fill(1)
    async with bench.session():
        await bench.quiet()
        assert bench.folders.refreshed == [0]
        bench.fill(2)
        bench.folders.refuse_refresh = 0xD0
        bench.sync.look_now()
        await bench.quiet()
        assert len(bench.folders.refreshed) == 2
        assert sorted(bench.texts()) == ["text 1", "text 2"]
    assert [folder for folder, _, _ in bench.folders.listed].count(Folder.INBOX) >= 2


def test_a_new_session_has_to_catch_up_again() -> None:
    """The mark belongs to one session, and is told once."""
    desk = Desk()
    for phase in (LinkPhase.WAITING, LinkPhase.READY):
        desk.publish(desk.links.take_state(CapabilityState(Capability.MESSAGES, phase, START)))
        desk.publish(desk.links.take_caught_up(Capability.MESSAGES))
        desk.publish(desk.links.take_caught_up(Capability.MESSAGES))
    assert states(desk) == [False, False, True]
    desk.publish(desk.links.take_state(CapabilityState(Capability.MESSAGES, LinkPhase.WAITING, START)))
    assert states(desk)[-1] is False


async def test_a_text_is_partial_until_its_body_is_read() -> None:
    """Also where it cannot be: then its subject is all there is."""
    bench = Bench()
    bench.fill(1, whole=True)
    bench.fill(2)
    async with bench.session():
        await bench.settle(lambda: len(bench.desk.store.all_messages()) == 2)
        assert any(m.partial for m in bench.desk.store.all_messages())
        await bench.settle(lambda: not any(m.partial for m in bench.desk.store.all_messages()))
    assert bench.texts() == ["text 1, whole", "text 2"]
