"""What facts can there be at all? Strategies over every field, with the words that signatures look for among them."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import Enum
from types import NoneType, UnionType
from typing import Any, get_args, get_origin

from attrs import fields, resolve_types
from hypothesis import strategies as st

from phonelink_tui.diagnostics.bluez import SERVICE_WORDS
from phonelink_tui.diagnostics.changes import LastGood
from phonelink_tui.diagnostics.facts import WAYS, Facts, NotKnown
from phonelink_tui.transport.bluez.mgmt import SETTINGS
from phonelink_tui.transport.bluez.sentences import BUSY, UNPAIRED

WORDS = st.sampled_from(
    ["", "hci0", "hci1", "5.66", "5.87", "0bda:8771", "settings", "Robin", BUSY, UNPAIRED]
)
TEXTS = WORDS | st.text(max_size=12)
TIMES = st.integers(10**9, 2 * 10**9).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))

PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: TEXTS,
    datetime: TIMES,
    bool: st.booleans(),
    int: st.sampled_from([0, 0x7C0408, 0x6C010C, 4, 8, 0o700, 0o755]) | st.integers(-1, 2**32),
    NoneType: st.none(),
}
CLOSED: dict[str, st.SearchStrategy[Any]] = {
    "services": st.frozensets(st.sampled_from(sorted(SERVICE_WORDS.values())), max_size=4),
    "supported": st.frozensets(st.sampled_from(SETTINGS)),
    "current": st.frozensets(st.sampled_from(SETTINGS)),
    "values": st.dictionaries(
        st.sampled_from(["Class", "ControllerMode", "SecureConnections"]), TEXTS, max_size=3
    ),
    "packages": st.dictionaries(st.sampled_from(["dbus-fast", "bleak", "textual", "x"]), TEXTS, max_size=4),
    "way": st.sampled_from(WAYS),
}
"""Fields whose words are ours."""


def any_facts(*, known: bool = False) -> st.SearchStrategy[Facts]:
    """Facts of all kinds; few that make sense together. `known`: every source answered."""
    resolve_types(Facts)
    groups = {
        field.name: st.one_of(
            *(any_of(kind) for kind in get_args(field.type) if not (known and kind is NotKnown))
        )
        for field in fields(Facts)
        if field.name != "at"
    }
    return st.builds(Facts, at=TIMES, **groups)


def any_last_good() -> st.SearchStrategy[LastGood]:
    found: st.SearchStrategy[LastGood] = any_of(LastGood)
    return found


def any_of(kind: Any) -> st.SearchStrategy[Any]:
    """Any value of a type that facts are made of."""
    if kind in PLAIN:
        return PLAIN[kind]
    if isinstance(kind, UnionType):
        return st.one_of(*(any_of(one) for one in get_args(kind)))
    if get_origin(kind) is tuple:
        return st.lists(any_of(get_args(kind)[0]), max_size=3).map(tuple)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from(kind)
    resolve_types(kind)
    return st.builds(
        kind, **{f.name: CLOSED[f.name] if f.name in CLOSED else any_of(f.type) for f in fields(kind)}
    )
