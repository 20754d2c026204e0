"""How is a phone told what to do by another program? One JSON object a line, in and out."""

from __future__ import annotations

import json
from enum import Enum
from typing import Any, Final

import attrs

from phonelink_tui.errors import UsageError
from phonelink_tui.virtual.acts import Act, JsonObject, read_act
from phonelink_tui.virtual.entries import PushedText
from phonelink_tui.virtual.phone import VirtualPhone
from phonelink_tui.virtual.tables import TableError

LINE_CHARS: Final = 100_000
"""The longest line taken: five times the longest text."""


_SAID: Final[dict[str, tuple[str, ...]]] = {
    "text": ("from", "text"),
    "group_text": ("from", "text"),
    "own_text": ("to", "text"),
    "call": ("from",),
    "notify": ("app",),
}
"""What a line has to say: without it somebody made a mistake, other than in a scenario about odd phones."""


def perform_line(phone: VirtualPhone, line: str) -> JsonObject:
    """Let the phone do what a line says.

    Returns:
        The act with what came of it, or an error object; this never raises.
    """
    try:
        table = json.loads(line) if len(line) <= LINE_CHARS else None
        if not isinstance(table, dict):
            return _error("A line has to be one JSON object.", "")
        act = read_act(table)
        for name in _SAID.get(act.NAME, ()):
            if not table.get(name) and not (name == "text" and table.get("photo")):
                return _error(
                    f"“{name}”: expected one that is not empty.", "Scenarios may have such; a line not."
                )
        return {**act_line(act), **act.perform(phone)}
    except (ValueError, RecursionError):
        return _error("The line is not JSON.", "")
    except TableError as error:
        return _error(f"“{error.key}”: {error.reason}.", "")
    except UsageError as error:
        return _error(error.message, error.hint)


def act_line(act: Act) -> JsonObject:
    """An act that happened, as an object for stdout; what was left to its default is left out."""
    fields: dict[str, Any] = {
        field.name.removesuffix("_"): _plain(value)
        for field in attrs.fields(type(act))  # type: ignore[arg-type]
        if (value := getattr(act, field.name)) != field.default
    }
    return {"v": 1, "type": "act", "act": act.NAME, **fields}


def pushed_line(pushed: PushedText) -> JsonObject:
    """A text the phone took from the client, as an object for stdout."""
    return {"v": 1, "type": "pushed", "to": list(pushed.recipients), "text": pushed.text}


def _error(message: str, hint: str) -> JsonObject:
    return {"v": 1, "type": "error", "message": message, "hint": hint}


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    return list(value) if isinstance(value, tuple) else value
