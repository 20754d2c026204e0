"""How does a status line ask a relay, without loading what a client is made of? One blocking question.

A line of tmux is asked for every few seconds, and starting the interpreter is most of what it costs: the room's
other files take ten times as long to import. What comes back is JSON, checked by whoever shows it.
"""

from __future__ import annotations

import json
import os
import socket
import struct
import time
from typing import Any, Final

from phonelink_tui.errors import IpcError, NoRelay
from phonelink_tui.ipc.role import Role

GLANCE_S: Final = 3.0
"""For all of it; the relay answers from memory."""

HELLO_BYTES: Final = 64 * 1024

VERSION: Final = 1
"""That of `events`, from where this file takes it not: a relay that speaks another one refuses us in words."""


def glance(path: str, limit_s: float = GLANCE_S) -> dict[str, Any]:
    """The `overview` of the relay that listens at `path`, as JSON.

    Raises:
        NoRelay: None listens there.
        IpcError: It is another user's, speaks another language, or does not answer in time.
    """
    deadline = time.monotonic() + limit_s
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
        sock.settimeout(limit_s)
        try:
            sock.connect(path)
        except OSError as error:
            raise NoRelay(f"No relay listens at {path}.", "Start one: `phonelink relay run`.") from error
        if peer_uid(sock) != os.getuid():
            raise IpcError(f"The relay at {path} is another user's.", "Ask for your own.")
        try:
            return _ask(sock, deadline)
        except (OSError, ValueError, RecursionError) as error:
            raise IpcError(
                "The relay did not answer as one.", "`phonelink relay status` says more."
            ) from error


def peer_uid(sock: socket.socket) -> int:
    """Who is at the other end (unix(7), SO_PEERCRED: pid, uid, gid)."""
    size = struct.calcsize("3i")
    uid: int = struct.unpack("3i", sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size))[1]
    return uid


def _ask(sock: socket.socket, deadline: float) -> dict[str, Any]:
    hello = {"v": VERSION, "min_v": VERSION, "type": "hello", "roles": [Role.HEADERS]}
    request = {"v": VERSION, "type": "status", "id": 1}
    sock.sendall(b"".join(json.dumps(frame).encode() + b"\n" for frame in (hello, request)))
    buffer = b""
    while True:
        line, newline, rest = buffer.partition(b"\n")
        if newline:
            buffer = rest
            frame = json.loads(line)
            if not isinstance(frame, dict) or frame.get("type") == "error":
                raise ValueError("refused")
            if frame.get("type") == "reply":
                overview = frame["result"]["overview"] if isinstance(frame.get("result"), dict) else None
                if not isinstance(overview, dict):
                    raise ValueError("no overview")
                return overview
            continue
        sock.settimeout(max(0.001, deadline - time.monotonic()))
        chunk = sock.recv(HELLO_BYTES)
        buffer += chunk
        if not chunk or len(buffer) > HELLO_BYTES:
            raise ValueError("no answer")
