"""Systems this program does not run on, and those where it reaches no phone: one line each, exit 3."""

from __future__ import annotations

import sys

import pytest

from phonelink_tui.__main__ import main
from phonelink_tui.config.platform import require_linux, unsupported
from phonelink_tui.errors import BluetoothUnavailable


def test_windows_is_told_of_wsl(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Before anything is imported that Windows does not have."""
    monkeypatch.setattr(sys, "platform", "win32")
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 3
    said = capsys.readouterr()
    assert said.out == ""
    assert "WSL2" in said.err
    assert len(said.err.splitlines()) == 1


def test_a_mac_reaches_no_phone_but_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """And says what works there."""
    monkeypatch.setattr(sys, "platform", "darwin")
    assert unsupported() is None
    with pytest.raises(BluetoothUnavailable) as refused:
        require_linux()
    assert "demo" in refused.value.hint


def test_linux_does_both() -> None:
    """Nothing is said."""
    assert unsupported() is None
    require_linux()
