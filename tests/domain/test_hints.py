"""Does every error that a person can do something about say what?"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import phonelink_tui
from phonelink_tui import errors
from phonelink_tui.diagnostics.signatures import SIGNATURES
from phonelink_tui.domain.limitations import LIMITS, LimitKind

SPECIFIC = frozenset({"UsageError", "SettingsError", "SendRefused"})
"""What helps depends on what was done: no class-wide hint, so each `raise` gives its own."""

NOTHING_TO_DO = frozenset(
    {"PhonelinkError", "ProtocolError", "LocalProtocolError", "TransportError", "RelayError"}
)
"""Bugs of ours, and classes that are never raised themselves."""

ARGUMENTS_BEFORE_HINT = {"SendRefused": 2}
SOURCES = sorted(Path(phonelink_tui.__file__).parent.rglob("*.py"))


def subclasses(cls: type[errors.PhonelinkError]) -> Iterator[type[errors.PhonelinkError]]:
    yield cls
    for below in cls.__subclasses__():
        yield from subclasses(below)


def raised(tree: ast.AST) -> Iterator[ast.Call]:
    """Every making of an error that has to bring its own hint."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SPECIFIC:
            yield node


@pytest.mark.parametrize("cls", list(subclasses(errors.PhonelinkError)), ids=lambda cls: str(cls.__name__))
def test_a_class_has_a_usual_hint(cls: type[errors.PhonelinkError]) -> None:
    """Unless its errors each bring their own, or are nobody's to mend."""
    if cls.__module__ == errors.__name__ and cls.__name__ not in SPECIFIC | NOTHING_TO_DO:
        assert cls.USUAL_HINT.endswith(".")


def test_a_hint_of_its_own_wins() -> None:
    """The usual one stands in only where nothing more exact is said."""
    assert errors.NotConnected("x").hint == errors.NotConnected.USUAL_HINT != ""
    assert errors.NotConnected("x", "Turn it on.").hint == "Turn it on."


def test_specific_errors_bring_their_hint() -> None:
    """No wrong word or file is answered without saying what would be right."""
    bare = [
        f"{path.name}:{call.lineno}"
        for path in SOURCES
        for call in raised(ast.parse(path.read_text("utf-8")))
        if len(call.args) < ARGUMENTS_BEFORE_HINT.get(call.func.id, 1) + 1  # type: ignore[attr-defined]
        and not any(isinstance(argument, ast.Starred) for argument in call.args)
        and not any(word.arg == "hint" for word in call.keywords)
    ]
    assert bare == []


def test_a_changed_pairing_costs_no_history() -> None:
    """`phonelink forget` erases what is kept; whoever changed a dongle is sent to `phonelink pair`, which asks."""
    told = (
        errors.BondRefused("x").hint,
        LIMITS[LimitKind.BOND_CHANGED].why,
        *(f"{one.remedy.command} {one.remedy.sentence}" for one in SIGNATURES if one.code == "PL-BOND-05"),
    )
    assert len(told) == 3
    for words in told:
        assert "phonelink pair" in words
        assert "forget" not in words
