"""What happens on a phone, and when? Scenarios: people who write and answer, written as TOML."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any, Final

from attrs import field, frozen

from phonelink_tui.errors import SettingsError, UsageError
from phonelink_tui.virtual.acts import Act, read_act
from phonelink_tui.virtual.faults import NO_FAULTS, FaultPlan, parse_faults
from phonelink_tui.virtual.tables import TableError, WrongValue, make_converter, read_table

DEFAULT_SCENARIO: Final = "first-day"
_HINT: Final = "Correct the file; examples/own_scenario.toml of the project shows every part of one."
_FOLDER: Final = resources.files("phonelink_tui.virtual") / "scenarios"


@frozen
class ReplyRule:
    """How a person answers a text: the first rule that fits and is not used up."""

    says: tuple[str, ...]
    """One text each, in order."""
    match: tuple[str, ...] = ()
    """Fits when one of these is in the text, in any case; empty fits every text."""
    after_s: tuple[float, float] = (1.0, 3.0)
    """The shortest and the longest pause before each text."""
    times: int | None = None
    """How often it is used; None is always."""
    pick_one: bool = False
    """Say one of `says` at random, not all."""


@frozen
class Person:
    """Somebody who writes, and may answer."""

    name: str
    addresses: tuple[str, ...]
    in_book: bool = True
    """The phone's book has a card."""
    replies: tuple[ReplyRule, ...] = ()


@frozen
class Owner:
    """Whose phone it is."""

    name: str
    address: str


@frozen
class TimedAct:
    """An act at its time."""

    at_s: float
    """Since the scenario began."""
    act: Act


@frozen
class Crowd:
    """Many texts and notifications of one making, different with each seed."""

    texts: int = 0
    notifications: int = 0
    threads: int = 1
    """Different senders of the texts."""
    from_s: float = 0
    to_s: float = 0
    """Spread over this time of the scenario; with `days` not used."""
    days: int = 0
    """Not 0: they are there at the start, spread over so many days before it."""
    apps: tuple[str, ...] = ()
    says: tuple[str, ...] = ()


@frozen
class Scenario:
    """A day on a phone."""

    name: str
    title: str
    length_s: float
    owner: Owner | None = None
    persona: str = "iphone"
    repeat: bool = False
    """Begin again at the end."""
    faults: FaultPlan = NO_FAULTS
    apps: Mapping[str, str] = field(factory=dict)
    """Display names by app id."""
    people: tuple[Person, ...] = ()
    before: tuple[Act, ...] = ()
    """What is on the phone when the scenario begins."""
    acts: tuple[TimedAct, ...] = ()
    crowds: tuple[Crowd, ...] = ()


def scenario_names() -> tuple[str, ...]:
    """The scenarios that come with the program."""
    return tuple(
        sorted(entry.name.removesuffix(".toml") for entry in _FOLDER.iterdir() if _is_toml(entry.name))
    )


def load_scenario(name: str) -> Scenario:
    """A scenario by name, or from a file: whatever ends in `.toml`.

    Raises:
        UsageError: There is none of that name.
        SettingsError: The file cannot be read or is wrong; the message names file and key.
    """
    if _is_toml(name):
        path = Path(name)
        try:
            return parse_scenario(path.read_text("utf-8"), path.name)
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is no text"
            raise SettingsError(
                f"{path.name} cannot be read: {why}.", f"By name there are: {_known()}."
            ) from error
    if "/" in name:
        raise UsageError(
            f"“{name[:80]}” is no scenario: the name of such a file ends in .toml.",
            f"By name there are: {_known()}.",
        )
    if name not in scenario_names():
        raise UsageError(f"There is no scenario “{name[:40]}”.", f"Known: {_known()}.")
    file = f"{name}.toml"
    return parse_scenario((_FOLDER / file).read_text("utf-8"), file)


def parse_scenario(text: str, file: str) -> Scenario:
    """Read a scenario.

    Args:
        text: TOML.
        file: The file's name, for messages; without its ending it is the scenario's name.

    Raises:
        SettingsError: It is wrong; the message names file and key.
    """
    try:
        table = tomllib.loads(text)
        return read_table(_CONVERTER, {"name": file.removesuffix(".toml"), **table}, Scenario)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{file} is not TOML: {error}.", _HINT) from error
    except TableError as error:
        raise SettingsError(f"{file}, {error.key or 'top level'}: {error.reason}.", _HINT) from error


def _known() -> str:
    return ", ".join(scenario_names())


def _is_toml(name: str) -> bool:
    return name.endswith(".toml")


def _read_nested_act(table: Any) -> Act:
    try:
        return read_act(table)
    except TableError as error:
        raise WrongValue(f"{error.key}: {error.reason}") from error


def _read_timed_act(table: Any, _: type[TimedAct]) -> TimedAct:
    at_s = table.get("at_s")
    if isinstance(at_s, bool) or not isinstance(at_s, int | float) or at_s < 0:
        raise WrongValue("at_s: expected a number that is not negative")
    return TimedAct(float(at_s), _read_nested_act({k: v for k, v in table.items() if k != "at_s"}))


def _read_faults(text: Any, _: type[FaultPlan]) -> FaultPlan:
    try:
        return parse_faults(text)
    except UsageError as error:
        raise WrongValue(error.message) from error


_CONVERTER: Final = make_converter()
_CONVERTER.register_structure_hook(Act, lambda table, _: _read_nested_act(table))
_CONVERTER.register_structure_hook(TimedAct, _read_timed_act)
_CONVERTER.register_structure_hook(FaultPlan, _read_faults)
