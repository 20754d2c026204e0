"""What do the tests run where a process of its own is needed? `phonelink` with a chattering fake relay."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from phonelink_tui.cli.app import app
from phonelink_tui.cli.surroundings import Surroundings
from phonelink_tui.composition.attaching import Wish
from phonelink_tui.config.paths import Paths
from phonelink_tui.config.phone_spec import PhoneSpec, VirtualSpec
from phonelink_tui.domain.code import OneTimeCode
from phonelink_tui.domain.events import CodeCame, CommandChanged, CommandState, Event, MessageChanged
from phonelink_tui.domain.text import NO_TEXT, clean_line
from phonelink_tui.ipc.background import background
from phonelink_tui.relay.api import Command, RelayApi
from tests.ipc import samples
from tests.ipc.fake_relay import FakeRelay


async def chatter(fake: FakeRelay, texts: int, *, codes: bool = False) -> None:
    """A text every 10 ms, in some phones with a code, then the end of the scenario."""
    for number in range(texts):
        await asyncio.sleep(0.01)
        fake.emit(MessageChanged(samples.text(number, words=f"live {number}")))
        if codes:
            fake.emit(CodeCame(an_old_code("481920"), live=False))
            fake.emit(CodeCame(an_old_code("118204")))
    fake.end()


def an_old_code(digits: str) -> OneTimeCode:
    """Of noon."""
    words = (clean_line(digits), NO_TEXT, clean_line("Parcels"))
    return OneTimeCode(*words, samples.NOON, samples.NOON + timedelta(minutes=10))


def asks(command: Command) -> tuple[Event, ...]:
    """A guard that asks whatever is confirmed."""
    return (CommandChanged(command.id, CommandState.ASKS, ("new_recipient",), "New. Send it?"),)


@asynccontextmanager
async def open_relay(spec: PhoneSpec | None, paths: Paths, wish: Wish) -> AsyncIterator[RelayApi]:
    short = isinstance(spec, VirtualSpec) and spec.scenario == "short"
    fake = FakeRelay()
    if isinstance(spec, VirtualSpec) and spec.scenario == "asks":
        fake.outcomes = asks
    if isinstance(spec, VirtualSpec) and spec.scenario == "broken":
        raise RuntimeError("private words")
    codes = isinstance(spec, VirtualSpec) and spec.scenario == "codes"
    async with background(chatter(fake, 5 if short else 100_000, codes=codes)):
        yield fake


if __name__ == "__main__":
    app(sys.argv[1:], obj=Surroundings(open_relay=open_relay, find_paths=lambda: Paths(None, None, None)))
