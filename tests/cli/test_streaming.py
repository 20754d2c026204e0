"""Can a script go on from what `tail --json` told it, whatever happens to the relay meanwhile?"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest

from phonelink_tui.cli.output import Output
from phonelink_tui.cli.streaming import tail
from phonelink_tui.domain.events import MessageChanged, Resync
from phonelink_tui.ipc.background import background
from tests.ipc import samples
from tests.ipc.fake_relay import FakeRelay

DEADLINE_S = 40.0


async def told(
    fake: FakeRelay, happens: Callable[[], None], capsys: pytest.CaptureFixture[str]
) -> list[dict[str, Any]]:
    """The lines of a `tail --json` during which something happens."""
    async with asyncio.timeout(DEADLINE_S), background(tail(fake, Output(), as_json=True)) as tailing:
        while not fake.subscribers:
            await asyncio.sleep(0)
        happens()
        fake.end()
        await tailing
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


async def test_relay_that_was_reopened_greets_anew(
    fake: FakeRelay, capsys: pytest.CaptureFixture[str]
) -> None:
    """The places after it are of another epoch, which is said before the first of them."""
    fake.current = attrs.evolve(fake.current, rev=7, epoch="aaaa")

    def reopened() -> None:
        fake.emit(MessageChanged(samples.text(1)))
        fake.current = attrs.evolve(fake.current, rev=0, epoch="bbbb")
        fake.emit(Resync())
        fake.emit(MessageChanged(samples.text(2)))

    lines = await told(fake, reopened, capsys)
    assert [(line["type"], line["rev"], line.get("epoch")) for line in lines] == [
        ("hello", 7, "aaaa"),
        ("message", 8, None),
        ("hello", 2, "bbbb"),
        ("resync", 1, None),
        ("message", 2, None),
    ]


async def test_resync_says_since_when_events_are_missing(
    fake: FakeRelay, capsys: pytest.CaptureFixture[str]
) -> None:
    """As `--since` takes it: the relay may still have them. The same relay greets once."""
    fake.current = attrs.evolve(fake.current, epoch="aaaa")

    def overflow() -> None:
        fake.emit(MessageChanged(samples.text(1)))
        fake.emit(Resync())

    hello, message, resync = await told(fake, overflow, capsys)
    assert (hello["type"], message["rev"]) == ("hello", 1)
    assert (resync["type"], resync["since"], resync["rev"]) == ("resync", "aaaa:1", 2)


@pytest.mark.parametrize(
    ("end", "code"), [(signal.SIGTERM, 0), (signal.SIGKILL, 3)], ids=["good order", "killed"]
)
def test_tail_tells_the_end_of_its_relay_from_its_death(
    tmp_path: Path, end: signal.Signals, code: int
) -> None:
    """A service manager starts a tail again that ended with an error."""
    path = tmp_path / "run" / "relay.sock"
    env = {**os.environ, "HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path)}
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "env": env}
    with subprocess.Popen([sys.executable, "-m", "tests.ipc.shared_process", str(path)], **pipes) as relay:
        assert relay.stderr is not None
        assert b"serves" in relay.stderr.readline()
        words = ["--relay", str(path), "tail", "--json"]
        with subprocess.Popen([sys.executable, "-m", "phonelink_tui", *words], **pipes) as tailing:
            assert tailing.stdout is not None
            assert json.loads(tailing.stdout.readline())["type"] == "hello"
            relay.send_signal(end)
            _, error = tailing.communicate(timeout=DEADLINE_S)
            assert (tailing.returncode, b"The relay is gone." in error) == (code, code != 0)
        relay.communicate(timeout=DEADLINE_S)
