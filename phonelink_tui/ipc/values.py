"""How does each value of the domain look as JSON, and how is it read back without trusting the sender?

Field names are those of the domain, but `at` of a text is `sent_at`, of a notification `posted_at` and of a code
`came_at`, because every event has an `at` of its own. Scalars, sets and times are as `config.exact_json` spells them.
For readers of headers everything from the phone is left out but the names in `HEADER_FIELDS`.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import date, datetime
from functools import cache, partial
from typing import Any, Final, TypeVar

from attrs import resolve_types
from cattrs import Converter
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

from phonelink_tui.config.exact_json import encode_time, exact_converter, exact_text, structured
from phonelink_tui.domain.address import Address
from phonelink_tui.domain.call import Call
from phonelink_tui.domain.code import OneTimeCode
from phonelink_tui.domain.contact import Contact
from phonelink_tui.domain.limitations import Limitation
from phonelink_tui.domain.message import TextMessage
from phonelink_tui.domain.notification import PhoneNotification
from phonelink_tui.domain.phone import Phone
from phonelink_tui.domain.text import NO_TEXT, RemoteText, clean
from phonelink_tui.domain.thread import Thread, ThreadId
from phonelink_tui.errors import IpcError

T = TypeVar("T")

_RENAMED: Final = {TextMessage: "sent_at", PhoneNotification: "posted_at", OneTimeCode: "came_at"}
HEADER_FIELDS: Final[dict[type[Any], frozenset[str]]] = {
    Address: frozenset({"value"}),
    Phone: frozenset({"name"}),
    Contact: frozenset({"name"}),
    Call: frozenset({"name"}),
    TextMessage: frozenset({"sender_name", "group"}),
    Thread: frozenset({"title", "sender_name", "group_name"}),
    PhoneNotification: frozenset({"app_id", "app_name"}),
    OneTimeCode: frozenset({"sender"}),
}
"""Remote text that a reader of headers sees: who, never what. Fields of classes that come later are left out
until they are named here. A class stands behind those it is made of."""


def to_json(value: object, *, headers: bool = False) -> Any:
    """What `json.dumps` takes for a value of the domain or of `relay.api`.

    Args:
        value: The value.
        headers: Remote text beyond `HEADER_FIELDS` is left out: it becomes the empty string.
    """
    return _converter(headers=headers).unstructure(value)


def from_json(data: object, kind: type[T]) -> T:
    """The value that `data` spells; unknown fields are ignored, remote text is cleaned again.

    Raises:
        IpcError: `data` is no such value.
    """
    try:
        return structured(_converter(headers=False), data, kind)
    except ValueError as error:
        raise IpcError(f"A frame holds no valid {kind.__name__}.") from error


def _decode_day(data: object, _kind: object) -> date:
    return date.fromisoformat(exact_text(data, str))


def _remote_text(data: object, _kind: object) -> RemoteText:
    return clean(exact_text(data, str))


def _limitation_hook(converter: Converter) -> Callable[[Limitation], dict[str, Any]]:
    """With the fixed part of its kind, so that a script needs no table of ours."""
    plain = make_dict_unstructure_fn(Limitation, converter)

    def unstructure(limitation: Limitation) -> dict[str, Any]:
        spec = limitation.spec
        action = spec.action.value if spec.action else None
        fixed = {"class": spec.cls.value, "whose": spec.whose.value, "why": spec.why, "action": action}
        return {**plain(limitation), **fixed}

    return unstructure


@cache
def _converter(*, headers: bool) -> Converter:
    """Made when it is first needed, for it takes 15 ms."""
    resolve_types(TextMessage, localns={"ThreadId": ThreadId})  # imported for type checking only, there
    converter = exact_converter()
    converter.register_unstructure_hook(date, date.isoformat)
    converter.register_structure_hook(date, _decode_day)
    converter.register_unstructure_hook(datetime, encode_time)  # again: a datetime is a date
    converter.register_structure_hook_func(partial(operator.is_, RemoteText), _remote_text)
    if headers:
        converter.register_unstructure_hook_func(partial(operator.is_, RemoteText), lambda _text: NO_TEXT)
    for cls, names in HEADER_FIELDS.items():  # parts before wholes: a whole takes the hooks there are
        rename: dict[str, Any] = {"at": override(rename=_RENAMED[cls])} if cls in _RENAMED else {}
        kept: dict[str, Any] = {name: override(unstruct_hook=_as_it_is) for name in names if headers}
        converter.register_unstructure_hook(cls, make_dict_unstructure_fn(cls, converter, **rename, **kept))
        converter.register_structure_hook(cls, make_dict_structure_fn(cls, converter, **rename))
    converter.register_unstructure_hook(Limitation, _limitation_hook(converter))
    return converter


def _as_it_is(value: T) -> T:
    return value
