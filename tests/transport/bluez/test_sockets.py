"""Are addresses packed as the kernel reads them, errnos understood, connections made without AF_BLUETOOTH?"""

from __future__ import annotations

import asyncio
import errno
import socket
import struct
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from phonelink_tui.errors import BluetoothUnavailable, LinkLost, PhoneUnreachable
from phonelink_tui.transport.bluez import sdp_query, sockets
from phonelink_tui.transport.bluez.sdp_query import ServiceDirectory
from phonelink_tui.transport.bluez.socket_errors import translate
from phonelink_tui.transport.bluez.sockets import Kind, connect, dial, pack_l2cap, pack_rfcomm
from phonelink_tui.transport.link import Service
from phonelink_tui.transport.socket_stream import SocketStream

ADDRESS = "00:1A:7D:DA:71:13"
LITTLE_ENDIAN = "1371da7d1a00"


def test_packed_addresses() -> None:
    """sockaddr_rc has 10 bytes, sockaddr_l2 14; addresses are little endian. (bluetooth/rfcomm.h, l2cap.h)"""
    assert pack_rfcomm(ADDRESS, 17).hex() == "1f00" + LITTLE_ENDIAN + "11" + "00"
    assert pack_l2cap(ADDRESS, 1).hex() == "1f00" + "0100" + LITTLE_ENDIAN + "0000" + "00" + "00"


@pytest.mark.parametrize(
    ("number", "refused"),
    [
        (errno.ECONNREFUSED, True),
        (errno.EBUSY, True),
        (errno.EHOSTDOWN, False),
        (errno.ETIMEDOUT, False),
        (errno.ECONNRESET, False),
        (errno.EACCES, False),
        (errno.EBADE, False),
        (errno.ENOSYS, False),
        (9999, False),
    ],
)
def test_errnos_of_the_phone(number: int, refused: bool) -> None:
    """A closed door is told from nobody there; an unknown number is no failure of ours."""
    error = translate(number)
    assert isinstance(error, PhoneUnreachable)
    assert error.refused is refused
    assert error.message.endswith(".")


def test_broken_pairing_is_told() -> None:
    """A key that one side has lost is told apart, with what to do."""
    for number in (errno.EACCES, errno.EBADE, errno.EPERM):
        error = translate(number)
        assert "pairing" in error.message
        assert "pair again" in error.hint


@pytest.mark.parametrize("number", [errno.EAFNOSUPPORT, errno.EHOSTUNREACH, errno.ENODEV, errno.ENETDOWN])
def test_errnos_of_this_computer(number: int) -> None:
    """An adapter that is off or gone, or a kernel without Bluetooth, is this computer's matter."""
    assert isinstance(translate(number), BluetoothUnavailable)


@pytest.fixture
def directory() -> Iterator[Path]:
    """Short enough for a socket's path."""
    with tempfile.TemporaryDirectory(prefix="sock") as path:
        yield Path(path)


def packed_unix(path: Path) -> bytes:
    """`struct sockaddr_un`."""
    return struct.pack("H", socket.AF_UNIX) + str(path).encode() + b"\0"


async def test_connecting_through_libc(directory: Path) -> None:
    """A packed address connects a non-blocking socket of any family, and bytes pass."""
    with socket.socket(socket.AF_UNIX) as listener, socket.socket(socket.AF_UNIX) as client:
        listener.bind(str(directory / "there"))
        listener.listen()
        client.setblocking(False)
        await connect(client, packed_unix(directory / "there"))
        server, _ = listener.accept()
        with server:
            server.sendall(b"hello")
            assert await asyncio.get_running_loop().sock_recv(client, 10) == b"hello"


async def test_errno_of_a_failed_connection(directory: Path) -> None:
    """What libc answers comes out as an OSError with its number."""
    with socket.socket(socket.AF_UNIX) as client:
        client.setblocking(False)
        with pytest.raises(OSError) as failure:  # noqa: PT011 - the number is looked at
            await connect(client, packed_unix(directory / "nobody"))
    assert failure.value.errno == errno.ENOENT


async def test_waiting_for_a_connection() -> None:
    """A connection that is under way is awaited; a refusal then comes as an errno. (TCP stands in for RFCOMM)"""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        address = struct.pack(">4s8x", socket.inet_aton("127.0.0.1"))
        packed = struct.pack("=H", socket.AF_INET) + struct.pack(">H", port) + address
        with socket.socket() as client:
            client.setblocking(False)
            await connect(client, packed)
            assert client.getpeername() == ("127.0.0.1", port)
    with socket.socket() as client:
        client.setblocking(False)
        with pytest.raises(OSError) as failure:  # noqa: PT011 - the number is looked at
            await connect(client, packed)
        assert failure.value.errno == errno.ECONNREFUSED


async def test_connection_that_never_comes(monkeypatch: pytest.MonkeyPatch, directory: Path) -> None:
    """A phone that does not answer is unreachable after the deadline. (A full backlog stands in for it)"""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        port = listener.getsockname()[1]
        packed = struct.pack("=H", socket.AF_INET) + struct.pack(
            ">H4s8x", port, socket.inet_aton("127.0.0.1")
        )
        waiting = [socket.socket() for _ in range(4)]
        try:
            for client in waiting:
                client.setblocking(False)
            with pytest.raises(PhoneUnreachable, match="in time"):
                await connect_all(waiting, packed)
        finally:
            for client in waiting:
                client.close()


async def connect_all(clients: list[socket.socket], packed: bytes) -> None:
    """One after the other."""
    for client in clients:
        await connect(client, packed, deadline_s=0.1)


@pytest.mark.parametrize("kind", list(Kind))
async def test_computer_without_bluetooth(monkeypatch: pytest.MonkeyPatch, kind: Kind) -> None:
    """A kernel that knows no such sockets is told apart from a phone that is away."""
    monkeypatch.setattr(sockets, "AF_BLUETOOTH", 45)  # no family of Linux's
    with pytest.raises(BluetoothUnavailable):
        await dial(kind, ADDRESS, ADDRESS, 1)


@pytest.mark.parametrize(("kind", "level"), [(Kind.RFCOMM, 2), (Kind.L2CAP, 1)])
async def test_encryption_is_asked_for(monkeypatch: pytest.MonkeyPatch, kind: Kind, level: int) -> None:
    """RFCOMM is encrypted, a search need not be; said before connecting. (bluetooth/bluetooth.h: SOL_BLUETOOTH 274,
    BT_SECURITY 4, `struct bt_security`; MEDIUM 2, LOW 1)"""
    asked: list[tuple[int, int, bytes]] = []

    class BluetoothSocket(socket.socket):
        """A socket that this kernel has, whose options are kept; it takes no Bluetooth address."""

        def __init__(self, _family: int, style: int, _protocol: int) -> None:
            super().__init__(socket.AF_UNIX, style)

        def setsockopt(self, layer: int, option: int, value: bytes) -> None:  # type: ignore[override]
            asked.append((layer, option, value))

    monkeypatch.setattr(socket, "socket", BluetoothSocket)
    with pytest.raises(PhoneUnreachable):
        await dial(kind, ADDRESS, ADDRESS, 1)
    assert asked == [(274, 4, bytes([level, 0]))]


async def test_stream_both_ways() -> None:
    """Bytes of any number pass; the end is told; closing twice is once; sending afterwards is a lost link."""
    one, other = await stream_pair()
    data = bytes(range(256)) * 4096

    async def collect() -> bytes:
        got = b""
        while piece := await other.receive():
            got += piece
        return got

    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        collected = group.create_task(collect())
        await one.send(data)
        await one.aclose()
        await one.aclose()
    assert collected.result() == data
    assert await one.receive() == b""
    with pytest.raises(LinkLost):
        await one.send(b"x")
    with pytest.raises(LinkLost):
        await asyncio.wait_for(send_for_ever(other), 5)
    await other.aclose()


async def test_closing_ends_copies_too() -> None:
    """The other end hears of it though somebody else still holds the socket, as bluetoothd does."""
    near, far = socket.socketpair()
    with near.dup():
        stream = await SocketStream.open(near)
        await stream.aclose()
        far.setblocking(False)
        async with asyncio.timeout(5):
            assert await asyncio.get_running_loop().sock_recv(far, 1) == b""
    far.close()


async def test_reader_wakes_when_closed() -> None:
    """Closing ends a `receive` that is under way."""
    one, other = await stream_pair()
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        reading = group.create_task(one.receive())
        await asyncio.sleep(0)
        await one.aclose()
    assert reading.result() == b""
    await other.aclose()


async def send_for_ever(stream: SocketStream) -> None:
    """Until that fails."""
    while True:
        await stream.send(b"x")


async def stream_pair() -> tuple[SocketStream, SocketStream]:
    """Two ends of one connection."""
    near, far = socket.socketpair()
    near.setblocking(False)
    far.setblocking(False)
    return await SocketStream.open(near), await SocketStream.open(far)


async def test_search_that_is_broken_off() -> None:
    """A phone that hangs up in the middle of a search is a lost link."""

    async def dial(*_: object) -> socket.socket:
        near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        near.setblocking(False)
        far.close()
        return near

    with pytest.raises(LinkLost):
        await ServiceDirectory(dial).offer(ADDRESS, ADDRESS, Service.MAS)


async def test_search_without_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A phone that says nothing is given up."""
    monkeypatch.setattr(sdp_query, "SEARCH_S", 0.02)
    silent: list[socket.socket] = []

    async def dial(*_: object) -> socket.socket:
        near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        near.setblocking(False)
        silent.append(far)
        return near

    with pytest.raises(PhoneUnreachable, match="in time"):
        await ServiceDirectory(dial).offer(ADDRESS, ADDRESS, Service.PBAP)
    for far in silent:
        far.close()
