"""Does the keyring open the history at every start, and is a keyring that cannot said in words? As processes."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from phonelink_tui.config.paths import find_paths
from tests.end_to_end.test_command_line import NOWHERE, run
from tests.terminal.pty_process import ROOT

pytest.importorskip("keyring", reason="NEEDS PACKAGE keyring: pip install -e '.[dev]'")

pytestmark = pytest.mark.timeout(240)
"""Seven processes one after another: a minute on a busy machine would be too near."""


def test_a_history_whose_key_is_in_the_keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Made at the first start, found at the next; locked or emptied: exit 8, a line and a hint, and nothing made."""
    entries = tmp_path / "keyring.json"
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH", ""))))
    monkeypatch.setenv("PYTHONPATH", path)
    monkeypatch.setenv("TEST_KEYRING_FILE", str(entries))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "tests.archive.file_keyring.FileKeyring")
    config = find_paths().config_file
    assert config is not None
    config.parent.mkdir(parents=True)
    config.write_text("[archive]\nkeyring = true\n")
    for _ in range(2):
        assert run("--phone", NOWHERE, "threads").returncode == 3
        assert len(json.loads(entries.read_text())) == 1
    info = run("--phone", NOWHERE, "archive", "info", "--json")
    assert json.loads(info.stdout)["key"] == "keyring"

    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "tests.archive.file_keyring.LockedKeyring")
    locked = run("--phone", NOWHERE, "threads")
    assert (locked.returncode, locked.stdout) == (8, "")
    assert locked.stderr.splitlines()[0] == "The system keyring is locked."

    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "tests.archive.file_keyring.FileKeyring")
    entries.write_text("{}")
    gone = run("--phone", NOWHERE, "threads")
    assert gone.returncode == 8
    assert "any more" in gone.stderr
    assert entries.read_text() == "{}"
    assert run("--phone", NOWHERE, "archive", "erase", "--yes").returncode == 0
