"""What can a person do with a key? The one registry of actions.

Keys, the footer, the help, the palette and the README's key table all come from here. An action has keys in two
places. In the *lists* (conversations, thread, queue, banners) letters act. In the *composer* letters are text,
so only the keys of its own column act there. To add an action: a row below and a handler of the same id.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from attrs import frozen


class Group(StrEnum):
    """The headings of the help."""

    MOVE = "Move"
    CONVERSATIONS = "Conversations"
    WRITE = "Write"
    QUEUE = "Notifications"
    SCREEN = "Screen"


class Place(StrEnum):
    """What has the focus."""

    LIST = "list"
    THREAD = "thread"
    TEXT = "text"
    """One text of the conversation is marked."""
    QUEUE = "queue"
    BANNER = "banner"
    PANEL = "panel"
    """A text panel: help or status."""
    QUESTION = "question"
    COMPOSER = "composer"
    FIELD = "field"
    """A one-line field: switcher, search, filter."""
    HIDDEN = "hidden"
    """The curtain is down."""


LISTS: Final = frozenset({Place.LIST, Place.THREAD, Place.TEXT, Place.QUEUE, Place.BANNER, Place.PANEL})
"""Where letters act."""

CONVERSATION: Final = frozenset({Place.LIST, Place.THREAD, Place.TEXT})
"""Where a key is for the conversation under the cursor, or the open one."""

QUEUE_ONLY: Final = frozenset({Place.QUEUE})
EVERYWHERE: Final = frozenset(Place) - {Place.COMPOSER, Place.FIELD, Place.QUESTION}


@frozen
class Action:
    """One thing a key can do."""

    id: str
    """Stable; the name in the settings' `[keys]` table."""
    title: str
    """In the palette and the help."""
    group: Group
    keys: str
    """Keys in the lists, comma-separated; Textual's names or single characters."""
    composer_keys: str = ""
    """Keys in the composer; they act in the lists too."""
    hint: str = ""
    """One word for the footer; empty keeps it out of there."""
    contexts: frozenset[Place] = LISTS
    """Where its list keys act."""
    destructive: bool = False
    """Changes something on the phone; undone with `act.undo`."""
    palette: bool = True
    """Movement has no entry in the palette."""


_MOVE, _CONV, _WRITE, _QUEUE, _SCREEN = (
    Group.MOVE,
    Group.CONVERSATIONS,
    Group.WRITE,
    Group.QUEUE,
    Group.SCREEN,
)

ACTIONS: Final[tuple[Action, ...]] = (
    Action("nav.down", "Down", _MOVE, "j,down", palette=False),
    Action("nav.up", "Up", _MOVE, "k,up", palette=False),
    Action("nav.top", "To the top", _MOVE, "g,home", "ctrl+home", palette=False),
    Action("nav.bottom", "To the end", _MOVE, "G,end", "ctrl+end", palette=False),
    Action("nav.half_down", "Half a page down", _MOVE, "ctrl+d", palette=False),
    Action("nav.half_up", "Half a page up", _MOVE, "ctrl+u", palette=False),
    Action("nav.page_down", "A page down", _MOVE, "space", "pagedown", palette=False),
    Action("nav.page_up", "A page up", _MOVE, "", "pageup", palette=False),
    Action("pane.next", "Next pane", _MOVE, "l,right", "tab", palette=False),
    Action("pane.previous", "Previous pane", _MOVE, "h,left", "shift+tab", palette=False),
    Action("leave", "Leave, cancel, close", _MOVE, "", "escape", palette=False),
    Action("row.open", "Open; on a banner, do what it offers", _MOVE, "enter", hint="open", palette=False),
    Action("compose.focus", "Write", _WRITE, "i", hint="write"),
    Action("reply", "Reply to this conversation or notification", _WRITE, "r", "alt+r"),
    Action("new.open", "New conversation", _WRITE, "c", "ctrl+n", hint="new"),
    Action("quick.open", "Quick replies: choose one by its digit", _WRITE, "e", "f2"),
    Action("compose.editor", "Write in $EDITOR", _WRITE, "", "f4"),
    Action("act.undo", "Undo the last act, or take back a text that has not left", _WRITE, "u", "alt+z"),
    Action("text.retry", "Send again a text that failed", _WRITE, "R"),
    Action("thread.next", "Next conversation", _CONV, "J", "ctrl+down"),
    Action("thread.previous", "Previous conversation", _CONV, "K", "ctrl+up"),
    Action("unread.next", "Next unread conversation", _CONV, "]", "alt+a", hint="unread"),
    Action("unread.previous", "Previous unread conversation", _CONV, "[", "alt+shift+a"),
    Action("switch.open", "Go to a conversation", _CONV, "ctrl+k", "ctrl+o", hint="go to"),
    Action("list.filter", "Filter the list", _CONV, "\\", "ctrl+g"),
    Action("list.sort", "Unread first, or all by time", _CONV, "O"),
    Action("search.open", "Search all texts", _CONV, "/", "ctrl+f", hint="search"),
    Action("read.toggle", "Mark read, or unread until it is opened again", _CONV, "m", "alt+m"),
    Action("read.all", "Mark all conversations read", _CONV, "M", destructive=True),
    Action("thread.pin", "Pin on top, or no longer", _CONV, "P", contexts=CONVERSATION),
    Action("thread.mute", "Mute: no bell, no notice; or no longer", _CONV, "z", contexts=CONVERSATION),
    Action(
        "thread.archive", "Put away until the next text, or take back out", _CONV, "a", contexts=CONVERSATION
    ),
    Action("archive.show", "What was put away, or the list again", _CONV, "A", contexts=CONVERSATION),
    Action("text.mark", "Choose one text, to copy or quote it", _CONV, "v", "alt+t", hint="choose a text"),
    Action("copy", "Copy the chosen or newest text, or the notification", _CONV, "y", "alt+c"),
    Action("queue.open", "Notifications", _QUEUE, "t", "f3"),
    Action(
        "queue.dismiss",
        "Dismiss on the phone",
        _QUEUE,
        "x",
        hint="dismiss",
        contexts=QUEUE_ONLY,
        destructive=True,
    ),
    Action(
        "queue.positive",
        "The phone's first button",
        _QUEUE,
        "+",
        contexts=QUEUE_ONLY,
        destructive=True,
    ),
    Action(
        "queue.negative",
        "The phone's second button",
        _QUEUE,
        "-",
        contexts=QUEUE_ONLY,
        destructive=True,
    ),
    Action("banner.next", "Next banner", _SCREEN, "b"),
    Action("retry.now", "Connect now", _SCREEN, "ctrl+r"),
    Action(
        "reading.stop", "Stop reading texts or contacts from the phone, or read on", _SCREEN, "X", "alt+x"
    ),
    Action("status.open", "How everything stands", _SCREEN, "S", "f8", hint="status"),
    Action("help.open", "Help; on a banner, why", _SCREEN, "?", "f1", hint="help"),
    Action("palette.open", "All actions", _SCREEN, ":", "ctrl+p"),
    Action("thread.maximise", "Only the thread", _SCREEN, "Z"),
    Action("theme.next", "Next theme", _SCREEN, "T"),
    Action("privacy.hide", "Hide everything, and show it again", _SCREEN, "", "f9", contexts=EVERYWHERE),
    Action("screen.redraw", "Draw the screen anew", _SCREEN, "", "ctrl+l"),
    Action("app.suspend", "Suspend to the shell", _SCREEN, "ctrl+z"),
    Action("app.quit", "Quit", _SCREEN, "q", "ctrl+q", contexts=EVERYWHERE),
)

BY_ID: Final = {action.id: action for action in ACTIONS}

INSTEAD: Final = {Place.TEXT: {"new.open": "copy", "row.open": "reply"}}
"""Where a key that acts everywhere means another action, because that is nearer to hand."""

FIELD_ACTIONS: Final = ("privacy.hide", "app.quit", "help.open")
"""What acts from a one-line field too, by its composer keys."""

FIXED_COMPOSER_KEYS: Final = {
    "enter": "Send (with the setting enter = newline: new line)",
    "ctrl+j": "New line",
    "shift+enter": "New line, where the terminal delivers it",
    "alt+s": "Send, with the setting enter = newline",
    "f5": "The same, where Alt is not delivered",
}
"""The composer's own keys, which cannot be given to anything else."""
