"""What does a command get from outside? The relay, the app, the places of files; tests give their own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, Protocol

from attrs import frozen

from phonelink_tui.composition import entry
from phonelink_tui.composition.attaching import Wish, open_relay
from phonelink_tui.composition.entry import Simulation
from phonelink_tui.composition.phone_rows import PhoneList, PhoneRow
from phonelink_tui.config.paths import Paths, find_paths
from phonelink_tui.config.phone_spec import PhoneSpec
from phonelink_tui.config.settings import Settings
from phonelink_tui.diagnostics.collect import Collector
from phonelink_tui.relay.api import Pairing, RelayApi, StartChoice

Say = Callable[[dict[str, Any]], None]


class ForgetPhone(Protocol):
    """Forgets a phone."""

    def __call__(self, row: PhoneRow, paths: Paths, *, unpair: bool) -> Awaitable[None]: ...


@frozen
class Surroundings:
    """Handed to the typer app as its context object."""

    open_relay: Callable[[PhoneSpec | None, Paths, Wish], AbstractAsyncContextManager[RelayApi]] = open_relay
    run_app: Callable[[RelayApi, Settings], Awaitable[int]] = entry.run_app
    run_relay: Callable[[PhoneSpec, int], None] = entry.run_relay
    run_shared_relay: Callable[[PhoneSpec, Path, Settings], None] = entry.run_shared_relay
    open_pairing: Callable[[str | None, Paths], AbstractAsyncContextManager[Pairing]] = entry.open_pairing
    list_phones: Callable[[Paths], Awaitable[PhoneList]] = entry.list_phones
    forget_phone: ForgetPhone = entry.forget_phone
    run_start: Callable[[str, Paths, Settings], Awaitable[StartChoice]] = entry.run_start
    simulate: Callable[[Simulation, AsyncIterator[str], Say], Awaitable[None]] = entry.simulate
    collectors: Callable[[Paths], tuple[Collector, ...]] = entry.collectors
    find_paths: Callable[[], Paths] = find_paths
