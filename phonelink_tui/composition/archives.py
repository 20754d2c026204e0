"""Which archive is meant on the command line, what opens it, and what is done to it beside the relay?"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from attrs import frozen

from phonelink_tui.archive import key_file, opening, system_keyring
from phonelink_tui.archive.archive import ToldGone
from phonelink_tui.archive.database import CIPHER
from phonelink_tui.archive.facts import Action, ArchiveInfo
from phonelink_tui.archive.files import ArchiveFiles, held, set_aside_before
from phonelink_tui.archive.key_sources import (
    Secret,
    SecretKind,
    SecretSources,
    find_secret,
    from_passphrase,
)
from phonelink_tui.archive.looking import Look, look_at
from phonelink_tui.archive.retention import Retention
from phonelink_tui.composition.keeping import files_of, may_be_written
from phonelink_tui.composition.policing import require
from phonelink_tui.config.archive_settings import ArchiveSettings
from phonelink_tui.config.clock import utc_now
from phonelink_tui.config.known_phones import KnownPhones, bluetooth_id
from phonelink_tui.config.paths import Paths
from phonelink_tui.config.phone_spec import BluetoothSpec, PhoneSpec, TcpSpec, VirtualSpec
from phonelink_tui.config.policy import PolicyAction
from phonelink_tui.errors import (
    ArchiveBusy,
    ArchiveLocked,
    ArchiveUnwritable,
    NoPhoneKnown,
    SeveralPhones,
    UsageError,
)

AskPassphrase = Callable[[str], str | None]
"""Asks a person on the terminal; None: there is none."""

COMMAND_LINE: Final = "command-line"
"""In the audit: done beside the relay, by whoever has the key."""

_CIPHERS = {"chacha20": "ChaCha20-Poly1305"}


@frozen
class ArchivePlace:
    """The archive of one phone."""

    phone_id: str
    files: ArchiveFiles

    @property
    def exists(self) -> bool:
        """Whether there is any part of it."""
        return self.files.key.exists() or self.files.database.exists()

    @property
    def kind(self) -> SecretKind | None:
        """Which kind of secret opens it; None: its key is gone, or was never made. Raises ArchiveDamaged."""
        return key_file.kind_wanted(self.files.key)

    @property
    def bytes_on_disk(self) -> int:
        """Of all its files."""
        paths = self.files.database.parent.glob(self.files.database.stem + ".*")
        return sum(path.lstat().st_size for path in paths)

    @property
    def set_aside(self) -> tuple[Path, ...]:
        """Damaged archives of the same phone that still lie there, oldest first."""
        return set_aside_before(self.files)

    @property
    def is_kept_now(self) -> bool:
        """Whether a relay has it open."""
        if not self.files.lock.exists():
            return False
        try:
            with held(self.files):
                return False
        except ArchiveBusy:
            return True


def phone_id_of(spec: PhoneSpec | None, paths: Paths) -> str:
    """By what the phone that is meant is known; without a spec, the only known one.

    Raises:
        UsageError: It is the embedded phone, which keeps nothing.
        NoPhoneKnown, SeveralPhones: None is named, and not exactly one is known.
    """
    match spec:
        case VirtualSpec():
            raise UsageError("The embedded phone keeps nothing.", "Name another one with --phone.")
        case TcpSpec():
            return str(spec)
        case BluetoothSpec(address=str(address)):
            return bluetooth_id(address)
        case _:
            known = KnownPhones(paths.state_dir).all()
    if not known:
        raise NoPhoneKnown("No phone is known here.", "Name one with --phone.")
    if len(known) > 1:
        listed = "; ".join(f"{phone.name} ({phone.address})" for phone in known)
        raise SeveralPhones(f"Several phones may be meant: {listed}.", f"--phone bluez/{known[0].address}")
    return bluetooth_id(known[0].address)


def archive_of(phone_id: str, paths: Paths) -> ArchivePlace:
    """Where the archive of a phone is. Raises ArchiveUnwritable where nothing can be kept."""
    files = files_of(phone_id, paths)
    if files is None:
        raise ArchiveUnwritable("There is no place to keep anything: the state directory cannot be written.")
    return ArchivePlace(phone_id, files)


def secret_of(place: ArchivePlace, settings: ArchiveSettings, ask: AskPassphrase) -> Secret | None:
    """What opens an archive that there is: a person is asked only where a passphrase is wanted.

    Raises:
        ArchiveLocked: As `find_secret`; or a passphrase is wanted, and there is no terminal to type it on.
    """
    if place.kind is SecretKind.PASSPHRASE:
        typed = ask("Passphrase of the archive: ")
        if typed is None:
            raise ArchiveLocked(
                "The archive is locked by a passphrase.", "Run this on a terminal to type it."
            )
        return from_passphrase(typed)
    kind = place.kind
    use_keyring = settings.keyring or kind is SecretKind.KEYRING
    return find_secret(SecretSources(environ=os.environ, use_keyring=use_keyring), place.phone_id, kind)


def cipher_words() -> str:
    """How pages are encrypted."""
    return _CIPHERS.get(CIPHER, CIPHER)


def inspect(place: ArchivePlace, secret: Secret | None, *, check: bool) -> ArchiveInfo:
    """See `opening.inspect`."""
    return opening.inspect(place.files, secret, check=check)


@contextmanager
def look(place: ArchivePlace, secret: Secret | None) -> Iterator[Look]:
    """See `looking.look_at`."""
    with look_at(place.files, secret) as found:
        yield found


@contextmanager
def look_to_export(place: ArchivePlace, secret: Secret | None) -> Iterator[Look]:
    """The same, to write it down elsewhere. Raises PolicyError, too, where that is not allowed here."""
    may_export()
    with look(place, secret) as found:
        yield found


def may_export() -> None:
    """Raises PolicyError where the kept history may not be exported, or not be read at all."""
    require(PolicyAction.EXPORT, PolicyAction.READ)


async def prune(place: ArchivePlace, secret: Secret | None, retention: Retention, told: ToldGone) -> int:
    """Remove what is too old; the number of texts. See `Archive.prune`.

    Raises:
        ArchiveBusy: A relay has it open.
        ArchiveError: As `opening.open_archive`.
    """
    check_free(place)
    async with opening.open_archive(place.files, secret, place.phone_id, utc_now, may_be_written) as opened:
        removed = await opened.archive.prune(retention, utc_now(), told=told)
        opened.archive.put([Action(utc_now(), "prune", "done", origin=COMMAND_LINE)])
        return removed


def note_export(place: ArchivePlace, secret: Secret | None, subject: str) -> None:
    """Write into the audit that texts left in clear.

    Args:
        place: The archive they left from.
        secret: What opens it.
        subject: The id of the only conversation that left; empty: all of them.

    Raises:
        ArchiveError: See `opening.note_action`.
    """
    action = Action(utc_now(), "export", "done", subject, COMMAND_LINE)
    opening.note_action(place.files, secret, action)


def erase(place: ArchivePlace) -> bool:
    """Erase an archive, its key first; whether there was a key.

    Raises:
        ArchiveBusy: A relay has it open.
        ArchiveUnwritable: A file cannot be removed; the message says whether the key is gone.
    """
    check_free(place)
    had_key = opening.erase(place.files)
    system_keyring.forget(place.phone_id)
    return had_key


def check_free(place: ArchivePlace) -> None:
    """Raises ArchiveBusy while a relay has it open."""
    if place.is_kept_now:
        raise ArchiveBusy("A relay keeps this history just now.", "End it first: `phonelink relay stop`.")
