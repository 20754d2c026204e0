"""Keys: where they come from, how they are wrapped, changed and erased."""

from __future__ import annotations

import json
import os
import stat
from contextlib import suppress
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from phonelink_tui.archive import key_file
from phonelink_tui.archive.files import ArchiveFiles
from phonelink_tui.archive.key_sources import (
    CREDENTIAL,
    CREDENTIALS_VARIABLE,
    KEY_FILE_VARIABLE,
    Secret,
    SecretKind,
    SecretSources,
    find_secret,
    from_file,
    from_passphrase,
)
from phonelink_tui.archive.opening import change_secret, erase, inspect
from phonelink_tui.cli.exit_codes import ARCHIVE_LOCKED, exit_code
from phonelink_tui.errors import ArchiveBusy, ArchiveDamaged, ArchiveKeyRefused, ArchiveLocked
from tests.archive.desk import PHONE, SECRET, files_in, incoming, opened

OTHER = Secret(SecretKind.KEYRING, b"another secret of thirty-two byt")


def key_in(path: Path, mode: int = 0o600, value: bytes = b"k" * 32) -> Path:
    """A key file."""
    path.write_bytes(value)
    path.chmod(mode)
    return path


def test_the_order_of_sources(tmp_path: Path) -> None:
    """Passphrase, named file, environment, systemd's credential; without any, nothing."""
    named, other = key_in(tmp_path / "named", value=b"n" * 32), key_in(tmp_path / "env", value=b"e" * 32)
    key_in(tmp_path / CREDENTIAL, 0o440, b"c" * 32)
    credentials = {CREDENTIALS_VARIABLE: str(tmp_path)}
    both = {KEY_FILE_VARIABLE: str(other), **credentials}
    assert find_secret(SecretSources("words", named, environ=both), PHONE) == from_passphrase("words")
    assert find_secret(SecretSources(None, named, environ=both), PHONE) == Secret(SecretKind.FILE, b"n" * 32)
    assert find_secret(SecretSources(environ=both), PHONE) == Secret(SecretKind.FILE, b"e" * 32)
    assert find_secret(SecretSources(environ=credentials), PHONE) == Secret(SecretKind.FILE, b"c" * 32)
    assert find_secret(SecretSources(), PHONE) is None


def test_a_secret_is_not_shown() -> None:
    """No repr, and so no log and no traceback, holds it."""
    assert "words" not in repr(from_passphrase("words"))
    assert "words" not in repr(SecretSources("words"))


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o620, 0o700])
def test_a_key_file_must_be_private(tmp_path: Path, mode: int) -> None:
    """Any permission beyond reading and writing for its owner: refused, with what helps."""
    with pytest.raises(ArchiveKeyRefused) as caught:
        from_file(key_in(tmp_path / "key", mode))
    assert "chmod 600" in caught.value.hint
    assert exit_code(caught.value) == ARCHIVE_LOCKED


def test_a_key_file_must_be_a_key_file(tmp_path: Path) -> None:
    """Missing, a link, a directory, a pipe, too short, too long: refused, and none of them waits."""
    key_in(tmp_path / "key")
    (tmp_path / "link").symlink_to(tmp_path / "key")
    (tmp_path / "directory").mkdir()
    os.mkfifo(tmp_path / "pipe", 0o600)
    key_in(tmp_path / "short", value=b"k" * 15)
    key_in(tmp_path / "long", value=b"k" * 5000)
    for name in ("missing", "link", "directory", "pipe", "short", "long"):
        with pytest.raises(ArchiveKeyRefused):
            from_file(tmp_path / name)


@pytest.mark.skipif(os.getuid() != 0, reason="needs root to give a file away")
def test_a_key_file_of_another_user_is_refused(tmp_path: Path) -> None:
    """Who owns the file can change it."""
    os.chown(key_in(tmp_path / "key"), 12345, 12345)
    with pytest.raises(ArchiveKeyRefused, match="another user"):
        from_file(tmp_path / "key")


def test_a_line_end_is_no_part_of_a_key(tmp_path: Path) -> None:
    """An editor adds one."""
    assert from_file(key_in(tmp_path / "key", value=b"k" * 32 + b"\n")).value == b"k" * 32


def test_the_key_beside_the_archive_is_no_link(tmp_path: Path) -> None:
    """Whoever can put a link there does not choose what is read."""
    key_file.create(tmp_path / "elsewhere.key", SECRET)
    (tmp_path / "a.key").symlink_to(tmp_path / "elsewhere.key")
    with pytest.raises(ArchiveDamaged):
        key_file.unwrap(tmp_path / "a.key", SECRET)


def test_what_opened_it_before_is_overwritten(tmp_path: Path) -> None:
    """On the disk, not only in the folder: a second name of the old file has nothing to open any more."""
    path, before = tmp_path / "a.key", tmp_path / "before.key"
    key = key_file.create(path, SECRET)
    before.hardlink_to(path)
    key_file.rewrap(path, key, OTHER)
    assert key_file.unwrap(path, OTHER) == key
    with pytest.raises(ArchiveDamaged):
        key_file.unwrap(before, SECRET)


async def test_a_wrong_key_is_locked_and_not_damaged(tmp_path: Path) -> None:
    """A wrong or missing key is one clear error with exit code 8, and touches nothing."""
    files = files_in(tmp_path)
    async with opened(files) as archive:
        archive.put([incoming("1")])
    before = files.database.read_bytes()
    for secret in (OTHER, None, from_passphrase("words")):
        with pytest.raises(ArchiveLocked) as caught:
            async with opened(files, secret=secret):
                pass
        assert exit_code(caught.value) == ARCHIVE_LOCKED
        with pytest.raises(ArchiveLocked):
            inspect(files, secret, check=False)
    assert files.database.read_bytes() == before
    assert list(files.database.parent.glob("*damaged*")) == []


async def test_a_passphrase_opens_and_can_change(tmp_path: Path) -> None:
    """A new passphrase opens the same archive and the old one does not; the archive itself is not rewritten."""
    files = files_in(tmp_path)
    async with opened(files, secret=from_passphrase("old words")) as archive:
        archive.put([incoming("1")])
    before = files.database.read_bytes()
    change_secret(files, from_passphrase("old words"), SECRET)
    assert files.database.read_bytes() == before
    with pytest.raises(ArchiveLocked):
        change_secret(files, from_passphrase("old words"), OTHER)
    async with opened(files) as archive:
        assert (await archive.info()).messages == 1


async def test_nothing_of_a_text_or_key_is_readable_on_disk(tmp_path: Path) -> None:
    """Neither the words, a name, a number nor the key lies in any file."""
    files = files_in(tmp_path)
    async with opened(files) as archive:
        archive.put([incoming("1", "a very particular sentence", name="Alice")])
        await archive.commit()
        raw = b"".join(p.read_bytes() for p in files.database.parent.iterdir())
        key = key_file.unwrap(files.key, SECRET)
    for secret in (
        b"particular",
        b"Alice",
        b"5550100",
        b"CREATE TABLE",
        key,
        key.hex().encode(),
        SECRET.value,
    ):
        assert secret not in raw


async def test_modes_are_private(tmp_path: Path) -> None:
    """Directory 0700, files 0600, whatever the umask and whatever they were before."""
    files = files_in(tmp_path)
    old = os.umask(0)
    try:
        async with opened(files) as archive:
            archive.put([incoming("1")])
            await archive.commit()
            assert modes(files) == {0o600}
        files.database.chmod(0o644)
        files.database.parent.chmod(0o755)
        async with opened(files):
            assert modes(files) == {0o600}
            assert stat.S_IMODE(files.database.parent.stat().st_mode) == 0o700
    finally:
        os.umask(old)


def modes(files: ArchiveFiles) -> set[int]:
    """The permissions of all files of the archive."""
    return {stat.S_IMODE(p.stat().st_mode) for p in files.database.parent.iterdir()}


async def test_erasing_takes_the_key_first(tmp_path: Path) -> None:
    """Should the files stay for whatever reason, they are noise: the key is gone before them."""
    files = files_in(tmp_path)
    async with opened(files) as archive:
        archive.put([incoming("1")])
        with pytest.raises(ArchiveBusy):
            erase(files)
    wrapped = json.loads(files.key.read_bytes())["wrapped"]
    copy = files.database.read_bytes()
    with open(files.key, "rb", buffering=0) as held_open:
        assert erase(files)
        assert wrapped.encode() not in held_open.read()
    assert list(files.database.parent.iterdir()) == []
    assert not erase(files)
    files.database.write_bytes(copy)
    with pytest.raises(ArchiveLocked, match="gone"):
        async with opened(files):
            pass


@given(data=st.data())
@settings(max_examples=100)
def test_a_changed_key_file_is_never_taken(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Any byte changed, cut or added: locked or damaged, never another key, and the file stays."""
    path = tmp_path_factory.mktemp("key") / "a.key"
    key = key_file.create(path, SECRET)
    raw = bytearray(path.read_bytes())
    where = data.draw(st.integers(0, len(raw) - 1))
    raw[where] = data.draw(st.integers(0, 255).filter(lambda b: b != raw[where]))
    path.write_bytes(raw)
    with suppress(ArchiveLocked, ArchiveDamaged):
        assert key_file.unwrap(path, SECRET) == key
    assert path.read_bytes() == raw


@pytest.mark.parametrize("raw", [b"", b"{}", b"[]", b"\xff", b'{"v": 1}', b"[" * 4000, b"null"])
def test_a_file_that_is_no_key_file(tmp_path: Path, raw: bytes) -> None:
    """Said, and never overwritten."""
    path = key_in(tmp_path / "a.key", value=raw)
    with pytest.raises(ArchiveDamaged):
        key_file.unwrap(path, SECRET)
    with pytest.raises(OSError, match="exists"):
        key_file.create(path, SECRET)


def test_a_cost_out_of_bounds_is_refused(tmp_path: Path) -> None:
    """A key file cannot make a start take an hour or all memory."""
    path = tmp_path / "a.key"
    key_file.create(path, SECRET)
    data = json.loads(path.read_bytes())
    for n in (2**40, 3, 1, -1, "4096", True):
        path.write_text(json.dumps({**data, "n": n}))
        with pytest.raises(ArchiveDamaged):
            key_file.unwrap(path, SECRET)
