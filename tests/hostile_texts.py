"""The shipped corpus of hostile texts, by name."""

from __future__ import annotations

from typing import Final

from phonelink_tui.domain.hostile_texts import HOSTILE_TEXTS

HOSTILE: Final[dict[str, str]] = {case.name: case.text for case in HOSTILE_TEXTS}
