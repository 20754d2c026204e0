"""Does the system keyring hold the key of an archive, and is each way in which it cannot a clear word in time?"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

keyring: Any = pytest.importorskip("keyring", reason="NEEDS PACKAGE keyring: pip install -e '.[dev]'")

from phonelink_tui.archive import system_keyring  # noqa: E402 - after what may skip all of this
from phonelink_tui.archive.key_sources import (  # noqa: E402
    KEY_FILE_VARIABLE,
    SecretKind,
    SecretSources,
    find_secret,
    from_keyring,
    from_passphrase,
)
from phonelink_tui.archive.opening import erase  # noqa: E402
from phonelink_tui.cli.exit_codes import ARCHIVE_LOCKED, exit_code  # noqa: E402
from phonelink_tui.errors import ArchiveLocked  # noqa: E402
from tests.archive.desk import PHONE, files_in, incoming, opened  # noqa: E402
from tests.archive.file_keyring import (  # noqa: E402
    FILE_VARIABLE,
    FileKeyring,
    HangingKeyring,
    LockedKeyring,
)

Use = Callable[[Any], None]


@pytest.fixture
def use() -> Iterator[Use]:
    """Choose the keyring of this process."""
    before = keyring.get_keyring()
    yield keyring.set_keyring
    HangingKeyring.release.set()
    keyring.set_keyring(before)
    HangingKeyring.release.clear()


@pytest.fixture
def entries(use: Use, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A keyring that is a file."""
    monkeypatch.setenv(FILE_VARIABLE, str(tmp_path / "keyring.json"))
    use(FileKeyring())
    return tmp_path / "keyring.json"


def test_made_once_and_found_again(entries: Path) -> None:
    """256 random bits, one entry a phone; the archive's own kind of secret."""
    first = find_secret(SecretSources(use_keyring=True), PHONE)
    assert first is not None
    assert first.kind is SecretKind.KEYRING
    assert len(first.value) == 64
    assert find_secret(SecretSources(use_keyring=True), PHONE, SecretKind.KEYRING) == first
    assert from_keyring("another phone").value != first.value
    assert first.value.decode() in entries.read_text()


@pytest.mark.usefixtures("entries")
def test_its_place_in_the_order(tmp_path: Path) -> None:
    """After a passphrase, before a key file; where an archive wants a file, the keyring is left alone."""
    (tmp_path / "key").write_bytes(b"f" * 32)
    (tmp_path / "key").chmod(0o600)
    file = {KEY_FILE_VARIABLE: str(tmp_path / "key")}
    assert find_secret(SecretSources("words", use_keyring=True, environ=file), PHONE) == from_passphrase(
        "words"
    )
    found = find_secret(SecretSources(use_keyring=True, environ=file), PHONE)
    assert found is not None
    assert found.kind is SecretKind.KEYRING
    (tmp_path / "keyring.json").unlink()
    found = find_secret(SecretSources(use_keyring=True, environ=file), PHONE, SecretKind.FILE)
    assert found is not None
    assert found.value == b"f" * 32
    assert not (tmp_path / "keyring.json").exists()


async def test_an_archive_opens_with_it(entries: Path, tmp_path: Path) -> None:
    """Written, and read again with what the keyring gives at the next start."""
    files = files_in(tmp_path)
    async with opened(files, secret=from_keyring(PHONE)) as archive:
        archive.put([incoming("1", "kept")])
    async with opened(files, secret=from_keyring(PHONE, make=False)) as archive:
        assert (await archive.info()).messages == 1
    secret = from_keyring(PHONE).value
    assert all(secret not in path.read_bytes() for path in files.database.parent.iterdir())
    erase(files)
    system_keyring.forget(PHONE)
    assert secret.decode() not in entries.read_text()
    system_keyring.forget(PHONE)


def refused(**changes: Any) -> ArchiveLocked:
    """What is said instead of a key."""
    with pytest.raises(ArchiveLocked) as caught:
        system_keyring.ask(PHONE, **{"make": True, **changes})
    assert exit_code(caught.value) == ARCHIVE_LOCKED
    assert caught.value.hint
    return caught.value


def test_an_entry_that_is_gone(entries: Path) -> None:
    """No new one is made: it could not open what there is, and would hide what happened."""
    from_keyring(PHONE)
    entries.unlink()
    error = refused(make=False)
    assert "has no key for this archive any more" in error.message
    assert not entries.exists()
    with pytest.raises(ArchiveLocked, match="any more"):
        find_secret(SecretSources(use_keyring=True), PHONE, SecretKind.KEYRING)


def test_a_locked_keyring(use: Use) -> None:
    """Said as such, and what to do."""
    use(LockedKeyring())
    error = refused()
    assert error.message == "The system keyring is locked."
    assert "--key-file" in error.hint
    system_keyring.forget(PHONE)


def test_no_keyring_at_all(use: Use) -> None:
    """As on a server without a desktop: the package's own backend for that."""
    from keyring.backends import fail  # type: ignore[import-not-found, unused-ignore]

    use(fail.Keyring())
    assert refused().message == "There is no system keyring here."
    system_keyring.forget(PHONE)


def test_a_keyring_that_keeps_nothing(use: Use) -> None:
    """The package's null backend takes every secret and has none: an archive made with it would never open again."""
    from keyring.backends import null  # type: ignore[import-not-found, unused-ignore]

    use(null.Keyring())
    assert refused().message == "The system keyring keeps nothing."


def test_a_keyring_that_hangs(use: Use) -> None:
    """A deadline, also for forgetting."""
    use(HangingKeyring())
    started = time.monotonic()
    assert "did not answer within 0.2 s" in refused(within_s=0.2).message
    system_keyring.forget(PHONE, within_s=0.2)
    assert time.monotonic() - started < 10


def test_without_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """Said with the command that installs it."""
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert "pip install 'phonelink-tui[keyring]'" in refused().hint
    system_keyring.forget(PHONE)
