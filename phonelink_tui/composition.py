"""Which concrete classes make up a running program? The one place that names them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from attrs import frozen

from phonelink_tui.config.paths import Paths
from phonelink_tui.config.phone_spec import PhoneSpec, VirtualSpec
from phonelink_tui.config.settings import Settings
from phonelink_tui.errors import NotConnected, RelayError
from phonelink_tui.ipc.private import run_private
from phonelink_tui.ipc.spawn import private_relay, relay_command
from phonelink_tui.relay.api import RelayApi


@frozen
class Simulation:
    """A virtual phone on TCP, for other programs to talk to."""

    phone: VirtualSpec
    mas: tuple[str, int]
    """Where message access listens; port 0: any free one."""
    pbap: tuple[str, int]
    mns: tuple[str, int] | None
    """Where event reports are sent; None: to the client's own address, at its port plus two."""


@asynccontextmanager
async def open_relay(spec: PhoneSpec | None, paths: Paths) -> AsyncIterator[RelayApi]:
    """A relay for the phone, in a process of its own that ends with the block.

    Raises:
        NotConnected: No phone is named, and none is known.
        PhonelinkError: The relay could not start; what it said.
    """
    if spec is None:
        raise NotConnected(
            "No phone is known here.", "Name one with --phone, or see everything in `phonelink demo`."
        )
    log = paths.state_dir / "relay-stderr.log" if paths.state_dir else None
    async with private_relay(relay_command("--phone", str(spec)), log=log) as client:
        yield client


def run_relay(spec: PhoneSpec, fd: int) -> None:
    """The private relay's process: serve the phone on an inherited socket until its other end closes."""
    run_private(lambda: build_relay(spec), fd)


def build_relay(spec: PhoneSpec) -> AbstractAsyncContextManager[RelayApi]:
    """The relay of a phone, in this process; closing it finishes the push in flight."""
    raise RelayError(f"This build has no way to reach {spec}.")


async def run_app(api: RelayApi, settings: Settings) -> None:
    """The full-screen app, until it is quit."""
    raise RelayError("This build has no full-screen app.", "The commands work: `phonelink --help`.")


async def simulate(
    simulation: Simulation, acts: AsyncIterator[dict[str, Any]], say: Callable[[dict[str, Any]], None]
) -> None:
    """Be a phone on TCP, until `acts` ends and the scenario too, or cancelled.

    Args:
        simulation: Which phone, and where.
        acts: What the phone shall do, as it comes; a wrong one is said and skipped.
        say: Takes one JSON object for what happened; first of all where it listens.
    """
    raise RelayError("This build has no virtual phone.")
