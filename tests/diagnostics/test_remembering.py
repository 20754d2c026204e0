"""Does a relay leave behind what the doctor needs, and does it end as it did before?"""

from __future__ import annotations

import asyncio
from pathlib import Path

from attrs import evolve

from phonelink_tui.composition.remembering import remembering, remembering_good
from phonelink_tui.config.paths import Paths
from phonelink_tui.diagnostics.history import BEAT_S, Beat, Transition
from phonelink_tui.diagnostics.kept import load_last_good
from phonelink_tui.diagnostics.recorder import history_path, load_history
from phonelink_tui.domain.events import LinkChanged
from phonelink_tui.domain.phone import Capability, CapabilityState, DownReason, LinkPhase
from phonelink_tui.domain.week import Mark
from tests.ipc import samples
from tests.ipc.fake_relay import FakeRelay

SECRET = b"secret of an installation"
MOMENT_S = 1.0
"""Long enough, on a clock that jumps, for everything that is not waiting to be done."""


def refused() -> LinkChanged:
    state = CapabilityState(Capability.MESSAGES, LinkPhase.WAITING, samples.NOON, DownReason.FORBIDDEN)
    phone = samples.phone()
    return LinkChanged(evolve(phone, capabilities={**phone.capabilities, Capability.MESSAGES: state}))


async def test_a_relay_s_week_is_written(tmp_path: Path) -> None:
    """What is up at the begin, what changes, signs of life, and that nothing is known after the end."""
    relay = FakeRelay()
    async with remembering(relay, "bluetooth:00:AA", Paths(None, tmp_path, None), SECRET):
        await asyncio.sleep(MOMENT_S)
        relay.emit(refused())
        await asyncio.sleep(2 * BEAT_S)
    (path,) = tmp_path.iterdir()
    assert path == history_path(tmp_path, "bluetooth:00:AA", SECRET)
    entries = load_history(path)
    told = [(entry.capability, entry.mark) for entry in entries if isinstance(entry, Transition)]
    assert told == [
        (Capability.MESSAGES, Mark.UP),
        (Capability.NOTIFICATIONS, Mark.UP),
        (Capability.MESSAGES, Mark.REFUSED),
        (Capability.MESSAGES, Mark.UNKNOWN),
        (Capability.NOTIFICATIONS, Mark.UNKNOWN),
    ]
    assert sum(isinstance(entry, Beat) for entry in entries) == 2


async def test_without_a_place_nothing_is_written() -> None:
    """A read-only home costs the week, not the relay."""
    async with remembering(FakeRelay(), "x", Paths(None, None, None), SECRET):
        await asyncio.sleep(MOMENT_S)
    assert [path for path in Path.home().rglob("*") if path.is_file()] == []


async def test_a_relay_that_ends_first(tmp_path: Path) -> None:
    """The stream may end before the block does."""
    relay = FakeRelay()
    async with remembering(relay, "x", Paths(None, tmp_path, None), SECRET):
        await asyncio.sleep(MOMENT_S)
        relay.end()
        await asyncio.sleep(MOMENT_S)
    (path,) = tmp_path.iterdir()
    last = [entry.mark for entry in load_history(path) if isinstance(entry, Transition)][-2:]
    assert last == [Mark.UNKNOWN, Mark.UNKNOWN]


async def test_good_facts_are_kept_once_messages_work(tmp_path: Path) -> None:
    """Not before; and only for a phone over Bluetooth."""
    paths = Paths(None, tmp_path, None)
    relay = FakeRelay(evolve(samples.snapshot(), phone=refused().phone))
    async with remembering_good(relay, "bluez", paths):
        await asyncio.sleep(60)
        assert load_last_good(tmp_path) is None
        relay.emit(LinkChanged(samples.phone()))
        await asyncio.sleep(60)
    assert load_last_good(tmp_path) is not None


async def test_an_embedded_phone_is_no_evidence(tmp_path: Path) -> None:
    """It works on every machine."""
    async with remembering_good(FakeRelay(), "virtual", Paths(None, tmp_path, None)):
        await asyncio.sleep(60)
    assert load_last_good(tmp_path) is None
