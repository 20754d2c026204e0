"""What does it mean when a phone says no? OBEX response codes as sentences, with a hint."""

from __future__ import annotations

from typing import Final

from phonelink_tui.errors import ObexRefused

_MEANINGS: Final[dict[int, tuple[str, str]]] = {
    0xC0: ("the phone did not understand the request (bad request)", "Try again; if it stays, report it."),
    0xC1: (
        "the phone wants a password nobody has set (unauthorized)",
        "Forget the pairing on both sides, pair again.",
    ),
    0xC3: (
        "the phone forbids it",
        "Look at the switches for this computer in the phone's Bluetooth settings.",
    ),
    0xC4: ("the phone does not have it (not found)", "It may have been deleted on the phone."),
    0xC6: ("the phone does not accept it there (not acceptable)", ""),
    0xCC: ("the phone did not accept its form (precondition failed)", "Report it with the phone's model."),
    0xCF: ("the phone does not take this kind of content", ""),
    0xD0: ("something went wrong inside the phone (internal error)", "Try again in a moment."),
    0xD1: ("the phone cannot do it (not implemented)", ""),
    0xD3: (
        "the phone cannot do it just now (service unavailable)",
        "Unlock the phone, check its network, try again.",
    ),
    0xE0: ("the phone's store is full", "Free space on the phone."),
    0xE1: ("the phone's store is locked", "Unlock the phone."),
}


def refusal(code: int) -> ObexRefused:
    """The error for an OBEX response code (with its final bit)."""
    sentence, hint = _MEANINGS.get(code, (f"the phone answered 0x{code:02X}", ""))
    return ObexRefused(code, sentence, hint)
