"""Where does a shared relay listen, and who may talk to it? A 0600 path, one relay, the same user."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import stat
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Final

from phonelink_tui.config.private_files import lock_private
from phonelink_tui.errors import IpcError, NoRelay
from phonelink_tui.ipc.background import background
from phonelink_tui.ipc.client import RelayClient, connect
from phonelink_tui.ipc.glance import peer_uid
from phonelink_tui.ipc.role import ALL_ROLES, Role
from phonelink_tui.ipc.server import RelayServer
from phonelink_tui.relay.api import RelayApi

CLIENTS: Final = 128
"""Connections at once, each at most 1 MiB; a hundred attached readers are what the relay is measured with."""

ACCEPT_PAUSE_S: Final = 1.0
"""After a connection that could not be accepted: out of file descriptors, mostly."""

_log = logging.getLogger(__name__)


@contextmanager
def listening(path: Path) -> Iterator[socket.socket]:
    """A listening socket at `path`, which is removed at the end.

    Raises:
        IpcError: Another relay listens there, or the place is not private to this user.
    """
    _check_directory(path.parent)
    with _only_one(path), socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
        path.unlink(missing_ok=True)  # left by a relay that was killed: the lock says that none runs
        old_mask = os.umask(0o177)
        try:
            sock.bind(str(path))
        except OSError as error:
            raise IpcError(f"No socket can be made at {path}.", "A shorter path may help.") from error
        finally:
            os.umask(old_mask)
        sock.listen()
        sock.setblocking(False)
        try:
            yield sock
        finally:
            path.unlink(missing_ok=True)


async def serve_shared(api: RelayApi, listener: socket.socket) -> None:
    """Serve everyone who connects and is the same user, until the relay ends."""
    await serve_clients(RelayServer(api), listener)


async def serve_clients(server: RelayServer, listener: socket.socket) -> None:
    """The same for a server that was made already. Its clients are told the last events before this ends."""
    async with asyncio.TaskGroup() as clients, background(_accept(server, listener, clients)):
        await server.pump()


@asynccontextmanager
async def shared_relay(
    path: Path, *, roles: frozenset[Role] = ALL_ROLES, gone: IpcError | None = None
) -> AsyncIterator[RelayClient]:
    """The relay that listens at `path`.

    Args:
        path: Of its socket.
        roles: What the client wants to do.
        gone: What the end of the connection means; None: that of the relay.

    Raises:
        NoRelay: None listens there.
        IpcError: It is another user's, or does not greet.
    """
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    sock.setblocking(False)
    try:
        await asyncio.get_running_loop().sock_connect(sock, str(path))
    except OSError as error:
        sock.close()
        raise NoRelay(f"No relay listens at {path}.", "Start one: `phonelink relay run`.") from error
    if peer_uid(sock) != os.getuid():
        sock.close()
        raise IpcError(f"The relay at {path} is another user's.")
    async with connect(sock, roles=roles, gone=gone) as client:
        yield client


async def _accept(server: RelayServer, listener: socket.socket, clients: asyncio.TaskGroup) -> None:
    loop = asyncio.get_running_loop()
    room = asyncio.Semaphore(CLIENTS)

    async def serve(sock: socket.socket) -> None:
        try:
            await server.serve(sock)
        finally:
            room.release()

    while True:
        await room.acquire()
        try:
            sock, _ = await loop.sock_accept(listener)
        except OSError as error:
            _log.warning("a client could not be accepted: %s", error.strerror)
            room.release()
            await asyncio.sleep(ACCEPT_PAUSE_S)
            continue
        if peer_uid(sock) == os.getuid():
            clients.create_task(serve(sock))
        else:
            sock.close()
            room.release()


def _check_directory(directory: Path) -> None:
    with suppress(FileExistsError):
        directory.mkdir(mode=0o700, parents=True)
    found = directory.lstat()
    private = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077
    if not private:
        raise IpcError(f"{directory} is not private to this user.", f"chmod 700 {directory}")


@contextmanager
def _only_one(path: Path) -> Iterator[None]:
    """Hold the lock beside `path`; the kernel lets it go however the process ends."""
    try:
        fd = lock_private(path.with_name(path.name + ".lock"))
    except BlockingIOError as error:
        raise IpcError(f"Another relay listens at {path}.", "`phonelink` attaches to it.") from error
    try:
        yield
    finally:
        os.close(fd)
