"""What shape do events and commands have? The public contract of scripts, and the one encoder of it.

An event is one flat object: `v`, `type`, `rev`, `at`, then the fields of what changed. Where something went
away, the type is that of the thing and `gone` is true.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from attrs import frozen

from phonelink_tui.config.exact_json import encode_time
from phonelink_tui.domain import events
from phonelink_tui.domain.events import Event, Stamped
from phonelink_tui.errors import IpcError
from phonelink_tui.ipc.values import from_json, to_json
from phonelink_tui.relay import api

VERSION: Final = 1
"""In every object as `v`. Fields and types may be added under the same number; none is taken away."""


COMMAND_ID_CHARS: Final = 128
"""Of a client's choice. Each id is remembered with its text and kept: a UUID has 36, ours have at most 32."""


@frozen
class _Shape:
    """How one class of event is told by its JSON."""

    word: str
    cls: type[Any]
    inner: str | None = None
    """The field whose own fields stand directly in the object."""
    gone: bool = False


_SHAPES: Final = (
    _Shape("link", events.LinkChanged, inner="phone"),
    _Shape("message", events.MessageChanged, inner="message"),
    _Shape("message", events.MessageGone, gone=True),
    _Shape("thread", events.ThreadChanged, inner="thread"),
    _Shape("thread", events.ThreadGone, gone=True),
    _Shape("notification", events.NotificationChanged, inner="notification"),
    _Shape("notification", events.NotificationRemoved, gone=True),
    _Shape("call", events.CallChanged),
    _Shape("contacts", events.ContactsChanged),
    _Shape("limitation", events.LimitationChanged, inner="limitation"),
    _Shape("gap", events.GapChanged, inner="gap"),
    _Shape("code", events.CodeCame, inner="found"),
    _Shape("command", events.CommandChanged),
    _Shape("progress", events.Progress),
    _Shape("resync", events.Resync),
)
_BY_CLASS: Final = {shape.cls: shape for shape in _SHAPES}
_BY_TYPE: Final = {(shape.word, shape.gone): shape for shape in _SHAPES}
EVENT_TYPES: Final = frozenset(shape.word for shape in _SHAPES)

_COMMANDS: Final[dict[str, type]] = {
    "send_text": api.SendText,
    "mark_read": api.MarkRead,
    "mark_thread": api.MarkThread,
    "save_draft": api.SaveDraft,
    "looked": api.Looked,
    "act_on_notification": api.ActOnNotification,
    "cancel_text": api.CancelText,
    "retry_text": api.RetryText,
    "retry_now": api.RetryNow,
    "stop_reading": api.StopReading,
    "read_on": api.ReadOn,
    "start_thread": api.StartThread,
}
_COMMAND_TYPES: Final = {cls: name for name, cls in _COMMANDS.items()}


def encode_event(stamped: Stamped, *, headers: bool = False) -> dict[str, Any]:
    """The JSON object of an event; with `headers` without what was written (see `values.HEADER_FIELDS`)."""
    shape = _BY_CLASS[type(stamped.event)]
    fields = to_json(stamped.event, headers=headers)
    if shape.inner is not None:
        fields = {**fields.pop(shape.inner), **fields}
    if shape.gone:
        fields["gone"] = True
    head = {"v": VERSION, "type": shape.word, "rev": stamped.rev, "at": encode_time(stamped.at)}
    return {**head, **fields}


def decode_event(frame: dict[str, Any]) -> Stamped | None:
    """The event in a frame; None for a type that a newer relay may have.

    Raises:
        IpcError: The type is known, the rest is no such event.
    """
    kind = frame.get("type")
    if not isinstance(kind, str) or kind not in EVENT_TYPES:
        return None
    shape = _BY_TYPE.get((kind, frame.get("gone") is True))
    if shape is None:
        return None
    fields = frame if shape.inner is None else {**frame, shape.inner: frame}
    event: Event = from_json(fields, shape.cls)
    return Stamped(from_json(frame.get("rev"), int), from_json(frame.get("at"), datetime), event)


def encode_command(command: api.Command) -> dict[str, Any]:
    """The JSON object of a command, without `v`: it travels inside a request."""
    return {"type": _COMMAND_TYPES[type(command)], **to_json(command)}


def decode_command(data: object) -> api.Command | None:
    """The command in a request; None for a kind that a newer client may have.

    Raises:
        IpcError: It is no command, none of its kind, or its id is not of 1 to `COMMAND_ID_CHARS` printable ASCII
            characters.
    """
    kind = data.get("type") if isinstance(data, dict) else None
    if not isinstance(kind, str):
        raise IpcError("A frame holds no valid command.")
    cls = _COMMANDS.get(kind)
    if cls is None:
        return None
    command: api.Command = from_json(data, cls)
    if not 0 < len(command.id) <= COMMAND_ID_CHARS or not (command.id.isascii() and command.id.isprintable()):
        raise IpcError("A frame holds a command without a valid id.")
    return command
