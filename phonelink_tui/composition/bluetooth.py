"""Which phone over Bluetooth is meant, and which backend reaches it? The one place that chooses."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from attrs import evolve, frozen

from phonelink_tui.config.known_phones import KnownPhone, KnownPhones, bluetooth_id
from phonelink_tui.config.phone_spec import BluetoothSpec
from phonelink_tui.domain.bond import SENTENCES, Bond, bond_change
from phonelink_tui.domain.phone import TRAITS, Capability, PhoneKind
from phonelink_tui.domain.text import RemoteText, clean_line
from phonelink_tui.errors import (
    BluetoothUnavailable,
    BondRefused,
    NoPhoneKnown,
    ObexdInTheWay,
    SeveralPhones,
)
from phonelink_tui.profiles.link_backend import LinkBackend
from phonelink_tui.profiles.obexd.backend import NativeOrObexd, open_obexd_backend
from phonelink_tui.profiles.phone_clock import PhoneClock
from phonelink_tui.profiles.ports import PhoneBackend
from phonelink_tui.transport.bluez.link import Admit, BluezLink, BluezSpec, open_bluez_link
from phonelink_tui.transport.bluez.phones import PairedPhone, read_paired_phones
from phonelink_tui.transport.link import PhoneLink

_log = logging.getLogger(__name__)


@frozen
class ChosenPhone:
    """The phone that is meant."""

    address: str
    name: RemoteText
    kind: PhoneKind

    @property
    def id(self) -> str:
        """See `bluetooth_id`."""
        return bluetooth_id(self.address)


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
        NoPhoneKnown: None is named, and none is paired.
        SeveralPhones: None is named, and several are paired.
        BluetoothUnavailable: None is named, none is known, and BlueZ cannot be asked.
        SettingsError: The list of known phones is broken.
    """
    phone = await choose_phone(spec, known)
    link_spec = BluezSpec(spec.adapter, phone.address, solicits=TRAITS[phone.kind].notifications)
    async with open_bluez_link(link_spec, admit=admit_known(known, phone.address)) as link:
        yield backend_over(link, phone, runtime_dir, through_obexd=spec.through_obexd)


def backend_over(
    link: BluezLink, phone: ChosenPhone, runtime_dir: Path | None, *, through_obexd: bool = False
) -> PhoneBackend:
    """The phone over a link to it: by our own sessions, and by obexd where it was asked for or is in the way."""
    native = link_backend(link, phone)
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


def link_backend(link: PhoneLink, phone: ChosenPhone) -> LinkBackend:
    """What a link to this phone offers."""
    traits = TRAITS[phone.kind]
    offers = {Capability.MESSAGES, Capability.CONTACTS}
    if traits.notifications:
        offers.add(Capability.NOTIFICATIONS)
    return LinkBackend(link, phone.id, phone.name, traits, frozenset(offers), PhoneClock())


async def choose_phone(spec: BluetoothSpec, known: KnownPhones) -> ChosenPhone:
    """The phone of the address, or else the only paired one. See `bluetooth_backend` for what is raised."""
    try:
        seen = await read_paired_phones()
    except BluetoothUnavailable as failure:
        return _choose_unseen(spec, known, failure)
    phones = [phone for phone in seen if spec.adapter in (None, phone.adapter)]
    if spec.address is not None:
        found = next((phone for phone in phones if phone.address == spec.address), None)
        if found is None:
            return _named(spec.address, known)
        return remember_found(found, known)
    if len({phone.address for phone in phones}) > 1:
        raise several([(phone.address, clean_line(phone.name)) for phone in phones])
    if not phones:
        raise NoPhoneKnown(
            "No phone is paired with this computer.",
            "`phonelink pair` pairs one; `phonelink demo` shows everything without.",
        )
    return remember_found(phones[0], known)


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


def remember_found(phone: PairedPhone, known: KnownPhones) -> ChosenPhone:
    """A paired phone that is used is known from then on, as it is seen now; a known one keeps its record."""
    name = clean_line(phone.name) or RemoteText(phone.address)
    record = known.get(phone.address)
    if record is None:
        now = datetime.now(UTC)
        adapter = phone.adapter_address
        known.put(KnownPhone(phone.address, name, phone.kind, adapter, now, False, phone.bond))
    elif record.name != name:
        known.put(evolve(record, name=name))
    return ChosenPhone(phone.address, name, phone.kind)


def several(phones: Sequence[tuple[str, str]]) -> SeveralPhones:
    """The error that lists them."""
    listed = "; ".join(f"{name or 'without a name'} ({address})" for address, name in phones)
    return SeveralPhones(
        f"Several phones are paired with this computer: {listed}.",
        f"Name one: --phone bluez/{phones[0][0]}",
    )


def _choose_unseen(spec: BluetoothSpec, known: KnownPhones, failure: BluetoothUnavailable) -> ChosenPhone:
    """BlueZ cannot be asked: the only known phone is meant, and waits until it can."""
    if spec.address is not None:
        return _named(spec.address, known)
    every = known.all()
    if len(every) > 1:
        raise several([(phone.address, phone.name) for phone in every])
    if not every:
        raise failure
    return ChosenPhone(every[0].address, every[0].name, every[0].kind)


def _named(address: str, known: KnownPhones) -> ChosenPhone:
    record = known.get(address)
    if record is None:
        return ChosenPhone(address, clean_line(address), PhoneKind.IPHONE)
    return ChosenPhone(address, record.name, record.kind)
