"""How is the data key wrapped, so that a passphrase can change and erasing is one small file?

The pages of the archive are encrypted with 32 random bytes. Beside it lies a file that holds them XORed with
a pad that scrypt derives from the secret and a salt of this file alone: a one-time pad, since each wrapping
draws a new salt. An HMAC over all of it, with a second half of what scrypt gave, tells a wrong secret from a
right one before the archive is touched.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from pathlib import Path
from typing import Any, Final

from attrs import frozen

from phonelink_tui.archive.database import KEY_BYTES
from phonelink_tui.archive.key_sources import Secret, SecretKind
from phonelink_tui.config.private_files import read_private, sync_directory, write_private
from phonelink_tui.errors import ArchiveDamaged, ArchiveLocked

VERSION: Final = 1

SALT_BYTES: Final = 32

SCRYPT_N: Final = {SecretKind.PASSPHRASE: 2**17, SecretKind.KEYRING: 2**12, SecretKind.FILE: 2**14}
"""Cost by kind of secret; r 8, p 1. A passphrase gets OWASP's first choice: 128 MiB and about 0.4 s. A file may
be a passphrase, too, but is read at every start: 16 MiB. The keyring's secret is 256 random bits."""

_R, _P = 8, 1
_MAX_N: Final = 2**20
_FILE_BYTES: Final = 4096

_ASK: Final = {
    SecretKind.PASSPHRASE: "`phonelink archive unlock` asks for its passphrase.",
    SecretKind.KEYRING: "Its key is in the system keyring.",
    SecretKind.FILE: "Name its key file: --key-file, or PHONELINK_KEY_FILE.",
}


@frozen
class _Wrapped:
    kind: SecretKind
    n: int
    salt: bytes
    wrapped: bytes
    tag: bytes


def kind_wanted(path: Path) -> SecretKind | None:
    """Which kind of secret opens the archive of this key file; None where there is no key file yet.

    Raises:
        ArchiveDamaged: The key file is none.
    """
    found = _read(path)
    return found.kind if found else None


def create(path: Path, secret: Secret) -> bytes:
    """A new data key, wrapped for `secret` in a new file. Raises OSError, also when there is one already."""
    key = secrets.token_bytes(KEY_BYTES)
    _write(path, _wrap(key, secret), replace=False)
    return key


def unwrap(path: Path, secret: Secret | None) -> bytes:
    """The data key.

    Raises:
        ArchiveLocked: The secret is missing, or not the right one; or the key was erased.
        ArchiveDamaged: The key file is none.
    """
    found = _read(path)
    if found is None:
        raise ArchiveLocked("The key of this archive is gone.", "Without it nobody can read the archive.")
    if secret is None or secret.kind is not found.kind:
        raise ArchiveLocked("The archive is locked.", _ASK[found.kind])
    pad, mac_key = _derive(secret, found.salt, found.n)
    if not hmac.compare_digest(_tag(mac_key, found), found.tag):
        raise ArchiveLocked("This key does not open the archive.", _ASK[found.kind])
    return _xor(found.wrapped, pad)


def rewrap(path: Path, key: bytes, secret: Secret) -> None:
    """From now on `secret` opens the archive, and what did so before no more. Raises OSError."""
    with open(path, "r+b", buffering=0) as old:
        _write(path, _wrap(key, secret), replace=True)
        _overwrite(old.fileno())


def erase(path: Path) -> bool:
    """Overwrite and remove the key file: from then on the archive is noise. False where there is none.

    On disks that write elsewhere (flash, copy on write) an old copy may outlive this. Raises OSError.
    """
    try:
        with open(path, "r+b", buffering=0) as file:
            _overwrite(file.fileno())
    except FileNotFoundError:
        return False
    path.unlink()
    sync_directory(path.parent)
    return True


def _wrap(key: bytes, secret: Secret) -> _Wrapped:
    n, salt = SCRYPT_N[secret.kind], secrets.token_bytes(SALT_BYTES)
    pad, mac_key = _derive(secret, salt, n)
    bare = _Wrapped(secret.kind, n, salt, _xor(key, pad), b"")
    return _Wrapped(bare.kind, n, salt, bare.wrapped, _tag(mac_key, bare))


def _derive(secret: Secret, salt: bytes, n: int) -> tuple[bytes, bytes]:
    memory = 128 * n * _R * 2
    both = hashlib.scrypt(secret.value, salt=salt, n=n, r=_R, p=_P, maxmem=memory, dklen=2 * KEY_BYTES)
    return both[:KEY_BYTES], both[KEY_BYTES:]


def _tag(mac_key: bytes, wrapped: _Wrapped) -> bytes:
    head = f"phonelink archive key {VERSION} {wrapped.kind.value} {wrapped.n} ".encode()
    return hmac.digest(mac_key, head + wrapped.salt + wrapped.wrapped, "sha256")


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))


def _read(path: Path) -> _Wrapped | None:
    try:
        raw = read_private(path, _FILE_BYTES)
    except OSError as error:
        raise ArchiveDamaged(
            "The key file beside the archive cannot be read.", f"{error.strerror}."
        ) from error
    if raw is None:
        return None
    try:
        data: dict[str, Any] = json.loads(raw)
        found = _Wrapped(
            SecretKind(data["kind"]), data["n"], *(bytes.fromhex(data[k]) for k in ("salt", "wrapped", "tag"))
        )
        sound = data["v"] == VERSION and type(found.n) is int and 2 <= found.n <= _MAX_N
        sound = sound and found.n & (found.n - 1) == 0 and len(found.wrapped) == KEY_BYTES
    except (ValueError, KeyError, TypeError, RecursionError):
        sound = False
    if not sound:
        raise ArchiveDamaged(
            "The key file beside the archive is damaged.", "Put back a copy of it; nothing was changed."
        )
    return found


def _write(path: Path, wrapped: _Wrapped, *, replace: bool) -> None:
    data = {
        "v": VERSION,
        "kind": wrapped.kind.value,
        "kdf": "scrypt",
        "n": wrapped.n,
        "r": _R,
        "p": _P,
        "salt": wrapped.salt.hex(),
        "wrapped": wrapped.wrapped.hex(),
        "tag": wrapped.tag.hex(),
    }
    write_private(path, json.dumps(data).encode() + b"\n", replace=replace)


def _overwrite(fd: int) -> None:
    size = os.fstat(fd).st_size
    os.pwrite(fd, secrets.token_bytes(size), 0)
    os.fsync(fd)
