"""Do hooks run at the right events, with no more than they may know, and without holding up the relay?"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from phonelink_tui.config.settings import HOOK_EVENTS, HookPrivacy
from phonelink_tui.domain.events import MessageChanged, NotificationChanged
from phonelink_tui.ipc.background import background
from phonelink_tui.ipc.events import EVENT_TYPES
from phonelink_tui.ipc.hooks import QUEUED, Hooks
from tests.ipc import samples
from tests.ipc.fake_relay import FakeRelay

DEADLINE_S = 30.0

WRITES = """
import json, os, sys
event = json.load(sys.stdin)
told = {"event": event, "env": dict(os.environ), "cwd": os.getcwd(), "leader": os.getsid(0) == os.getpid()}
with open(sys.argv[1] + str(event["rev"]), "w") as file:
    json.dump(told, file)
"""


@asynccontextmanager
async def running(hooks: Hooks, fake: FakeRelay) -> AsyncIterator[None]:
    async with asyncio.timeout(DEADLINE_S), background(hooks.run(fake)):
        while not fake.subscribers:
            await asyncio.sleep(0)
        yield


async def until(hooks: Hooks, **counts: int) -> None:
    """Until the counts are these."""
    while any(getattr(hooks.counts(), name) < count for name, count in counts.items()):
        await asyncio.sleep(0.01)
    assert {name: getattr(hooks.counts(), name) for name in counts} == counts


def writes(directory: Path) -> dict[str, list[str]]:
    return {"message": [sys.executable, "-S", "-c", WRITES, f"{directory}/"]}


@pytest.mark.parametrize(
    ("privacy", "sender", "text"),
    [
        (HookPrivacy.FULL, "Alice", "hello"),
        (HookPrivacy.SENDER, "Alice", ""),
        (HookPrivacy.NOTHING, None, None),
    ],
)
async def test_hook_gets_the_event_as_far_as_it_may(
    fake: FakeRelay,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    privacy: HookPrivacy,
    sender: Any,
    text: Any,
) -> None:
    """The event is on stdin, less what its privacy level leaves out; the environment is scrubbed."""
    monkeypatch.setenv("PHONELINK_KEY_FILE", "/secret")
    monkeypatch.setenv("NOTIFY_SOCKET", "@manager")
    hooks = Hooks(writes(tmp_path), privacy)
    async with running(hooks, fake):
        fake.emit(MessageChanged(samples.text(1), live=False))
        fake.emit(NotificationChanged(samples.notification(1)))
        fake.emit(MessageChanged(samples.text(2)))
        await until(hooks, ran=1, failed=0)
    told = json.loads((tmp_path / "3").read_text())
    assert [path.name for path in tmp_path.iterdir()] == ["3"]
    assert told["event"]["type"] == "message"
    assert (told["event"].get("sender_name"), told["event"].get("text")) == (sender, text)
    assert not {"PHONELINK_KEY_FILE", "NOTIFY_SOCKET"} & told["env"].keys()
    assert (told["env"]["HOME"], told["cwd"], told["leader"]) == (os.environ["HOME"], "/", True)


@pytest.mark.parametrize(
    "command", [["/nonexistent/program"], ["false"], [sys.executable, "-S", "-c", "import sys; sys.exit(3)"]]
)
async def test_hook_that_fails_is_counted(fake: FakeRelay, command: list[str]) -> None:
    """A program that is missing or ends badly is a count, and the next event runs it again."""
    hooks = Hooks({"message": command})
    async with running(hooks, fake):
        for number in range(2):
            fake.emit(MessageChanged(samples.text(number)))
        await until(hooks, failed=2, ran=0)


async def test_hook_that_hangs_is_killed_with_its_children(fake: FakeRelay, tmp_path: Path) -> None:
    """After its time, the whole group: nothing of it is left."""
    told = tmp_path / "child"
    script = f"sleep 1000 & echo $! > {told}; wait"
    hooks = Hooks({"message": ["sh", "-c", script]}, timeout_s=0.5)
    async with running(hooks, fake):
        tries = 0
        while not told.exists() or not told.read_text():  # killed before it had begun: the machine is busy
            fake.emit(MessageChanged(samples.text(1)))
            await until(hooks, timed_out=(tries := tries + 1))
    cmdline = Path(f"/proc/{int(told.read_text())}/cmdline")
    async with asyncio.timeout(DEADLINE_S):
        while cmdline.exists() and cmdline.read_bytes():
            await asyncio.sleep(0.01)


async def test_flood_is_dropped_and_counted(fake: FakeRelay) -> None:
    """Events beyond the queue are dropped at once: the relay does not wait, and the count says so."""
    hooks = Hooks({"message": ["sleep", "1000"]}, timeout_s=0.2)
    async with running(hooks, fake):
        for number in range(QUEUED + 100):
            fake.emit(MessageChanged(samples.text(number)))
        while not hooks.counts().dropped:
            await asyncio.sleep(0)
        assert 90 <= hooks.counts().dropped <= 100


async def test_hooks_that_run_when_the_relay_ends_are_ended(fake: FakeRelay, tmp_path: Path) -> None:
    """A relay that ends takes its hooks along."""
    hooks = Hooks({"message": ["sh", "-c", f"echo $$ > {tmp_path}/pid; exec sleep 1000"]})
    async with running(hooks, fake):
        fake.emit(MessageChanged(samples.text(1)))
        while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
            await asyncio.sleep(0.01)
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


def test_every_hook_event_is_one() -> None:
    """What can be set is what the stream has."""
    assert set(HOOK_EVENTS) <= EVENT_TYPES
