"""What does a shared relay process of the tests serve? The fake one; `python -m tests.ipc.shared_process PATH`.

`--dying` ends the relay at once, as one does that broke; closing takes a moment, in which an event is told.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from phonelink_tui.domain.events import MessageChanged
from phonelink_tui.errors import PhonelinkError
from phonelink_tui.ipc.background import background
from phonelink_tui.ipc.hooks import Hooks
from phonelink_tui.ipc.service import run_shared
from phonelink_tui.relay.api import RelayApi
from tests.ipc import samples
from tests.ipc.fake_relay import FakeRelay


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("path", type=Path)
    parser.add_argument("--dying", action="store_true")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(message)s")

    @asynccontextmanager
    async def open_api() -> AsyncIterator[RelayApi]:
        fake = FakeRelay()

        async def die() -> None:
            while options.dying and not fake.subscribers:
                await asyncio.sleep(0)
            if options.dying:
                fake.end()

        try:
            async with background(die()):
                yield fake
        finally:
            await asyncio.sleep(0)
            fake.emit(MessageChanged(samples.text(1, words="the push in flight was accepted")))
            fake.end()

    try:
        run_shared(open_api, options.path, "virtual:test", Hooks())
    except PhonelinkError as error:
        print(error.message, error.hint, file=sys.stderr)
        sys.exit(3)


if __name__ == "__main__":
    main()
