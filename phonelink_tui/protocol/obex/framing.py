"""Where does one packet end in a stream of bytes? RFCOMM and TCP keep no borders; OBEX's length does."""

from __future__ import annotations

from typing import Final

from phonelink_tui.errors import RemoteProtocolError

PREFIX_BYTES: Final = 3
"""First byte and length, which counts these three bytes too."""


class PacketBuffer:
    """Bytes in, whole packets out; a packet has at most 65,535 bytes. Holds what was not taken yet.

    Example:
        >>> buffer = PacketBuffer()
        >>> buffer.receive_data(b"\\x90\\x00\\x03\\xa0")
        >>> buffer.next_packet(), buffer.next_packet()
        (b'\\x90\\x00\\x03', None)
    """

    def __init__(self) -> None:
        self._data = bytearray()

    def receive_data(self, data: bytes) -> None:
        """Add bytes in the order of their arrival, cut anywhere."""
        self._data += data

    def next_packet(self) -> bytes | None:
        """Take the first whole packet, or None while its end is missing.

        Raises:
            RemoteProtocolError: The length is below three. The stream cannot be read any further.
        """
        if len(self._data) < PREFIX_BYTES:
            return None
        length = int.from_bytes(self._data[1:PREFIX_BYTES], "big")
        if length < PREFIX_BYTES:
            raise RemoteProtocolError(
                f"A packet says it is {length} bytes long; the least is {PREFIX_BYTES}."
            )
        if len(self._data) < length:
            return None
        packet = bytes(self._data[:length])
        del self._data[:length]
        return packet
