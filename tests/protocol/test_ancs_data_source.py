"""Data Source: are replies put together right, however they are cut?"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phonelink_tui.errors import LimitExceeded, LocalProtocolError, RemoteProtocolError
from phonelink_tui.protocol import limits
from phonelink_tui.protocol.ancs.constants import NotificationAttributeId
from phonelink_tui.protocol.ancs.control_point import (
    AttributeRequest,
    GetAppAttributes,
    GetNotificationAttributes,
    decode_command,
)
from phonelink_tui.protocol.ancs.data_source import (
    AppAttributes,
    NotificationAttributes,
    Reply,
    ReplyAssembler,
    decode_date,
    decode_text,
    encode_date,
    encode_reply,
    fragments,
)
from tests.protocol.toml_vectors import load, wire

_MESSAGE = GetNotificationAttributes(7, (AttributeRequest(NotificationAttributeId.MESSAGE, 2048),))
_HEAD = bytes.fromhex("00 07000000 03")


def _fetch(encoded: str) -> GetNotificationAttributes | GetAppAttributes:
    command = decode_command(bytes.fromhex(encoded))
    assert isinstance(command, GetNotificationAttributes | GetAppAttributes)
    return command


def _values(reply: Reply | None) -> list[tuple[int, str]]:
    assert reply is not None
    return [(int(attribute), text) for attribute, text in reply.values.items()]


@pytest.mark.parametrize("vector", load("ancs.toml", "reply"))
@pytest.mark.parametrize("size", [1, 2, 3, 5, 20, 512])
def test_reply_vectors_in_fragments_of_any_size(vector: dict[str, Any], size: int) -> None:
    """A reply is complete with its last byte, not before, and the same however it is cut."""
    command = _fetch(vector["command"])
    assembler = ReplyAssembler(command)
    data: bytes = wire(vector)
    pieces = [data[start : start + size] for start in range(0, len(data), size)]
    assert [assembler.receive_data(piece) for piece in pieces[:-1]] == [None] * (len(pieces) - 1)
    reply = assembler.receive_data(pieces[-1])
    assert _values(reply) == [(int(number), text) for number, text in vector["values"].items()]
    if isinstance(command, GetAppAttributes):
        assert isinstance(reply, AppAttributes)
        assert reply.app_id == command.app_id
    else:
        assert isinstance(reply, NotificationAttributes)
        assert reply.uid == command.uid


@pytest.mark.parametrize("vector", load("ancs.toml", "reply"))
def test_a_truncated_reply_is_waited_for(vector: dict[str, Any]) -> None:
    """Cut at every length, a reply is incomplete, never an error and never a value."""
    for length in range(len(wire(vector))):
        assert ReplyAssembler(_fetch(vector["command"])).receive_data(wire(vector)[:length]) is None


@pytest.mark.parametrize("vector", load("ancs.toml", "bad_reply"))
@pytest.mark.parametrize("size", [1, 512])
def test_a_contradicting_reply_is_the_phones_error(vector: dict[str, Any], size: int) -> None:
    """What does not fit the command raises RemoteProtocolError, or goes on as an answer that was complete."""
    assembler = ReplyAssembler(_fetch(vector["command"]))
    data: bytes = wire(vector)
    with pytest.raises(RemoteProtocolError):
        list(map(assembler.receive_data, [data[start : start + size] for start in range(0, len(data), size)]))


@given(
    st.dictionaries(st.sampled_from(NotificationAttributeId), st.text(max_size=60), min_size=1),
    st.integers(0, 0xFFFFFFFF),
    st.integers(23, 100),
)
@settings(max_examples=150)
def test_reply_round_trip_at_any_mtu(
    texts: dict[NotificationAttributeId, str], uid: int, att_mtu: int
) -> None:
    """What a provider writes and cuts is what a consumer reads."""
    texts.pop(NotificationAttributeId.APP_IDENTIFIER, None)
    texts[NotificationAttributeId.DATE] = "x"
    limited = (
        NotificationAttributeId.TITLE,
        NotificationAttributeId.SUBTITLE,
        NotificationAttributeId.MESSAGE,
    )
    requests = [AttributeRequest(attribute, 2048 if attribute in limited else None) for attribute in texts]
    command = GetNotificationAttributes(uid, tuple(requests))
    encoded = encode_reply(command, [(attribute, text.encode()) for attribute, text in texts.items()])
    pieces = list(fragments(encoded, att_mtu))
    assert all(0 < len(piece) <= att_mtu - 3 for piece in pieces)
    assembler = ReplyAssembler(command)
    replies = [assembler.receive_data(piece) for piece in pieces]
    assert replies == [None] * (len(pieces) - 1) + [NotificationAttributes(uid, texts)]


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=30), st.booleans())
@settings(max_examples=200)
def test_any_fragments_are_a_reply_or_the_phones_error(pieces: list[bytes], late: bool) -> None:
    """Nothing but RemoteProtocolError comes out, and not even that while late fragments may come."""
    assembler = ReplyAssembler(_MESSAGE, late_fragments=late)
    for piece in [_HEAD, *pieces]:
        try:
            if assembler.receive_data(piece) is not None:
                return
        except RemoteProtocolError:
            assert not late
            return


def test_late_fragments_of_an_abandoned_reply_are_dropped() -> None:
    """The tail of another reply, and even its head, do not disturb the reply that is awaited."""
    late_tail = b"bla"
    late_head = bytes.fromhex("00 06000000 03 0200 6869")
    own = _HEAD + bytes.fromhex("0200 6f6b")
    assembler = ReplyAssembler(_MESSAGE, late_fragments=True)
    assert assembler.receive_data(late_tail) is None
    assert assembler.receive_data(late_head) is None
    assert _values(assembler.receive_data(own)) == [(3, "ok")]


def test_a_late_fragment_that_looks_like_the_head_gives_way_to_the_real_one() -> None:
    """A late piece that is a prefix of the head by chance is dropped when the real head follows."""
    assembler = ReplyAssembler(_MESSAGE, late_fragments=True)
    assert assembler.receive_data(b"\x00") is None
    assert _values(assembler.receive_data(_HEAD + bytes.fromhex("0200 6f6b"))) == [(3, "ok")]


def test_a_reply_over_the_bound_is_refused() -> None:
    """Eight attributes just within their own bound are together over that of a reply."""
    requests = tuple(AttributeRequest(NotificationAttributeId(number)) for number in range(8, 16))
    command = GetNotificationAttributes(7, requests)
    values = [(request.attribute, b"a" * limits.ANCS_ATTRIBUTE_BYTES) for request in requests]
    with pytest.raises(LimitExceeded):
        ReplyAssembler(command).receive_data(encode_reply(command, values))


def test_an_app_id_may_be_missing() -> None:
    """An empty app identifier is an absent one, not an impossible one."""
    command = GetNotificationAttributes(7, (AttributeRequest(NotificationAttributeId.APP_IDENTIFIER),))
    assert _values(ReplyAssembler(command).receive_data(bytes.fromhex("00 07000000 00 0000"))) == [(0, "")]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (b"", ""),
        ("Zoë".encode(), "Zoë"),
        ("Zoë".encode()[:-1], "Zo"),
        ("ok 👍".encode()[:-1], "ok "),
        ("ok 👍".encode()[:-3], "ok "),
        (b"a\xff", "a\ufffd"),
        (b"\xc3a", "\ufffda"),
    ],
)
def test_only_a_cut_at_the_end_is_silent(value: bytes, text: str) -> None:
    """A character cut at the end is dropped; any other loss shows as U+FFFD."""
    assert decode_text(value) == text


@given(st.datetimes(min_value=datetime(1, 1, 1)))  # noqa: DTZ001
@settings(max_examples=100)
def test_dates_round_trip_to_the_second(when: datetime) -> None:
    """A phone-local time survives, without its fraction."""
    assert decode_date(encode_date(when)) == when.replace(microsecond=0)


@pytest.mark.parametrize(
    "text", ["", "20261122", "20261322T101500", "2026-11-22T10:15:00", "20261122T1015001"]
)
def test_other_dates_are_unknown_not_an_error(text: str) -> None:
    """A date in another form is None: the notification is worth more than its date."""
    assert decode_date(text) is None


def test_what_cannot_be_written_is_our_bug() -> None:
    """A value over 65535 bytes and an ATT_MTU below 23 are refused."""
    with pytest.raises(LocalProtocolError):
        encode_reply(_MESSAGE, [(3, b"a" * 0x10000)])
    with pytest.raises(LocalProtocolError):
        fragments(b"abc", 22)
