"""How does the program begin without being read again? Forked off a process that has all of it imported.

Under emulation the imports of `phonelink pair` alone take 20 s, and say nothing of Bluetooth.
"""

from __future__ import annotations

import ctypes
import json
import os
import runpy
import socket
import sys
import time
import traceback
from collections.abc import Mapping, Sequence

import phonelink_tui.cli.app
import phonelink_tui.cli.pairing  # what its commands import when they run
import phonelink_tui.cli.phones
import phonelink_tui.composition.entry
import phonelink_tui.composition.pairing  # noqa: F401

PR_SET_CHILD_SUBREAPER = 36
REQUEST_BYTES = 65_536

_requests: socket.socket | None = None


def prepare() -> None:
    """Keep a process from which programs begin. To be called before there is a loop or a thread."""
    global _requests  # one an attempt, which is a process of its own
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    # Programs become children of this process when the one between has ended: it alone can wait for them.
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    if os.fork() == 0:
        ours.close()
        _serve(theirs)
    theirs.close()
    _requests = ours


def start(module: str, arguments: Sequence[str], environment: Mapping[str, str], terminal: str) -> int:
    """`pty_process.Start` without a fresh interpreter; `prepare` has been called."""
    assert _requests is not None
    _requests.send(json.dumps([module, list(arguments), dict(environment), terminal]).encode())
    return int(_requests.recv(REQUEST_BYTES))


def _serve(requests: socket.socket) -> None:
    """Begin what is asked for, until nobody can ask any more; never returns."""
    while request := requests.recv(REQUEST_BYTES):
        told, tells = os.pipe()
        between = os.fork()
        if between == 0:
            program = os.fork()
            if program == 0:
                _become(*json.loads(request))
            os.write(tells, str(program).encode())
            os._exit(0)
        os.waitpid(between, 0)
        requests.send(os.read(told, REQUEST_BYTES))
        os.close(told)
        os.close(tells)
    os._exit(0)


def _become(module: str, arguments: list[str], environment: dict[str, str], terminal: str) -> None:
    """Be the program; never returns."""
    status = 1
    try:
        os.setsid()
        os.closerange(0, os.sysconf("SC_OPEN_MAX"))
        for descriptor in range(3):
            assert os.open(terminal, os.O_RDWR) == descriptor  # the first makes it the controlling terminal
        sys.stdin = sys.__stdin__ = os.fdopen(0, closefd=False)  # type: ignore[misc]
        sys.stdout = sys.__stdout__ = os.fdopen(1, "w", buffering=1, closefd=False)  # type: ignore[misc]
        sys.stderr = sys.__stderr__ = os.fdopen(2, "w", buffering=1, closefd=False)  # type: ignore[misc]
        os.environ.clear()
        os.environ.update(environment)
        time.tzset()
        sys.argv[1:] = arguments
        runpy.run_module(module, run_name="__main__", alter_sys=True)
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
        raise
    finally:
        sys.stdout.flush()
        os._exit(status)
