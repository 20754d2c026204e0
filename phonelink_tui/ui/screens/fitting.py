"""How many lines may each part take on a screen of this height? What is typed stays in view on the lowest."""

from __future__ import annotations

from phonelink_tui.ui.layout import room
from phonelink_tui.ui.screens.desk import Widgets, has_keys


def fit(widgets: Widgets, width: int, height: int) -> None:
    """Give every part its room, for what is asked and read at this moment."""
    w = widgets
    stacks = (w.app_banners, w.composer_banners)
    lines = room(
        height,
        asking=w.question.lines(width),
        reading=any(map(has_keys, stacks)),
        due=w.app_banners.due(width),
    )
    for stack, most in zip(stacks, (lines.app_banners, lines.composer_banners), strict=True):
        stack.most_lines = lines.read if has_keys(stack) else most
    w.composer.styles.max_height = lines.composer
    w.question.styles.max_height = max(1, lines.question)
    w.status.display, w.hints.display = lines.status, lines.hints
    for head in (w.head, w.list_head, w.queue_head):
        head.display = lines.head
