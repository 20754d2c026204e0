"""Does a relay on another computer work as if it were here, and is it said what is wrong when it does not?"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from phonelink_tui.domain.events import MessageChanged
from phonelink_tui.errors import IpcError
from phonelink_tui.ipc.background import background
from phonelink_tui.ipc.shared import listening, serve_shared
from phonelink_tui.ipc.ssh import Ssh, ssh_relay
from tests.ipc import samples
from tests.ipc.fake_relay import FakeRelay
from tests.ipc.sshd import Sshd, sshd

pytestmark = pytest.mark.needs("/usr/sbin/sshd", "openssh-server")
DEADLINE_S = 40.0
SPEAK = "echo phonelink-runtime-dir"


@pytest.fixture
def runtime(tmp_path: Path) -> Path:
    (tmp_path / "run").mkdir(mode=0o700)
    return tmp_path / "run"


@pytest.fixture
def daemon(tmp_path: Path, runtime: Path) -> Iterator[Sshd]:
    (tmp_path / "sshd").mkdir()
    with sshd(tmp_path / "sshd", runtime) as running:
        yield running


def through(daemon: Sshd, said: list[str] | None = None) -> Ssh:
    say = said.append if said is not None else lambda _line: None
    return Ssh(("ssh", "-F", str(daemon.config)), can_ask=False, say=say)


@asynccontextmanager
async def relay_there(runtime: Path, fake: FakeRelay) -> AsyncIterator[None]:
    """A shared relay where a login finds it."""
    with listening(runtime / "phonelink-tui" / "relay.sock") as listener:
        async with background(serve_shared(fake, listener)):
            yield


@pytest.fixture
def scratch(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where the directories of this test's connections are made, and of no other's that runs beside it."""
    with tempfile.TemporaryDirectory(prefix="ssh") as directory:  # short: a socket's path has 108 bytes
        monkeypatch.setattr(tempfile, "tempdir", directory)
        yield Path(directory)


async def test_relay_over_ssh_is_a_relay(fake: FakeRelay, runtime: Path, daemon: Sshd, scratch: Path) -> None:
    """Snapshot, events and commands cross; nothing is left behind."""
    async with (
        asyncio.timeout(DEADLINE_S),
        relay_there(runtime, fake),
        ssh_relay("desk", ssh=through(daemon)) as client,
        client.events() as events,
    ):
        assert await client.snapshot() == fake.current
        fake.emit(MessageChanged(samples.text(1)))
        assert (await anext(events)).rev == 1
        (directory,) = scratch.iterdir()
        assert directory.stat().st_mode & 0o777 == 0o700
    assert list(scratch.iterdir()) == []


async def test_no_relay_there(daemon: Sshd) -> None:
    """A login without a relay: exit 3's error, with the command to start one."""
    with pytest.raises(IpcError, match="No relay answers on desk") as caught:
        async with asyncio.timeout(DEADLINE_S), ssh_relay("desk", ssh=through(daemon)):
            pass
    assert "phonelink relay run" in caught.value.hint


async def test_nobody_there(daemon: Sshd) -> None:
    """What ssh said is in the hint, and what to try by hand."""
    said: list[str] = []
    with pytest.raises(IpcError, match="ssh to nobody-there failed") as caught:
        async with asyncio.timeout(DEADLINE_S), ssh_relay("nobody-there", ssh=through(daemon, said)):
            pass
    assert "refused" in caught.value.hint
    assert "ssh nobody-there true" in caught.value.hint
    assert any("refused" in line for line in said)


async def test_no_ssh_at_all() -> None:
    """The package is named."""
    with pytest.raises(IpcError) as caught:
        async with ssh_relay("desk", ssh=Ssh(("/nonexistent/ssh",))):
            pass
    assert "openssh-client" in caught.value.hint


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("sleep 60", "longer than"),
        (f"echo welcome; {SPEAK} /run/a:b; exec cat", "does not say where"),
        ("yes", "does not say where"),
        ("head -c 200000 /dev/zero; exec cat", "does not say where"),
        ("exit 7", "failed"),
        (
            'case "$*" in *forward*) echo no >&2; exit 1;; esac; echo phonelink-runtime-dir /run/u; exec cat',
            "could not",
        ),
    ],
    ids=["late", "odd path", "chatter", "no line", "exit", "no forward"],
)
async def test_ssh_that_misbehaves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, said: str
) -> None:
    """Late, talkative, odd or gone: one clear line within the deadline, and no process left."""
    if said == "longer than":
        monkeypatch.setattr("phonelink_tui.ipc.ssh.CONNECT_S", 1.0)
    monkeypatch.setattr("phonelink_tui.ipc.ssh.END_S", 0.3)
    program = tmp_path / "ssh"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    with pytest.raises(IpcError, match=said):
        async with asyncio.timeout(DEADLINE_S), ssh_relay("desk", ssh=Ssh((str(program),), can_ask=False)):
            pass


async def test_connection_that_drops_is_said(fake: FakeRelay, runtime: Path, daemon: Sshd) -> None:
    """A reader gets a named end, not a silent one, and calls after it say the same."""
    async with (
        asyncio.timeout(DEADLINE_S),
        relay_there(runtime, fake),
        ssh_relay("desk", ssh=through(daemon)) as client,
        client.events() as events,
    ):
        daemon.drop_connections()
        with pytest.raises(IpcError, match="connection to desk is lost"):
            await anext(events)
        with pytest.raises(IpcError, match="connection to desk is lost"):
            await client.snapshot()
