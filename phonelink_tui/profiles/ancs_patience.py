"""How long may a phone take over what is asked of its notifications?"""

from __future__ import annotations

from typing import Final

from phonelink_tui.protocol.ancs.constants import CommandId

COMMAND_S: Final = 15.0
"""A command without an answer by then never gets one."""

SUBSCRIBE_S: Final = 20.0
"""For both subscriptions; they may have to wait for the link to be encrypted."""

APP_NAME_S: Final = 3.0
"""For the name of an app. Some phones answer for an app that they do not have with the head of a reply and nothing
behind it: only time tells, and nothing else can be asked meanwhile. A name that comes later is lost, no more."""

REPLAY_QUIET_S: Final = 0.5
"""ANCS marks no end of what is told at subscription. Its values follow each other within a few connection intervals
(30 ms on iPhones); when nothing is left to ask about and none came for so long, it is over."""


def patience_s(command: bytes, command_s: float, *, proving: bool) -> float:
    """Seconds for the answer to an encoded command; those that prove the phone alive get their whole time."""
    is_name = command[:1] == bytes([CommandId.GET_APP_ATTRIBUTES])
    return min(APP_NAME_S, command_s) if is_name and not proving else command_s
