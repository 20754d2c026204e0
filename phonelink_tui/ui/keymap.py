"""Which key does what, once the settings had their say? Validated at load: a wrong line is told, never obeyed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from attrs import frozen
from textual.binding import Binding

from phonelink_tui.ui.actions import ACTIONS, BY_ID, FIELD_ACTIONS, FIXED_COMPOSER_KEYS, Action

COMPOSER_SUFFIX: Final = "@composer"
"""`switch.open@composer` in the settings is the composer's column of `switch.open`."""

DEAD_KEY: Final = "f24"
"""On no keyboard: an action bound to it has no key. Textual does not unbind with an empty string (8.2.8)."""

_NEVER_ARRIVES: Final = {
    "ctrl+h": "arrives as Backspace",
    "ctrl+i": "arrives as Tab",
    "ctrl+m": "arrives as Enter",
    "ctrl+left_square_bracket": "arrives as Escape",
    "ctrl+slash": "arrives as Ctrl+_",
    "shift+enter": "arrives as Enter, or not at all",
    "ctrl+enter": "arrives as Enter, or not at all",
    "alt+enter": "arrives as Enter, and would send",
    "ctrl+tab": "arrives as Tab, or not at all",
    "f10": "belongs to the terminal's own menu",
    "f11": "belongs to the terminal's full screen",
    "ctrl+b": "is the prefix of tmux",
    "ctrl+a": "is the prefix of screen",
    "tilde": "after Enter is the escape of OpenSSH",
}

_EDITING: Final = frozenset(
    (
        *("up", "down", "left", "right", "home", "end", "delete", "backspace", "enter", "f6", "f7"),
        *("ctrl+a", "ctrl+e", "ctrl+d", "ctrl+w", "ctrl+u", "ctrl+k", "ctrl+x", "ctrl+c", "ctrl+v"),
        *("ctrl+z", "ctrl+y", "ctrl+left", "ctrl+right", "ctrl+backspace"),
    )
)
"""What a text field does with keys, which no action may take from it."""

_ALT_OTHER: Final = re.compile(r"alt\+(?!(shift\+)?[a-z]$)")
_SHIFT_LETTER: Final = re.compile(r"shift\+[a-z]")


@frozen
class KeyMap:
    """The keys in force."""

    lists: Mapping[str, tuple[str, ...]]
    """Action id to its keys in the lists, in Textual's names."""
    composer: Mapping[str, str]
    """Key to action id, in the composer."""
    problems: tuple[str, ...] = ()
    """One sentence for each line of the settings that does not hold."""
    overrides: Mapping[str, str] = {}
    """For `App.set_keymap`."""

    @property
    def field(self) -> Mapping[str, str]:
        """Key to action id, in a one-line field."""
        return {key: id_ for key, id_ in self.composer.items() if id_ in FIELD_ACTIONS}

    def first_key(self, action_id: str, *, composer: bool = False) -> str:
        """The key to show for an action, or nothing."""
        if composer:
            return next((k for k, id_ in self.composer.items() if id_ == action_id), "")
        return next((k for k in self.lists.get(action_id, ()) if k != DEAD_KEY), "")


def normal(keys: str) -> tuple[str, ...]:
    """Comma-separated keys in Textual's names: `?` is `question_mark`."""
    if not keys.strip():
        return ()
    return tuple(b.key for b in Binding.make_bindings([Binding(keys, "nothing")]))


def unreachable(key: str) -> str:
    """Why a key does not arrive in every terminal; empty where it does (measured with tmux 3.3a)."""
    if key in _NEVER_ARRIVES:
        return _NEVER_ARRIVES[key]
    if _SHIFT_LETTER.fullmatch(key):
        return "arrives as the capital letter"
    if _ALT_OTHER.match(key):
        return "loses its Alt: only Alt with a letter arrives"
    return ""


def default_bindings() -> list[Binding]:
    """The registry's list column as screen bindings.

    They are priority bindings, so that a letter typed ahead is tried before the widget gets it, and each is
    gated by the screen's `check_action`, so that in a text field it stays a letter.
    """
    return [
        Binding(
            ",".join(_list_keys(a)) or DEAD_KEY, f"do('{a.id}')", a.title, show=False, priority=True, id=a.id
        )
        for a in ACTIONS
    ]


def key_map(settings: Mapping[str, str] | None = None) -> KeyMap:
    """The registry's keys with the settings' changes.

    Args:
        settings: The `[keys]` table. An empty value takes an action's keys away. A line with an unknown id,
            a key that cannot arrive, or a key that is taken is left out and told in `problems`.
    """
    lists = {a.id: _list_keys(a) for a in ACTIONS}
    composer = {a.id: normal(a.composer_keys) for a in ACTIONS}
    problems: list[str] = []
    for name, value in (settings or {}).items():
        id_, column = (
            (name.removesuffix(COMPOSER_SUFFIX), composer)
            if name.endswith(COMPOSER_SUFFIX)
            else (name, lists)
        )
        problem = _problem(id_, value, column, in_composer=column is composer)
        if problem:
            problems.append(f"keys: {name} = “{value}” is left out: {problem}")
        else:
            column[id_] = normal(value)
    overrides = {
        id_: ",".join(keys) or DEAD_KEY for id_, keys in lists.items() if keys != _list_keys(BY_ID[id_])
    }
    by_key = {key: id_ for id_, keys in composer.items() for key in keys}
    return KeyMap(lists, by_key, tuple(problems), overrides)


def shown(key: str) -> str:
    """A key as a person reads it: `Ctrl+O`, `?`, `Space`."""
    *modifiers, last = key.split("+") if key != "+" else ["+"]
    name = _SIGNS.get(last, last)
    if modifiers and len(name) == 1:
        name = name.upper()
    elif len(name) > 1:
        name = _NAMES.get(name, name.capitalize())
    return "+".join([*(m.capitalize() for m in modifiers), name])


_SIGNS: Final = {
    next(iter(normal(sign))): sign for sign in "?/\\:+-[]!'.;<>|=*#@$%&(){}\"`^~_" if sign != ","
}
_NAMES: Final = {
    "escape": "Esc",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
}


def _list_keys(action: Action) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*normal(action.keys), *normal(action.composer_keys))))


def _problem(id_: str, value: str, column: Mapping[str, tuple[str, ...]], *, in_composer: bool) -> str:
    if id_ not in BY_ID:
        return "no action has this name"
    keys = normal(value)
    for key in keys:
        if why := unreachable(key):
            return f"{shown(key)} {why}"
        if in_composer and (why := _text_key(key)):
            return why
    taken = _taken(keys, id_, column)
    return f"{shown(taken[0])} is taken by {taken[1]}" if taken else ""


def _taken(keys: Iterable[str], id_: str, column: Mapping[str, tuple[str, ...]]) -> tuple[str, str] | None:
    for other, theirs in column.items():
        for key in keys:
            if other != id_ and key in theirs:
                return key, other
    return None


def _text_key(key: str) -> str:
    if key in FIXED_COMPOSER_KEYS or key in _EDITING:
        return f"{shown(key)} belongs to the text"
    if len(key) == 1 or key == "space" or key in _SIGNS:
        return f"{shown(key)} is text there"
    return ""
