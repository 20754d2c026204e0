"""Where does the key of an archive come from? A passphrase, the system's keyring, a file, systemd.

In that order; without any, nothing is kept. Secrets are never logged and have no `repr`.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Final

from attrs import field, frozen

from phonelink_tui.archive import system_keyring
from phonelink_tui.errors import ArchiveKeyRefused

KEY_FILE_VARIABLE: Final = "PHONELINK_KEY_FILE"
CREDENTIALS_VARIABLE: Final = "CREDENTIALS_DIRECTORY"
CREDENTIAL: Final = "phonelink.key"
"""The credential's name under systemd: LoadCredential=phonelink.key:… or LoadCredentialEncrypted=."""

KEY_FILE_BYTES: Final = range(16, 4097)
"""Length of a key file: 16 random bytes are 128 bits; a text of that length is a passphrase."""

PASSPHRASE_CHARS: Final = range(1, 1025)


class SecretKind(StrEnum):
    """What sort of secret opens an archive; written beside it, so that a person is asked for the right one."""

    PASSPHRASE = "passphrase"  # noqa: S105 - the name of a kind
    KEYRING = "keyring"
    FILE = "file"
    """A key file, or systemd's credential."""


@frozen
class Secret:
    """What opens an archive."""

    kind: SecretKind
    value: bytes = field(repr=False)


@frozen
class SecretSources:
    """Where to look."""

    passphrase: str | None = field(default=None, repr=False)
    key_file: Path | None = None
    """As `--key-file` says; before the environment."""
    use_keyring: bool = False
    environ: Mapping[str, str] = field(factory=dict, repr=False)


def find_secret(sources: SecretSources, phone_id: str, wanted: SecretKind | None = None) -> Secret | None:
    """The first secret there is, in the order of the room's contract; None: nothing is kept.

    Args:
        sources: Where to look.
        phone_id: Whose archive.
        wanted: What opens the archive, where there is one already: no keyring is asked for another one, and none
            makes a secret that cannot open it.

    Raises:
        ArchiveKeyRefused: A file was named, and may not be used.
        ArchiveLocked: The keyring was asked for, and is not there, locked, silent, or empty.
    """
    if sources.passphrase is not None:
        return from_passphrase(sources.passphrase)
    if sources.use_keyring and wanted in (None, SecretKind.KEYRING):
        return from_keyring(phone_id, make=wanted is None)
    named = sources.key_file or _path(sources.environ.get(KEY_FILE_VARIABLE))
    if named is not None:
        return from_file(named)
    credentials = _path(sources.environ.get(CREDENTIALS_VARIABLE))
    if credentials is not None and (credentials / CREDENTIAL).exists():
        return from_file(credentials / CREDENTIAL, mode=0o137)
    return None


def from_passphrase(passphrase: str) -> Secret:
    """What a person typed. Raises ArchiveKeyRefused where it is empty or longer than any."""
    if len(passphrase) not in PASSPHRASE_CHARS:
        raise ArchiveKeyRefused("A passphrase has 1 to 1024 characters.")
    return Secret(SecretKind.PASSPHRASE, passphrase.encode("utf-8", "surrogatepass"))


def from_file(path: Path, *, mode: int = 0o177) -> Secret:
    """The contents of a key file, a final line end left out.

    Args:
        path: Must be a regular file, of this user or root, with none of the permissions `mode`.
        mode: Permissions refused. systemd makes credentials 0400, for some users 0440.

    Raises:
        ArchiveKeyRefused: It is not there, not private, or of no length for a key.
    """
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
        with open(fd, "rb") as file:
            found = os.fstat(fd)
            _check_private(found, mode)
            value = file.read(KEY_FILE_BYTES.stop)
    except OSError as error:
        raise ArchiveKeyRefused("The key file cannot be read.", f"{error.strerror}.") from error
    value = value.removesuffix(b"\n")
    if len(value) not in KEY_FILE_BYTES:
        raise ArchiveKeyRefused(
            "The key file has no length of a key.",
            "16 to 4096 bytes: (umask 077; head -c 32 /dev/urandom > FILE)",
        )
    return Secret(SecretKind.FILE, value)


def from_keyring(phone_id: str, *, make: bool = True) -> Secret:
    """The secret in the system's keyring, with `make` made there at first use. Raises ArchiveLocked."""
    return Secret(SecretKind.KEYRING, system_keyring.ask(phone_id, make=make).encode())


def _check_private(found: os.stat_result, mode: int) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise ArchiveKeyRefused("The key file is no regular file.")
    if found.st_uid not in (os.getuid(), 0):
        raise ArchiveKeyRefused("The key file belongs to another user.")
    if stat.S_IMODE(found.st_mode) & mode:
        raise ArchiveKeyRefused("Others may read or run the key file.", "chmod 600 makes it private.")


def _path(text: str | None) -> Path | None:
    return Path(text) if text else None
