"""Does everything survive the way to JSON and back, and does nothing hostile get further than an IpcError?"""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, get_args

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phonelink_tui import errors
from phonelink_tui.domain.events import Event, MessageChanged, MessageGone, Resync, Stamped
from phonelink_tui.domain.text import clean, clean_line
from phonelink_tui.errors import IpcError, PhonelinkError
from phonelink_tui.ipc import wire
from phonelink_tui.ipc.events import EVENT_TYPES, decode_command, decode_event, encode_event
from phonelink_tui.ipc.faults import decode_fault, encode_fault
from phonelink_tui.ipc.hello import decode_client_hello, decode_relay_hello, encode_hello
from phonelink_tui.ipc.values import from_json, to_json
from phonelink_tui.relay.api import Command, MessagePage, SendText, Snapshot
from tests.ipc import samples
from tests.ipc.strategies import values_of

EVENTS: st.SearchStrategy[Any] = st.one_of([values_of(cls) for cls in get_args(Event)])
STAMPED = st.builds(Stamped, st.integers(0, 1 << 40), values_of(datetime), EVENTS)
COMMAND_IDS = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=128)
COMMANDS: st.SearchStrategy[Any] = st.one_of(
    [st.builds(attrs.evolve, values_of(cls), id=COMMAND_IDS) for cls in get_args(Command)]
)
REQUESTS: st.SearchStrategy[Any] = st.one_of(
    [values_of(cls) for cls in get_args(wire.Request) if cls is not wire.ExecuteRequest]
    + [st.builds(wire.ExecuteRequest, st.integers(0, 1000), COMMANDS)]
)
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def exactly(value: Any) -> Any:
    """`value` with the type of every part: a StrEnum equals a plain string, and is not the same."""
    if attrs.has(type(value)):
        parts = [(field.name, exactly(getattr(value, field.name))) for field in attrs.fields(type(value))]
        return type(value), parts
    if isinstance(value, dict):
        return [(exactly(key), exactly(each)) for key, each in sorted(value.items())]
    if isinstance(value, tuple):
        return tuple(exactly(each) for each in value)
    if isinstance(value, frozenset):
        return frozenset(exactly(each) for each in value)
    return type(value), value


def over_the_wire(frame: dict[str, Any]) -> dict[str, Any]:
    return wire.decode_line(wire.encode_line(frame))


@settings(max_examples=150)
@given(STAMPED)
def test_every_event_comes_back_equal(stamped: Stamped) -> None:
    """An event is the same after the wire, whatever class it is and whatever it holds."""
    assert exactly(decode_event(over_the_wire(encode_event(stamped)))) == exactly(stamped)


@settings(max_examples=100)
@given(REQUESTS)
def test_every_request_comes_back_equal(request: wire.Request) -> None:
    """A request, with every command there is, is the same after the wire."""
    assert exactly(wire.decode_request(over_the_wire(wire.encode_request(request)))) == exactly(request)


@settings(max_examples=30)
@given(values_of(Snapshot), values_of(MessagePage))
def test_snapshots_and_pages_come_back_equal(snapshot: Snapshot, page: MessagePage) -> None:
    """The two large answers are the same after the wire."""
    for value in (snapshot, page):
        result = over_the_wire(wire.encode_reply(1, value))["result"]
        assert exactly(from_json(result, type(value))) == exactly(value)


def test_message_event_is_the_public_contract() -> None:
    """A script finds the promised fields of a text flat in the event, under the promised names."""
    stamped = Stamped(7, samples.NOON, MessageChanged(samples.text(1)))
    frame = json.loads(wire.encode_line(encode_event(stamped)))
    assert list(frame)[:4] == ["v", "type", "rev", "at"]
    assert (frame["v"], frame["type"], frame["rev"], frame["at"]) == (1, "message", 7, "2026-03-01T12:00:00Z")
    promised = "id thread direction sender recipient text sent_at read state sources group placeholder"
    assert set(promised.split()) <= set(frame)
    assert frame["sender"] == {"value": "+15550100", "kind": "phone", "key": "tel:+15550100"}
    assert (frame["sent_at"], frame["sources"]) == ("2026-03-01T12:01:00Z", ["map"])


def test_what_is_gone_keeps_its_type() -> None:
    """A deleted text is a `message` event with `gone`."""
    frame = encode_event(Stamped(8, samples.NOON, MessageGone(samples.text(1).id, samples.ALICE_THREAD)))
    assert (frame["type"], frame["gone"], frame["id"]) == ("message", True, "m1")


def test_promised_event_types_exist() -> None:
    """Types that scripts were promised are not renamed."""
    promised = {
        "link",
        "message",
        "thread",
        "notification",
        "call",
        "contacts",
        "limitation",
        "gap",
        "command",
        "code",
    }
    assert promised | {"code", "resync", "progress"} == EVENT_TYPES


def test_newer_fields_and_types_are_skipped() -> None:
    """A newer relay may add fields to events and whole types of events."""
    frame = encode_event(Stamped(1, samples.NOON, Resync()))
    assert decode_event({**frame, "extra": {"of": ["tomorrow"]}}) == Stamped(1, samples.NOON, Resync())
    assert decode_event({**frame, "type": "telepathy"}) is None


def test_remote_text_is_cleaned_again() -> None:
    """A relay that was subverted cannot send an escape sequence through the client."""
    frame = encode_event(Stamped(1, samples.NOON, MessageChanged(samples.text(1))))
    frame["text"] = "\x1b]0;pwned\x07\u202egnp.exe"
    stamped = decode_event(over_the_wire(frame))
    assert stamped is not None
    assert isinstance(stamped.event, MessageChanged)
    assert stamped.event.message.text == clean("\x1b]0;pwned\x07\u202egnp.exe") != frame["text"]


def test_times_are_utc_whatever_the_zone() -> None:
    """An offset is converted, and a time without a zone is refused."""
    east = datetime(2026, 3, 1, 14, 0, tzinfo=timezone(timedelta(hours=2)))
    assert to_json(east) == "2026-03-01T12:00:00Z"
    assert from_json("2026-03-01T14:00:00+02:00", datetime) == samples.NOON
    assert from_json("2026-03-01T14:00:00+02:00", datetime).tzinfo is UTC
    with pytest.raises(IpcError):
        from_json("2026-03-01T14:00:00", datetime)


@pytest.mark.parametrize(
    ("data", "kind"), [("1", int), (True, int), (1.0, int), (5, str), (None, str), (1, bool), ("x", bool)]
)
def test_nothing_is_converted(data: object, kind: type) -> None:
    """A number is no text and a text no number: what is of the wrong sort is refused, not made to fit."""
    with pytest.raises(IpcError):
        from_json(data, kind)


def test_half_a_character_is_replaced_on_the_way_out() -> None:
    """Text that came from a pipe as no UTF-8 is carried as the relay would clean it, not fatal; whole ones stay."""
    command = SendText("c1", "caf\udce9 \U0001f600", "+15550100")
    request = wire.ExecuteRequest(1, attrs.evolve(command, text=clean(command.text)))
    assert wire.decode_request(over_the_wire(wire.encode_request(wire.ExecuteRequest(1, command)))) == request


@pytest.mark.parametrize("half", [b"\\ud800", b"\\uDFFF", b"\\ude00\\ud83d", b"\\\\\\udbff"])
@pytest.mark.parametrize(
    "frame", [b'{"v":1,"x":"%s"}', b'{"v":1,"x":[{"%s":1}]}', b'{"v":1,"type":"hello","%s":1}']
)
def test_half_a_character_gets_in_nowhere(frame: bytes, half: bytes) -> None:
    """No value and no name of a frame holds a lone surrogate: nothing that it reaches could write it."""
    with pytest.raises(IpcError):
        wire.decode_line(frame % half)


def test_an_escaped_character_outside_the_basic_plane_gets_in() -> None:
    """Two escapes that belong together are one character, and an escaped backslash is no escape."""
    found = wire.decode_line(b'{"v":1,"x":"\\ud83d\\ude00 \\\\ud83d"}')
    assert found["x"] == "\U0001f600 \\ud83d"


@pytest.mark.parametrize("id_", ["", "x" * 129, "caf\u00e9", "a\nb", "\x7f", "\u2028"])
def test_ids_of_commands_are_short_and_printable(id_: str) -> None:
    """They are remembered, kept and logged: what is no plain id is refused; the longest is 128 characters."""
    with pytest.raises(IpcError):
        decode_command({"type": "looked", "id": id_})
    assert decode_command({"type": "looked", "id": "x" * 128}) is not None


@pytest.mark.parametrize(
    "line",
    [
        b"\n",
        b"\xff\xfe\n",
        b"nonsense\n",
        b"[1]\n",
        b"1\n",
        b"{}\n",
        b'{"v":2}\n',
        b'{"v":true}\n',
        b'{"v":1,"x":NaN}\n',
        b"[" * 100_000 + b"\n",
        b'{"v":' * 50_000 + b"\n",
        b'{"v":1,"x":' + b"9" * 10_000 + b"}\n",
        '{"v":1}'.encode("utf-16") + b"\n",
    ],
    ids=lambda line: repr(line[:12]),
)
def test_hostile_lines_are_an_ipc_error(line: bytes) -> None:
    """No line gets past the frame decoder but an object of our version."""
    with pytest.raises(IpcError):
        wire.decode_line(line)


@settings(max_examples=120)
@given(st.data())
def test_mutated_frames_raise_nothing_else(data: st.DataObject) -> None:
    """Valid frames with changed bytes, or with any field replaced by any JSON, are values or an IpcError."""
    frame = data.draw(
        STAMPED.map(encode_event)
        | REQUESTS.map(wire.encode_request)
        | st.just(encode_hello(samples.snapshot(), samples.NOON))
    )
    for key in data.draw(st.lists(st.sampled_from(list(frame)), max_size=3)):
        frame[key] = data.draw(JSON)
    line = bytearray(wire.encode_line(frame))
    for at, value in data.draw(
        st.lists(st.tuples(st.integers(0, len(line) - 1), st.integers(0, 255)), max_size=3)
    ):
        line[at] = value
    for decode in (decode_event, wire.decode_request, decode_relay_hello, decode_client_hello):
        with suppress(IpcError):
            decode(wire.decode_line(bytes(line)))


@pytest.mark.parametrize(
    "error",
    [
        errors.PhonelinkError("what", "do"),
        errors.ObexRefused(0xC3, "no"),
        errors.AncsRefused(0xA2, "gone", "wait"),
        errors.PhoneUnreachable("away", refused=True),
        errors.SendRefused("group", "Not into a group.", "Answer on the phone."),
        errors.UnknownThread("none"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_errors_come_back_as_themselves(error: PhonelinkError) -> None:
    """Class, message, hint and what the class carries besides survive."""
    back = decode_fault(json.loads(json.dumps(encode_fault(error))))
    assert type(back) is type(error)
    assert vars(back) == vars(error)


@settings(max_examples=100)
@given(
    JSON
    | st.fixed_dictionaries({"class": st.sampled_from(["ObexRefused", "X"]), "code": JSON, "message": JSON})
)
def test_hostile_errors_are_still_errors(data: object) -> None:
    """An error frame that holds anything at all yields a PhonelinkError with a sentence fit for a terminal."""
    error = decode_fault(data)
    assert isinstance(error, PhonelinkError)
    assert error.message
    assert error.message == clean_line(error.message, limit=2000)
