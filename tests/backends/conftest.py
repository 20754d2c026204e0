"""On which phones, reached how, does the contract of the ports have to hold?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Final

import pytest

from phonelink_tui.virtual.personas import ANDROID, IPHONE, Persona
from tests.backends.world import OBEXD_KEEPS, World, make_phone, reach
from tests.fast_time import fast_loops

pytest_asyncio_loop_factories = fast_loops

SHAPES = {"whole": "", "bytes": "fragment:1", "odd": "odd"}
"""How the phone writes what it says."""


NEEDS_BUS: Final = pytest.mark.needs("dbus-daemon", "dbus-daemon")


@pytest.fixture(params=["virtual", "tcp", pytest.param("obexd", marks=NEEDS_BUS)])
def way(request: pytest.FixtureRequest) -> str:
    """How the phone is reached."""
    if request.param == "obexd" and (reason := OBEXD_KEEPS.get(request.function.__name__)):
        pytest.skip(f"obexd: {reason}")
    return str(request.param)


@pytest.fixture(params=list(SHAPES))
def shape(request: pytest.FixtureRequest) -> str:
    """How the phone writes, as a plan of faults."""
    return SHAPES[str(request.param)]


@pytest.fixture(params=[IPHONE, ANDROID], ids=["iphone", "android"])
def persona(request: pytest.FixtureRequest) -> Persona:
    """What sort of phone it is."""
    value = request.param
    assert isinstance(value, Persona)
    return value


@pytest.fixture
async def world(way: str, shape: str, persona: Persona) -> AsyncIterator[World]:
    """A phone with people, texts and calls, and a backend that reaches it."""
    async with reach(make_phone(persona, shape), way) as world:
        yield world


@pytest.fixture
async def iphone(shape: str) -> AsyncIterator[World]:
    """An iPhone reached in memory, which alone gives notifications."""
    async with reach(make_phone(IPHONE, shape), "virtual") as world:
        yield world


@pytest.fixture(autouse=True)
async def _nothing_left() -> AsyncIterator[None]:
    """A test that leaves a task behind has leaked a session."""
    before = asyncio.all_tasks()
    yield
    for _ in range(5):
        await asyncio.sleep(0)
    assert {task for task in asyncio.all_tasks() if not task.done()} <= before | {
        task for task in [asyncio.current_task()] if task
    }
