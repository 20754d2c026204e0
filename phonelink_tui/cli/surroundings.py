"""What does a command get from outside? The relay, the app, the places of files; tests give their own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

from attrs import frozen

from phonelink_tui.composition import entry
from phonelink_tui.composition.attaching import Wish, open_relay
from phonelink_tui.composition.entry import Simulation
from phonelink_tui.config.paths import Paths, find_paths
from phonelink_tui.config.phone_spec import PhoneSpec
from phonelink_tui.config.settings import Settings
from phonelink_tui.relay.api import RelayApi

Say = Callable[[dict[str, Any]], None]


@frozen
class Surroundings:
    """Handed to the typer app as its context object."""

    open_relay: Callable[[PhoneSpec | None, Paths, Wish], AbstractAsyncContextManager[RelayApi]] = open_relay
    run_app: Callable[[RelayApi, Settings], Awaitable[int]] = entry.run_app
    run_relay: Callable[[PhoneSpec, int], None] = entry.run_relay
    run_shared_relay: Callable[[PhoneSpec, Path, Settings], None] = entry.run_shared_relay
    simulate: Callable[[Simulation, AsyncIterator[str], Say], Awaitable[None]] = entry.simulate
    find_paths: Callable[[], Paths] = find_paths
