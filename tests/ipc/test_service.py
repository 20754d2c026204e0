"""Does a shared relay process tell systemd how it stands, serve everybody, and leave in good order?"""

from __future__ import annotations

import asyncio
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from phonelink_tui.domain.events import MessageChanged
from phonelink_tui.errors import NoRelay, RelayError, RoleRefused
from phonelink_tui.ipc.notify import ServiceManager
from phonelink_tui.ipc.role import Role
from phonelink_tui.ipc.shared import shared_relay
from tests.ipc.conftest import DEADLINE_S, private_client
from tests.ipc.fake_relay import FakeRelay

START_S = 45.0
"""A fresh interpreter on a loaded machine."""


class Manager:
    """A service manager's end of sd_notify."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._sock.bind("\0" + address[1:] if address.startswith("@") else address)

    def until(self, word: str) -> list[str]:
        """All that was told up to this word."""
        self._sock.settimeout(START_S)
        told: list[str] = []
        while word not in told:
            told += self._sock.recv(4096).decode().split("\n")
        return told

    def hears_within(self, seconds: float) -> bool:
        """Whether anything is told in that time."""
        return bool(select.select([self._sock], [], [], seconds)[0])

    def drain(self) -> None:
        """Forget what was told."""
        while self.hears_within(0):
            self._sock.recv(4096)

    def close(self) -> None:
        self._sock.close()


@contextmanager
def relay_process(path: Path, *words: str, **environ: str) -> Iterator[subprocess.Popen[str]]:
    """A relay process; killed if it still runs after the block."""
    command = [sys.executable, "-m", "tests.ipc.shared_process", str(path), *words]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stderr=pipe, text=True, env={**os.environ, **environ}) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


@pytest.fixture(params=["path", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Manager]:
    name = str(tmp_path / "notify")
    listening = Manager("@" + name if request.param == "abstract" else name)
    yield listening
    listening.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run" / "relay.sock"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_service_tells_its_manager(manager: Manager, path: Path, number: signal.Signals) -> None:
    """Ready once it serves, alive while its loop turns, stopping when told to end; then exit 0 and no socket."""
    with relay_process(path, NOTIFY_SOCKET=manager.address, WATCHDOG_USEC="300000") as process:
        manager.until("READY=1")
        assert path.exists()
        for _ in range(3):
            manager.until("WATCHDOG=1")
        process.send_signal(number)
        manager.until("STOPPING=1")
        assert process.wait(DEADLINE_S) == 0
        assert process.stderr is not None
        log = process.stderr.read()
    assert not path.exists()
    assert "the relay ends; 0 clients" in log
    assert "accepted" not in log


def test_loop_that_hangs_pings_no_more(manager: Manager, path: Path) -> None:
    """A relay that was stopped in its tracks is silent, so that systemd starts another."""
    with relay_process(path, NOTIFY_SOCKET=manager.address, WATCHDOG_USEC="300000") as process:
        manager.until("WATCHDOG=1")
        process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, process.pid, os.WSTOPPED)
        manager.drain()
        assert not manager.hears_within(1.0)
        process.send_signal(signal.SIGCONT)
        assert manager.hears_within(START_S)


async def test_clients_hear_the_last_events_of_a_relay_that_is_stopped(path: Path) -> None:
    """`stop` ends it in good order: what happens while it closes still reaches who listens, then the stream ends."""
    with relay_process(path) as process:
        await wait_for(process)
        async with asyncio.timeout(DEADLINE_S), shared_relay(path) as client, client.events() as events:
            status = await client.status()
            assert (status.pid, status.phone.spec, status.clients) == (process.pid, "virtual:test", 1)
            async with shared_relay(path, roles=frozenset({Role.SEND})) as other:
                await other.stop()
            told = [stamped.event async for stamped in events]
            assert isinstance(told[-1], MessageChanged)
            assert told[-1].message.text == "the push in flight was accepted"
        assert await asyncio.to_thread(process.wait, DEADLINE_S) == 0
        with pytest.raises(NoRelay):
            async with shared_relay(path):
                pass


async def test_stopping_needs_the_role(path: Path) -> None:
    """A reader cannot end everybody's relay."""
    with relay_process(path) as process:
        await wait_for(process)
        async with shared_relay(path, roles=frozenset({Role.READ})) as client:
            with pytest.raises(RoleRefused):
                await client.stop()
            assert (await client.snapshot()).rev == 0
        assert process.poll() is None


async def test_private_relay_is_not_stopped(fake: FakeRelay) -> None:
    """It ends with its program, and says so."""
    async with private_client(fake) as client:
        with pytest.raises(RelayError, match="private"):
            await client.stop()


async def test_second_relay_says_so_and_goes(path: Path) -> None:
    """One relay a path: the second leaves with one clear line, the first serves on."""
    with relay_process(path) as first:
        await wait_for(first)
        with relay_process(path) as second:
            _, error = second.communicate(timeout=START_S)
        assert (second.returncode, "Another relay listens" in error) == (3, True)
        async with shared_relay(path) as client:
            assert (await client.status()).pid == first.pid


def test_relay_that_ends_by_itself_is_a_failure(path: Path) -> None:
    """Restart=on-failure has something to go by."""
    with relay_process(path, "--dying") as process:
        _, error = process.communicate(timeout=START_S)
    assert (process.returncode, "ended by itself" in error) == (3, True)


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, (None, None)),
        ({"NOTIFY_SOCKET": "relative", "WATCHDOG_USEC": "1000000"}, (None, None)),
        ({"NOTIFY_SOCKET": "/run/n"}, ("/run/n", None)),
        ({"NOTIFY_SOCKET": "@n", "WATCHDOG_USEC": "30000000"}, ("@n", 30.0)),
        ({"NOTIFY_SOCKET": "@n", "WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}, ("@n", None)),
        ({"NOTIFY_SOCKET": "@n", "WATCHDOG_USEC": "soon"}, ("@n", None)),
    ],
)
def test_environment_of_a_service(environ: dict[str, str], expected: tuple[Any, Any]) -> None:
    """As sd_notify(3) and sd_watchdog_enabled(3) say; nonsense and another process's watchdog count as nothing."""
    manager = ServiceManager.of(environ)
    assert (manager.address, manager.watchdog_s) == expected


def test_manager_that_is_gone_is_no_error(tmp_path: Path) -> None:
    """Whoever listens or not, the relay goes on."""
    ServiceManager(str(tmp_path / "nobody")).tell("READY=1")


async def wait_for(process: subprocess.Popen[str]) -> None:
    """Until the relay says that it serves."""
    assert process.stderr is not None
    async with asyncio.timeout(START_S):
        assert "serves at" in await asyncio.to_thread(process.stderr.readline)
