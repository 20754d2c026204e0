"""Which concrete classes make up a running program? The one place that names them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from random import Random
from typing import Any, Final

from attrs import evolve, frozen

from phonelink_tui.config.paths import Paths, find_paths
from phonelink_tui.config.phone_spec import BluetoothSpec, PhoneSpec, TcpSpec, VirtualSpec
from phonelink_tui.config.secret import VIRTUAL_SECRET, install_secret
from phonelink_tui.config.settings import Settings, load_settings
from phonelink_tui.domain.events import STORY, Progress
from phonelink_tui.domain.phone import TRAITS, Capability, PhoneTraits
from phonelink_tui.domain.text import RemoteText, clean_line
from phonelink_tui.errors import BluetoothUnavailable, NotConnected
from phonelink_tui.ipc.private import run_private
from phonelink_tui.ipc.spawn import private_relay, relay_command
from phonelink_tui.profiles.link_backend import LinkBackend
from phonelink_tui.profiles.phone_clock import PhoneClock
from phonelink_tui.relay.api import RelayApi
from phonelink_tui.relay.service import Relay, RelaySettings
from phonelink_tui.transport.link import PhoneLink
from phonelink_tui.transport.tcp import LOOPBACK, MNS_OFFSET, PBAP_OFFSET, Endpoint, TcpLink
from phonelink_tui.transport.tcp import TcpSpec as TcpEndpoints
from phonelink_tui.transport.together import beside
from phonelink_tui.virtual.act_lines import act_line, perform_line, pushed_line
from phonelink_tui.virtual.embed import VirtualSpec as EmbeddedSpec
from phonelink_tui.virtual.embed import open_phone, open_simulated_phone
from phonelink_tui.virtual.entries import PhoneChange, TextPushed
from phonelink_tui.virtual.faults import parse_faults
from phonelink_tui.virtual.scenario import DEFAULT_SCENARIO
from phonelink_tui.virtual.serve import Ports

STORY_SETTLES_S: Final = 1.0
"""What the last act of a scenario causes has arrived by then."""


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


@asynccontextmanager
async def build_relay(spec: PhoneSpec) -> AsyncIterator[RelayApi]:
    """The relay of a phone, in this process; leaving the block finishes the push in flight.

    Raises:
        UsageError: There is no such scenario, persona or fault.
        SettingsError: The settings or the scenario are wrong.
        BluetoothUnavailable: This phone cannot be reached from here.
    """
    paths = find_paths()
    settings = load_settings(paths.config_file)
    match spec:
        case VirtualSpec():
            async with open_phone(_embedded(spec)) as living:
                persona = living.phone.persona
                name = clean_line(f"{living.phone.owner.name}’s {persona.device_name}")
                backend = _backend(living.link, str(spec), name, TRAITS[persona.kind])
                relay = _relay(backend, VIRTUAL_SECRET, settings)
                async with _alive(relay), beside(_tell_the_end(relay, living.runner.ended)):
                    yield relay
        case TcpSpec():
            traits = evolve(TRAITS[spec.persona], notifications=False)
            link = TcpLink(_endpoints(spec))
            backend = _backend(link, str(spec), clean_line(f"{spec.host}:{spec.port}"), traits)
            relay = _relay(backend, install_secret(paths.state_dir), settings)
            async with _alive(relay):
                yield relay
        case BluetoothSpec():
            raise BluetoothUnavailable(
                "This version does not reach phones over Bluetooth yet.",
                "`phonelink demo` shows everything on an embedded phone.",
            )


async def run_app(api: RelayApi, settings: Settings) -> None:
    """The full-screen app, until it is quit."""
    from phonelink_tui.ui.app import PhoneApp  # the command line is quick because it does not load Textual
    from phonelink_tui.ui.settings import EnterKey, Sort, Start, UiSettings

    shown = UiSettings(
        start=Start(settings.start),
        enter=EnterKey(settings.enter),
        sort=Sort(settings.sort),
        theme=settings.theme,
        keys=settings.keys,
        mouse=settings.mouse,
        bell=settings.bell,
    )
    await PhoneApp(api, shown).run_async(mouse=settings.mouse)


async def simulate(
    simulation: Simulation, lines: AsyncIterator[str], say: Callable[[dict[str, Any]], None]
) -> None:
    """Be a phone on TCP, until `lines` ends and the scenario too, or cancelled.

    Args:
        simulation: Which phone, and where.
        lines: What the phone shall do, a JSON object each; a wrong one is answered and skipped.
        say: Takes one JSON object for what happened; first of all where it listens.

    Raises:
        UsageError: It must not or cannot listen there, or there is no such scenario, persona or fault.
    """
    ports = Ports(
        Endpoint(*simulation.mas),
        Endpoint(*simulation.pbap),
        Endpoint(*simulation.mns) if simulation.mns else None,
        anywhere=True,  # the command line has asked already
    )
    async with open_simulated_phone(
        _embedded(simulation.phone), ports, on_act=lambda act: say(act_line(act))
    ) as simulated:
        say(simulated.listening.line())
        phone = simulated.phone

        def tell_pushes(change: PhoneChange) -> None:
            if isinstance(change, TextPushed):
                say(pushed_line(change.pushed))

        stop_telling = phone.listen(tell_pushes)
        try:
            async for line in lines:
                say(perform_line(phone, line))
            await simulated.runner.ended.wait()
        finally:
            stop_telling()


def _embedded(spec: VirtualSpec) -> EmbeddedSpec:
    return EmbeddedSpec(
        spec.scenario or DEFAULT_SCENARIO,
        spec.persona.value if spec.persona else None,
        spec.seed or 0,
        parse_faults(",".join(spec.faults)),
        spec.speed,
    )


def _endpoints(spec: TcpSpec) -> TcpEndpoints:
    pbap = spec.pbap_port if spec.pbap_port is not None else spec.port + PBAP_OFFSET
    mns = spec.mns_port if spec.mns_port is not None else spec.port + MNS_OFFSET
    return TcpEndpoints(Endpoint(spec.host, spec.port), Endpoint(spec.host, pbap), Endpoint(LOOPBACK, mns))


def _backend(link: PhoneLink, phone_id: str, name: RemoteText, traits: PhoneTraits) -> LinkBackend:
    offers = {Capability.MESSAGES, Capability.CONTACTS}
    if traits.notifications:
        offers.add(Capability.NOTIFICATIONS)
    return LinkBackend(link, phone_id, name, traits, frozenset(offers), PhoneClock())


def _relay(backend: LinkBackend, secret: bytes, settings: Settings) -> Relay:
    return Relay(
        backend,
        RelaySettings(secret, settings.region, settings.hold_s),
        now=lambda: datetime.now(UTC),
        rng=Random(),
    )


@asynccontextmanager
async def _alive(relay: Relay) -> AsyncIterator[None]:
    """The relay keeps its phone connected while inside; leaving finishes the push in flight."""
    async with beside(relay.run()):
        try:
            yield
        finally:
            await relay.close()


async def _tell_the_end(relay: Relay, ended: asyncio.Event) -> None:
    await ended.wait()
    await asyncio.sleep(STORY_SETTLES_S)
    relay.publish([Progress(STORY, 1, 1)])
