"""Which phone over Bluetooth is meant? Asked before anything is opened, so that no relay starts without one.

Light: it loads neither bleak nor the codecs.
"""

from __future__ import annotations

from collections.abc import Sequence

from attrs import evolve, frozen

from phonelink_tui.config.clock import utc_now
from phonelink_tui.config.known_phones import KnownPhone, KnownPhones, bluetooth_id
from phonelink_tui.config.phone_spec import BluetoothSpec
from phonelink_tui.domain.phone import PhoneKind
from phonelink_tui.domain.text import RemoteText, clean_line
from phonelink_tui.errors import BluetoothUnavailable, NoPhoneKnown, SeveralPhones
from phonelink_tui.transport.bluez.phones import PairedPhone, read_paired_phones


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


async def choose_phone(spec: BluetoothSpec, known: KnownPhones) -> ChosenPhone:
    """The phone of the address, or else the only paired one; with Bluetooth off, the only known one.

    Args:
        spec: What was named.
        known: The phones known from before; one that is found paired is known from now on.

    Raises:
        NoPhoneKnown: None is named, and none is paired.
        SeveralPhones: None is named, and several are paired.
        BluetoothUnavailable: None is named, none is known, and BlueZ cannot be asked.
        SettingsError: The list of known phones is broken.
    """
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
        raise NoPhoneKnown("No phone is paired with this computer.")
    return remember_found(phones[0], known)


def remember_found(phone: PairedPhone, known: KnownPhones) -> ChosenPhone:
    """A paired phone that is used is known from then on, as it is seen now; a known one keeps its record."""
    name = clean_line(phone.name) or RemoteText(phone.address)
    record = known.get(phone.address)
    if record is None:
        now = utc_now()
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
