"""What does the app make of each text of the hostile corpus? For the command line, which never sees the app."""

from __future__ import annotations

import os

from phonelink_tui.domain.hostile_texts import HOSTILE_TEXTS
from phonelink_tui.ui.text_check import TextResult, check_text
from phonelink_tui.ui.width import has_odd_widths


def check_texts(width: int) -> list[TextResult]:
    """The result of each text.

    Args:
        width: Cells of a line of this terminal.
    """
    simple = has_odd_widths(os.environ)
    return [check_text(case, width=width, simple=simple) for case in HOSTILE_TEXTS]
