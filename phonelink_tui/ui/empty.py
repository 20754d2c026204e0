"""What does the screen say while there is nothing to show? What is going on, and what to do next."""

from __future__ import annotations

from typing import Final

from phonelink_tui.domain.limitations import LimitKind
from phonelink_tui.domain.phone import Capability, LinkPhase
from phonelink_tui.ui.keymap import KeyMap, shown
from phonelink_tui.ui.projection import Projection

_NOT_SHOWN: Final = frozenset({LimitKind.POLICY_READ, LimitKind.POLICY_UNUSABLE})


def empty_words(projection: Projection, keys: KeyMap) -> tuple[str, tuple[str, ...]]:
    """A heading and some lines for a screen without an open conversation."""
    new = shown(keys.first_key("new.open", composer=True))
    help_key = shown(keys.first_key("help.open", composer=True))
    quit_key = shown(keys.first_key("app.quit", composer=True))
    last = f"{help_key} shows the keys, {quit_key} quits."
    if projection.relay_gone:
        return "The relay has ended.", (projection.relay_gone, f"{quit_key} quits.")
    phone = projection.phone
    if phone is None:
        return "One moment.", ("Asking the relay what it knows.",)
    if any(kind in _NOT_SHOWN for kind, _target in projection.limitations):
        return "No texts are shown here.", (
            "The line on top quotes the administrator of this computer.",
            last,
        )
    if projection.threads:
        return "No conversation is open.", ("Choose one in the list and press Enter.", last)
    phase = phone.phase(Capability.MESSAGES)
    if phase is LinkPhase.CONNECTING:
        return f"Connecting to {phone.name}…", ("The phone should be near and unlocked.", last)
    if phase is LinkPhase.WAITING:
        return f"{phone.name} is not connected.", (
            "The line on top says why; it is tried again by itself.",
            last,
        )
    if projection.progress is not None:
        return f"Reading what {phone.name} lists…", (last,)
    if phase is LinkPhase.ABSENT:
        return f"{phone.name} gives no texts here.", (last,)
    return (
        "No texts yet.",
        (
            "What the phone lists, and every text that arrives from now on, appears here.",
            f"{new} writes to somebody.",
            last,
        ),
    )
