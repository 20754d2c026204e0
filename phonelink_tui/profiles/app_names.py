"""Which names do apps go by? Remembered across sessions, so that each is asked for once."""

from __future__ import annotations

from typing import Final

APP_NAMES: Final = 500
"""Names remembered; then they are asked for again."""


class AppNames:
    """Display names by app id; "" for an app whose name the phone does not tell."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def __contains__(self, app_id: object) -> bool:
        return app_id in self._names

    def get(self, app_id: str) -> str:
        """The name; "" where none is known."""
        return self._names.get(app_id, "")

    def learn(self, app_id: str, name: str) -> None:
        """The phone told a name, or ("") that it tells none."""
        if len(self._names) >= APP_NAMES and app_id not in self._names:
            self._names.clear()
        self._names[app_id] = name
