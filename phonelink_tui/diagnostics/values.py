"""How do facts look as JSON, and how are they read back without trusting the file?"""

from __future__ import annotations

from collections.abc import Callable
from types import UnionType
from typing import Any, Final, TypeVar, get_args

from cattrs import Converter

from phonelink_tui.config.exact_json import exact_converter, structured
from phonelink_tui.diagnostics.facts import NotKnown

NOT_KNOWN: Final = "not_known"
"""Key of the reason, in place of a fact that is not known."""

T = TypeVar("T")


def to_json(value: object) -> Any:
    """What `json.dumps` takes for a value of this room. Sets are sorted lists, times RFC 3339 in UTC."""
    return _CONVERTER.unstructure(value)


def from_json(data: object, kind: type[T]) -> T:
    """The value that `data` spells; unknown fields are ignored.

    Raises:
        ValueError: `data` is no such value.
    """
    return structured(_CONVERTER, data, kind)


def _holds_not_known(kind: object) -> bool:
    return isinstance(kind, UnionType) and NotKnown in get_args(kind)


def _known_or_not(converter: Converter) -> Callable[[object, Any], Any]:
    def structure(data: object, kind: Any) -> Any:
        if isinstance(data, dict) and NOT_KNOWN in data:
            return NotKnown(converter.structure(data[NOT_KNOWN], str))
        known = next(one for one in get_args(kind) if one is not NotKnown)
        return converter.structure(data, known)

    return structure


def _make_converter() -> Converter:
    converter = exact_converter()
    converter.register_structure_hook_func(_holds_not_known, _known_or_not(converter))
    converter.register_unstructure_hook_func(_holds_not_known, converter.unstructure)
    converter.register_unstructure_hook(NotKnown, lambda fact: {NOT_KNOWN: fact.because})
    return converter


_CONVERTER: Final = _make_converter()
