"""Which phones are known or paired, and how is one forgotten without leaving half of it?"""

from __future__ import annotations

from attrs import evolve

from phonelink_tui.archive import system_keyring
from phonelink_tui.archive.opening import erase
from phonelink_tui.composition.keeping import files_of
from phonelink_tui.composition.phone_rows import PhoneList, PhoneRow
from phonelink_tui.config.known_phones import KnownPhone, KnownPhones, bluetooth_id
from phonelink_tui.config.paths import Paths
from phonelink_tui.config.secret import install_secret
from phonelink_tui.diagnostics.kept import LAST_GOOD
from phonelink_tui.diagnostics.recorder import history_path
from phonelink_tui.domain.bond import Bond, bond_change
from phonelink_tui.domain.text import clean_line
from phonelink_tui.errors import ArchiveUnwritable, BluetoothUnavailable
from phonelink_tui.transport.bluez.phones import PairedPhone, read_paired_phones, remove_phone


async def list_phones(paths: Paths) -> PhoneList:
    """Known phones first, the oldest first, then those that are only paired.

    Raises:
        BluetoothUnavailable: None is known, and BlueZ cannot be asked.
        SettingsError: The list of known phones is broken.
    """
    known = KnownPhones(paths.state_dir).all()
    try:
        seen = await read_paired_phones()
    except BluetoothUnavailable as failure:
        if not known:
            raise
        return PhoneList(_with_history([_known_row(phone, None) for phone in known], paths), failure)
    rows = [_known_row(phone, [one for one in seen if one.address == phone.address]) for phone in known]
    addresses = {phone.address for phone in known}
    rows += [_seen_row(one) for one in seen if one.address not in addresses]
    return PhoneList(_with_history(rows, paths), None)


async def forget_phone(row: PhoneRow, paths: Paths, *, unpair: bool) -> None:
    """Forget a phone: the key of its kept history, the history and the drafts in it, how it was connected, what
    this machine was like when it worked; its pairing, if wanted; and that it was known. In this order, so that what
    fails is followed by nothing else, and forgetting it again does the rest.

    Raises:
        ArchiveBusy: A relay has its history open; nothing is forgotten.
        ArchiveUnwritable: The history cannot be erased; the phone is still known here.
        BluetoothUnavailable, PhoneUnreachable, TransportError, DeadlineExceeded: BlueZ does not remove it; it is
            still known here.
        SettingsError: The record cannot be removed.
    """
    phone_id = bluetooth_id(row.address)
    files = files_of(phone_id, paths) if row.history else None
    if files is not None:
        erase(files)
        system_keyring.forget(phone_id)
    _forget_records(phone_id, paths)
    if unpair:
        for path in row.paths:
            await remove_phone(path)
    if row.since is not None:
        KnownPhones(paths.state_dir).forget(row.address)


def _forget_records(phone_id: str, paths: Paths) -> None:
    """What the doctor kept: the phone's week, and the last good time. Raises ArchiveUnwritable."""
    if paths.state_dir is None:
        return
    week = history_path(paths.state_dir, phone_id, install_secret(paths.state_dir))
    for path in (week, paths.state_dir / LAST_GOOD):
        try:
            if path is not None:
                path.unlink(missing_ok=True)
        except OSError as error:
            sentence = "What was recorded of the phone cannot be removed."
            raise ArchiveUnwritable(sentence, f"{error.strerror}.") from error


def _with_history(rows: list[PhoneRow], paths: Paths) -> tuple[PhoneRow, ...]:
    """The rows, told which of them have an archive."""
    archives = [files_of(bluetooth_id(row.address), paths) for row in rows]
    return tuple(
        evolve(row, history=files is not None and (files.key.exists() or files.database.exists()))
        for row, files in zip(rows, archives, strict=True)
    )


def _known_row(phone: KnownPhone, seen: list[PairedPhone] | None) -> PhoneRow:
    """A known phone, and what BlueZ shows of it; None: it could not be asked."""
    here = max(seen, key=lambda one: one.is_connected) if seen else None
    bond = here.bond if here is not None else Bond(paired=False)
    adapter = here.adapter_address if here is not None else ""
    return PhoneRow(
        phone.address,
        phone.name,
        phone.kind,
        phone.adapter,
        phone.since,
        phone.paired_here,
        bond if seen is not None else None,
        (here is not None and here.is_connected) if seen is not None else None,
        bond_change(phone.bond, phone.adapter, bond, adapter) if seen is not None else None,
        paths=tuple(one.path for one in seen or ()),
    )


def _seen_row(one: PairedPhone) -> PhoneRow:
    return PhoneRow(
        one.address,
        clean_line(one.name),
        one.kind,
        one.adapter_address,
        None,
        False,
        one.bond,
        one.is_connected,
        None,
        paths=(one.path,),
    )
