"""How does a test get a phone through obexd? With a session bus and an obexd of its own."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest
from attrs import frozen

from phonelink_tui.config.paths import private_dir
from phonelink_tui.domain.phone import TRAITS
from phonelink_tui.domain.text import clean_line
from phonelink_tui.errors import PhoneUnreachable
from phonelink_tui.profiles.obexd.backend import ObexdBackend, open_obexd_backend
from phonelink_tui.transport.link import PhoneLink
from phonelink_tui.virtual.personas import Persona
from tests.fast_time import FastLoop
from tests.profiles.obexd.fake_obexd import FakeObexd
from tests.profiles.obexd.settling import Settler
from tests.transport.bluez.private_bus import private_bus

ADAPTER, PHONE = "00:AA:01:00:00:00", "00:BB:02:00:00:00"


@frozen
class Bench:
    """An obexd, and a backend that goes through it."""

    obexd: FakeObexd
    backend: ObexdBackend
    directory: Path
    """Where files pass through."""


@asynccontextmanager
async def through_obexd(link: PhoneLink, persona: Persona) -> AsyncIterator[Bench]:
    """The phone behind a link, reached by an obexd that uses that link."""
    with a_session_bus() as settle:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, FastLoop)
        loop.settle_with(settle)
        try:
            async with FakeObexd.running(link) as obexd:
                yield make_bench(obexd, link, persona)
        finally:
            loop.settle_with(None)


def make_bench(obexd: FakeObexd, link: PhoneLink, persona: Persona) -> Bench:
    """A backend to an obexd that runs."""

    async def locate() -> tuple[str, str]:
        return ADAPTER, PHONE

    directory = private_dir(Path(os.environ["XDG_RUNTIME_DIR"]) / "phonelink-tui")
    assert directory is not None
    backend = open_obexd_backend(
        link,
        locate,
        phone_id="obexd:test",
        phone_name=clean_line("A phone"),
        traits=TRAITS[persona.kind],
        directory=directory,
        start=True,
    )
    return Bench(obexd, backend, directory)


@contextmanager
def a_session_bus() -> Iterator[Settler]:
    """This login has a session bus while inside."""
    with (
        private_bus() as address,
        Settler(address).running() as settle,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        yield settle


@contextmanager
def beside_the_phone(hours_east: int) -> Iterator[None]:
    """This computer is where the phone is: obexd does not tell the phone's offset."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", f"PHONE{-hours_east:+d}")
        time.tzset()
        try:
            yield
        finally:
            patch.undo()
            time.tzset()


async def not_paired() -> tuple[str, str]:
    """Where a phone is that nobody paired."""
    raise PhoneUnreachable("The phone is not paired with this computer.")
