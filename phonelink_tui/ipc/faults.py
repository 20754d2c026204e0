"""How does an error cross the socket, so that the client raises what the relay raised?"""

from __future__ import annotations

import inspect
from typing import Any, Final

from phonelink_tui import errors
from phonelink_tui.domain.text import clean_line
from phonelink_tui.errors import PhonelinkError

_CLASSES: Final[dict[str, type[PhonelinkError]]] = {
    name: cls
    for name, cls in vars(errors).items()
    if inspect.isclass(cls) and issubclass(cls, PhonelinkError)
}
_EXTRAS: Final[dict[str, type]] = {"code": int, "reason": str, "refused": bool}
"""What some classes carry besides message and hint: constructor arguments and attributes of these names."""

_LINE_CHARS: Final = 1000
"""Messages and hints are our own sentences; the longest has some 200 characters."""


def encode_fault(error: PhonelinkError) -> dict[str, Any]:
    """The JSON object of an error: class, message, hint, and what the class carries besides."""
    extras = {name: getattr(error, name) for name in _EXTRAS if hasattr(error, name)}
    return {"class": type(error).__name__, "message": error.message, "hint": error.hint, **extras}


def decode_fault(data: object) -> PhonelinkError:
    """The error a frame spells. What cannot be read is an error too, never an exception from here."""
    fields = data if isinstance(data, dict) else {}
    cls = _CLASSES.get(_line(fields.get("class")), PhonelinkError)
    message = _line(fields.get("message")) or "The relay refused, and did not say why."
    wanted = inspect.signature(cls).parameters
    arguments: dict[str, Any] = {name: fields.get(name) for name in _EXTRAS if name in wanted}
    if any(type(value) is not _EXTRAS[name] for name, value in arguments.items()):
        return PhonelinkError(message, _line(fields.get("hint")))
    return cls(message=message, hint=_line(fields.get("hint")), **arguments)


def _line(value: object) -> str:
    return clean_line(value, limit=_LINE_CHARS) if isinstance(value, str) else ""
