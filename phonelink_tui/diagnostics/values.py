"""How do facts look as JSON, and how are they read back without trusting the file?"""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from types import UnionType
from typing import Any, Final, TypeVar, get_args, get_origin

from cattrs import Converter
from cattrs.errors import BaseValidationError, StructureHandlerNotFoundError

from phonelink_tui.diagnostics.facts import NotKnown

NOT_KNOWN: Final = "not_known"
"""Key of the reason, in place of a fact that is not known."""

T = TypeVar("T")

_MALFORMED: Final = (
    BaseValidationError,
    StructureHandlerNotFoundError,
    ValueError,
    TypeError,
    LookupError,
    OverflowError,
    RecursionError,
    AttributeError,
)


def to_json(value: object) -> Any:
    """What `json.dumps` takes for a value of this room. Sets are sorted lists, times RFC 3339 in UTC."""
    return _CONVERTER.unstructure(value)


def from_json(data: object, kind: type[T]) -> T:
    """The value that `data` spells; unknown fields are ignored.

    Raises:
        ValueError: `data` is no such value.
    """
    try:
        value: T = _CONVERTER.structure(data, kind)
    except _MALFORMED as error:
        raise ValueError(f"no valid {kind.__name__}") from error
    return value


def _encode_time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _decode_time(data: object, _kind: object) -> datetime:
    if not isinstance(data, str):
        raise TypeError("not a time")
    at = datetime.fromisoformat(data)
    if at.tzinfo is None:
        raise ValueError("a time without its zone")
    return at.astimezone(UTC)


def _exactly(data: object, kind: type[object]) -> object:
    """Nothing is converted: a number is no text, and true is no number."""
    if type(data) is not kind:
        raise TypeError(f"not a {kind.__name__}")
    return data


def _holds_not_known(kind: object) -> bool:
    return isinstance(kind, UnionType) and NotKnown in get_args(kind)


def _known_or_not(converter: Converter) -> Callable[[object, Any], Any]:
    def structure(data: object, kind: Any) -> Any:
        if isinstance(data, dict) and NOT_KNOWN in data:
            return NotKnown(converter.structure(data[NOT_KNOWN], str))
        known = next(one for one in get_args(kind) if one is not NotKnown)
        return converter.structure(data, known)

    return structure


def _is_container(kind: object) -> bool:
    return _origin(kind) in (tuple, frozenset)


def _origin(kind: object) -> object:
    return get_origin(kind)


def _list_only(converter: Converter) -> Callable[[object, Any], Any]:
    """A text would be taken apart into its letters otherwise."""

    def structure(data: object, kind: Any) -> Any:
        if not isinstance(data, list):
            raise TypeError("not a list")
        return get_origin(kind)(converter.structure(each, get_args(kind)[0]) for each in data)

    return structure


def _make_converter() -> Converter:
    converter = Converter(detailed_validation=False)
    converter.register_unstructure_hook(datetime, _encode_time)
    converter.register_structure_hook(datetime, _decode_time)
    for plain in (str, int, bool):
        converter.register_structure_hook_func(partial(operator.is_, plain), _exactly)
    converter.register_structure_hook_func(_is_container, _list_only(converter))
    converter.register_unstructure_hook_func(lambda kind: _origin(kind) is frozenset, sorted)
    converter.register_structure_hook_func(_holds_not_known, _known_or_not(converter))
    converter.register_unstructure_hook_func(_holds_not_known, converter.unstructure)
    converter.register_unstructure_hook(NotKnown, lambda fact: {NOT_KNOWN: fact.because})
    return converter


_CONVERTER: Final = _make_converter()
