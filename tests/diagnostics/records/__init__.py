"""What was recorded of machines and phones? Facts in TOML, laid over those of a healthy machine."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from attrs import frozen

from phonelink_tui.diagnostics.facts import Facts
from phonelink_tui.diagnostics.values import from_json

HERE = Path(__file__).parent


@frozen
class Record:
    """A signature as it was seen, and a near miss."""

    code: str
    source: str
    found: Facts
    also: frozenset[str]
    absent: Facts


def healthy(**over: Any) -> Facts:
    """A machine on which everything works, with something laid over it."""
    table = tomllib.loads((HERE / "healthy.toml").read_text())
    return from_json(laid_over(_plain(table["facts"]), over), Facts)


def records() -> list[Record]:
    """All of them."""
    return [
        Record(
            one["code"],
            one["source"],
            healthy(**one["found"]),
            frozenset(one.get("also", [])),
            healthy(**one["absent"]),
        )
        for path in sorted(HERE.glob("*.toml"))
        for one in tomllib.loads(path.read_text()).get("record", [])
    ]


def laid_over(below: Any, above: Any) -> Any:
    """Tables are merged, and lists of tables of the same length or longer; everything else is replaced."""
    if isinstance(below, dict) and isinstance(above, dict) and "not_known" not in above:
        return {**below, **{key: laid_over(below.get(key), value) for key, value in above.items()}}
    if isinstance(below, list) and isinstance(above, list) and above and isinstance(above[0], dict):
        longer = [*above, *({} for _ in below[len(above) :])]
        return [laid_over(below[n], one) if n < len(below) else one for n, one in enumerate(longer)]
    return above


def _plain(value: Any) -> Any:
    return value
