"""Is the kernel's management interface asked and understood?"""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phonelink_tui.errors import RemoteProtocolError
from phonelink_tui.transport.bluez.mgmt import ControllerInfo, read_controllers

INDEX_LIST, INFO, COMPLETE, STATUS = 3, 4, 1, 2
NOBODY = 0xFFFF

Answer = Callable[[int, int], list[bytes]]


def event(kind: int, index: int, body: bytes) -> bytes:
    return struct.pack("<HHH", kind, index, len(body)) + body


def complete(command: int, index: int, parameters: bytes, status: int = 0) -> bytes:
    return event(COMPLETE, index, struct.pack("<HB", command, status) + parameters)


def info(supported: int, current: int, cod: int) -> bytes:
    """280 bytes, as doc/mgmt-api.txt has them."""
    head = bytes(6) + struct.pack("<BHII", 12, 2, supported, current) + cod.to_bytes(3, "little")
    return head + b"robins-box".ljust(249, b"\0") + b"robins".ljust(11, b"\0")


@contextmanager
def kernel(answer: Answer) -> Iterator[Callable[[], socket.socket]]:
    """A management interface behind a pair of packet sockets."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)

    def serve() -> None:
        with theirs, suppress(OSError):  # the asker may leave before the last answer
            while packet := theirs.recv(64):
                command, index, _ = struct.unpack("<HHH", packet)
                for reply in answer(command, index):
                    theirs.send(reply)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield lambda: ours
    finally:
        ours.close()
        thread.join(5)


def test_controllers_are_read() -> None:
    """Settings as words, the class from its three bytes; other events in between are passed over."""

    def answer(command: int, index: int) -> list[bytes]:
        if command == INDEX_LIST:
            return [event(4, 0, b""), complete(INDEX_LIST, NOBODY, struct.pack("<HHH", 2, 0, 3))]
        bits = 1 << 0 | 1 << 7 | 1 << 9
        return [
            event(6, index, b"\x01\x00\x00\x00"),
            complete(INFO, index, info(bits | 1 << 11, bits, 0x6C010C)),
        ]

    with kernel(answer) as opened:
        found = read_controllers(opened)
    settings = frozenset({"powered", "br/edr", "le"})
    expected = [ControllerInfo(i, settings | {"secure connections"}, settings, 0x6C010C) for i in (0, 3)]
    assert list(found) == expected


@pytest.mark.parametrize(
    ("answer", "raised"),
    [
        (lambda command, index: [event(STATUS, index, struct.pack("<HB", command, 0x14))], OSError),
        (lambda command, index: [b"\x01"], RemoteProtocolError),
        (lambda command, index: [complete(command, index, b"")], RemoteProtocolError),
        (lambda command, index: [event(4, 0, b"")] * 70, OSError),
    ],
)
def test_refusals_and_nonsense(answer: Answer, raised: type[Exception]) -> None:
    """A refusal, an answer cut short and a storm of events are errors with a name."""
    with kernel(answer) as opened, pytest.raises(raised):
        read_controllers(opened)


@given(replies=st.lists(st.binary(max_size=40), min_size=1, max_size=4), status=st.integers(0, 3))
def test_any_answer_is_a_value_or_a_named_error(replies: list[bytes], status: int) -> None:
    """Nothing else escapes, whatever is answered."""

    def answer(command: int, index: int) -> list[bytes]:
        return [complete(command, index, reply, status) for reply in replies if reply]

    if any(replies):
        try:
            with kernel(answer) as opened:
                read_controllers(opened)
        except (OSError, RemoteProtocolError):
            pass
