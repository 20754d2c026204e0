"""How are arbitrary values of the domain made? From the types of their fields, so that new fields are covered."""

from __future__ import annotations

import types
from datetime import UTC, datetime
from enum import Enum
from typing import Any, Union, get_args, get_origin

import attrs
from hypothesis import strategies as st

from phonelink_tui.domain.text import RemoteText, clean
from phonelink_tui.domain.thread import ThreadId

_PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: st.text(max_size=20),
    int: st.integers(min_value=0, max_value=1 << 53),
    bool: st.booleans(),
    type(None): st.none(),
    RemoteText: st.text(max_size=40).map(clean),
    datetime: st.datetimes(timezones=st.just(UTC)),
}


def values_of(kind: Any) -> st.SearchStrategy[Any]:
    """Values of a type as it stands in the fields of the domain."""
    if kind in _PLAIN:
        return _PLAIN[kind]
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from(list(kind))
    if isinstance(kind, type) and attrs.has(kind):
        attrs.resolve_types(kind, localns={"ThreadId": ThreadId})
        return st.builds(kind, **{field.name: values_of(field.type) for field in attrs.fields(kind)})
    if hasattr(kind, "__supertype__"):
        return values_of(kind.__supertype__)
    return _of_container(get_origin(kind), get_args(kind))


def _of_container(origin: Any, args: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    if origin in (Union, types.UnionType):
        return st.one_of([values_of(arg) for arg in args])
    if origin is tuple:
        return st.lists(values_of(args[0]), max_size=3).map(tuple)
    if origin is frozenset:
        return st.frozensets(values_of(args[0]))
    if origin is dict:
        return st.dictionaries(values_of(args[0]), values_of(args[1]), max_size=3)
    raise AssertionError(f"no strategy for {origin}")
