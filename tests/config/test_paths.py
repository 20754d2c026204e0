"""Are our directories private, and is a home that cannot be written no obstacle?"""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from phonelink_tui.config.paths import find_paths, private_dir


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of the test's own."""
    for name, part in (("CONFIG", "config"), ("STATE", "state")):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / part))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    return tmp_path


def test_directories_are_made_private(home: Path) -> None:
    """State and runtime directories are 0700; the config directory is left to the user."""
    paths = find_paths()
    assert paths.state_dir == home / "state" / "phonelink-tui"
    for path in (paths.state_dir, paths.runtime_dir):
        assert path is not None
        assert stat.S_IMODE(path.stat().st_mode) == 0o700
    assert paths.config_file == home / "config" / "phonelink-tui" / "config.toml"
    assert not (home / "config").exists()


def test_without_a_runtime_directory_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """No socket goes below /tmp for want of a better place, and nothing is said on stderr."""
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    assert find_paths().runtime_dir is None


def test_open_directory_is_closed(tmp_path: Path) -> None:
    """A directory of ours that others could enter no longer lets them."""
    path = tmp_path / "open"
    path.mkdir(mode=0o755)
    assert private_dir(path) == path
    assert stat.S_IMODE(path.stat().st_mode) == 0o700


def test_place_that_cannot_be_made_is_none(tmp_path: Path) -> None:
    """A file in the way, or a relative path for want of a home, is None and no exception."""
    (tmp_path / "file").touch()
    assert private_dir(tmp_path / "file" / "dir") is None
    assert private_dir(tmp_path / "file") is None
    assert private_dir(Path("~/.local/state/phonelink-tui")) is None


def test_link_to_elsewhere_is_none(tmp_path: Path) -> None:
    """A directory that is a link is not taken: where it leads may be another user's."""
    os.symlink(tmp_path, tmp_path / "link")
    assert private_dir(tmp_path / "link") is None
