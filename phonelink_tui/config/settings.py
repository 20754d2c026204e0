"""What did the user set? `config.toml`: every key, its default and bounds, and errors that name the key."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from attrs import field, frozen

from phonelink_tui.config.archive_settings import ArchiveSettings, read_archive
from phonelink_tui.errors import SettingsError

FILE_BYTES: Final = 256 * 1024
"""A settings file is a page; more is a mistake."""

HOLD_S: Final = 60.0
"""The longest hold window: a text that waits longer is forgotten by its writer."""


QUICK_REPLIES: Final = ("OK.", "On my way.", "Yes.", "No.", "I will call you later.", "Thank you!")


class Theme(StrEnum):
    DARK = "dark"
    LIGHT = "light"
    CONTRAST = "contrast"
    TERMINAL = "terminal"
    """The terminal's own 16 colours: the fewest bytes, and its own taste."""


class EnterKey(StrEnum):
    """What Enter does in the composer; Ctrl+J does the other."""

    SEND = "send"
    NEWLINE = "newline"


class Start(StrEnum):
    """What has the focus when the app opens."""

    COMPOSER = "composer"
    LIST = "list"


class Sort(StrEnum):
    """Order of the conversation list."""

    UNREAD = "unread"
    TIME = "time"


HOOK_EVENTS: Final = (
    *("message", "notification", "call", "link", "limitation", "gap", "thread", "contacts", "command"),
)
"""Types of events that a hook can be set for."""


class HookPrivacy(StrEnum):
    """How much of an event a hook gets."""

    FULL = "full"
    SENDER = "sender"
    """Who and when, without what was written."""
    NOTHING = "nothing"
    """That something of this type happened."""


@frozen
class HookSettings:
    """Programs that the background relay runs at events, with the event as JSON on stdin."""

    commands: Mapping[str, tuple[str, ...]] = field(factory=dict)
    """Event type to program and arguments; no shell."""
    privacy: HookPrivacy = HookPrivacy.SENDER


@frozen
class Settings:
    """All settings, checked."""

    theme: Theme | None = None
    """None: dark, or without colours where `NO_COLOR` asks for that."""
    enter: EnterKey = EnterKey.SEND
    start: Start = Start.COMPOSER
    sort: Sort = Sort.UNREAD
    bell: bool = True
    """Ring once for a conversation until it is read."""
    region: str | None = None
    """ISO 3166 region that completes national numbers; None: that of the phone's own number."""
    hold_s: float = 0.0
    """Seconds that a text can be taken back before it goes out; 0 to `HOLD_S`."""
    quick_replies: tuple[str, ...] = QUICK_REPLIES
    """Chosen by a digit, so the first nine; put into the composer, never sent by themselves."""
    mouse: bool = False
    hooks: HookSettings = HookSettings()
    archive: ArchiveSettings = field(factory=ArchiveSettings)
    keys: Mapping[str, str] = field(factory=dict)
    """Action to keys, comma-separated; empty: no key. Names are checked by the UI, which knows its actions."""


def load_settings(path: Path | None) -> Settings:
    """The settings in a file; defaults where there is none.

    Raises:
        SettingsError: It cannot be read, or something in it is wrong; file and key are named.
    """
    if path is None:
        return Settings()
    try:
        with path.open("rb") as file:
            raw = file.read(FILE_BYTES + 1)
    except FileNotFoundError:
        return Settings()
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}.", _MEND) from error
    if len(raw) > FILE_BYTES:
        raise SettingsError(f"{path} is larger than {FILE_BYTES} bytes.", _MEND)
    try:
        table = tomllib.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"{path} is no TOML: {error}.", _MEND) from error
    return read_settings(table, str(path))


_MEND: Final = "Correct the file, or move it away: without it everything has its usual value."


def read_settings(table: Mapping[str, Any], file: str) -> Settings:
    """The settings in a table.

    Args:
        table: As TOML gives it.
        file: What errors call it.

    Raises:
        SettingsError: A key is unknown or its value is wrong.
    """
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key not in _READERS:
            near = difflib.get_close_matches(key, _READERS, n=1)
            hint = f"Did you mean `{near[0]}`?" if near else "Known keys: " + ", ".join(_READERS) + "."
            raise SettingsError(f"{file}: unknown key `{key}`.", hint)
        try:
            values[key] = _READERS[key](value)
        except ValueError as error:
            raise SettingsError(f"{file}: `{key}` {error}.", _MEND) from error
    return Settings(**values)


def _one_of(words: type[StrEnum]) -> Callable[[object], StrEnum]:
    def read(value: object) -> StrEnum:
        for word in words:
            if value == word.value:
                return word
        raise ValueError("must be " + " or ".join(f'"{word}"' for word in words))

    return read


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def _hold(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= HOLD_S:
        raise ValueError(f"must be a number of seconds from 0 to {HOLD_S:g}")
    return float(value)


def _region(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch("[A-Za-z]{2}", value):
        raise ValueError('must be two letters, for example "DE"')
    return value.upper()


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(text, str) and text.strip() for text in value):
        raise ValueError('must be a list of texts, for example ["OK.", "On my way."]')
    return tuple(value)


def _hooks(value: object) -> HookSettings:
    if not isinstance(value, dict):
        raise ValueError("must be a table of events and programs")
    commands = dict(value)
    privacy = _one_of(HookPrivacy)(commands.pop("privacy", HookPrivacy.SENDER))
    for event, command in commands.items():
        if event not in HOOK_EVENTS:
            raise ValueError(f"knows no event `{event}`, only " + ", ".join(HOOK_EVENTS) + ", and `privacy`")
        words = isinstance(command, list) and all(
            isinstance(word, str) and "\0" not in word for word in command
        )
        if not words or not command or not command[0]:
            raise ValueError(f'must give `{event}` a list, for example {event} = ["notify-send", "A text"]')
    return HookSettings({event: tuple(command) for event, command in commands.items()}, HookPrivacy(privacy))


def _keys(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        raise ValueError("must be a table of actions and keys")
    for action, key in value.items():
        if not isinstance(key, str):
            raise ValueError(f'must give a key for `{action}`, for example {action} = "ctrl+r"')
    return value


_READERS: Final[dict[str, Callable[[object], Any]]] = {
    "theme": _one_of(Theme),
    "enter": _one_of(EnterKey),
    "start": _one_of(Start),
    "sort": _one_of(Sort),
    "bell": _truth,
    "region": _region,
    "hold_s": _hold,
    "mouse": _truth,
    "quick_replies": _texts,
    "hooks": _hooks,
    "archive": read_archive,
    "keys": _keys,
}
