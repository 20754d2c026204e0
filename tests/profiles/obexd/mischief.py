"""What goes wrong between obexd and a program? Plans, taken one after another by the method they name."""

from __future__ import annotations

from enum import StrEnum

from attrs import define, field


class Refused(Exception):
    """A method is answered with a D-Bus error."""

    def __init__(self, text: str = "", name: str = "org.bluez.obex.Error.Failed") -> None:
        super().__init__(f"{name}: {text}")
        self.name = name
        self.text = text


class Death(StrEnum):
    """When obexd is killed, seen from a method that starts a transfer."""

    BEFORE_ANSWER = "before the answer"
    AFTER_ANSWER = "after the answer, before the first byte"
    BEFORE_STATUS = "after the last byte, before it says so"
    AFTER_STATUS = "after it said so"


class Odd(StrEnum):
    """What else a transfer, or its file, may do."""

    VANISH = "the transfer's object goes without a word"
    SILENT = "the transfer never ends"
    LATE = "the file is there a moment later"
    SHORT = "the file is shorter than was told, for a moment"
    CUT = "the file stays shorter than was told"
    MISSING = "there is no file"
    LINK = "the file is a symbolic link to another one"
    HARD_LINK = "the file has a second name"
    READABLE = "others may read the file"
    FIFO = "the file is a pipe"
    HUGE = "the file is larger than anything"
    ENDLESS = "it gets longer and longer"


@define
class Mischief:
    """Plans by method; each is used once."""

    refusals: dict[str, list[Refused]] = field(factory=dict)
    deaths: dict[str, Death] = field(factory=dict)
    odds: dict[str, Odd] = field(factory=dict)
    unanswered: set[str] = field(factory=set)
    """Methods that are never answered."""
    answers: dict[str, tuple[str, list[object]]] = field(factory=dict)
    """Method to a reply of another shape."""
