"""Does the secret of an installation stay the same, private, and never in the way?"""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from phonelink_tui.config.secret import SECRET_BYTES, VIRTUAL_SECRET, install_secret


def test_secret_is_made_once_and_private(tmp_path: Path) -> None:
    """The second run reads what the first one made, which only the user can read."""
    first = install_secret(tmp_path)
    assert len(first) == SECRET_BYTES
    assert install_secret(tmp_path) == first
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]


def test_secret_cut_short_is_replaced(tmp_path: Path) -> None:
    """Half a secret is none."""
    (tmp_path / "secret").write_bytes(b"short")
    secret = install_secret(tmp_path)
    assert len(secret) == SECRET_BYTES
    assert install_secret(tmp_path) == secret


def test_open_secret_is_closed(tmp_path: Path) -> None:
    """A secret that others could read is closed to them."""
    secret = install_secret(tmp_path)
    (tmp_path / "secret").chmod(0o644)
    assert install_secret(tmp_path) == secret
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600


def test_of_two_makers_both_use_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process makes it between our look and our writing."""
    theirs, link = b"t" * SECRET_BYTES, os.link

    def too_late(part: Path, path: Path) -> None:
        path.write_bytes(theirs)
        link(part, path)

    monkeypatch.setattr("os.link", too_late)
    assert install_secret(tmp_path) == theirs
    assert install_secret(tmp_path) == theirs


def test_nowhere_to_keep_it_is_a_new_one(tmp_path: Path) -> None:
    """Without a writable place every run has its own; virtual phones always the same."""
    assert install_secret(None) != install_secret(None)
    assert len(install_secret(tmp_path / "missing")) == SECRET_BYTES
    assert len(VIRTUAL_SECRET) == SECRET_BYTES
