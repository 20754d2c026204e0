"""Is a relay over ssh found again when the connection breaks, and who is asked for a password? With a real sshd."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from phonelink_tui.cli.output import Output
from phonelink_tui.cli.streaming import tail
from phonelink_tui.composition.attaching import Wish, open_relay
from phonelink_tui.config.paths import Paths, private_dir
from phonelink_tui.config.relay_choice import RelayChoice, RelayKind
from phonelink_tui.domain.events import MessageChanged
from phonelink_tui.ipc import ssh
from phonelink_tui.ipc.background import background
from phonelink_tui.ipc.shared import listening, serve_shared
from phonelink_tui.ui.bridge import Bridge
from phonelink_tui.ui.projection import Projection, Touched
from tests.composition.terminal_process import on_terminal, run
from tests.ipc import samples
from tests.ipc.fake_relay import FakeRelay
from tests.ipc.sshd import Sshd, sshd

pytestmark = [pytest.mark.needs("/usr/sbin/sshd", "openssh-server"), pytest.mark.timeout(180)]

OVER_SSH = Wish(RelayChoice(RelayKind.SSH, "desk"))
DEADLINE_S = 90.0


@pytest.fixture
def daemon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sshd]:
    """An sshd, and an `ssh` on PATH that knows it as `desk`."""
    (tmp_path / "sshd").mkdir()
    with sshd(tmp_path / "sshd", Path(os.environ["XDG_RUNTIME_DIR"])) as running:
        monkeypatch.setenv("PATH", f"{running.wrapper}:{os.environ['PATH']}")
        yield running


@asynccontextmanager
async def relay_there(fake: FakeRelay) -> AsyncIterator[None]:
    """A shared relay where a login finds it."""
    directory = private_dir(Path(os.environ["XDG_RUNTIME_DIR"]) / "phonelink-tui")
    assert directory is not None
    with listening(directory / "relay.sock") as listener:
        async with background(serve_shared(fake, listener)):
            yield


async def revs_of(lines: list[str], capsys: pytest.CaptureFixture[str], last: int) -> list[int]:
    """The revisions of the events that were told, once the last of them was."""
    while True:
        lines += capsys.readouterr().out.splitlines()
        told = [json.loads(line) for line in lines]
        revs = [frame["rev"] for frame in told if frame["type"] != "hello"]
        if last in revs:
            assert [frame["type"] for frame in told].count("hello") == 1
            return revs
        await asyncio.sleep(0.05)


async def test_tail_goes_on_after_a_drop(daemon: Sshd, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a missing or doubled event, twice; what came while there was no connection is told, too."""
    fake, lines = FakeRelay(), list[str]()
    async with (
        asyncio.timeout(DEADLINE_S),
        relay_there(fake),
        open_relay(None, Paths(None, None, None), OVER_SSH) as relay,
        background(tail(relay, Output(), as_json=True)),
    ):
        while not lines:
            await asyncio.sleep(0.05)
            lines += capsys.readouterr().out.splitlines()
        first = fake.current.rev
        for _ in range(2):
            fake.emit(MessageChanged(samples.text(1)))  # told or not before the end of the connection
            daemon.drop_connections()
            for _ in range(3):
                fake.emit(MessageChanged(samples.text(2)))
            revs = await revs_of(lines, capsys, fake.current.rev)
        fake.emit(MessageChanged(samples.text(3)))
        revs = await revs_of(lines, capsys, fake.current.rev)
    assert len(revs) == revs[-1] - first == 9
    assert revs == list(range(revs[0], revs[-1] + 1))


async def test_the_app_says_it_and_comes_back(daemon: Sshd) -> None:
    """The screen tells that the connection is lost; then it shows what came meanwhile."""
    fake, projection, changed = FakeRelay(), Projection(), asyncio.Event()

    def on_change(_touched: Touched) -> None:
        changed.set()

    async def until(gone: str) -> None:
        while projection.phone is None or projection.relay_gone != gone:
            changed.clear()
            await changed.wait()

    async with (
        asyncio.timeout(DEADLINE_S),
        relay_there(fake),
        open_relay(None, Paths(None, None, None), OVER_SSH) as relay,
        background(Bridge(relay, projection, on_change).run()),
    ):
        await until("")
        daemon.drop_connections()
        await until("The connection to desk is lost.")
        assert projection.attach_at is not None
        fake.current = samples.snapshot()
        await until("")
        assert projection.attach_at is None


@pytest.fixture
def passphrase(tmp_path: Path) -> str:
    """The login's key asks for this."""
    words = "opens the key"
    command = ["ssh-keygen", "-q", "-p", "-P", "", "-N", words, "-f", str(tmp_path / "sshd" / "user")]
    subprocess.run(command, check=True, timeout=30, stdin=subprocess.DEVNULL)
    return words


async def test_ssh_asks_before_the_screen_opens(daemon: Sshd, passphrase: str) -> None:
    """On a terminal the person is asked, on it; then the app is there."""
    async with relay_there(FakeRelay()), on_terminal("--relay", "ssh:desk") as terminal:
        await terminal.until("Enter passphrase for key")
        assert "\x1b[?1049h" not in terminal.written
        terminal.type(passphrase)
        await terminal.until("\x1b[?1049h")
        await terminal.until("Alice")
        assert passphrase not in terminal.written
        terminal.interrupt()


async def test_without_a_terminal_nobody_is_asked(daemon: Sshd, passphrase: str) -> None:
    """One line and a hint, at once; not even a window is opened to ask in."""
    assert ssh.CONNECT_S < ssh.ASKING_S
    async with relay_there(FakeRelay()):
        code, out, error = await run("--relay", "ssh:desk", "threads")
    assert (code, out) == (3, "")
    lines = error.splitlines()
    assert lines[0] == "ssh to desk failed."
    assert "Permission denied" in lines[1]
    assert "ssh desk true" in lines[1]
    assert len(lines) == 2
