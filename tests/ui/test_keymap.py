"""The registry of actions: no clash, no key that never arrives, everything has its words; and rebinding."""

from __future__ import annotations

from collections import Counter

import pytest

from phonelink_tui.ui.actions import ACTIONS, BY_ID, FIELD_ACTIONS, FIXED_COMPOSER_KEYS, LISTS, Place
from phonelink_tui.ui.help_text import FOOTERS, PLACES, footer, help_rows, key_table_markdown
from phonelink_tui.ui.keymap import DEAD_KEY, default_bindings, key_map, normal, shown, unreachable
from phonelink_tui.ui.widgets.composer import EDITING_KEYS


def test_ids_are_unique() -> None:
    """An id names one action."""
    assert len(BY_ID) == len(ACTIONS)


def test_no_key_means_two_things() -> None:
    """In neither place; also because `App.set_keymap` drops all bindings of a shared key."""
    keys = key_map()
    in_lists = Counter(key for ks in keys.lists.values() for key in ks)
    in_composer = Counter(key for a in ACTIONS for key in normal(a.composer_keys))
    assert [key for key, count in in_lists.items() if count > 1] == []
    assert [key for key, count in in_composer.items() if count > 1] == []


def test_every_key_arrives() -> None:
    """TERMINAL B.1: keys that plain terminals or tmux swallow or change are not used."""
    every = {k for a in ACTIONS for k in (*normal(a.keys), *normal(a.composer_keys))}
    assert {key: why for key in every if (why := unreachable(key))} == {}


def test_the_composer_column_leaves_text_alone() -> None:
    """No letter, no key that edits or sends; PgUp, PgDn and Ctrl+Home, Ctrl+End scroll the conversation."""
    composer = set(key_map().composer)
    meant = {"pageup", "pagedown"}
    assert not {key for key in composer if len(key) == 1}
    assert not (composer & set(FIXED_COMPOSER_KEYS))
    assert composer & set(EDITING_KEYS) - meant == set()


def test_every_action_has_its_words() -> None:
    """A title, a heading, and a line in the help of some place."""
    keys = key_map()
    helped = {title for place in Place for _, pairs in help_rows(place, keys) for _, title in pairs}
    assert all(action.title and action.title in helped for action in ACTIONS)
    assert set(PLACES) == set(Place)


def test_every_place_has_a_footer() -> None:
    """With keys that act there."""
    keys = key_map()
    assert all(footer(place, keys) for place in Place)
    for place, ids in FOOTERS.items():
        assert all(place in BY_ID[id_].contexts for id_ in ids), place


def test_bindings_have_ids_and_go_first() -> None:
    """Without an id a binding cannot be rebound; without priority typed-ahead letters act twice."""
    for binding in default_bindings():
        assert binding.id in BY_ID
        assert binding.priority


def test_the_table_names_every_action() -> None:
    """The README's table is generated, so that it cannot be stale."""
    table = key_table_markdown()
    assert all(f"| {action.title} |" in table for action in ACTIONS)
    assert "`Ctrl+O`" in table


def test_field_actions_have_a_key_there() -> None:
    """Hiding, help and quitting work from a one-line field."""
    assert set(key_map().field.values()) == set(FIELD_ACTIONS)


def test_rebinding_changes_the_key() -> None:
    """A good line is obeyed; the old key is free."""
    keys = key_map({"nav.down": "n", "switch.open@composer": "ctrl+t"})
    assert keys.problems == ()
    assert keys.lists["nav.down"] == ("n",)
    assert keys.composer["ctrl+t"] == "switch.open"
    assert "ctrl+o" not in keys.composer
    assert keys.overrides == {"nav.down": "n"}


def test_a_freed_key_can_be_given_away() -> None:
    """Also in one go: the order of the lines decides."""
    keys = key_map({"app.quit": "ctrl+q", "list.sort": "q"})
    assert keys.problems == ()
    assert keys.lists["list.sort"] == ("q",)


def test_taking_all_keys_away() -> None:
    """An empty value unbinds, which Textual itself cannot."""
    keys = key_map({"read.all": ""})
    assert keys.overrides == {"read.all": DEAD_KEY}
    assert keys.first_key("read.all") == ""


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("nav.dwon", "n", "no action"),
        ("nav.down", "k", "taken by nav.up"),
        ("nav.down", "alt+enter", "would send"),
        ("nav.down", "alt+1", "loses its Alt"),
        ("nav.down", "ctrl+i", "arrives as Tab"),
        ("nav.down", "shift+a", "capital"),
        ("switch.open@composer", "k", "is text"),
        ("switch.open@composer", "ctrl+w", "belongs to the text"),
        ("switch.open@composer", "enter", "belongs to the text"),
        ("switch.open@composer", "ctrl+n", "taken by new.open"),
    ],
)
def test_a_bad_line_is_told_and_left_out(name: str, value: str, why: str) -> None:
    """The default key stays, and the line says what is wrong with it."""
    keys = key_map({name: value})
    assert len(keys.problems) == 1
    assert why in keys.problems[0]
    assert keys.lists == key_map().lists
    assert keys.composer == key_map().composer


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("ctrl+o", "Ctrl+O"),
        ("question_mark", "?"),
        ("left_square_bracket", "["),
        ("plus", "+"),
        ("G", "G"),
        ("pageup", "PgUp"),
        ("ctrl+down", "Ctrl+↓"),
        ("space", "Space"),
        ("alt+shift+a", "Alt+Shift+A"),
        ("f9", "F9"),
    ],
)
def test_keys_as_people_read_them(key: str, words: str) -> None:
    """In the footer, the help and the table."""
    assert shown(key) == words


def test_letters_act_only_in_lists() -> None:
    """No context of an action is a text field."""
    texts = {Place.COMPOSER, Place.FIELD}
    assert not any(action.contexts & texts for action in ACTIONS)
    assert not LISTS & texts
