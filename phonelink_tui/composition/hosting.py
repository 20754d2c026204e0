"""How does a relay get its phone? Everything a relay process is made of, put together."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from pathlib import Path
from random import Random
from typing import Final

from attrs import evolve

from phonelink_tui.composition.keeping import History, Start, check_passphrase, kept_history
from phonelink_tui.composition.remembering import remembering, remembering_good
from phonelink_tui.composition.reopening import reopening
from phonelink_tui.config.clock import utc_now
from phonelink_tui.config.known_phones import KnownPhones
from phonelink_tui.config.paths import Paths, find_paths
from phonelink_tui.config.phone_spec import BluetoothSpec, PhoneSpec, TcpSpec, VirtualSpec
from phonelink_tui.config.platform import require_linux
from phonelink_tui.config.policy import PolicyAction
from phonelink_tui.config.policy_file import machine_policy
from phonelink_tui.config.policy_source import PolicySource
from phonelink_tui.config.secret import VIRTUAL_SECRET, install_secret
from phonelink_tui.config.settings import Settings, load_settings
from phonelink_tui.diagnostics.recorder import history_path, load_week
from phonelink_tui.domain.events import STORY, Progress
from phonelink_tui.domain.phone import TRAITS
from phonelink_tui.domain.text import clean_line
from phonelink_tui.errors import RelayError
from phonelink_tui.profiles.link_backend import backend_over_link
from phonelink_tui.profiles.ports import PhoneBackend
from phonelink_tui.relay.api import RelayApi, Snapshot
from phonelink_tui.relay.service import Relay
from phonelink_tui.relay.settings import RelaySettings
from phonelink_tui.transport.tcp import LOOPBACK, MNS_OFFSET, PBAP_OFFSET, Endpoint, TcpLink
from phonelink_tui.transport.together import beside
from phonelink_tui.virtual.embed import open_phone

STORY_SETTLES_S: Final = 1.0
"""What the last act of a scenario causes has arrived by then."""

_log = logging.getLogger(__name__)


@asynccontextmanager
async def build_relay(
    spec: PhoneSpec, start: Start | None = None, *, lasting: bool = False
) -> AsyncIterator[RelayApi]:
    """The relay of a phone, in this process; leaving the block finishes the push in flight.

    Args:
        spec: The phone.
        start: What is handed on from a relay that kept nothing.
        lasting: Terminals come and go; it ends when it is told to, and begins again.

    Raises:
        UsageError: There is no such scenario, persona or fault.
        SettingsError: The settings or the scenario are wrong.
        NoPhoneKnown, SeveralPhones: No phone over Bluetooth is named, and not exactly one is paired.
        BluetoothUnavailable: This phone cannot be reached from here.
        ArchiveError: Its history is locked, or cannot be used.
    """
    paths = find_paths()
    settings = load_settings(paths.config_file)
    policy = PolicySource(machine_policy, utc_now)
    relay_of = partial(_relay, settings=settings, lasting=lasting, policy=policy)
    keep = partial(
        kept_history,
        paths=paths,
        settings=settings.archive,
        start=start,
        unlockable=lasting,
        allowed=policy.judge(PolicyAction.STORE) is None,
    )
    match spec:
        case VirtualSpec():
            async with open_phone(spec) as living:
                persona = living.phone.persona
                name = clean_line(f"{living.phone.owner.name}’s {persona.device_name}")
                backend = backend_over_link(living.link, str(spec), name, TRAITS[persona.kind])
                relay = relay_of(backend, VIRTUAL_SECRET)
                async with _alive(relay), beside(_tell_the_end(relay, living.runner.ended)):
                    yield relay
        case TcpSpec():
            traits = evolve(TRAITS[spec.persona], notifications=False)
            link = _tcp_link(spec)
            backend = backend_over_link(link, str(spec), clean_line(f"{spec.host}:{spec.port}"), traits)
            secret = install_secret(paths.state_dir)
            history = history_path(paths.state_dir, backend.phone_id, secret)
            async with keep(backend.phone_id) as kept:
                relay = relay_of(backend, secret, kept=kept, history=history)
                async with _alive(relay), remembering(relay, backend.phone_id, paths, secret):
                    yield relay
        case BluetoothSpec():
            secret = install_secret(paths.state_dir)
            way = "obexd" if spec.through_obexd else "bluez"
            async with (
                _bluetooth_backend(spec, paths) as reached,
                keep(reached.phone_id) as kept,
            ):
                history = history_path(paths.state_dir, reached.phone_id, secret)
                relay = relay_of(reached, secret, kept=kept, history=history)
                async with (
                    _alive(relay),
                    _following_sleep(relay),
                    remembering(relay, reached.phone_id, paths, secret),
                    remembering_good(relay, way, paths),
                ):
                    yield relay


def unlockable_relay(spec: PhoneSpec) -> AbstractAsyncContextManager[RelayApi]:
    """The same, and its history can be unlocked while it runs. Raises as `build_relay`."""

    def prove(snapshot: Snapshot, passphrase: str) -> None:
        if isinstance(spec, VirtualSpec):
            raise RelayError("The embedded phone keeps nothing.", "Name another one with --phone.")
        paths = find_paths()
        check_passphrase(snapshot.phone.id, paths, load_settings(paths.config_file).archive, passphrase)

    return reopening(lambda start: build_relay(spec, start, lasting=True), prove)


def _bluetooth_backend(spec: BluetoothSpec, paths: Paths) -> AbstractAsyncContextManager[PhoneBackend]:
    """What reaches a phone over Bluetooth. Loaded here: dbus-fast is installed on Linux alone."""
    require_linux()
    from phonelink_tui.composition.bluetooth import bluetooth_backend

    return bluetooth_backend(spec, KnownPhones(paths.state_dir), paths.runtime_dir)


@asynccontextmanager
async def _following_sleep(relay: Relay) -> AsyncIterator[None]:
    """While inside, sessions end in order before this computer sleeps, and begin again at the resume."""
    from phonelink_tui.transport.bluez.sleep import follow_sleep

    async with beside(follow_sleep(relay.sleep, relay.wake)):
        yield


def _tcp_link(spec: TcpSpec) -> TcpLink:
    pbap = spec.pbap_port if spec.pbap_port is not None else spec.port + PBAP_OFFSET
    mns = spec.mns_port if spec.mns_port is not None else spec.port + MNS_OFFSET
    return TcpLink(Endpoint(spec.host, spec.port), Endpoint(spec.host, pbap), Endpoint(LOOPBACK, mns))


def _relay(
    backend: PhoneBackend,
    secret: bytes,
    *,
    settings: Settings,
    lasting: bool,
    policy: PolicySource,
    kept: History | None = None,
    history: Path | None = None,
) -> Relay:
    kept = kept or History()
    return Relay(
        backend,
        RelaySettings(
            secret,
            settings.region,
            settings.hold_s,
            settings.archive,
            lasting,
            kept.not_kept,
            kept.set_aside,
            policy,
        ),
        now=utc_now,
        rng=Random(),
        archive=kept.archive,
        week=lambda phone: load_week(history, phone),
    )


@asynccontextmanager
async def _alive(relay: Relay) -> AsyncIterator[None]:
    """The relay keeps its phone connected while inside; leaving finishes the push in flight."""
    await relay.begin()
    async with beside(relay.run()):
        try:
            yield
        finally:
            dropped = await relay.close()
            if dropped:
                _log.warning("%d texts that waited were dropped; certainly not sent", dropped)


async def _tell_the_end(relay: Relay, ended: asyncio.Event) -> None:
    await ended.wait()
    await asyncio.sleep(STORY_SETTLES_S)
    relay.publish([Progress(STORY, 1, 1)])
