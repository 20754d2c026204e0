"""The whole app on a scripted relay with a full conversation, to be measured; each SIGUSR1 is a new text in it."""

from __future__ import annotations

import asyncio
import signal
import sys
from datetime import UTC, timedelta

from attrs import evolve

from phonelink_tui.domain.events import MessageChanged, ThreadChanged
from phonelink_tui.ui.app import PhoneApp
from phonelink_tui.ui.settings import UiSettings
from tests.bench.bench_app import message
from tests.ui.believable import NOW, a_thread
from tests.ui.stage import ALICE, BOB, CAROL, a_relay


async def run(theme: str) -> None:
    """Run until it is left."""
    rows = (ALICE, BOB, CAROL, *(a_thread(n, f"Contact {n}", minutes=n * 60) for n in range(4, 40)))
    relay = a_relay(*rows)
    texts = [
        evolve(message(n), thread=ALICE.id, at=NOW - timedelta(minutes=7 * (200 - n))) for n in range(200)
    ]
    relay.texts[ALICE.id] = list(texts)
    app = PhoneApp(relay, UiSettings(zone=UTC, bell=False, theme=theme), now=lambda: NOW)

    def arrive() -> None:
        new = evolve(message(len(texts) * 5 + 4), thread=ALICE.id, at=NOW)
        texts.append(new)
        row = evolve(ALICE, last_text=new.text, last_at=NOW, unread=1)
        relay.say(MessageChanged(new), ThreadChanged(row))

    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, arrive)
    await app.run_async(mouse=False)


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1]))
