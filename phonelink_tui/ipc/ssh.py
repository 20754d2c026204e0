"""How does a relay on another computer come here? OpenSSH forwards its socket, and nothing of ours is on the way.

One connection, so that a password is asked for once: its remote command tells the runtime directory there
(nothing of ours need be on the remote PATH) and then waits for our end to close, so that no ssh is left behind
however this program ends. The forward is added through a control socket in a 0700 directory.
"""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
from asyncio.subprocess import Process
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from attrs import frozen

from phonelink_tui.config.paths import APP
from phonelink_tui.domain.text import clean_line
from phonelink_tui.errors import IpcError
from phonelink_tui.ipc.background import background
from phonelink_tui.ipc.client import RelayClient
from phonelink_tui.ipc.role import ALL_ROLES, Role
from phonelink_tui.ipc.service import SOCKET
from phonelink_tui.ipc.shared import shared_relay

ASKING_S: Final = 120.0
"""How long a connection may take where a person types a password."""

CONNECT_S: Final = 20.0
"""How long it may take where nobody can be asked."""

FORWARD_S: Final = 10.0
END_S: Final = 3.0
"""How long ssh may take to leave; then it is ended."""

LINES: Final = 200
"""What a remote shell may say before our command speaks."""

_MARK: Final = "phonelink-runtime-dir "
_REMOTE: Final = (
    f'exec sh -c \'printf "{_MARK}%s\\n" "${{XDG_RUNTIME_DIR:-/run/user/$(id -u)}}"; exec cat >/dev/null\''
)
_PATH: Final = re.compile(r"/[A-Za-z0-9._/@+-]{1,80}")
"""A runtime directory that fits into a forward: without a colon, and short enough for a socket."""

_OPTIONS: Final = (
    *(
        "ControlMaster=yes",
        "ControlPersist=no",
        "ClearAllForwardings=yes",
        "ForwardAgent=no",
        "ForwardX11=no",
    ),
    *("PermitLocalCommand=no", "RemoteCommand=none", "RequestTTY=no", "LogLevel=ERROR"),
    *("ConnectTimeout=15", "ServerAliveInterval=5", "ServerAliveCountMax=3"),
)
"""A connection that is dead is noticed within 15 s."""


@frozen
class Ssh:
    """How ssh is started."""

    program: Sequence[str] = ("ssh",)
    can_ask: bool = True
    """Whether somebody sits in front of it, to type a password."""
    say: Callable[[str], None] = lambda _line: None
    """Told what ssh writes to stderr until the relay has greeted; later it would spoil a screen."""


@asynccontextmanager
async def ssh_relay(
    host: str, *, roles: frozenset[Role] = ALL_ROLES, ssh: Ssh | None = None
) -> AsyncIterator[RelayClient]:
    """The shared relay of the same user's account on another computer.

    Args:
        host: As `ssh` takes it; checked by `config.relay_choice`.
        roles: What the client wants to do.
        ssh: How it is started.

    Raises:
        IpcError: ssh failed, took too long or ended; or no relay runs there. The hint says what to do.
    """
    ssh = ssh or Ssh()
    with TemporaryDirectory(prefix="phonelink-") as name:
        directory = Path(name)
        async with _connection(host, directory, ssh) as tunnel:
            runtime = await tunnel.runtime_dir()
            await _forward(host, directory, f"{runtime}/{APP}/{SOCKET}", ssh)
            gone = IpcError(
                f"The connection to {host} is lost.", "Start the program again; nothing was sent since."
            )
            try:
                async with shared_relay(directory / "s", roles=roles, gone=gone) as client:
                    tunnel.be_quiet()
                    yield client
            except IpcError as error:
                if tunnel.is_quiet:
                    raise
                hint = f"There: `phonelink relay run`. {tunnel.last_words}"
                raise IpcError(f"No relay answers on {host}: {error.message}", hint.strip()) from error


class _Tunnel:
    """An ssh that runs our remote command."""

    def __init__(self, host: str, process: Process, ssh: Ssh) -> None:
        self._host = host
        self._process = process
        self._ssh = ssh
        self._words: deque[str] = deque(maxlen=1)
        self._silent = asyncio.Event()
        self.is_quiet = False

    @property
    def last_words(self) -> str:
        """What ssh said last."""
        return self._words[-1] if self._words else ""

    def be_quiet(self) -> None:
        """From now on a screen may be open."""
        self.is_quiet = True

    async def listen(self) -> None:
        """Hear what ssh says, so that it never waits for us."""
        assert self._process.stderr is not None
        with suppress(ValueError):
            async for line in self._process.stderr:
                words = clean_line(line.decode("utf-8", "replace").strip(), limit=300)
                if words:
                    self._words.append(words)
                    if not self.is_quiet:
                        self._ssh.say(f"ssh: {words}")
        self._silent.set()

    async def runtime_dir(self) -> str:
        """The runtime directory there, once somebody is logged in."""
        limit_s = ASKING_S if self._ssh.can_ask else CONNECT_S
        try:
            async with asyncio.timeout(limit_s):
                return await self._read_runtime_dir()
        except TimeoutError:
            raise IpcError(f"ssh to {self._host} took longer than {limit_s:g} s.", self._try()) from None

    async def _read_runtime_dir(self) -> str:
        assert self._process.stdout is not None
        for _ in range(LINES):
            try:
                line = (await self._process.stdout.readline()).decode("utf-8", "replace")
            except ValueError:
                break
            if not line:
                await self._hear_out()
                raise IpcError(f"ssh to {self._host} failed.", f"{self.last_words} {self._try()}".strip())
            if line.startswith(_MARK):
                path = line.removeprefix(_MARK).strip()
                if _PATH.fullmatch(path):
                    return path
                break
        raise IpcError(f"{self._host} does not say where its relay could be.", self._try())

    async def _hear_out(self) -> None:
        """Until ssh has ended and its last words are read; a child of it may hold stderr open."""
        await self._process.wait()
        with suppress(TimeoutError):
            async with asyncio.timeout(END_S):
                await self._silent.wait()

    def _try(self) -> str:
        return f"Try `ssh {self._host} true`."


@asynccontextmanager
async def _connection(host: str, directory: Path, ssh: Ssh) -> AsyncIterator[_Tunnel]:
    options = [*_OPTIONS, f"ControlPath={directory / 'c'}", f"BatchMode={'no' if ssh.can_ask else 'yes'}"]
    words = [word for option in options for word in ("-o", option)]
    try:
        process = await asyncio.create_subprocess_exec(
            *[*ssh.program, "-T", *words, "--", host, _REMOTE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
    except OSError as error:
        raise IpcError("ssh could not be started.", "Install the package openssh-client.") from error
    tunnel = _Tunnel(host, process, ssh)
    try:
        async with background(tunnel.listen()):
            yield tunnel
    finally:
        await _end(process)


async def _forward(host: str, directory: Path, remote: str, ssh: Ssh) -> None:
    options = ["-o", f"ControlPath={directory / 'c'}", "-o", "StreamLocalBindUnlink=yes"]
    options += ["-o", "StreamLocalBindMask=0177", "-O", "forward", "-L", f"{directory / 's'}:{remote}"]
    process = await asyncio.create_subprocess_exec(
        *[*ssh.program, *options, "--", host],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(FORWARD_S):
            _, said = await process.communicate()
    except TimeoutError:
        await _end(process)
        raise IpcError(f"ssh to {host} did not forward the socket in time.") from None
    if process.returncode != 0:
        raise IpcError(
            f"ssh to {host} could not forward the socket.",
            clean_line(said.decode("utf-8", "replace").strip()),
        )


async def _end(process: Process) -> None:
    """Close our end, which ends the remote command and with it ssh; then be less polite."""
    if process.stdin is not None:
        process.stdin.close()
    for then in (process.terminate, process.kill):
        try:
            async with asyncio.timeout(END_S):
                await process.wait()
                break
        except TimeoutError:
            with suppress(ProcessLookupError):
                then()
    await process.wait()
    # asyncio holds its ends of the pipes until the other ends close, which a child of ssh may never do.
    process._transport.close()  # type: ignore[attr-defined]


def can_ask() -> bool:
    """Whether somebody can be asked for a password on this process's terminal."""
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC))
    except OSError:
        return False
    return os.isatty(0)
