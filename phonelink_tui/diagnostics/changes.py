"""What changed since it last worked? The few facts that matter then, and their difference from now."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from attrs import frozen

from phonelink_tui.diagnostics.facts import Facts
from phonelink_tui.diagnostics.views import (
    bluez_version,
    is_ready,
    known,
    over_bluetooth,
    paired_phones,
    powered_adapters,
)
from phonelink_tui.domain.phone import Capability

WORD_CHARS: Final = 100
"""Of one remembered fact; versions are short."""


@frozen
class LastGood:
    """The facts of the last time that messages were seen to work over Bluetooth. "" where one was not known."""

    at: datetime
    os: str = ""
    kernel: str = ""
    python: str = ""
    program: str = ""
    """Version of phonelink-tui."""
    bluez: str = ""
    class_of_device: str = ""
    controller: str = ""
    phone_system: str = ""
    """Of the phone's device id the version, which was seen to follow its system; Bluetooth tells no more of it."""


@frozen
class Change:
    """One fact that differs."""

    what: str
    before: str
    now: str


WORDS: Final[dict[str, str]] = {
    "bluez": "BlueZ",
    "kernel": "kernel",
    "class_of_device": "class of device",
    "phone_system": "the phone's own version number",
    "controller": "Bluetooth controller",
    "program": "phonelink-tui",
    "python": "Python",
    "os": "operating system",
}
"""Fields that are compared, the likeliest culprits first, and what a person calls them."""


def good_facts(facts: Facts) -> LastGood | None:
    """What to remember, if messages work just now; else None."""
    if not over_bluetooth(facts) or not is_ready(facts, Capability.MESSAGES):
        return None
    return _digest(facts)


def changes(before: LastGood | None, facts: Facts) -> tuple[Change, ...]:
    """What differs from the last time it worked, likeliest culprit first. What is not known now differs not."""
    if before is None:
        return ()
    now = _digest(facts)
    found = ((word, getattr(before, name), getattr(now, name)) for name, word in WORDS.items())
    return tuple(Change(word, old, new) for word, old, new in found if old and new and old != new)


def hexadecimal(class_of_device: int) -> str:
    """A class of device as BlueZ's tools print it."""
    return f"0x{class_of_device & 0xFFFFFF:06x}"


def _digest(facts: Facts) -> LastGood:
    return LastGood(facts.at, **{name: read(facts)[:WORD_CHARS] for name, read in _READERS.items()})


def _machine(name: str) -> Callable[[Facts], str]:
    def read(facts: Facts) -> str:
        machine = known(facts.machine)
        return str(getattr(machine, name)) if machine else ""

    return read


def _program(facts: Facts) -> str:
    machine = known(facts.machine)
    return machine.packages.get("phonelink-tui", "") if machine else ""


def _bluez(facts: Facts) -> str:
    version = bluez_version(facts)
    return f"{version[0]}.{version[1]}" if version else ""


def _class(facts: Facts) -> str:
    """Of the first adapter that is on: one that is off has none."""
    for adapter in powered_adapters(facts):
        if adapter.class_of_device is not None:
            return hexadecimal(adapter.class_of_device)
    return ""


def _controller(facts: Facts) -> str:
    radio = known(facts.radio)
    return ", ".join(device.usb_id or device.name for device in radio.controllers) if radio else ""


def _phone_system(facts: Facts) -> str:
    ids = {device.device_id for device in paired_phones(facts) if device.device_id}
    return ids.pop().rpartition("d")[2] if len(ids) == 1 else ""


_READERS: Final[dict[str, Callable[[Facts], str]]] = {
    "os": _machine("os"),
    "kernel": _machine("kernel"),
    "python": _machine("python"),
    "program": _program,
    "bluez": _bluez,
    "class_of_device": _class,
    "controller": _controller,
    "phone_system": _phone_system,
}
