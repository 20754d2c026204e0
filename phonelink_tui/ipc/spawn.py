"""How is a private relay started, and seen out, by the program that uses it?

The relay is a process of its own because a terminal that stops reading stops the event loop of its program
for as long; the phone must not notice.
"""

from __future__ import annotations

import asyncio
import os
import site
import socket
import subprocess
import sys
import sysconfig
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import phonelink_tui
from phonelink_tui.config.private_files import open_private
from phonelink_tui.errors import IpcError
from phonelink_tui.ipc.client import RelayClient, connect
from phonelink_tui.ipc.private import CLOSE_S
from phonelink_tui.ipc.role import ALL_ROLES, Role

EXIT_S: Final = CLOSE_S + 2.0
"""How long a relay may take to leave: to close, and to end the interpreter."""

START_S: Final = 90.0
"""How long a relay that we start may take to greet: an interpreter and all imports, on a slow machine from a cold
disk. One that ends meanwhile is noticed at once, and a person may leave at any moment."""

TERMINATED_S: Final = 2.0
"""How long it may take after SIGTERM."""


def relay_command(*options: str) -> list[str]:
    """The command of our own relay, to which `private_relay` adds `--fd N`.

    `-P`: a directory that a person happens to stand in must not be searched for modules.
    """
    return [sys.executable, "-P", "-m", "phonelink_tui", "relay", "run", *options]


@asynccontextmanager
async def private_relay(
    command: Sequence[str],
    *,
    log: Path | None = None,
    hello_s: float = START_S,
    roles: frozenset[Role] = ALL_ROLES,
) -> AsyncIterator[RelayClient]:
    """Start a relay that ends with the block.

    Args:
        command: What to start; it gets `--fd N`, one end of a socket pair.
        log: File for what it writes to stderr, made 0600; None: nowhere.
        hello_s: How long it may take to greet.
        roles: What this program wants to do with it.

    Raises:
        IpcError: It could not be started, or ended before it greeted.
        PhonelinkError: It could not open the phone; what it said.

    The relay is the leader of its own session: Ctrl+C and the end of the terminal reach us, not it. When the
    block ends it sees the end of the socket, finishes the push in flight and leaves.
    """
    ours, theirs = socket.socketpair()
    with theirs:
        try:
            process = await _start([*command, "--fd", str(theirs.fileno())], theirs.fileno(), log)
        except OSError as error:
            ours.close()
            raise IpcError("The relay could not be started.", str(error.strerror or "")) from error
    try:
        async with connect(ours, hello_s=hello_s, roles=roles) as client:
            yield client
    finally:
        await _see_out(process)


def module_path() -> str | None:
    """Where a fresh interpreter must look for this package; None where it does so by itself."""
    root = str(Path(phonelink_tui.__file__).resolve().parent.parent)
    installed = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib"), site.getusersitepackages()}
    return None if root in installed else root


async def _start(command: list[str], fd: int, log: Path | None) -> asyncio.subprocess.Process:
    stderr = subprocess.DEVNULL if log is None else _open_log(log)
    try:
        return await asyncio.create_subprocess_exec(
            *command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=stderr,
            pass_fds=(fd,),
            start_new_session=True,
            env=_environment(),
        )
    finally:
        if stderr >= 0:
            os.close(stderr)


def _open_log(log: Path) -> int:
    return open_private(log, os.O_WRONLY | os.O_APPEND)


async def _see_out(process: asyncio.subprocess.Process) -> None:
    for deadline_s, then in ((EXIT_S, process.terminate), (TERMINATED_S, process.kill)):
        try:
            async with asyncio.timeout(deadline_s):
                await process.wait()
                return
        except TimeoutError:
            then()
    await process.wait()


def _environment() -> dict[str, str]:
    """Ours, and the place of this package where a fresh interpreter would not look for it."""
    root = module_path()
    if root is None:
        return dict(os.environ)
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
