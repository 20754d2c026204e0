"""How is an RFCOMM connection of the phone a ByteStream?"""

from __future__ import annotations

import asyncio

from bumble.rfcomm import DLC

from phonelink_tui.errors import LinkLost

RECEIVE_LIMIT_BYTES = 1 << 20
"""Bytes kept for a reader who does not read; Bumble grants credits whether or not anybody reads."""


CLOSE_LIMIT_S = 5.0
"""What the computer gets to answer a DISC."""


class DlcStream:
    """Bumble's DLC with the methods of a `transport.stream.ByteStream`, and `abort`. One reader, one writer.

    Args:
        dlc: A connected DLC whose sink is still free.
    """

    def __init__(self, dlc: DLC) -> None:
        self._dlc = dlc
        self._unread = bytearray()
        self._news = asyncio.Event()
        self.transcript = bytearray()
        """Every byte the computer sent, from the first."""
        self.was_encrypted = bool(dlc.multiplexer.l2cap_channel.connection.is_encrypted)
        """Whether the link under it was encrypted when the connection was made."""
        dlc.on(dlc.EVENT_CLOSE, self._on_close)
        dlc.sink = self._on_data

    async def receive(self) -> bytes:
        """The next bytes; b"" once the computer has closed the connection.

        Raises:
            LinkLost: The link under the connection is gone.
        """
        while not self._unread:
            if self._dlc.state is DLC.State.RESET:
                raise LinkLost("The link under the RFCOMM connection is gone.")
            if self._has_ended():
                return b""
            self._news.clear()
            await self._news.wait()
        data = bytes(self._unread)
        self._unread.clear()
        return data

    async def send(self, data: bytes) -> None:
        """Hand all of `data` to the radio, waiting until the computer has granted credit for it.

        Raises:
            LinkLost: The connection has ended; some of `data` may have arrived.
        """
        if data and not self._has_ended():  # Bumble would wait for ever for nothing to be sent
            self._dlc.write(data)
            await self._dlc.drain()
        if self._has_ended():
            raise LinkLost("The RFCOMM connection has ended.")

    async def aclose(self) -> None:
        """End the connection; twice is once."""
        if self._dlc.state is not DLC.State.CONNECTED:
            return
        try:
            async with asyncio.timeout(CLOSE_LIMIT_S):
                await self._dlc.disconnect()
        except TimeoutError:
            self._on_close()
        finally:
            # A cancelled wait leaves a cancelled future behind, and Bumble would set its result.
            self._dlc.disconnection_result = None

    async def abort(self) -> None:
        """Break the radio link under the connection, as walking away does: everything on it goes."""
        if not self._has_ended():
            await self._dlc.multiplexer.l2cap_channel.connection.disconnect()

    def _has_ended(self) -> bool:
        return self._dlc.state in (DLC.State.DISCONNECTED, DLC.State.RESET)

    def _on_data(self, data: bytes) -> None:
        assert len(self._unread) + len(data) <= RECEIVE_LIMIT_BYTES, "nobody reads this stream"
        self._unread += data
        self.transcript += data
        self._news.set()

    def _on_close(self) -> None:
        self._news.set()
        # Bumble leaves a writer who waits for credit waiting for ever.
        self._dlc.drained.set()
