"""How do the tests of the command line run a command against a fake relay?"""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from phonelink_tui.cli.app import app
from phonelink_tui.cli.surroundings import Surroundings
from phonelink_tui.composition.attaching import Wish
from phonelink_tui.config.paths import Paths, private_dir
from phonelink_tui.config.phone_spec import PhoneSpec
from phonelink_tui.errors import NotConnected
from phonelink_tui.relay.api import RelayApi
from tests.ipc.fake_relay import FakeRelay


class Phonelink:
    """`phonelink` with a fake relay behind it."""

    def __init__(self, fake: FakeRelay, home: Path) -> None:
        self.fake = fake
        self.paths = Paths(home / "config.toml", private_dir(home / "state"), None)
        self.opened: list[PhoneSpec | None] = []
        self.wishes: list[Wish] = []
        self.shared = True
        """Whether a background relay runs."""

    @asynccontextmanager
    async def open_relay(self, spec: PhoneSpec | None, paths: Paths, wish: Wish) -> AsyncIterator[RelayApi]:
        if wish.attach_only and not self.shared:
            raise NotConnected("No background relay runs.")
        self.opened.append(spec)
        self.wishes.append(wish)
        yield self.fake

    def __call__(self, *words: str, text: str | bytes = "", **surroundings: Any) -> Result:
        """Run one command; `text` is its stdin."""
        given = {"open_relay": self.open_relay, "find_paths": lambda: self.paths, **surroundings}
        return CliRunner().invoke(app, list(words), input=text, obj=Surroundings(**given))


@pytest.fixture
def fake() -> FakeRelay:
    return FakeRelay()


@pytest.fixture
def phonelink(fake: FakeRelay, tmp_path: Path) -> Iterator[Phonelink]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield Phonelink(fake, tmp_path)
    for handler in root.handlers[:]:
        if handler not in handlers:
            handler.close()
    root.handlers[:] = handlers
    root.setLevel(level)


def objects(result: Result) -> list[dict[str, Any]]:
    """The JSON lines of stdout."""
    return [json.loads(line) for line in result.stdout.splitlines()]
