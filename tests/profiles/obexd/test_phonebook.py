"""What is particular about contacts and calls through obexd?"""

from __future__ import annotations

import pytest

from phonelink_tui.errors import DeadlineExceeded, LinkLost, ObexRefused
from phonelink_tui.profiles.pbap_client import PAGE_CARDS
from phonelink_tui.virtual.entries import StoredContact
from phonelink_tui.virtual.phone import VirtualPhone
from tests.backends.world import opened
from tests.profiles.obexd.bench import Bench
from tests.profiles.obexd.mischief import Odd, Refused

pytestmark = pytest.mark.needs("dbus-daemon", "dbus-daemon")


async def test_book_without_an_owner_card(bench: Bench) -> None:
    """A phone that does not give its own card alone has none; the contacts are there."""
    async with opened(bench.backend.open_phonebook()) as access:
        bench.obexd.mischief.refusals["Pull"] = [Refused("Forbidden")]
        assert await access.owner() is None
        assert await access.contacts()


async def test_calls_kept_back(bench: Bench) -> None:
    """A phone that keeps its call history to itself has none to show, however often it is asked."""
    async with opened(bench.backend.open_phonebook()) as access:
        bench.obexd.mischief.refusals["Select"] = [Refused("Not Found")]
        assert await access.calls() == ()
        bench.obexd.mischief.refusals["PullAll"] = [Refused("Forbidden")]
        assert await access.calls() == ()
        assert len(await access.calls()) == 2


async def test_refused_book_is_told(bench: Bench) -> None:
    """The contacts themselves refused is no empty book."""
    async with opened(bench.backend.open_phonebook()) as access:
        bench.obexd.mischief.refusals["Select"] = [Refused("Forbidden")]
        with pytest.raises(ObexRefused):
            await access.contacts()


async def test_book_that_loses_its_second_page(bench: Bench, phone: VirtualPhone) -> None:
    """A page that is lost without a word ends the session: a late answer would pass for the next one."""
    for one in range(PAGE_CARDS + 5):
        phone.add_contact(StoredContact(f"Person {one}", (f"+1555{one:07}",)))
    access = await bench.backend.open_phonebook()
    bench.obexd.mischief.odds["PullAll"] = Odd.VANISH
    with pytest.raises(DeadlineExceeded):
        await access.contacts()
    with pytest.raises(LinkLost):
        await access.contacts()
    await access.aclose()
