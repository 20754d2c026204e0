"""What does the manual page say? The command table, exit codes and files, as roff for man(1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from phonelink_tui import __version__
from phonelink_tui.cli.command_table import CommandRow

_EXIT_CODES: Final = (
    (0, "done"),
    (1, "a bug of this program"),
    (2, "usage"),
    (3, "not connected"),
    (4, "refused by the guard, the policy, or the role of the connection"),
    (5, "refused by the phone"),
    (6, "ambiguous recipient"),
    (7, "timed out or expired, certainly not sent; no one-time code came"),
    (8, "the archive is locked"),
    (9, "unknown, may have been sent: do not try again"),
    (130, "interrupted"),
)
_FILES: Final = (
    ("~/.config/phonelink-tui/config.toml", "settings"),
    ("~/.local/state/phonelink-tui/", "logs: counts and states, never texts, names or numbers"),
    ("$XDG_RUNTIME_DIR/phonelink-tui/relay.sock", "the background relay"),
)


def manual_page(rows: Sequence[CommandRow]) -> str:
    """phonelink(1)."""
    program, *commands = rows
    lines = [
        f'.TH PHONELINK 1 "" "phonelink-tui {__version__}" "User Commands"',
        ".SH NAME",
        f"phonelink \\- {_roff(program.help or 'texts and notifications of your phone')}",
        ".SH SYNOPSIS",
        ".B phonelink",
        "[OPTIONS] [COMMAND]",
        ".SH OPTIONS",
        *_options(program),
        ".SH COMMANDS",
    ]
    for row in commands:
        usage = " ".join((*row.path, *row.arguments))
        lines += [f'.SS "phonelink {_roff(usage)}"', _roff(row.help), *_options(row)]
    lines += [
        ".SH EXIT STATUS",
        *(line for code, words in _EXIT_CODES for line in (".TP", str(code), _roff(words))),
    ]
    lines += [
        ".SH FILES",
        *(line for path, words in _FILES for line in (".TP", f".I {_roff(path)}", _roff(words))),
    ]
    return "\n".join(lines) + "\n"


def _options(row: CommandRow) -> list[str]:
    lines = []
    for option in row.options:
        names = ", ".join(option.names) + (f" {option.value}" if option.value else "")
        lines += [".TP", f'.B "{_roff(names)}"', _roff(option.help)]
    return lines


def _roff(text: str) -> str:
    """Text that troff prints as it is."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-").replace('"', "\\(dq")
    ascii_only = "".join(c if c.isascii() else f"\\[u{ord(c):04X}]" for c in escaped)
    return "\\&" + ascii_only if ascii_only.startswith((".", "'")) else ascii_only
