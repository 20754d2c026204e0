"""Is collecting bounded, and is every failure a fact?"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import NoReturn

import pytest

from phonelink_tui.config.paths import Paths
from phonelink_tui.diagnostics.collect import (
    DOCTOR_S,
    SOURCE_S,
    START_S,
    TOTAL_S,
    Collector,
    collect,
    in_background,
)
from phonelink_tui.diagnostics.facts import BluezVersion, DaemonState, Group, NotKnown, Source
from phonelink_tui.diagnostics.here import FILES_S, PROGRAM_S, collectors
from phonelink_tui.errors import DeadlineExceeded
from phonelink_tui.transport.bluez import survey
from tests.diagnostics.records import healthy
from tests.fast_time import now


async def hang() -> NoReturn:
    await asyncio.Event().wait()
    raise AssertionError


async def answer() -> Group:
    return BluezVersion("5.87")


def failing(error: Exception) -> Callable[[], Awaitable[Group]]:
    async def read() -> Group:
        raise error

    return read


async def test_every_source_hangs_and_it_takes_no_longer_than_the_total(tmp_path: Path) -> None:
    """The deadlines of this machine's own collectors, with sources that never answer, stay below the total."""
    real = collectors(Paths(None, tmp_path, None))
    assert {collector.source for collector in real} == set(Source) - {Source.SESSIONS}
    hanging = [Collector(collector.source, hang, collector.deadline_s) for collector in real]
    begun = asyncio.get_running_loop().time()
    facts = await collect(hanging, now)
    assert asyncio.get_running_loop().time() - begun <= TOTAL_S
    for collector in real:
        assert getattr(facts, collector.source.value) == NotKnown("it did not answer in time")


def test_a_whole_visit_fits_into_its_time() -> None:
    """What the collection may take, with closing a bus that hangs, and what a process needs besides."""
    assert DOCTOR_S <= 2.0
    assert START_S >= 1.0
    assert SOURCE_S + survey.CLOSE_S <= TOTAL_S <= DOCTOR_S - START_S
    assert max(survey.LOOK_S, FILES_S, PROGRAM_S) <= SOURCE_S


@pytest.mark.parametrize("source", [Source.BLUEZ, Source.OBEXD])
async def test_a_bus_that_takes_the_connection_and_says_nothing_is_given_up(
    source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the collector of this machine, its bus closed again, within the total."""
    silent = tmp_path / "bus"
    with socket.socket(socket.AF_UNIX) as bus:
        bus.bind(str(silent))
        bus.listen()
        for name in ("SYSTEM", "SESSION"):
            monkeypatch.setenv(f"DBUS_{name}_BUS_ADDRESS", f"unix:path={silent}")
        real = [one for one in collectors(Paths(None, tmp_path, None)) if one.source is source]
        begun = asyncio.get_running_loop().time()
        facts = await collect(real, now)
        assert asyncio.get_running_loop().time() - begun <= TOTAL_S
    found = getattr(facts, source.value)
    assert isinstance(found, NotKnown) or found.state is DaemonState.NO_BUS


@pytest.mark.parametrize(
    ("error", "because"),
    [
        (DeadlineExceeded("The Bluetooth service did not answer in time."), "The Bluetooth service did not"),
        (PermissionError(13, "Permission denied"), "permission denied"),
        (OSError("odd"), "OSError"),
        (ModuleNotFoundError("No module", name="dbus_fast"), "dbus_fast is not installed"),
        (ZeroDivisionError(), "a bug of this program (ZeroDivisionError)"),
    ],
)
async def test_a_failure_is_a_fact(error: Exception, because: str) -> None:
    """One source fails, it says why, and the others are known all the same."""
    broken = Collector(Source.OBEXD, failing(error))
    facts = await collect([broken, Collector(Source.BLUEZ_VERSION, answer)], now)
    assert isinstance(facts.obexd, NotKnown)
    assert because.casefold() in facts.obexd.because.casefold()
    assert facts.bluez_version == BluezVersion("5.87")


async def test_a_retest_asks_only_what_it_needs() -> None:
    """Sources that are not asked keep what they said."""
    before = healthy(bluez_version={"version": "5.66"})
    sources = [Collector(Source.BLUEZ_VERSION, answer), Collector(Source.OBEXD, failing(OSError()))]
    facts = await collect(sources, now, only={Source.BLUEZ_VERSION}, before=before)
    assert facts.bluez_version == BluezVersion("5.87")
    assert facts.obexd == before.obexd
    assert facts.at == now()


def test_a_blocking_read_is_not_waited_for() -> None:
    """A read that hangs in the kernel holds up neither the loop nor the end of the program."""
    freed, began = threading.Event(), threading.Event()

    def stuck() -> None:
        began.set()
        freed.wait()

    async def main() -> None:
        async with asyncio.timeout(0.01):
            await in_background(stuck)

    with pytest.raises(TimeoutError):
        asyncio.run(main())
    assert began.wait(5)
    stuck_threads = [thread for thread in threading.enumerate() if thread.name == "facts"]
    assert stuck_threads
    assert all(thread.daemon for thread in stuck_threads)
    freed.set()
    for thread in stuck_threads:
        thread.join(5)


def test_a_blocking_read_gives_its_result_or_error() -> None:
    """What the read returns or raises is what the waiter gets."""

    def refuse() -> NoReturn:
        raise PermissionError(13, "Permission denied")

    assert asyncio.run(in_background(lambda: 7)) == 7
    with pytest.raises(PermissionError):
        asyncio.run(in_background(refuse))
