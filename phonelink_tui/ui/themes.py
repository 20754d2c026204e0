"""Which colours are there? Dark, light, high contrast, and the terminal's own sixteen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from textual.theme import Theme

DARK: Final = Theme(
    name="phonelink-dark",
    primary="#7aa2f7",
    secondary="#73daca",
    accent="#e0af68",
    warning="#e0af68",
    error="#f7768e",
    success="#9ece6a",
    foreground="#d5d9e8",
    background="#14161f",
    surface="#1a1d29",
    panel="#262a3a",
)
LIGHT: Final = Theme(
    name="phonelink-light",
    primary="#1d4ed8",
    secondary="#0f766e",
    accent="#9a3412",
    warning="#92400e",
    error="#b91c1c",
    success="#166534",
    foreground="#1c1f2a",
    background="#fbfbf9",
    surface="#f1f1ee",
    panel="#e2e3df",
    dark=False,
)
CONTRAST: Final = Theme(
    name="phonelink-contrast",
    primary="#7fdbff",
    secondary="#7fff7f",
    accent="#ffff00",
    warning="#ffff00",
    error="#ff8080",
    success="#7fff7f",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#404040",
    text_alpha=1.0,
    variables={"text-muted": "#e8e8e8"},
)

NAMES: Final = {
    "dark": DARK.name,
    "light": LIGHT.name,
    "contrast": CONTRAST.name,
    "terminal": "ansi-dark",
}
"""The name a person gives, and Textual's."""

OURS: Final = (DARK, LIGHT, CONTRAST)


def choose_theme(wanted: str | None, environ: Mapping[str, str]) -> str:
    """Textual's name of the theme to begin with.

    `NO_COLOR` (no-color.org: set and not empty) means the terminal's own colours, where bold, dim and reverse
    remain; a theme that was asked for by name wins over it.
    """
    if wanted in NAMES:
        return NAMES[wanted]
    return NAMES["terminal"] if environ.get("NO_COLOR") else NAMES["dark"]


def theme_after(current: str) -> str:
    """The next of our themes, around the end."""
    names = list(NAMES.values())
    return names[(names.index(current) + 1) % len(names)] if current in names else names[0]
