"""How does the contract suite of the ports run over the air? The tests of `tests/backends`, reached another way.

They ask `reach` for a phone and a backend, and run on a clock that jumps; here both are replaced before the tests are
read. One radio, one pairing and one link serve them all. `contract_cases` says which tests these are.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from phonelink_tui.transport.bluez.link import BluezLink
from phonelink_tui.virtual.phone import VirtualPhone
from tests import fast_time
from tests.backends import world as backends
from tests.e2e.guest import contract_cases as cases
from tests.e2e.guest.contract_ways import Way, shared_link
from tests.e2e.guest.le_pairing import pair_over_le
from tests.e2e.guest.patience import stretched
from tests.e2e.guest.world import Bluez, World

REACH_LIMIT_S = 60.0
TEST_LIMIT_S = 120.0
"""A test of faults reaches a phone several times."""

NOTES = Path("/run")
CONSOLE = Path("/dev/ttyS0")
TOLD = 10
"""So many tests without a word are enough: the host takes a guest that says nothing for one that hangs."""

IN_MEMORY = backends.reach
OPTIONS = (
    "-p", "no:logging", f"--confcutdir={cases.SUITE}", "-W", "default", "-v", "-rs", "--tb=short",
    "-o", "asyncio_default_fixture_loop_scope=session", "-o", "asyncio_default_test_loop_scope=session",
)  # fmt: skip


class Notes:
    """What earlier attempts in this guest have shown: a second one does again what failed in the first."""

    def __init__(self, way: Way, kept: Path) -> None:
        """
        Args:
            way: Its sessions' methods are watched from now on.
            kept: The file that holds the notes from attempt to attempt.
        """
        self._kept = kept
        earlier = json.loads(kept.read_text()) if kept.exists() else {"failed": [], "asked": []}
        self.earlier_failed: frozenset[str] = frozenset(earlier["failed"])
        self.failed: set[str] = set()
        self._asked: set[str] = set(earlier["asked"])
        self._wanted: set[str] = set()
        for port, session in way.sessions:
            for method in sorted(name for name in vars(port) if not name.startswith("_")):
                name = f"{session.__name__}.{method}"
                self._wanted.add(name)
                setattr(session, method, self._watched(name, getattr(session, method)))

    @property
    def explains(self) -> str:
        """Whether asserts show their values: that takes long to prepare, so only for what has failed before."""
        return "rewrite" if self.earlier_failed else "plain"

    def keep(self) -> list[str]:
        """Write the notes; methods of the ports that no attempt has asked over the air."""
        self._kept.write_text(json.dumps({"failed": sorted(self.failed), "asked": sorted(self._asked)}))
        return sorted(self._wanted - self._asked)

    def _watched(self, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        def watched(*arguments: object, **more: object) -> object:
            self._asked.add(name)
            return method(*arguments, **more)

        return watched


class OverTheAir:
    """A plugin of pytest: one radio and one pairing for all tests.

    Args:
        bluez: Which bluetoothd.
        log: Where logs go.
        way: How a phone is reached.
    """

    def __init__(self, bluez: Bluez, log: Path, way: Way) -> None:
        self._bluez = bluez
        self._log = log
        self._way = way
        self._notes = Notes(way, NOTES / f"contract-{way.cases.way}.json")
        self._tests = 0
        self._world: World
        self._link: BluezLink

    @pytest_asyncio.fixture(scope="session", autouse=True, loop_scope="session")
    async def air(self) -> AsyncIterator[None]:
        """The radio, with a phone paired over LE, and the link to it."""
        async with World(self._bluez, self._log) as self._world:
            await pair_over_le(self._world)
            if self._way.with_obexd:
                await self._world.start_obexd()
            async with shared_link(self._world) as self._link:
                yield

    @asynccontextmanager
    async def reach(self, phone: VirtualPhone, way: str) -> AsyncIterator[backends.World]:
        """Stands for `tests.backends.world.reach`.

        Another way than this one is in memory: there a test counts the bytes of our own sessions, which obexd, once
        it has the phone's reports, leaves no place on the air.
        """
        over_the_air = way == self._way.cases.way
        reached = self._way.reach(self._world, self._link, phone) if over_the_air else IN_MEMORY(phone, way)
        async with asyncio.timeout(stretched(REACH_LIMIT_S)), reached as world:
            yield world

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep what the air can change, and say what is left out whole."""
        items[:] = [item for item in items if self._is_meant(item)]
        if again := self._notes.earlier_failed:
            items[:] = [item for item in items if item.nodeid in again]
        for name, reason in self._way.cases.leaves_out.items():
            print(f"contract: {name}: not over the air: {reason}")

    @pytest.hookimpl
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Each test's outcome, also where the person looks who started all this."""
        if report.failed or report.when == "call" or report.skipped:
            self._tests += 1
            line = f"{report.nodeid.rpartition('::')[2]}: {report.outcome} ({report.duration:.1f} s)"
            print(f"contract: {line}")
            if report.failed:
                self._notes.failed.add(report.nodeid)
            if report.failed or self._tests % TOLD == 0:
                CONSOLE.write_text(f"guest: {self._tests} tests of the contract; {line}\n")
            assert not report.skipped or self._is_given_up(report.nodeid), f"skipped without a reason: {line}"

    @pytest.hookimpl
    def pytest_sessionfinish(self) -> None:
        """The whole of the ports is under the contract here, too."""
        missing = self._notes.keep()
        assert not missing, f"never asked over the air: {missing}"

    @property
    def options(self) -> tuple[str, ...]:
        """Of pytest."""
        return (*OPTIONS, f"--assert={self._notes.explains}", f"--timeout={stretched(TEST_LIMIT_S):.0f}")

    def _is_meant(self, item: pytest.Item) -> bool:
        parameters = (
            item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
        )
        return self._way.cases.keeps(item.name.partition("[")[0], parameters)

    def _is_given_up(self, nodeid: str) -> bool:
        test = nodeid.rpartition("::")[2].partition("[")[0]
        return self._way.with_obexd and test in backends.OBEXD_KEEPS


def run_contract(bluez: Bluez, log: Path, way: Way) -> None:
    """Run the suite; raises AssertionError where a test fails."""
    # This computer is where the phone is: obexd does not tell the phone's offset.
    os.environ["TZ"] = f"PHONE{-backends.ZONE_HOURS:+d}"
    time.tzset()
    plugin = OverTheAir(bluez, log, way)
    backends.reach = plugin.reach
    backends.FLOOD, backends.BOOK = cases.FLOOD, cases.BOOK
    backends.SLOW_WAY = way.cases.way
    backends.PLACES, backends.PUSH_STRIDES = cases.PLACES, cases.PUSH_STRIDES
    fast_time.fast_loops = lambda *_, **__: {"real": asyncio.new_event_loop}
    files = [str(cases.SUITE / name) for name in way.cases.files]
    status = pytest.main([*plugin.options, *files], plugins=[plugin])
    assert status == pytest.ExitCode.OK, f"the contract does not hold: {status!r}"
