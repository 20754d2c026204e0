"""How are the keys told to a person? The footer, the help and the README's table, all from the registry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from phonelink_tui.ui.actions import ACTIONS, FIXED_COMPOSER_KEYS, Action, Group, Place
from phonelink_tui.ui.keymap import DEAD_KEY, KeyMap, key_map, shown

PLACES: Final[dict[Place, tuple[str, str]]] = {
    Place.LIST: (
        "Conversations",
        "A dot and a number are unread texts, ▴ is pinned. Move, then Enter opens; nothing here is sent or deleted.",
    ),
    Place.THREAD: (
        "The conversation",
        "Older texts load by themselves at the top. i or Tab goes to the composer, v chooses one text.",
    ),
    Place.TEXT: (
        "One text",
        "↑ ↓ choose another. c copies it to your terminal, r or Enter quotes it in the composer, Esc ends.",
    ),
    Place.QUEUE: (
        "Notifications",
        "As they stand on the phone. x dismisses there after three seconds; u takes that back.",
    ),
    Place.BANNER: ("A limit", "Enter does what it offers, ? says why it is so and whose limit it is."),
    Place.COMPOSER: (
        "Writing",
        "Enter sends to the address after “To:”, and to nobody else. Esc leaves; the draft stays.",
    ),
    Place.FIELD: ("Choosing", "Type to narrow it down, ↑ ↓ to move, Enter to choose, Esc to close."),
    Place.PANEL: ("Reading", "Esc closes."),
    Place.QUESTION: ("A question", "Enter or y goes on, Esc leaves everything as it was."),
    Place.HIDDEN: ("Hidden", "F9 shows everything again."),
}
"""Title and one sentence for what has the focus."""

_LIST_HINTS: Final = ("row.open", "compose.focus", "unread.next", "switch.open", "new.open", "search.open")
FOOTERS: Final[dict[Place, tuple[str, ...]]] = {
    Place.LIST: (*_LIST_HINTS, "help.open"),
    Place.THREAD: ("compose.focus", "text.mark", "unread.next", "switch.open", "search.open", "help.open"),
    Place.TEXT: ("copy", "reply", "leave", "help.open"),
    Place.QUEUE: ("queue.dismiss", "reply", "copy", "act.undo", "help.open"),
    Place.BANNER: ("row.open", "banner.next", "help.open"),
    Place.PANEL: ("leave", "help.open"),
}
"""Which actions the footer names."""

_WORDS: Final = {
    "leave": "close",
    "reply": "reply",
    "copy": "copy",
    "act.undo": "undo",
    "banner.next": "next",
}


def footer(place: Place, keys: KeyMap, *, closed: bool = False) -> list[tuple[str, str]]:
    """Pairs of key and word for the place, the most useful first.

    Args:
        place: What has the focus.
        keys: The keys in force.
        closed: Nothing can be written in the composer.
    """
    if place is Place.COMPOSER:
        pairs = [] if closed else [("Enter", "send"), ("Ctrl+J", "new line")]
        new = (("new.open", "new"),) if closed else ()
        ids = (
            *(("leave", "lists"), *new, ("switch.open", "go to")),
            *(("unread.next", "unread"), ("help.open", "help")),
        )
        return pairs + [(shown(k), word) for id_, word in ids if (k := keys.first_key(id_, composer=True))]
    if place is Place.FIELD:
        return [("↑↓", "move"), ("Enter", "choose"), ("Esc", "close")]
    if place is Place.QUESTION:
        return [("Enter", "go on"), ("Esc", "cancel")]
    if place is Place.HIDDEN:
        return [(shown(keys.first_key("privacy.hide")), "show")]
    by_id = {a.id: a for a in ACTIONS}
    ids_here = FOOTERS[place]
    return [(shown(key), by_id[id_].hint or _WORDS[id_]) for id_ in ids_here if (key := keys.first_key(id_))]


def complaint(keys: KeyMap) -> str:
    """What is said at the start about lines of the settings that do not hold."""
    count = len(keys.problems)
    lines = "1 line" if count == 1 else f"{count} lines"
    key = shown(keys.first_key("status.open", composer=True))
    return f"{lines} of [keys] in the settings cannot hold: {key} says why."


def help_rows(place: Place, keys: KeyMap) -> list[tuple[str, list[tuple[str, str]]]]:
    """The help of a place: headings, each with pairs of keys and title."""
    in_text = place in (Place.COMPOSER, Place.FIELD)
    rows: list[tuple[str, list[tuple[str, str]]]] = []
    if place is Place.COMPOSER:
        rows.append(("In the text", [(shown(k), title) for k, title in FIXED_COMPOSER_KEYS.items()]))
    for group in Group:
        pairs = [
            (_keys_of(action, keys, composer=in_text), action.title)
            for action in ACTIONS
            if action.group is group and (in_text or place in action.contexts)
        ]
        if shown_pairs := [pair for pair in pairs if pair[0]]:
            rows.append((group.value, shown_pairs))
    return rows


def key_table_markdown() -> str:
    """The README's table of keys, with the default keys."""
    keys = key_map()
    lines = ["| | in the lists | in the composer |", "| --- | --- | --- |"]
    lines += [f"| {title} | | {_code([key])} |" for key, title in FIXED_COMPOSER_KEYS.items()]
    for group in Group:
        lines.append(f"| **{group.value}** | | |")
        for action in (a for a in ACTIONS if a.group is group):
            composer = [k for k, id_ in keys.composer.items() if id_ == action.id]
            lines.append(f"| {action.title} | {_code(keys.lists[action.id])} | {_code(composer)} |")
    return "\n".join(lines) + "\n"


def _keys_of(action: Action, keys: KeyMap, *, composer: bool) -> str:
    if composer:
        return " ".join(shown(k) for k, id_ in keys.composer.items() if id_ == action.id)
    return " ".join(shown(k) for k in keys.lists[action.id] if k != DEAD_KEY)


def _code(keys: Sequence[str]) -> str:
    return " ".join(f"`{shown(k)}`".replace("|", "\\|") for k in keys)
