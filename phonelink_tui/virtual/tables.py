"""How does a table of a TOML or JSON file become a value, and what is said when it cannot?"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any, Final, TypeVar

from cattrs import Converter, transform_error
from cattrs.errors import BaseValidationError
from cattrs.gen import make_dict_structure_fn, override
from cattrs.v import format_exception

T = TypeVar("T")

MOST: Final = 1e9
"""Seconds and the like: 31 years."""


class TableError(Exception):
    """A table is wrong.

    Args:
        key: Where: a path such as `people[2].name`, "" for the table itself.
        reason: What is wrong there.
    """

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(key, reason)
        self.key = key
        self.reason = reason


class WrongValue(ValueError):
    """Raised by hooks; its text is for the person who wrote the file."""


def make_converter() -> Converter:
    """A converter that takes every type as it is written and knows every key."""
    converter = Converter(forbid_extra_keys=True)
    for kind in (str, bool, int):
        converter.register_structure_hook(kind, _exactly)
    converter.register_structure_hook(float, _number)
    return converter


def write_without_underscore(converter: Converter, cls: type, name: str) -> None:
    """Let a field be written without the underscore that keeps it from being a word of Python."""
    hooks = {name: override(rename=name.removesuffix("_"))}
    converter.register_structure_hook(cls, make_dict_structure_fn(cls, converter, **hooks))  # type: ignore[arg-type]


def read_table(converter: Converter, table: object, cls: type[T]) -> T:
    """The value a table spells.

    Raises:
        TableError: A key is missing, unknown, or has the wrong type.
    """
    if not isinstance(table, Mapping):
        raise TableError("", "is no table")
    try:
        return converter.structure(table, cls)
    except (BaseValidationError, TypeError, ValueError, KeyError) as error:
        reason, _, path = transform_error(error, format_exception=_reason)[0].rpartition(" @ ")
        raise TableError(
            path.removeprefix("$").removeprefix(".").removesuffix("_"), reason or str(error)
        ) from error


_NAMES: Final = {str: "a text", bool: "true or false", int: "a whole number"}


def _exactly(value: object, kind: type[Any]) -> Any:
    if issubclass(kind, Enum):
        try:
            return kind(value)
        except ValueError as error:
            raise WrongValue(f"expected one of {', '.join(str(member) for member in kind)}") from error
    if type(value) is not kind:
        raise WrongValue(f"expected {_NAMES[kind]}")
    return value


def _number(value: object, _: type[float]) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < MOST:
        raise WrongValue("expected a number that is not negative")
    return float(value)


def _reason(error: BaseException, kind: type[Any] | None) -> str:
    return str(error) if isinstance(error, WrongValue) else format_exception(error, kind)
