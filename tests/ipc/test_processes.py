"""Do relays in other processes start, serve, say why they cannot, and leave in good order?"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from phonelink_tui.errors import BluetoothUnavailable, IpcError
from phonelink_tui.ipc.background import background
from phonelink_tui.ipc.shared import listening, serve_shared, shared_relay
from phonelink_tui.ipc.spawn import private_relay, relay_command
from phonelink_tui.relay.api import MarkRead
from tests.ipc import samples
from tests.ipc.conftest import DEADLINE_S
from tests.ipc.fake_relay import FakeRelay

COMMAND = [sys.executable, "-m", "tests.ipc.private_relay"]


async def test_private_relay_serves_and_leaves(tmp_path: Path) -> None:
    """A private relay answers, leads its own session, and is closed in good order when the block ends."""
    closing, log = tmp_path / "closing", tmp_path / "relay.log"
    async with private_relay([*COMMAND, "--closing", str(closing)], log=log) as client:
        assert (await client.snapshot()).phone.id == "virtual:test"
        assert await client.execute(MarkRead("c1", samples.ALICE_THREAD)) == "c1"
    assert closing.read_text() == "closed"
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


async def test_private_relay_is_seen_out_after_an_error(tmp_path: Path) -> None:
    """An exception of the block leaves as itself, and the relay still ends in good order."""
    closing = tmp_path / "closing"
    with pytest.raises(ZeroDivisionError):
        async with private_relay([*COMMAND, "--closing", str(closing)]):
            raise ZeroDivisionError
    assert closing.read_text() == "closed"


async def test_relay_that_cannot_open_says_why() -> None:
    """The error of the other process is raised here as the same class."""
    with pytest.raises(BluetoothUnavailable, match="No adapter") as caught:
        async with private_relay([*COMMAND, "--fail"]):
            pass
    assert caught.value.hint == "Plug one in."


@pytest.mark.parametrize("command", [[*COMMAND, "--die"], ["/nonexistent/python"]], ids=["dies", "missing"])
async def test_relay_that_never_was_is_an_ipc_error(command: list[str]) -> None:
    """A relay that dies before it greets, or cannot be started, is said to be none."""
    with pytest.raises(IpcError):
        async with private_relay(command):
            pass


async def test_relay_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """A relay that does not leave is terminated, then killed: the parent's end has a bound."""
    monkeypatch.setattr("phonelink_tui.ipc.spawn.EXIT_S", 0.2)
    monkeypatch.setattr("phonelink_tui.ipc.spawn.TERMINATED_S", 0.2)
    async with asyncio.timeout(DEADLINE_S), private_relay([*COMMAND, "--hang"]) as client:
        await client.snapshot()


def test_sigterm_closes_the_relay_in_good_order(tmp_path: Path) -> None:
    """A relay that is told to end closes what it opened, and its parent sees the end of the socket."""
    closing = tmp_path / "closing"
    ours, theirs = socket.socketpair()
    ours.settimeout(DEADLINE_S)
    command = [*COMMAND, "--closing", str(closing), "--fd", str(theirs.fileno())]
    with ours, subprocess.Popen(command, pass_fds=(theirs.fileno(),)) as process:
        theirs.close()
        assert ours.recv(20) == b'{"v":1,"type":"hello'
        process.terminate()
        said = b"".join(iter(lambda: ours.recv(65536), b""))
        assert json.loads(said.splitlines()[-1])["type"] == "bye"
        assert process.wait(DEADLINE_S) == 0
    assert closing.exists()


def test_our_own_relay_is_not_searched_in_the_working_directory() -> None:
    """A directory that a person stands in cannot supply the modules of the relay."""
    assert relay_command("--phone", "virtual")[1:] == [
        *("-P", "-m", "phonelink_tui", "relay", "run"),
        *("--phone", "virtual"),
    ]


async def test_shared_relay_is_private_to_the_user(tmp_path: Path) -> None:
    """The path is 0600 in a 0700 directory, serves several clients, and goes with the relay."""
    path = tmp_path / "run" / "relay.sock"
    fake = FakeRelay()
    async with asyncio.timeout(DEADLINE_S):
        with listening(path) as listener:
            async with background(serve_shared(fake, listener)):
                async with shared_relay(path) as one, shared_relay(path) as two:
                    assert await one.snapshot() == await two.snapshot()
                assert stat.S_IMODE(path.stat().st_mode) == 0o600
                assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert not path.exists()


def test_second_relay_at_a_path_is_refused(tmp_path: Path) -> None:
    """One relay a path, whatever the first is doing."""
    path = tmp_path / "run" / "relay.sock"
    with listening(path), pytest.raises(IpcError, match="Another relay"), listening(path):
        pass


def test_stale_socket_is_replaced(tmp_path: Path) -> None:
    """A socket left by a killed relay is no obstacle."""
    path = tmp_path / "run" / "relay.sock"
    path.parent.mkdir(mode=0o700)
    path.touch()
    with listening(path):
        assert stat.S_ISSOCK(path.stat().st_mode)


def test_open_directory_is_refused(tmp_path: Path) -> None:
    """A directory that others may enter holds no socket of ours."""
    os.chmod(tmp_path, 0o755)
    with pytest.raises(IpcError, match="not private"), listening(tmp_path / "relay.sock"):
        pass


async def test_no_relay_at_a_path_is_said(tmp_path: Path) -> None:
    """Attaching to nothing is an IpcError that tells how to start one."""
    with pytest.raises(IpcError, match="No relay listens"):
        async with shared_relay(tmp_path / "relay.sock"):
            pass
