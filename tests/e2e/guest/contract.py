"""How does the contract suite of the ports run over the air? The tests of `tests/backends`, reached another way.

They ask `reach` for a phone and a backend, and run on a clock that jumps; here both are replaced before the tests are
read, and only those are kept that mean the way in memory with a phone that writes plainly.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Final

import pytest
import pytest_asyncio
from attrs import evolve, frozen

from phonelink_tui.config.paths import private_dir
from phonelink_tui.profiles.link_backend import LinkBackend
from phonelink_tui.profiles.obexd.backend import open_obexd_backend
from phonelink_tui.profiles.ports import NotificationAccess
from phonelink_tui.transport.bluez.link import BluezLink, BluezSpec, open_bluez_link
from phonelink_tui.virtual.personas import IPHONE
from phonelink_tui.virtual.phone import VirtualPhone
from phonelink_tui.virtual.radio import VirtualLink
from tests import fast_time
from tests.backends import world as backends
from tests.e2e.guest.le_pairing import pair_over_le
from tests.e2e.guest.patience import stretched
from tests.e2e.guest.served_phone import coming_and_going, serve_notifications, serve_obex
from tests.e2e.guest.world import Bluez, World

LE_LIMIT_S = 30.0
TEST_LIMIT_S = 60.0

CONSOLE = Path("/dev/ttyS0")
TOLD = 10
"""So many tests without a word are enough: the host takes a guest that says nothing for one that hangs."""

FLOOD = 60
"""Notifications at once: a quarter of a second each over the air, and more of the same."""

NEVER_S = 3600.0
"""A session whose phone does not call back is to live on here, for the contract to look at; a link of our own ends
it, once, to declare less to the phone (`call_back_watch`)."""

OPTIONS = (
    "-p", "no:logging", "--confcutdir=tests/backends", "-W", "default", "-v", "--tb=short",
    "-o", "asyncio_default_fixture_loop_scope=session", "-o", "asyncio_default_test_loop_scope=session",
)  # fmt: skip

KEPT: Final[Mapping[str, tuple[object, str]]] = {
    "way": ("virtual", "The way in memory is what is replaced by the air."),
    "how": ("virtual", "Likewise; TCP has no air."),
    "shape": ("whole", "RFCOMM and L2CAP cut the bytes by themselves; the phone's odd ways are its own."),
    "persona": (
        IPHONE,
        "Which phone it is changes the bytes, not how they travel; `android` pairs with another.",
    ),
    "some": (IPHONE, "Likewise."),
}
"""What of each parameter of the suite's tests is run over the air, and why no more: what the air cannot change."""

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

    reach: Reach
    files: tuple[str, ...] = ("messages", "phonebook", "notifications")
    with_obexd: bool = False
    leaves_out: Mapping[str, str] = {}
    """Names of tests that this way cannot fulfil, each with the reason."""


OVER_BLUEZ = Way(over_bluez)
THROUGH_OBEXD = Way(
    through_obexd, ("messages", "phonebook"), with_obexd=True, leaves_out=backends.OBEXD_KEEPS
)


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
        del way  # one is kept, and this is what it means here
        async with asyncio.timeout(stretched(TEST_LIMIT_S)), self._way.reach(self._world, phone) as reached:
            yield reached

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep what the air can change; see `KEPT`."""
        items[:] = [item for item in items if _is_meant(item, self._way)]

    @pytest.hookimpl
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Each test's outcome, also where the person looks who started all this."""
        if report.failed or report.when == "call":
            self._tests += 1
            line = f"{report.nodeid.rpartition('::')[2]}: {report.outcome} ({report.duration:.1f} s)"
            print(f"contract: {line}")
            if report.failed or self._tests % TOLD == 0:
                CONSOLE.write_text(f"guest: {self._tests} tests of the contract; {line}\n")


def run_contract(bluez: Bluez, log: Path, way: Way) -> None:
    """Run the suite; raises AssertionError where a test fails."""
    # This computer is where the phone is: obexd does not tell the phone's offset.
    os.environ["TZ"] = f"PHONE{-backends.ZONE_HOURS:+d}"
    time.tzset()
    plugin = OverTheAir(bluez, log, way)
    backends.reach = plugin.reach
    backends.FLOOD = FLOOD
    fast_time.fast_loops = lambda *_, **__: {"real": asyncio.new_event_loop}
    limit = f"--timeout={stretched(TEST_LIMIT_S):.0f}"
    files = [f"tests/backends/test_{name}.py" for name in way.files]
    status = pytest.main([*OPTIONS, limit, *files], plugins=[plugin])
    assert status == pytest.ExitCode.OK, f"the contract does not hold: {status!r}"


def _is_meant(item: pytest.Item, way: Way) -> bool:
    if item.name.partition("[")[0] in way.leaves_out:
        return False
    parameters = (
        item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
    )
    return all(parameters.get(name, kept) == kept for name, (kept, _) in KEPT.items())
