"""How patient are the tests of the archive? More than a person who types: a machine may be busy."""

from __future__ import annotations

import pytest

from phonelink_tui.archive import archive


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands of hits are read within two seconds wherever a processor is to be had; here others may have it."""
    monkeypatch.setattr(archive, "SEARCH_S", 60.0)
