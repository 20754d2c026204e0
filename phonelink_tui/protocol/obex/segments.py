"""How do an operation's headers and body spread over packets? The same way in both directions."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from phonelink_tui.errors import LocalProtocolError
from phonelink_tui.protocol import limits
from phonelink_tui.protocol.obex.codes import HeaderId
from phonelink_tui.protocol.obex.framing import PREFIX_BYTES
from phonelink_tui.protocol.obex.headers import PREAMBLE_BYTES, Header, Headers


@frozen
class BodyStyle:
    """Which of the legal spellings of a body to write. The default is the shortest; the others exist so
    that the virtual phone can speak like phones that differ."""

    apart: bool = False
    """The body begins in the packet after the headers, as obexd does with application parameters."""
    empty_end: bool = False
    """All bytes in Body headers, then an End-of-Body without any."""
    most_bytes: int = limits.OBEX_PACKET_BYTES
    """The most body bytes in one packet, at least 1."""


@frozen
class Segment:
    """What goes into one packet."""

    headers: Headers
    last: bool


def segments(
    headers: Headers, body: bytes | None, packet_bytes: int, style: BodyStyle | None = None
) -> Iterator[Segment]:
    """Spread headers, then the body, over packets.

    Args:
        headers: Kept in order and whole.
        body: None writes no body header at all; empty writes an empty End-of-Body.
        packet_bytes: The size of a packet without fixed fields, at least `limits.OBEX_MIN_PACKET_BYTES`.
        style: How to write the body; None means the shortest way.

    Returns:
        At least one segment; exactly the last is marked. They are made when they are asked for.

    Raises:
        LocalProtocolError: A header is longer than a packet.
    """
    room = packet_bytes - PREFIX_BYTES
    packs = _pack(headers, room)
    return _spread(packs, body, room, style or BodyStyle())


def _pack(headers: Headers, room: int) -> list[tuple[Header, ...]]:
    packs: list[tuple[Header, ...]] = [()]
    used = 0
    for header in headers:
        size = len(header.encode())
        if size > room:
            raise LocalProtocolError(f"Header {header.id:#04x} needs {size} bytes; a packet has {room}.")
        if used + size > room:
            packs.append(())
            used = 0
        packs[-1] += (header,)
        used += size
    return packs


def _spread(
    packs: list[tuple[Header, ...]], body: bytes | None, room: int, style: BodyStyle
) -> Iterator[Segment]:
    for pack in packs[:-1]:
        yield Segment(Headers(pack), last=False)
    pack = packs[-1]
    if body is None:
        yield Segment(Headers(pack), last=True)
        return
    space = room - len(Headers(pack).encode()) - PREAMBLE_BYTES
    if pack and (style.apart or space < 1):
        yield Segment(Headers(pack), last=False)
        pack, space = (), room - PREAMBLE_BYTES
    at = 0
    while True:
        chunk = body[at : at + min(space, style.most_bytes)]
        at += len(chunk)
        last = at >= len(body) and not (style.empty_end and chunk)
        id = HeaderId.END_OF_BODY if last else HeaderId.BODY
        yield Segment(Headers((*pack, Header(id, chunk))), last)
        if last:
            return
        pack, space = (), room - PREAMBLE_BYTES
