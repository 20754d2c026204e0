"""What is a frame? One bounded JSON object a line; greeting, requests and replies, both ways.

    relay  → client   hello · event (see `events`) · reply {id, result} · error {id, error}
    client → relay    hello · request {type: snapshot|events|messages|search|execute, id, …}

Every object has `v`. Fields that are not known are ignored, types that are not known are skipped by the
client and refused by the relay. Whatever arrives, these functions return a value or raise IpcError.
"""

from __future__ import annotations

import json
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from attrs import frozen

from phonelink_tui.domain.message import MessageId
from phonelink_tui.domain.text import RemoteText
from phonelink_tui.domain.thread import ThreadId
from phonelink_tui.errors import IpcError, PhonelinkError
from phonelink_tui.ipc.events import VERSION, decode_command, encode_command
from phonelink_tui.ipc.faults import encode_fault
from phonelink_tui.ipc.values import encode_time, from_json, to_json
from phonelink_tui.relay.api import Command, Snapshot

REQUEST_BYTES: Final = 512 * 1024
"""One frame from a client. asyncio buffers up to twice that: 1 MiB held for one client at most. The largest
request is a text of 20,000 characters."""

REPLY_BYTES: Final = 32 * 1024 * 1024
"""One frame from the relay. A page of 200 texts of 20,000 characters outside the BMP is 16 MB."""


class Role(StrEnum):
    """What a client may do."""

    READ = "read"
    ACT = "act"


ALL_ROLES: Final = frozenset(Role)


@frozen
class PhoneName:
    """Whose relay answers."""

    id: str
    name: RemoteText


@frozen
class RelayHello:
    """The relay's first frame."""

    rev: int
    at: datetime
    phone: PhoneName
    roles: tuple[str, ...]
    """What this client may do; words of a newer relay are kept."""


@frozen
class ClientHello:
    """The client's first frame."""

    roles: tuple[str, ...]
    """What it wants to do; the relay grants no more than that."""


@frozen
class SnapshotRequest:
    id: int


@frozen
class EventsRequest:
    """Answered once subscribed; from then on events arrive."""

    id: int


@frozen
class MessagesRequest:
    id: int
    thread: ThreadId
    before: MessageId | None
    limit: int


@frozen
class SearchRequest:
    id: int
    query: str
    limit: int


@frozen
class ExecuteRequest:
    id: int
    command: Command


Request = SnapshotRequest | EventsRequest | MessagesRequest | SearchRequest | ExecuteRequest

_REQUESTS: Final[dict[str, type]] = {
    "snapshot": SnapshotRequest,
    "events": EventsRequest,
    "messages": MessagesRequest,
    "search": SearchRequest,
    "execute": ExecuteRequest,
}
_REQUEST_TYPES: Final = {cls: name for name, cls in _REQUESTS.items()}


def encode_line(frame: dict[str, Any]) -> bytes:
    """One object as one line of UTF-8.

    A lone surrogate (from a file name or a pipe that was no UTF-8) becomes its JSON escape.
    """
    text = json.dumps(frame, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace") + b"\n"


def decode_line(line: bytes) -> dict[str, Any]:
    """The object in a line.

    Raises:
        IpcError: No UTF-8, no JSON, nested too deep, no object, or another version.
    """
    try:
        frame = json.loads(line.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise IpcError("A frame is no JSON.") from error
    if not isinstance(frame, dict):
        raise IpcError("A frame is no JSON object.")
    if frame.get("v") != VERSION or isinstance(frame["v"], bool):
        raise IpcError(
            "The other side speaks another version.", "Restart the relay, so that both are the same."
        )
    return frame


def encode_hello(snapshot: Snapshot, at: datetime, roles: frozenset[Role] = ALL_ROLES) -> dict[str, Any]:
    """The relay's greeting; also the first line of `tail --json`."""
    phone = {"id": snapshot.phone.id, "name": snapshot.phone.name}
    head = {"v": VERSION, "type": "hello", "rev": snapshot.rev, "at": encode_time(at)}
    return {**head, "phone": phone, "roles": sorted(roles)}


def encode_client_hello(roles: frozenset[Role]) -> dict[str, Any]:
    return {"v": VERSION, "type": "hello", "roles": sorted(roles)}


def decode_relay_hello(frame: dict[str, Any]) -> RelayHello:
    """The relay's greeting. Raises IpcError."""
    _check_greeting(frame)
    return from_json(frame, RelayHello)


def decode_client_hello(frame: dict[str, Any]) -> ClientHello:
    """The client's greeting. Raises IpcError."""
    _check_greeting(frame)
    return from_json(frame, ClientHello)


def encode_request(request: Request) -> dict[str, Any]:
    """The frame of a request."""
    head = {"v": VERSION, "type": _REQUEST_TYPES[type(request)]}
    if isinstance(request, ExecuteRequest):
        return {**head, "id": request.id, "command": encode_command(request.command)}
    return {**head, **to_json(request)}


def decode_request(frame: dict[str, Any]) -> Request:
    """The request in a frame. Raises IpcError."""
    kind = frame.get("type")
    cls = _REQUESTS.get(kind) if isinstance(kind, str) else None
    if cls is None:
        raise IpcError("The relay does not know this request.", "The two sides may differ in version.")
    if cls is ExecuteRequest:
        return ExecuteRequest(from_json(frame.get("id"), int), decode_command(frame.get("command")))
    request: Request = from_json(frame, cls)
    return request


def encode_reply(request_id: int, value: object) -> dict[str, Any]:
    """The answer to a request."""
    return {"v": VERSION, "type": "reply", "id": request_id, "result": to_json(value)}


def encode_error(request_id: int | None, error: PhonelinkError) -> dict[str, Any]:
    """A refusal; without an id, of the whole connection."""
    return {"v": VERSION, "type": "error", "id": request_id, "error": encode_fault(error)}


def _check_greeting(frame: dict[str, Any]) -> None:
    if frame.get("type") != "hello":
        raise IpcError("The other side did not greet.")


def _no_constant(word: str) -> float:
    raise ValueError(f"{word} is no JSON")
