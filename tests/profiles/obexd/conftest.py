"""A phone, and an obexd that brings its messages and contacts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from phonelink_tui.virtual.personas import IPHONE
from phonelink_tui.virtual.phone import VirtualPhone
from phonelink_tui.virtual.radio import open_link
from tests.backends.world import ZONE_HOURS, make_phone
from tests.fast_time import fast_loops
from tests.profiles.obexd.bench import Bench, beside_the_phone, through_obexd

pytest_asyncio_loop_factories = fast_loops


@pytest.fixture
def fault() -> str:
    """What goes wrong on the phone; tests override it by parametrising."""
    return ""


@pytest.fixture
def phone(fault: str) -> VirtualPhone:
    """An iPhone with people and texts."""
    return make_phone(IPHONE, fault)


@pytest.fixture
async def bench(phone: VirtualPhone) -> AsyncIterator[Bench]:
    """The phone through obexd."""
    async with asyncio.timeout(3000), open_link(phone) as link:
        with beside_the_phone(ZONE_HOURS):
            async with through_obexd(link, phone.persona) as bench:
                yield bench
