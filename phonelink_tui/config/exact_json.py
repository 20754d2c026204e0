"""How is JSON that nobody vouches for read into values of ours, and how are they spelled?

Nothing is converted: a number is no text, true is no number, and tuples and sets come from lists alone. Sets are
sorted lists, times RFC 3339 in UTC, enums their values.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final, TypeVar, get_origin

from cattrs import Converter
from cattrs.errors import BaseValidationError, StructureHandlerNotFoundError

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


def exact_converter() -> Converter:
    """A converter with the hooks of this file, for a room to add its own to."""
    converter = Converter(detailed_validation=False)
    converter.register_unstructure_hook(datetime, encode_time)
    converter.register_structure_hook(datetime, _decode_time)
    # For the class, not by a predicate: cattrs asks its own hooks for str and int first, which convert what
    # they get. These serve subclasses too, and a StrEnum is a str.
    converter.register_structure_hook(str, exact_text)
    converter.register_structure_hook(int, _whole_number)
    converter.register_structure_hook(bool, _truth)
    converter.register_structure_hook_factory(
        lambda kind: _container(kind) is not None, lambda kind: _list_only(kind, converter)
    )
    converter.register_unstructure_hook_func(
        lambda kind: _container(kind) is frozenset,
        lambda members: sorted(map(converter.unstructure, members)),
    )
    return converter


def structured(converter: Converter, data: object, kind: type[T]) -> T:
    """The value that `data` spells; unknown fields are ignored.

    Raises:
        ValueError: `data` is no such value.
    """
    try:
        value: T = converter.structure(data, kind)
    except _MALFORMED as error:
        raise ValueError(f"no valid {kind.__name__}") from error
    return value


def encode_time(at: datetime) -> str:
    """RFC 3339 in UTC, with microseconds only where there are any."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def exact_text(data: object, kind: type[str]) -> str:
    """A string of the class `kind`, from a string alone. Raises TypeError, or ValueError for a value of no enum."""
    if not isinstance(data, str):
        raise TypeError("not a string")
    return data if kind is str else kind(data)


def _decode_time(data: object, _kind: object) -> datetime:
    at = datetime.fromisoformat(exact_text(data, str))
    if at.tzinfo is None:
        raise ValueError("a time without its zone")
    return at.astimezone(UTC)


def _whole_number(data: object, kind: type[int]) -> int:
    if type(data) is not int:
        raise TypeError("not a whole number")
    return data if kind is int else kind(data)


def _truth(data: object, _kind: object) -> bool:
    if not isinstance(data, bool):
        raise TypeError("not true or false")
    return data


def _container(kind: object) -> type | None:
    """Tuple or frozenset where `kind` is one of something, else None."""
    origin: object = get_origin(kind)
    return origin if origin is tuple or origin is frozenset else None


def _list_only(kind: Any, converter: Converter) -> Callable[[object, Any], Any]:
    """A string or an object would be taken apart otherwise."""
    container, item = _container(kind), kind.__args__[0]
    assert container is not None

    def structure(data: object, _kind: Any) -> Any:
        if not isinstance(data, list):
            raise TypeError("not a list")
        return container(converter.structure(each, item) for each in data)

    return structure
