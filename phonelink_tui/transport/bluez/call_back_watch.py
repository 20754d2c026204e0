"""Does the phone call back? What our record declares is reduced, once, for a phone that does not.

Which features of a notification client an iPhone accepts was never published: one was seen to give nothing to a
client with 0x1F, and to serve 0x21F; obexd declares 0x27F. We declare what the phone has itself, 0x6027F. A phone
that took our session and did not call within `CALL_BACK_S` gets a new session with 0x27F, and keeps that for as
long as this program runs.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from phonelink_tui.protocol.map.constants import Features
from phonelink_tui.protocol.map.sdp_record import MNS_FEATURES, MNS_FEATURES_CAUTIOUS
from phonelink_tui.transport.stream import ByteStream
from phonelink_tui.transport.together import beside

CALL_BACK_S: Final = 20.0
"""From the message connection to the call. Phones need 1 to 2 s; MapClient begins to poll after 10 s."""

_log = logging.getLogger(__name__)


class CallBackWatch:
    """What is declared to the phone, and whether it worked.

    Args:
        features: What is declared first; only the full set is ever reduced.
    """

    def __init__(self, features: Features, *, call_back_s: float = CALL_BACK_S) -> None:
        self.features = features
        self._call_back_s = call_back_s
        self._stream: ByteStream | None = None
        self._opened = asyncio.Event()
        self._called = asyncio.Event()

    def opened(self, stream: ByteStream) -> None:
        """The message connection is open; it is closed should the phone not call."""
        self._stream = stream
        self._opened.set()

    def called(self) -> None:
        """The phone has called."""
        self._called.set()

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """One session of messages."""
        self._opened.clear()
        self._called.clear()
        try:
            async with beside(self._judge()):
                yield
        finally:
            self._stream = None

    async def _judge(self) -> None:
        if self.features != MNS_FEATURES:
            return
        await self._opened.wait()
        try:
            async with asyncio.timeout(self._call_back_s):
                await self._called.wait()
        except TimeoutError:
            self.features = MNS_FEATURES_CAUTIOUS
            _log.info("no call back with features %#x; from now on %#x", MNS_FEATURES, self.features)
            if self._stream is not None:
                await self._stream.aclose()
