"""How do relay and client greet? Who they are, which versions they speak, what the client may do.

Each side says the version it speaks (`v`), the oldest it still understands (`min_v`) and its program's
number. Both look at both greetings and come to the same end.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from attrs import frozen

from phonelink_tui import __version__
from phonelink_tui.config.exact_json import encode_time
from phonelink_tui.domain.text import RemoteText, clean_line
from phonelink_tui.errors import IpcError, RoleRefused
from phonelink_tui.ipc.events import VERSION
from phonelink_tui.ipc.role import ALL_ROLES, Role
from phonelink_tui.ipc.values import from_json
from phonelink_tui.relay.api import Snapshot

MIN_VERSION: Final = 1
"""The oldest version that is understood."""


@frozen
class PhoneName:
    """Whose relay answers."""

    id: str
    name: RemoteText
    spec: str = ""
    """How the relay reaches it: `str` of a PhoneSpec."""


@frozen
class RelayHello:
    """The relay's first frame."""

    rev: int
    at: datetime
    phone: PhoneName
    roles: tuple[str, ...]
    """What it grants to those who ask; words of a newer relay are kept."""
    epoch: str = ""
    program: str = ""


@frozen
class ClientHello:
    """The client's first frame."""

    roles: tuple[str, ...]
    """What it wants to do; the relay grants no more than that."""
    program: str = ""


def encode_hello(
    snapshot: Snapshot, at: datetime, roles: frozenset[Role] = ALL_ROLES, spec: str = ""
) -> dict[str, Any]:
    """The relay's greeting; also the first line of `tail --json`."""
    phone = {"id": snapshot.phone.id, "name": snapshot.phone.name, "spec": spec}
    head = {"v": VERSION, "type": "hello", "rev": snapshot.rev, "at": encode_time(at)}
    versions = {"epoch": snapshot.epoch, "min_v": MIN_VERSION, "program": __version__}
    return {**head, "phone": phone, "roles": sorted(roles), **versions}


def encode_client_hello(roles: frozenset[Role]) -> dict[str, Any]:
    """The client's greeting."""
    versions = {"min_v": MIN_VERSION, "program": __version__}
    return {"v": VERSION, "type": "hello", "roles": sorted(roles), **versions}


def decode_relay_hello(frame: dict[str, Any]) -> RelayHello:
    """The relay's greeting.

    Raises:
        IpcError: It is none, or the two versions do not meet; the hint says which side to upgrade.
    """
    _check(frame, theirs="The relay", ours="this program", upgrade_theirs=_RESTART, upgrade_ours=_UPGRADE)
    return from_json(frame, RelayHello)


def decode_client_hello(frame: dict[str, Any]) -> ClientHello:
    """The client's greeting.

    Raises:
        IpcError: It is none, or the two versions do not meet; in words for the client's side.
    """
    _check(frame, theirs="This program", ours="the relay", upgrade_theirs=_UPGRADE, upgrade_ours=_RESTART)
    return from_json(frame, ClientHello)


def require_role(granted: frozenset[Role], *any_of: Role) -> None:
    """Raises RoleRefused unless one of these roles was granted."""
    if not granted.intersection(any_of):
        needed = " or ".join(any_of)
        raise RoleRefused(f"This connection may not: it lacks the role {needed}.", "It was opened without.")


_RESTART: Final = "End the relay and start it with the newer version: `phonelink relay stop`."
_UPGRADE: Final = "Upgrade phonelink-tui here."


def _check(frame: dict[str, Any], *, theirs: str, ours: str, upgrade_theirs: str, upgrade_ours: str) -> None:
    if frame.get("type") != "hello":
        raise IpcError("The other side did not greet.")
    speaks = from_json(frame.get("v"), int)
    least = from_json(frame.get("min_v", speaks), int)
    program = clean_line(str(frame.get("program", "")), limit=20) or "of another version"
    if speaks < MIN_VERSION:
        raise IpcError(f"{theirs} ({program}) is older than {ours} ({__version__}).", upgrade_theirs)
    if least > VERSION:
        raise IpcError(f"{theirs} ({program}) is newer than {ours} ({__version__}).", upgrade_ours)
