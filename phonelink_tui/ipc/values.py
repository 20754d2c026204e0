"""How does each value of the domain look as JSON, and how is it read back without trusting the sender?

Field names are those of the domain, but `at` of a text is `sent_at` and of a notification `posted_at`,
because every event has an `at` of its own. Sets are sorted lists, times RFC 3339 in UTC, enums their values.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import UTC, datetime
from enum import Enum
from functools import partial
from typing import Any, Final, TypeVar, get_origin

from attrs import resolve_types
from cattrs import Converter
from cattrs.errors import BaseValidationError, StructureHandlerNotFoundError
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

from phonelink_tui.domain.limitations import Limitation
from phonelink_tui.domain.message import TextMessage
from phonelink_tui.domain.notification import PhoneNotification
from phonelink_tui.domain.text import RemoteText, clean
from phonelink_tui.domain.thread import ThreadId
from phonelink_tui.errors import IpcError

T = TypeVar("T")

_RENAMED: Final = {TextMessage: "sent_at", PhoneNotification: "posted_at"}
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
    """What `json.dumps` takes for a value of the domain or of `relay.api`."""
    return _CONVERTER.unstructure(value)


def from_json(data: object, kind: type[T]) -> T:
    """The value that `data` spells; unknown fields are ignored, remote text is cleaned again.

    Raises:
        IpcError: `data` is no such value.
    """
    try:
        value: T = _CONVERTER.structure(data, kind)
    except _MALFORMED as error:
        raise IpcError(f"A frame holds no valid {kind.__name__}.") from error
    return value


def encode_time(at: datetime) -> str:
    """RFC 3339 in UTC, with microseconds only where there are any."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _decode_time(data: object, _kind: object) -> datetime:
    at = datetime.fromisoformat(_text(data, str))
    if at.tzinfo is None:
        raise ValueError("a time without its zone")
    return at.astimezone(UTC)


def _text(data: object, _kind: object) -> str:
    if not isinstance(data, str):
        raise TypeError("not a string")
    return data


def _remote_text(data: object, _kind: object) -> RemoteText:
    return clean(_text(data, str))


def _whole_number(data: object, _kind: object) -> int:
    if type(data) is not int:
        raise TypeError("not a whole number")
    return data


def _truth(data: object, _kind: object) -> bool:
    if not isinstance(data, bool):
        raise TypeError("not true or false")
    return data


def _container(kind: object) -> type | None:
    """Tuple or frozenset where `kind` is one of something, else None."""
    origin: object = get_origin(kind)
    return origin if origin is tuple or origin is frozenset else None


def _list_only(kind: Any, converter: Converter) -> Callable[[object, Any], Any]:
    """Tuples and sets from JSON lists alone: a string or an object would be taken apart otherwise."""
    container, item = _container(kind), kind.__args__[0]
    assert container is not None

    def structure(data: object, _kind: Any) -> Any:
        if not isinstance(data, list):
            raise TypeError("not a list")
        return container(converter.structure(each, item) for each in data)

    return structure


def _sorted_values(members: frozenset[Enum]) -> list[Any]:
    return sorted(member.value for member in members)


def _limitation_hook(converter: Converter) -> Callable[[Limitation], dict[str, Any]]:
    """With the fixed part of its kind, so that a script needs no table of ours."""
    plain = make_dict_unstructure_fn(Limitation, converter)

    def unstructure(limitation: Limitation) -> dict[str, Any]:
        spec = limitation.spec
        action = spec.action.value if spec.action else None
        fixed = {"class": spec.cls.value, "whose": spec.whose.value, "why": spec.why, "action": action}
        return {**plain(limitation), **fixed}

    return unstructure


def _make_converter() -> Converter:
    resolve_types(TextMessage, localns={"ThreadId": ThreadId})  # imported for type checking only, there
    converter = Converter(detailed_validation=False)
    converter.register_unstructure_hook(datetime, encode_time)
    converter.register_structure_hook(datetime, _decode_time)
    for plain, hook in ((str, _text), (int, _whole_number), (bool, _truth), (RemoteText, _remote_text)):
        # by identity: hooks registered for a class serve its subclasses too, and a StrEnum is a str
        converter.register_structure_hook_func(partial(operator.is_, plain), hook)
    converter.register_structure_hook_factory(
        lambda kind: _container(kind) is not None, lambda kind: _list_only(kind, converter)
    )
    converter.register_unstructure_hook_func(lambda kind: _container(kind) is frozenset, _sorted_values)
    for cls, name in _RENAMED.items():
        rename = override(rename=name)
        converter.register_unstructure_hook(cls, make_dict_unstructure_fn(cls, converter, at=rename))
        converter.register_structure_hook(cls, make_dict_structure_fn(cls, converter, at=rename))
    converter.register_unstructure_hook(Limitation, _limitation_hook(converter))
    return converter


_CONVERTER: Final = _make_converter()
