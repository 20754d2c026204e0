"""Which programs run at which events? `[hooks]` of the settings: an argument list an event, the event on stdin.

No shell, a scrubbed environment, no terminal, a time limit. A hook can never hold up the relay: events wait in
a bounded queue, and one that finds it full is dropped and counted. Only what is live runs a hook: nobody wants
a hundred programs at a first sync.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Final

from attrs import define, evolve, field

from phonelink_tui.config.settings import HookPrivacy
from phonelink_tui.domain.events import Stamped
from phonelink_tui.ipc.about import HookCounts
from phonelink_tui.ipc.events import encode_event
from phonelink_tui.ipc.wire import encode_line
from phonelink_tui.relay.api import RelayApi

QUEUED: Final = 256
"""Events that wait for their hook. The newest is dropped when there are more: those before it came first."""

AT_ONCE: Final = 4
"""Hooks that run side by side."""

TIMEOUT_S: Final = 10.0
"""How long one may run; then it and its children are killed."""

_KEPT: Final = (
    *("PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR"),
    *("XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY"),
)
"""What a hook's environment keeps, and `LC_*`: enough for notify-send. No key, no socket of systemd's."""

_HEAD: Final = ("v", "type", "rev", "at")

_log = logging.getLogger(__name__)


@define
class Hooks:
    """The hooks of one relay; `run` once."""

    commands: Mapping[str, Sequence[str]] = field(factory=dict)
    """Event type to program and arguments."""
    privacy: HookPrivacy = HookPrivacy.SENDER
    timeout_s: float = TIMEOUT_S
    _counts: HookCounts = field(factory=HookCounts, init=False)

    def counts(self) -> HookCounts:
        """What was done so far."""
        return self._counts

    async def run(self, api: RelayApi) -> None:
        """Run the hooks of every event until the relay ends; hooks that still run then are killed."""
        if not self.commands:
            return
        queue: asyncio.Queue[tuple[Sequence[str], bytes]] = asyncio.Queue(QUEUED)
        async with asyncio.TaskGroup() as group, api.events() as events:
            workers = [group.create_task(self._work(queue)) for _ in range(AT_ONCE)]
            async for stamped in events:
                self._take(stamped, queue)
            for worker in workers:
                worker.cancel()

    def _take(self, stamped: Stamped, queue: asyncio.Queue[tuple[Sequence[str], bytes]]) -> None:
        if getattr(stamped.event, "live", True) is False:
            return
        frame = encode_event(stamped, headers=self.privacy is not HookPrivacy.FULL)
        command = self.commands.get(frame["type"])
        if command is None:
            return
        if self.privacy is HookPrivacy.NOTHING:
            frame = {name: frame[name] for name in _HEAD}
        try:
            queue.put_nowait((command, encode_line(frame)))
        except asyncio.QueueFull:
            self._count("dropped")

    async def _work(self, queue: asyncio.Queue[tuple[Sequence[str], bytes]]) -> None:
        while True:
            self._count(await self._run_one(*await queue.get()))

    async def _run_one(self, command: Sequence[str], event: bytes) -> str:
        """The word of `HookCounts` for how it went."""
        try:
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                env={
                    name: value
                    for name, value in os.environ.items()
                    if name in _KEPT or name.startswith("LC_")
                },
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            _log.warning("a hook could not be started: %s", type(error).__name__)
            return "failed"
        try:
            async with asyncio.timeout(self.timeout_s):
                with suppress(ConnectionError):
                    await process.communicate(event)
                return "ran" if await process.wait() == 0 else "failed"
        except TimeoutError:
            _log.warning("a hook ran longer than %g s and was killed", self.timeout_s)
            return "timed_out"
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                await process.wait()

    def _count(self, what: str) -> None:
        self._counts = evolve(self._counts, **{what: getattr(self._counts, what) + 1})
