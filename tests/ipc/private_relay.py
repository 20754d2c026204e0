"""What does a relay process of the tests serve? The fake one; `python -m tests.ipc.private_relay --fd N`.

`--closing FILE` is written when the relay was closed in good order, `--hang` never closes, `--fail` cannot
open, `--die` ends before it greets.
"""

from __future__ import annotations

import argparse
import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from phonelink_tui.errors import BluetoothUnavailable
from phonelink_tui.ipc.private import run_private
from phonelink_tui.relay.api import RelayApi
from tests.ipc.fake_relay import FakeRelay


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--fd", type=int, required=True)
    parser.add_argument("--closing", type=Path)
    parser.add_argument("--fail", action="store_true")
    parser.add_argument("--die", action="store_true")
    parser.add_argument("--hang", action="store_true")
    options = parser.parse_args()

    @asynccontextmanager
    async def open_api() -> AsyncIterator[RelayApi]:
        if options.die:
            os._exit(3)
        if options.fail:
            raise BluetoothUnavailable("No adapter.", "Plug one in.")
        fake = FakeRelay()
        yield fake
        fake.end()
        if options.hang:
            await asyncio.Event().wait()
        if options.closing:
            await asyncio.sleep(0)
            session_leader = os.getsid(0) == os.getpid()
            options.closing.write_text("closed" if session_leader else "not a session leader")

    run_private(open_api, options.fd)


if __name__ == "__main__":
    main()
