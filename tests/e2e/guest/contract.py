"""How does the contract suite of the ports run over the air? The tests of `tests/backends`, reached another way.

They ask `reach` for a phone and a backend, and run on a clock that jumps; here both are replaced before the tests are
read. One radio and one pairing serve them all. `contract_cases` says which tests these are.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from attrs import evolve, frozen

from phonelink_tui.config.paths import private_dir
from phonelink_tui.profiles.ancs_client import AncsClient
from phonelink_tui.profiles.link_backend import LinkBackend
from phonelink_tui.profiles.map_client import MapClient
from phonelink_tui.profiles.obexd.backend import open_obexd_backend
from phonelink_tui.profiles.obexd.messages import ObexdMessages
from phonelink_tui.profiles.obexd.phonebook import ObexdPhonebook
from phonelink_tui.profiles.pbap_client import PbapClient
from phonelink_tui.profiles.ports import MessageAccess, NotificationAccess, PhonebookAccess
from phonelink_tui.transport.bluez.link import BluezLink, BluezSpec, open_bluez_link
from phonelink_tui.virtual.phone import VirtualPhone
from phonelink_tui.virtual.radio import VirtualLink
from tests import fast_time
from tests.backends import world as backends
from tests.e2e.guest import contract_cases as cases
from tests.e2e.guest.le_pairing import pair_over_le
from tests.e2e.guest.patience import stretched
from tests.e2e.guest.served_phone import coming_and_going, serve_notifications, serve_obex
from tests.e2e.guest.world import Bluez, World

LE_LIMIT_S = 30.0
REACH_LIMIT_S = 60.0
TEST_LIMIT_S = 120.0
"""A test of faults reaches a phone several times."""

CONSOLE = Path("/dev/ttyS0")
TOLD = 10
"""So many tests without a word are enough: the host takes a guest that says nothing for one that hangs."""

NEVER_S = 3600.0
"""A session whose phone does not call back is to live on here, for the contract to look at; a link of our own ends
it, once, to declare less to the phone (`call_back_watch`)."""

OPTIONS = (
    "-p", "no:logging", f"--confcutdir={cases.SUITE}", "-W", "default", "-v", "-rs", "--tb=short",
    "-o", "asyncio_default_fixture_loop_scope=session", "-o", "asyncio_default_test_loop_scope=session",
    "--last-failed",
)  # fmt: skip
"""A second attempt in the same guest has to do again what failed in the first."""

Reach = Callable[[World, VirtualPhone], AbstractAsyncContextManager[backends.World]]


@frozen
class PatientBackend(LinkBackend):
    """Waits for the phone's LE link as a relay does by trying again: the contract has no such patience."""

    le_is_up: Callable[[], bool] = lambda: True

    async def open_notifications(self) -> NotificationAccess:
        """See `PhoneBackend.open_notifications`."""
        async with asyncio.timeout(stretched(LE_LIMIT_S)):
            while not self.le_is_up():
                await asyncio.sleep(0.1)
        return await super().open_notifications()


@asynccontextmanager
async def over_bluez(world: World, phone: VirtualPhone) -> AsyncIterator[backends.World]:
    """Our own sessions."""
    async with (
        serve_obex(phone, world.phone) as served,
        serve_notifications(phone, world.phone),
        coming_and_going(phone, world.phone),
        open_bluez_link(BluezSpec(address=world.phone.address, call_back_s=NEVER_S)) as link,
    ):
        there = backends.backend_over(VirtualLink(phone, served.services), phone)
        plain = backends.backend_over(link, phone)
        here = PatientBackend(
            link, plain.phone_id, plain.phone_name, plain.traits, plain.offers, plain.clock,
            le_is_up=lambda: world.phone.le.is_connected or not phone.present,
        )  # fmt: skip
        yield backends.World(phone, here, there)


@asynccontextmanager
async def through_obexd(world: World, phone: VirtualPhone) -> AsyncIterator[backends.World]:
    """obexd's sessions; notifications are ours as before."""
    async with over_bluez(world, phone) as reached:
        native = reached.backend
        assert isinstance(native, LinkBackend)
        assert isinstance(native.link, BluezLink)
        backend = open_obexd_backend(
            native.link,
            native.link.addresses,
            phone_id=native.phone_id,
            phone_name=native.phone_name,
            traits=native.traits,
            directory=private_dir(Path(os.environ["XDG_RUNTIME_DIR"]) / "phonelink-tui"),
            start=False,
        )
        yield evolve(reached, backend=backend)


@frozen
class Way:
    """One way of reaching a phone over the air."""

    cases: cases.Cases
    reach: Reach
    sessions: tuple[tuple[type, type], ...]
    """Which ports are asked, and who answers."""
    with_obexd: bool = False


OVER_BLUEZ = Way(
    cases.OUR_OWN,
    over_bluez,
    ((MessageAccess, MapClient), (PhonebookAccess, PbapClient), (NotificationAccess, AncsClient)),
)
THROUGH_OBEXD = Way(
    cases.OBEXD,
    through_obexd,
    ((MessageAccess, ObexdMessages), (PhonebookAccess, ObexdPhonebook)),
    with_obexd=True,
)


class Asked:
    """Which methods of the ports were asked over the air, in all attempts."""

    def __init__(self, way: Way) -> None:
        self._names: set[str] = set()
        self._wanted: set[str] = set()
        for port, session in way.sessions:
            for method in sorted(name for name in vars(port) if not name.startswith("_")):
                self._wanted.add(f"{session.__name__}.{method}")
                setattr(
                    session, method, self._noted(f"{session.__name__}.{method}", getattr(session, method))
                )

    def missing(self, cache: pytest.Cache) -> list[str]:
        """What no test has asked."""
        self._names.update(cache.get("contract/asked", []))
        cache.set("contract/asked", sorted(self._names))
        return sorted(self._wanted - self._names)

    def _noted(self, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        def noted(*arguments: object, **more: object) -> object:
            self._names.add(name)
            return method(*arguments, **more)

        return noted


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
        self._asked = Asked(way)
        self._tests = 0
        self._world: World

    @pytest_asyncio.fixture(scope="session", autouse=True, loop_scope="session")
    async def air(self) -> AsyncIterator[None]:
        """The radio, with a phone paired over LE."""
        async with World(self._bluez, self._log) as self._world:
            await pair_over_le(self._world)
            if self._way.with_obexd:
                await self._world.start_obexd()
            yield

    @asynccontextmanager
    async def reach(self, phone: VirtualPhone, way: str) -> AsyncIterator[backends.World]:
        """Stands for `tests.backends.world.reach`."""
        reach = self._way.reach if way == self._way.cases.way else over_bluez
        async with asyncio.timeout(stretched(REACH_LIMIT_S)), reach(self._world, phone) as reached:
            yield reached

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep what the air can change, and say what is left out whole."""
        items[:] = [item for item in items if self._is_meant(item)]
        for name, reason in self._way.cases.leaves_out.items():
            print(f"contract: {name}: not over the air: {reason}")

    @pytest.hookimpl
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Each test's outcome, also where the person looks who started all this."""
        if report.failed or report.when == "call" or report.skipped:
            self._tests += 1
            line = f"{report.nodeid.rpartition('::')[2]}: {report.outcome} ({report.duration:.1f} s)"
            print(f"contract: {line}")
            if report.failed or self._tests % TOLD == 0:
                CONSOLE.write_text(f"guest: {self._tests} tests of the contract; {line}\n")
            assert not report.skipped or self._is_given_up(report.nodeid), f"skipped without a reason: {line}"

    @pytest.hookimpl
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """The whole of the ports is under the contract here, too."""
        assert session.config.cache is not None
        missing = self._asked.missing(session.config.cache)
        assert not missing, f"never asked over the air: {missing}"

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
    options = (f"--timeout={stretched(TEST_LIMIT_S):.0f}", "-o", f"cache_dir=/run/contract-{way.cases.way}")
    files = [str(cases.SUITE / name) for name in way.cases.files]
    status = pytest.main([*OPTIONS, *options, *files], plugins=[plugin])
    assert status == pytest.ExitCode.OK, f"the contract does not hold: {status!r}"
