"""What does the process of a private relay do? Serve its parent, and leave in good order when that is gone."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, suppress
from typing import Final

from phonelink_tui.errors import PhonelinkError
from phonelink_tui.ipc import wire
from phonelink_tui.ipc.background import background
from phonelink_tui.ipc.outgoing import FLUSH_S
from phonelink_tui.ipc.server import serve_private
from phonelink_tui.relay.api import RelayApi

CLOSE_S: Final = 11.0
"""How long a relay may take to close: it gives a push in flight 10 s, and a phone answers in 1 to 3 s or never."""

_log = logging.getLogger(__name__)

OpenApi = Callable[[], AbstractAsyncContextManager[RelayApi]]


def run_private(open_api: OpenApi, fd: int) -> None:
    """Serve a relay on an inherited socket until the parent closes its end, or SIGTERM.

    Args:
        open_api: Opens the relay; closing it finishes the push in flight and drops what is held or queued.
        fd: The relay's end of a connected stream socket; it is closed.

    An error while opening is told to the parent, whose `connect` raises it.
    """
    os.umask(0o077)
    os.set_inheritable(fd, False)
    with socket.socket(fileno=fd) as sock:
        asyncio.run(_run(open_api, sock))


async def _run(open_api: OpenApi, sock: socket.socket) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    stack = AsyncExitStack()
    try:
        api = await stack.enter_async_context(open_api())
    except PhonelinkError as error:
        _log.error("the relay could not start: %s", type(error).__name__)
        with suppress(OSError):
            sock.sendall(wire.encode_line(wire.encode_error(None, error)))
        return

    async def close() -> None:
        try:
            async with asyncio.timeout(CLOSE_S):
                await stack.aclose()
        except TimeoutError:
            _log.error("what was in flight did not finish within %g s", CLOSE_S)

    try:
        async with background(serve_private(api, sock)) as serving, background(stop.wait()) as stopping:
            await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not serving.done():
                await close()  # the parent still listens: it hears of the end
                await asyncio.wait({serving}, timeout=FLUSH_S + 1.0)
    finally:
        await close()
