"""How do the tests of the contract reach a phone over the air, our own way and through obexd?"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from attrs import evolve, frozen

from phonelink_tui.config.paths import private_dir
from phonelink_tui.errors import LinkLost, PhoneUnreachable
from phonelink_tui.profiles.ancs_client import AncsClient
from phonelink_tui.profiles.app_names import AppNames
from phonelink_tui.profiles.link_backend import LinkBackend
from phonelink_tui.profiles.map_client import MapClient
from phonelink_tui.profiles.obexd.backend import open_obexd_backend
from phonelink_tui.profiles.obexd.messages import ObexdMessages
from phonelink_tui.profiles.obexd.phonebook import ObexdPhonebook
from phonelink_tui.profiles.pbap_client import PbapClient
from phonelink_tui.profiles.ports import MessageAccess, NotificationAccess, PhonebookAccess
from phonelink_tui.transport.bluez import gatt_link
from phonelink_tui.transport.bluez.link import BluezLink, BluezSpec, open_bluez_link
from phonelink_tui.virtual.phone import VirtualPhone
from phonelink_tui.virtual.radio import VirtualLink
from tests.backends import world as backends
from tests.e2e.guest.contract_cases import OBEXD, OUR_OWN, Cases
from tests.e2e.guest.patience import stretched
from tests.e2e.guest.served_phone import coming_and_going, serve_notifications, serve_obex
from tests.e2e.guest.world import World

LE_LIMIT_S = 30.0
LINK_S = 2.0
"""A try of that patience; also what is waited for a phone that is away."""

FREED_S = 1.0

NEVER_S = 3600.0
"""A session whose phone does not call back is to live on here, for the contract to look at; a link of our own ends
it, once, to declare less to the phone (`call_back_watch`)."""

APP_NAMES = AppNames()
"""Of all tests, as of all sessions of a relay."""

for nameless in ("com.example.garden", "com.example.x", "com.example.flood"):
    APP_NAMES.learn(nameless, "")  # known already: an app that tells no name is waited for once, for 3 s

Reach = Callable[[World, BluezLink, VirtualPhone], AbstractAsyncContextManager[backends.World]]


@frozen
class PatientBackend(LinkBackend):
    """Tries again for the phone's LE link, as a relay does, while the phone is there: the contract has no such
    patience."""

    phone_is_here: Callable[[], bool] = lambda: True

    async def open_notifications(self) -> NotificationAccess:
        """See `PhoneBackend.open_notifications`."""
        end_s = asyncio.get_running_loop().time() + stretched(LE_LIMIT_S)
        while True:
            try:
                return await super().open_notifications()
            except (PhoneUnreachable, LinkLost) as failure:
                if not self.phone_is_here() or asyncio.get_running_loop().time() > end_s:
                    raise
                print(f"contract: notifications: again after: {failure.message}")
            await asyncio.sleep(0.1)


@frozen
class OtherBackend(LinkBackend):
    """Another computer's, which tries again for a moment: closing returns before the phone has seen the end."""

    async def open_messages(self) -> MessageAccess:
        """See `PhoneBackend.open_messages`."""
        end_s = asyncio.get_running_loop().time() + stretched(FREED_S)
        while True:
            try:
                return await super().open_messages()
            except PhoneUnreachable:
                if asyncio.get_running_loop().time() > end_s:
                    raise
            await asyncio.sleep(0.1)


@asynccontextmanager
async def shared_link(world: World) -> AsyncIterator[BluezLink]:
    """The one link of all tests, as of all sessions of a relay: what it takes to open one is no test's question."""
    gatt_link.LINK_S = stretched(LINK_S)  # type: ignore[misc]
    spec = BluezSpec(address=world.phone.address, call_back_s=NEVER_S)
    async with open_bluez_link(spec) as link:
        await link.addresses()  # all its tasks are there by now: a test counts those that are left over
        yield link


@asynccontextmanager
async def over_bluez(world: World, link: BluezLink, phone: VirtualPhone) -> AsyncIterator[backends.World]:
    """Our own sessions."""
    async with (
        serve_obex(phone, world.phone) as served,
        serve_notifications(phone, world.phone),
        coming_and_going(phone, world.phone),
    ):
        other = VirtualLink(phone, served.services)
        plain = backends.backend_over(link, phone)
        there = OtherBackend(other, plain.phone_id, plain.phone_name, plain.traits, plain.offers, plain.clock)
        here = PatientBackend(
            link, plain.phone_id, plain.phone_name, plain.traits, plain.offers, plain.clock, APP_NAMES,
            phone_is_here=lambda: phone.present,
        )  # fmt: skip
        yield backends.World(phone, here, there)


@asynccontextmanager
async def through_obexd(world: World, link: BluezLink, phone: VirtualPhone) -> AsyncIterator[backends.World]:
    """obexd's sessions; notifications are ours as before."""
    async with over_bluez(world, link, phone) as reached:
        native = reached.backend
        assert isinstance(native, LinkBackend)
        backend = open_obexd_backend(
            link,
            link.addresses,
            phone_id=native.phone_id,
            phone_name=native.phone_name,
            traits=native.traits,
            directory=private_dir(Path(os.environ["XDG_RUNTIME_DIR"]) / "phonelink-tui"),
            start=False,
        )
        yield evolve(reached, backend=backend)


@frozen
class Way:
    """One way of reaching a phone over the air."""

    cases: Cases
    reach: Reach
    sessions: tuple[tuple[type, type], ...]
    """Which ports are asked, and who answers."""
    with_obexd: bool = False


OVER_BLUEZ = Way(
    OUR_OWN,
    over_bluez,
    ((MessageAccess, MapClient), (PhonebookAccess, PbapClient), (NotificationAccess, AncsClient)),
)
THROUGH_OBEXD = Way(
    OBEXD,
    through_obexd,
    ((MessageAccess, ObexdMessages), (PhonebookAccess, ObexdPhonebook)),
    with_obexd=True,
)
