"""Which commands and options are there, as data? For completion and the manual page, so that neither can lag."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Any

import typer
from attrs import frozen


@frozen
class OptionRow:
    """One option of a command."""

    names: tuple[str, ...]
    value: str
    """What it takes, as usage lines say it; empty for a switch."""
    help: str


@frozen
class CommandRow:
    """One command; of the program itself `path` is empty."""

    path: tuple[str, ...]
    help: str
    arguments: tuple[str, ...]
    choices: tuple[str, ...]
    """Words that an argument can be."""
    options: tuple[OptionRow, ...]
    commands: tuple[str, ...]
    """Below it."""


def command_rows(app: typer.Typer) -> list[CommandRow]:
    """Every command that is not hidden, the program itself first, each before those below it."""
    return list(_rows((), typer.main.get_command(app)))


def _rows(path: tuple[str, ...], command: Any) -> Iterator[CommandRow]:
    # `Any`: typer brings a click of its own since 0.16, and which one these are of differs between versions
    params = [param for param in command.params if not getattr(param, "hidden", False)]
    options = [param for param in params if param.param_type_name == "option"]
    arguments = [param for param in params if param.param_type_name == "argument"]
    below = {name: each for name, each in getattr(command, "commands", {}).items() if not each.hidden}
    yield CommandRow(
        path,
        " ".join((command.help or "").split()),
        tuple((param.metavar or param.name).upper() for param in arguments),
        tuple(str(word) for param in arguments for word in _choices(param)),
        (*(_option(param) for param in options), OptionRow(("-h", "--help"), "", "Show the usage.")),
        tuple(below),
    )
    for name, each in below.items():
        yield from _rows((*path, name), each)


def _choices(param: Any) -> tuple[str, ...]:
    """The words a parameter can be: of click's own type, or of the enum that newer versions of typer keep."""
    kind = getattr(getattr(param, "type_descriptor", None), "annotation", None)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return tuple(str(member.value) for member in kind)
    return tuple(map(str, getattr(getattr(param, "type", None), "choices", ())))


def _option(param: Any) -> OptionRow:
    value = "" if getattr(param, "is_flag", False) else (param.metavar or param.name).upper()
    return OptionRow((*param.opts, *param.secondary_opts), value, " ".join((param.help or "").split()))
