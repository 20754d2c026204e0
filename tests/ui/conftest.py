"""On which loop do the tests of the app run? On one whose clock jumps: nothing is waited for but the app itself."""

from __future__ import annotations

import asyncio

import pytest

from phonelink_tui.ui.screens import drafting, messages, notice
from phonelink_tui.ui.widgets import composer
from tests.fast_time import fast_loops

pytest_asyncio_loop_factories = fast_loops


A_WHILE_S = 1000.0
"""So long this computer has been up when a test begins."""


def _now_s() -> float:
    try:
        return A_WHILE_S + asyncio.get_running_loop().time()
    except RuntimeError:  # a widget that is made outside of any app
        return A_WHILE_S


@pytest.fixture(autouse=True)
def _clock_of_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pause of a test is one for the app, too; on two clocks Textual would drop timers that begin late."""
    for module in (composer, drafting, messages, notice):
        monkeypatch.setattr(module, "monotonic", _now_s)
    monkeypatch.setattr("textual._time.get_time", _now_s)
