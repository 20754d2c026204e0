"""What is a frame? One bounded JSON object a line; requests and replies, both ways.

    relay  → client   hello · event (see `events`) · reply {id, result} · error {id, error} · bye, when it ends
    client → relay    hello · request {type: snapshot|events|messages|search|execute|status|week|stop|unlock, id, …}

Every object has `v`. Rules for what is not known: fields are ignored; types of frames are skipped by the
client; kinds of requests and commands are answered by an error, and the connection stays. A frame that is
malformed is told once, and the connection ends. Whatever arrives, these functions return a value or raise
IpcError.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

from attrs import field, frozen

from phonelink_tui.domain.message import MessageId
from phonelink_tui.domain.thread import ThreadId
from phonelink_tui.errors import IpcError, PhonelinkError
from phonelink_tui.ipc.events import VERSION, decode_command, encode_command
from phonelink_tui.ipc.faults import encode_fault
from phonelink_tui.ipc.values import from_json, to_json
from phonelink_tui.relay.api import Command, Place

REQUEST_BYTES: Final = 128 * 1024
"""One frame from a client. asyncio buffers up to twice that. The largest request is a text of 20,000
characters, each six bytes long where it is a control character."""

REPLY_BYTES: Final = 32 * 1024 * 1024
"""One frame from the relay. A snapshot with a book of 10,000 people is 5 MB."""

_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_ESCAPED_SURROGATE: Final = re.compile(rb"\\u[dD][89a-fA-F]")


@frozen
class SnapshotRequest:
    id: int


@frozen
class EventsRequest:
    """Answered once subscribed; from then on events arrive, those after `since` first."""

    id: int
    since: Place | None = None


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


@frozen
class StatusRequest:
    """Answered by a `RelayStatus`."""

    id: int


@frozen
class WeekRequest:
    """Answered by a `domain.week.Week`."""

    id: int


@frozen
class StopRequest:
    """Answered at once; the relay then ends in good order."""

    id: int


@frozen
class UnlockRequest:
    """The passphrase of the kept history; answered when it is open."""

    id: int
    passphrase: str = field(repr=False)


@frozen
class UnknownRequest:
    """Of a newer client: answered by an error."""

    id: int


Request = (
    SnapshotRequest
    | EventsRequest
    | MessagesRequest
    | SearchRequest
    | ExecuteRequest
    | StatusRequest
    | WeekRequest
    | StopRequest
    | UnlockRequest
)

_REQUESTS: Final[dict[str, type]] = {
    "snapshot": SnapshotRequest,
    "events": EventsRequest,
    "messages": MessagesRequest,
    "search": SearchRequest,
    "execute": ExecuteRequest,
    "status": StatusRequest,
    "week": WeekRequest,
    "stop": StopRequest,
    "unlock": UnlockRequest,
}
_REQUEST_TYPES: Final = {cls: name for name, cls in _REQUESTS.items()}


def encode_line(frame: object) -> bytes:
    """One object as one line of UTF-8.

    A lone surrogate (from a file name or a pipe that was no UTF-8) becomes U+FFFD, as it would in any text.
    """
    text = json.dumps(frame, ensure_ascii=False, separators=(",", ":"))
    try:
        return text.encode() + b"\n"
    except UnicodeEncodeError:
        return _SURROGATE.sub("\ufffd", text).encode() + b"\n"


def decode_line(line: bytes) -> dict[str, Any]:
    """The object in a line.

    Raises:
        IpcError: No UTF-8, no JSON, nested too deep, a lone surrogate anywhere, no object, or another version.
            That of a greeting is judged by `hello`.
    """
    try:
        frame = json.loads(line.decode("utf-8"), parse_constant=_no_constant)
        if _ESCAPED_SURROGATE.search(line):  # UTF-8 has none: an escape is the only way in
            json.dumps(frame, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise IpcError("A frame is no JSON.") from error
    if not isinstance(frame, dict):
        raise IpcError("A frame is no JSON object.")
    if frame.get("type") != "hello" and (frame.get("v") != VERSION or isinstance(frame["v"], bool)):
        raise IpcError("A frame is of a version that was not agreed on.")
    return frame


def encode_request(request: Request) -> dict[str, Any]:
    """The frame of a request."""
    head = {"v": VERSION, "type": _REQUEST_TYPES[type(request)]}
    if isinstance(request, ExecuteRequest):
        return {**head, "id": request.id, "command": encode_command(request.command)}
    return {**head, **to_json(request)}


def decode_request(frame: dict[str, Any]) -> Request | UnknownRequest:
    """The request in a frame. Raises IpcError."""
    kind = frame.get("type")
    if not isinstance(kind, str):
        raise IpcError("A frame holds no request.")
    cls = _REQUESTS.get(kind)
    if cls is ExecuteRequest:
        command = decode_command(frame.get("command"))
        request_id = from_json(frame.get("id"), int)
        return UnknownRequest(request_id) if command is None else ExecuteRequest(request_id, command)
    request: Request | UnknownRequest = from_json(frame, cls or UnknownRequest)
    return request


def encode_reply(request_id: int, value: object) -> dict[str, Any]:
    """The answer to a request."""
    return {"v": VERSION, "type": "reply", "id": request_id, "result": to_json(value)}


def reply_parts(request_id: int, result: bytes) -> tuple[bytes, ...]:
    """The line of an answer around a result that is JSON already: it is shared, not copied for each client."""
    return b'{"v":%d,"type":"reply","id":%d,"result":' % (VERSION, request_id), result, b"}\n"


def encode_result(value: object, *, headers: bool) -> bytes:
    """The JSON of an answer; with `headers` without what was written (see `values.HEADER_FIELDS`)."""
    return encode_line(to_json(value, headers=headers)).rstrip(b"\n")


def encode_bye() -> dict[str, Any]:
    """The last frame of a relay that ends in good order; without it the relay was killed, or broke."""
    return {"v": VERSION, "type": "bye"}


def encode_error(request_id: int | None, error: PhonelinkError) -> dict[str, Any]:
    """A refusal; without an id, of the whole connection."""
    return {"v": VERSION, "type": "error", "id": request_id, "error": encode_fault(error)}


def _no_constant(word: str) -> float:
    raise ValueError(f"{word} is no JSON")
