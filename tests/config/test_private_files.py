"""Are private files private whatever the umask, whole whatever breaks, and never another's?"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from phonelink_tui.config.private_files import open_private, read_private, write_private


@pytest.fixture
def _open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    """Permission bits."""
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.usefixtures("_open_umask")
def test_written_file_is_private_and_alone(tmp_path: Path) -> None:
    """What is written is read again, 0600 under any umask, and no part of it is left beside it."""
    path = tmp_path / "kept"
    write_private(path, b"one")
    write_private(path, b"two")
    assert read_private(path, 100) == b"two"
    assert mode(path) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_file_that_is_there_is_kept_when_asked(tmp_path: Path) -> None:
    """Without `replace` the first one wins, and the second leaves nothing behind."""
    path = tmp_path / "kept"
    write_private(path, b"one", replace=False)
    with pytest.raises(FileExistsError):
        write_private(path, b"two", replace=False)
    assert read_private(path, 100) == b"one"
    assert list(tmp_path.iterdir()) == [path]


def test_disk_that_fails_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A write that breaks before it is on the disk changes nothing."""
    path = tmp_path / "kept"
    write_private(path, b"one")

    def full(_fd: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_private(path, b"two")
    assert read_private(path, 100) == b"one"
    assert list(tmp_path.iterdir()) == [path]


def test_reading_is_bounded_and_closes_what_was_open(tmp_path: Path) -> None:
    """No more than asked for; a file that others could read is closed to them; no file is None."""
    path = tmp_path / "kept"
    assert read_private(path, 1) is None
    path.write_bytes(b"0123456789")
    path.chmod(0o644)
    assert read_private(path, 4) == b"0123"
    assert mode(path) == 0o600


def test_no_link_is_followed(tmp_path: Path) -> None:
    """A link in its place is an error for a reader and an appender, and is replaced by a writer, not its target."""
    target, path = tmp_path / "target", tmp_path / "kept"
    target.write_bytes(b"not ours")
    path.symlink_to(target)
    with pytest.raises(OSError, match="symbolic"):
        read_private(path, 100)
    with pytest.raises(OSError, match="symbolic"):
        open_private(path, os.O_WRONLY | os.O_APPEND)
    write_private(path, b"ours")
    assert target.read_bytes() == b"not ours"
    assert read_private(path, 100) == b"ours"
