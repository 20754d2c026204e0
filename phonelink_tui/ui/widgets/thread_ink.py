"""Which colours do the pieces of a conversation have? Beside its pane, because it is used without the app too."""

from __future__ import annotations

from typing import Final

THREAD_INK: Final = """
ThreadPane {
    height: 1fr;
    overflow: hidden hidden;
    scrollbar-size: 0 0;
    & .thread-pane--text { color: $foreground; }
    & .thread-pane--time { color: $text-muted; }
    & .thread-pane--who { color: $text-primary; text-style: bold; }
    & .thread-pane--you { color: $text-secondary; text-style: bold; }
    & .thread-pane--status { color: $text-muted; }
    & .thread-pane--trouble { color: $text-error; text-style: bold; }
    & .thread-pane--quiet { color: $text-muted; text-style: italic; }
    & .thread-pane--notice { color: $text-warning; }
    & .thread-pane--new { color: $text-accent; text-style: bold; }
    & .thread-pane--day { color: $text-muted; }
    & .thread-pane--marked { background: $primary 35%; }
    &:ansi {
        & .thread-pane--text { color: ansi_default; }
        & .thread-pane--time { color: ansi_default; text-style: dim; }
        & .thread-pane--who { color: ansi_cyan; }
        & .thread-pane--you { color: ansi_green; }
        & .thread-pane--status { color: ansi_default; text-style: dim; }
        & .thread-pane--trouble { color: ansi_red; }
        & .thread-pane--quiet { color: ansi_default; text-style: italic; }
        & .thread-pane--notice { color: ansi_yellow; }
        & .thread-pane--new { color: ansi_magenta; }
        & .thread-pane--day { color: ansi_default; text-style: dim; }
        & .thread-pane--marked { background: ansi_default; text-style: reverse; }
    }
}
"""
