"""Which backend reaches a phone over Bluetooth? The one place that chooses."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from phonelink_tui.composition.choosing import ChosenPhone, choose_phone
from phonelink_tui.composition.sole_use import sole_use
from phonelink_tui.config.known_phones import KnownPhones
from phonelink_tui.config.phone_spec import BluetoothSpec
from phonelink_tui.domain.bond import SENTENCES, Bond, bond_change
from phonelink_tui.domain.phone import TRAITS
from phonelink_tui.errors import BondRefused, ObexdInTheWay
from phonelink_tui.profiles.link_backend import backend_over_link
from phonelink_tui.profiles.obexd.backend import NativeOrObexd, open_obexd_backend
from phonelink_tui.profiles.ports import PhoneBackend
from phonelink_tui.transport.bluez.link import Admit, BluezLink, BluezSpec, open_bluez_link

_log = logging.getLogger(__name__)


@asynccontextmanager
async def bluetooth_backend(
    spec: BluetoothSpec, known: KnownPhones, runtime_dir: Path | None
) -> AsyncIterator[PhoneBackend]:
    """The backend of a phone while inside. A phone that is chosen works, or comes to work: Bluetooth may be off.

    Args:
        spec: Which phone; whether through obexd, or so only where obexd has the phone's reports already.
        known: The phones known from before.
        runtime_dir: Private, for what goes to and from obexd; None: there is none.

    Raises:
        PhoneInUse: Another program of this user has Bluetooth.
        PhonelinkError: See `choose_phone`.
    """
    phone = await choose_phone(spec, known)
    link_spec = BluezSpec(spec.adapter, phone.address, solicits=TRAITS[phone.kind].notifications)
    admit = admit_known(known, phone.address)
    async with sole_use(runtime_dir), open_bluez_link(link_spec, admit=admit) as link:
        yield backend_over(link, phone, runtime_dir, through_obexd=spec.through_obexd)


def backend_over(
    link: BluezLink, phone: ChosenPhone, runtime_dir: Path | None, *, through_obexd: bool = False
) -> PhoneBackend:
    """The phone over a link to it: by our own sessions, and by obexd where it was asked for or is in the way."""
    native = backend_over_link(link, phone.id, phone.name, TRAITS[phone.kind])
    obexd = open_obexd_backend(
        link,
        link.addresses,
        phone_id=phone.id,
        phone_name=phone.name,
        traits=native.traits,
        directory=runtime_dir,
        start=through_obexd,
        clock=native.clock,
    )
    return obexd if through_obexd else NativeOrObexd(native, obexd, tell_way)


def tell_way(reason: ObexdInTheWay | None) -> None:
    """Say in the log which way messages come."""
    _log.warning("messages come through obexd" if reason else "messages come through our own session again")


def admit_known(known: KnownPhones, address: str) -> Admit:
    """Refuses the pairing of a known phone when it is weaker than, or other than, the one it was known by."""

    def admit(bond: Bond, adapter: str) -> None:
        record = known.get(address)
        if record is None:
            return
        change = bond_change(record.bond, record.adapter, bond, adapter)
        if change is not None:
            raise BondRefused(
                SENTENCES[change], f"If that was you: phonelink forget {address}, then phonelink pair."
            )

    return admit
