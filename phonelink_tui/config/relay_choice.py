"""Which relay is meant? The words after `--relay`."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path
from typing import Final

from attrs import frozen

from phonelink_tui.errors import UsageError

_HOST: Final = re.compile(r"(?:[A-Za-z0-9_][A-Za-z0-9_.+-]*@)?[A-Za-z0-9_\[][A-Za-z0-9_.:%\[\]-]{0,254}")
"""What OpenSSH takes for a host or an alias of its settings; never an option."""


class RelayKind(StrEnum):
    AUTO = "auto"
    """The shared relay, if it owns the phone that is asked for; else a private one."""
    PRIVATE = "private"
    """A relay of our own, which ends with us."""
    PATH = "path"
    SSH = "ssh"
    """The shared relay of another computer, through OpenSSH."""


@frozen
class RelayChoice:
    """One relay."""

    kind: RelayKind = RelayKind.AUTO
    where: str = ""
    """The socket's path, or the host."""


AUTO: Final = RelayChoice()


def parse_relay(text: str) -> RelayChoice:
    """The relay that `text` names: auto, private, a path, or ssh:HOST.

    Raises:
        UsageError: It names none.
    """
    if text in (RelayKind.AUTO, RelayKind.PRIVATE):
        return RelayChoice(RelayKind(text))
    if text.startswith("ssh:") and _HOST.fullmatch(text[4:]):
        return RelayChoice(RelayKind.SSH, text[4:])
    if "/" in text and not text.startswith("ssh:") and "\0" not in text:
        return RelayChoice(RelayKind.PATH, str(Path(text).expanduser().absolute()))
    raise UsageError(
        f"`{text[:40]}` names no relay.", "One of auto, private, a path (./relay.sock), ssh:HOST."
    )
