"""What has an operation of several packets brought so far? Bounded, the same in both roles."""

from __future__ import annotations

from phonelink_tui.errors import LimitExceeded
from phonelink_tui.protocol import limits
from phonelink_tui.protocol.obex.headers import BODY_IDS, Header, Headers


class Collector:
    """Joins the headers and the body of one operation.

    Args:
        body_limit: The most body bytes over all packets.
    """

    def __init__(self, body_limit: int) -> None:
        self._body_limit = body_limit
        self._headers: list[Header] = []
        self._body: bytearray | None = None
        self._empty_packets = 0

    def add(self, headers: Headers, *, often_empty: bool = False) -> None:
        """Take in one packet's headers.

        Args:
            headers: All headers of the packet.
            often_empty: The packet is one of an expected number, as the Continues of a PUT, and may be empty.

        Raises:
            LimitExceeded: Too many headers, too much body, or too many packets without either.
        """
        others = headers.without(*BODY_IDS)
        if len(self._headers) + len(others) > limits.OBEX_HEADERS:
            raise LimitExceeded(f"An operation has more than {limits.OBEX_HEADERS} headers.")
        self._headers += others
        body = headers.body
        if body is not None:
            if self._body is None:
                self._body = bytearray()
            self._body += body
            if len(self._body) > self._body_limit:
                raise LimitExceeded(f"A body has more than {self._body_limit} bytes.")
        self._empty_packets = 0 if body or others or often_empty else self._empty_packets + 1
        if self._empty_packets > limits.OBEX_EMPTY_PACKETS:
            raise LimitExceeded(f"More than {limits.OBEX_EMPTY_PACKETS} packets in a row were empty.")

    @property
    def headers(self) -> Headers:
        """All headers but the body's, in order of arrival."""
        return Headers(self._headers)

    @property
    def body(self) -> bytes | None:
        """The body so far; None where no packet had a body header."""
        return None if self._body is None else bytes(self._body)
