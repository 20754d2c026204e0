"""Do the main screens look as they looked? After a change that is meant, look at the pictures and update them.

`pytest tests/ui_snapshots --snapshot-update`; Textual is pinned, the clock stands still, and nothing is random.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC

import pytest
from textual.pilot import Pilot

from phonelink_tui.ui.app import PhoneApp
from phonelink_tui.ui.settings import UiSettings
from tests.ui.believable import NOW
from tests.ui.show import world

SETTLED_S = 0.2
"""More than a frame of the pacer."""

SCREENS: dict[str, tuple[tuple[int, int], str, str, tuple[str, ...]]] = {
    "wide": ((100, 30), "dark", "", ()),
    "broad": ((160, 45), "dark", "", ()),
    "away": ((80, 24), "light", "away", ()),
    "narrow-list": ((60, 16), "contrast", "", ("escape",)),
    "low": ((30, 8), "dark", "away", ()),
    "queue": ((100, 30), "light", "", ("escape", "t")),
    "help": ((100, 30), "dark", "", ("f1",)),
    "status": ((100, 30), "dark", "away", ("f8",)),
    "go-to": ((100, 30), "dark", "", ("ctrl+o", "a")),
    "chosen-text": ((100, 30), "terminal", "", ("escape", "v", "k")),
    "nothing-yet": ((80, 24), "dark", "empty", ()),
    "why": ((80, 24), "terminal", "away", ("escape", "b", "question_mark")),
}


@pytest.mark.parametrize("name", SCREENS)
def test_it_looks_as_it_looked(name: str, snap_compare: Callable[..., bool]) -> None:
    """Size, theme, what the phone holds, and keys."""
    size, theme, state, keys = SCREENS[name]
    settings = UiSettings(zone=UTC, bell=False, theme=theme)
    app = PhoneApp(world(state), settings, now=lambda: NOW)

    async def act(pilot: Pilot[None]) -> None:
        await pilot.pause(SETTLED_S)
        await pilot.press(*keys)
        await pilot.pause(SETTLED_S)

    assert snap_compare(app, terminal_size=size, run_before=act)
