"""Is it known what is kept, why not, and what was set aside? On a disk, without a relay."""

from __future__ import annotations

from pathlib import Path

import pytest

from phonelink_tui.composition.keeping import NO_HISTORY_VARIABLE, files_of, kept_history
from phonelink_tui.config.archive_settings import ArchiveSettings
from phonelink_tui.config.paths import Paths
from phonelink_tui.domain.keeping import NotKept

PHONE = "tcp:127.0.0.1:4040"


@pytest.fixture
def key_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that every archive here opens with."""
    path = tmp_path / "key"
    path.write_bytes(b"0123456789abcdef")
    path.chmod(0o600)
    monkeypatch.setenv("PHONELINK_KEY_FILE", str(path))


async def why_not(paths: Paths, *, unlockable: bool) -> NotKept:
    async with kept_history(PHONE, paths, ArchiveSettings(), unlockable=unlockable) as history:
        assert history.archive is None
        return history.not_kept


async def test_why_nothing_is_kept(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a key, without a place, and where nobody wants it."""
    assert await why_not(paths, unlockable=False) is NotKept.NO_KEY
    assert await why_not(paths, unlockable=True) is NotKept.NO_KEY_YET
    assert await why_not(Paths(None, None, None), unlockable=True) is NotKept.NO_PLACE
    monkeypatch.setenv(NO_HISTORY_VARIABLE, "1")
    assert await why_not(paths, unlockable=True) is NotKept.NOT_WANTED


async def test_another_relay_keeps_it(paths: Paths, key_file: None) -> None:
    """The second one says so."""
    async with kept_history(PHONE, paths, ArchiveSettings()) as history:
        assert history.archive is not None
        assert await why_not(paths, unlockable=True) is NotKept.ELSEWHERE


async def test_damaged_history_is_named_until_it_is_gone(paths: Paths, key_file: None) -> None:
    """At the start that finds it, at every later one, and no more once the file was removed."""
    files = files_of(PHONE, paths)
    assert files is not None
    async with kept_history(PHONE, paths, ArchiveSettings()) as history:
        assert history.set_aside() == ()
    files.database.write_bytes(b"somebody wrote here" * 500)
    for _ in range(2):
        async with kept_history(PHONE, paths, ArchiveSettings()) as history:
            (name,) = history.set_aside()
            assert name.startswith(files.database.name)
    (files.database.parent / name).unlink()
    async with kept_history(PHONE, paths, ArchiveSettings()) as history:
        assert history.set_aside() == ()
