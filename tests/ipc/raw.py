"""How do tests speak to a relay below its client? Raw bytes out, JSON objects back."""

from __future__ import annotations

import asyncio
import json
import socket
from typing import Any

from phonelink_tui.ipc import wire
from phonelink_tui.ipc.hello import encode_client_hello
from phonelink_tui.ipc.role import ALL_ROLES, Role
from tests.ipc.conftest import DEADLINE_S


def hello(roles: frozenset[Role] = ALL_ROLES, **changes: Any) -> bytes:
    """A client's greeting as a line."""
    return wire.encode_line({**encode_client_hello(roles), **changes})


def line(kind: str, **fields: Any) -> bytes:
    """A frame of a client as a line."""
    return wire.encode_line({"v": 1, "type": kind, **fields})


async def converse(sock: socket.socket, data: bytes, *, end: bool = True) -> list[dict[str, Any]]:
    """Send bytes, and all frames that come back until the relay closes the connection.

    Args:
        sock: A connection to a relay.
        data: What to send.
        end: Say that no more will come; otherwise the relay must close the connection by itself.
    """
    reader, writer = await asyncio.open_connection(sock=sock, limit=wire.REPLY_BYTES)
    try:
        async with asyncio.timeout(DEADLINE_S):
            try:
                writer.write(data)
                await writer.drain()
                if end:
                    writer.write_eof()
            except OSError:
                pass  # the relay has closed its end already; what it said can still be read
            answer = await reader.read()
    finally:
        writer.close()
    return [json.loads(each) for each in answer.splitlines()]
