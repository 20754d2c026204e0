"""Is a shared relay found again after it was gone, and is it still the same phone's?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from attrs import evolve

from phonelink_tui.composition.attaching import Wish, open_relay
from phonelink_tui.config.paths import Paths
from phonelink_tui.config.relay_choice import RelayChoice, RelayKind
from phonelink_tui.errors import IpcError, NoRelay, NotConnected
from phonelink_tui.ipc.background import background
from phonelink_tui.ipc.shared import listening, serve_shared
from phonelink_tui.relay.api import Attached, Home
from tests.ipc.fake_relay import FakeRelay

DEADLINE_S = 10.0


@asynccontextmanager
async def serving(path: Path, fake: FakeRelay) -> AsyncIterator[None]:
    """A relay listens at the path while inside."""
    with listening(path) as listener:
        async with background(serve_shared(fake, listener)):
            yield


async def test_a_relay_that_comes_back_is_attached_to_again(tmp_path: Path) -> None:
    """Not while there is none; not where it has another phone by then."""
    path = tmp_path / "run" / "relay.sock"
    wish = Wish(RelayChoice(RelayKind.PATH, str(path)))
    first, second = FakeRelay(), FakeRelay()
    other = FakeRelay(evolve(second.current, phone=evolve(second.current.phone, id="virtual:other")))
    async with asyncio.timeout(DEADLINE_S):
        serving_first = serving(path, first)
        await serving_first.__aenter__()
        async with open_relay(None, Paths(None, None, None), wish) as relay:
            assert isinstance(relay, Attached)
            assert (relay.attachment.home, relay.attachment.lasting) == (Home.SHARED, True)
            assert await relay.snapshot() == first.current
            await serving_first.__aexit__(None, None, None)
            with pytest.raises(IpcError):
                await relay.snapshot()
            with pytest.raises(NoRelay):
                await relay.attach_again()
            async with serving(path, other):
                with pytest.raises(NotConnected):
                    await relay.attach_again()
            async with serving(path, second):
                await relay.attach_again()
                assert await relay.snapshot() == second.current
                await relay.attach_again()
                assert await relay.week() == {}
