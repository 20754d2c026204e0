"""What does the process of a shared relay do? Serve all who attach, and leave in good order when told to."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

from phonelink_tui.config.clock import utc_now
from phonelink_tui.errors import IpcError
from phonelink_tui.ipc.about import Host
from phonelink_tui.ipc.background import background
from phonelink_tui.ipc.hooks import Hooks
from phonelink_tui.ipc.notify import ServiceManager
from phonelink_tui.ipc.outgoing import FLUSH_S
from phonelink_tui.ipc.private import CLOSE_S
from phonelink_tui.ipc.server import RelayServer
from phonelink_tui.ipc.shared import listening, serve_clients
from phonelink_tui.relay.api import RelayApi

SOCKET: Final = "relay.sock"
"""Its name in the runtime directory."""

_log = logging.getLogger(__name__)

OpenApi = Callable[[], AbstractAsyncContextManager[RelayApi]]
Close = Callable[[], Awaitable[None]]


def run_shared(open_api: OpenApi, path: Path, spec: str, hooks: Hooks) -> None:
    """Serve a relay at a path until SIGTERM, SIGINT or a client's `stop`; then end in good order.

    Args:
        open_api: Opens the relay; closing it finishes the push in flight, and keeps or drops what waits.
        path: Of the socket; its directory is made 0700.
        spec: `str` of the PhoneSpec, said to clients.
        hooks: Programs to run at events.

    Raises:
        IpcError: Another relay listens there, the place is not private, or the relay ended by itself.
        PhonelinkError: The relay could not open; what it said.
    """
    os.umask(0o077)
    manager = ServiceManager.of(os.environ)
    asyncio.run(_run(open_api, path, Host(utc_now(), spec), hooks, manager))


async def _run(open_api: OpenApi, path: Path, host: Host, hooks: Hooks, manager: ServiceManager) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    with listening(path) as listener:
        async with background(manager.keep_alive()), _closing(open_api) as (api, close):
            server = RelayServer(api, host=host, on_stop=stop.set, hooks=hooks.counts)
            async with (
                background(hooks.run(api)),
                background(serve_clients(server, listener)) as serving,
                background(stop.wait()) as stopping,
            ):
                _log.info("the relay serves at %s", path)
                manager.tell("READY=1")
                await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
                manager.tell("STOPPING=1")
                _log.info("the relay ends; %d clients", server.clients)
                await close()
                await asyncio.wait({serving}, timeout=FLUSH_S + 1.0)
    if not stop.is_set():
        raise IpcError("The relay ended by itself.", "Its log says why.")
    _log.info("the relay has ended")


@asynccontextmanager
async def _closing(open_api: OpenApi) -> AsyncIterator[tuple[RelayApi, Close]]:
    """An open relay, and how to close it while its clients still listen."""
    async with AsyncExitStack() as stack:
        api = await stack.enter_async_context(open_api())

        async def close() -> None:
            try:
                async with asyncio.timeout(CLOSE_S):
                    await stack.aclose()
            except TimeoutError:
                _log.error("what was in flight did not finish within %g s", CLOSE_S)

        yield api, close
