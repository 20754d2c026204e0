"""Is a bMessage read as its writer meant it, and written as the specification wants it?"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phonelink_tui.errors import LimitExceeded, LocalProtocolError, RemoteProtocolError
from phonelink_tui.protocol import limits
from phonelink_tui.protocol.map.bmessage import BMessage, BMessageBody, pushed_text, text_body
from phonelink_tui.protocol.map.bmessage_decoder import decode_bmessage
from phonelink_tui.protocol.map.bmessage_vcard import BMessageVCard, decode_vcard
from tests.protocol.toml_vectors import Vector, load

VECTORS = load("map.toml", "bmessage")


def data_of(vector: Vector) -> bytes:
    """The bytes of a vector."""
    text: str = vector["text"]
    return (text if vector["breaks"] == "LF" else text.replace("\n", "\r\n")).encode()


def vcards(entries: list[dict[str, Any]]) -> tuple[BMessageVCard, ...]:
    """The vCards of a vector."""
    return tuple(
        BMessageVCard(
            entry["version"],
            entry["n"],
            entry.get("fn"),
            tuple(entry.get("tels", ())),
            tuple(entry.get("emails", ())),
        )
        for entry in entries
    )


@pytest.mark.parametrize("vector", VECTORS)
def test_vectors_are_read(vector: Vector) -> None:
    """Every vector has the parts and the text it says it has, with a BOM and NULs around it too."""
    expected = vector["expected"]
    for data in (data_of(vector), b"\xef\xbb\xbf" + data_of(vector) + b"\0"):
        message = decode_bmessage(data)
        assert message.body is not None
        assert message.body.text == expected["text"]
        assert (message.type, message.folder, message.read) == (
            expected["type"],
            expected["folder"],
            expected["read"],
        )
        assert message.originators == vcards(expected["originators"])
        assert message.recipients == vcards(expected["recipients"])


@pytest.mark.parametrize("vector", [v for v in VECTORS if v.values[0]["shape"] == "exact"])
def test_exact_vectors_are_written_back_byte_for_byte(vector: Vector) -> None:
    """What the specification's own shape says is written so, LENGTH included."""
    assert decode_bmessage(data_of(vector)).encode() == data_of(vector)


@pytest.mark.parametrize("vector", VECTORS)
def test_a_cut_message_never_shows_a_cut_text(vector: Vector) -> None:
    """Cut anywhere, a bMessage is refused, has no body, or has its whole text."""
    data = data_of(vector)
    whole = vector["expected"]["text"]
    for end in range(len(data)):
        try:
            message = decode_bmessage(data[:end])
        except RemoteProtocolError:
            continue
        # With several END:MSG only what is cut off would tell which one is the end.
        assert message.body is None or message.body.text == whole or data.count(b"END:MSG") > 1


def test_the_pushed_shape_is_the_vector() -> None:
    """The builder for sending makes exactly the shape that iPhones take."""
    vector = next(param.values[0] for param in VECTORS if param.id == "pushed SMS")
    message = pushed_text("żółw 🐢", [BMessageVCard(tels=("+48600100200",))])
    assert message.encode() == data_of(vector)


def test_line_breaks_are_sent_as_line_feeds_and_read_in_every_kind() -> None:
    """Android loses CRLF inside a text, so only LF goes out; iPhones send all three."""
    body = pushed_text("a\r\nb\rc\nd", []).body
    assert body is not None
    assert body.messages == (b"a\nb\nc\nd",)
    assert BMessageBody((b"a\r\nb\rc\nd",)).text == "a\nb\nc\nd"


def test_length_counts_bytes_and_the_block() -> None:
    """22 bytes more than the text, in bytes after the encoding, escapes counted."""
    assert text_body("Hi there").length_bytes == 30
    assert text_body("żółw 🐢").length_bytes == 34
    assert text_body("END:MSG").length_bytes == 30
    assert BMessageBody((b"", b"ab")).length_bytes == 46


@pytest.mark.parametrize(
    ("vcard", "name"),
    [
        (BMessageVCard(n="Kowalska;Ola;;;"), "Ola Kowalska"),
        (BMessageVCard(n="Kowalska;Ola", fn="Ola K."), "Ola K."),
        (BMessageVCard(n=";Ola", fn=" "), "Ola"),
        (BMessageVCard(n="Ac\\;me\\, Inc"), "Ac;me, Inc"),
        (BMessageVCard(n="", fn=None), ""),
    ],
)
def test_a_vcard_has_a_name_to_show(vcard: BMessageVCard, name: str) -> None:
    """FN, or else given and family name, unescaped."""
    assert vcard.name == name


def test_a_vcard_line_without_colon_or_with_a_group_is_borne() -> None:
    """What is no property is left out; a group in front of the name is dropped; uids and ucis are kept."""
    lines = ["nonsense", "item1.TEL;TYPE=CELL:1", "X-BT-UID:u", "X-BT-UCI:c", "EMAIL:e", "PHOTO:x"]
    assert decode_vcard(lines) == BMessageVCard(tels=("1",), emails=("e",), uids=("u",), ucis=("c",))
    assert decode_vcard([]) == BMessageVCard()
    assert decode_vcard([" x"]) == BMessageVCard()


@pytest.mark.parametrize(
    "message",
    [
        BMessage(folder="a\r\nb"),
        BMessage(type="a\nb"),
        BMessage(folder="\ud800"),
        BMessage(originators=(BMessageVCard(tels=("1\n",)),)),
        BMessage(originators=(BMessageVCard(version="2.1\r"),)),
        BMessage(envelopes=()),
        BMessage(envelopes=((), (), (), ())),
        BMessage(body=BMessageBody((bytes(limits.BMESSAGE_BYTES),))),
    ],
)
def test_a_message_that_would_break_its_lines_is_our_error(message: BMessage) -> None:
    """Nothing but a text can hold a line break, and bounds hold for us too."""
    with pytest.raises(LocalProtocolError):
        message.encode()


def test_a_text_that_is_not_unicode_is_our_error() -> None:
    """Half a surrogate is no text."""
    with pytest.raises(LocalProtocolError):
        text_body("\ud800")


HEAD = b"BEGIN:BMSG\r\n"
BODY = b"BEGIN:BENV\r\nBEGIN:BBODY\r\nBEGIN:MSG\r\nx\r\nEND:MSG\r\n"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\r\n\r\n",
        b"BEGIN:VCARD\r\nEND:VCARD\r\n",
        HEAD + b"BEGIN:VCARD\r\nTEL:1\r\n",
        HEAD + b"BEGIN:BENV\r\nBEGIN:BBODY\r\nBEGIN:MSG\r\nx",
        HEAD + b"BEGIN:BENV\r\nBEGIN:BBODY\r\nLENGTH:23\r\nBEGIN:MSG\r\nx",
    ],
)
def test_what_is_no_bmessage_is_refused(data: bytes) -> None:
    """No begin, or a vCard or text without end."""
    with pytest.raises(RemoteProtocolError):
        decode_bmessage(data)


@pytest.mark.parametrize(
    "data",
    [
        HEAD + b"BEGIN:BENV\r\n" * (limits.BMESSAGE_NESTING + 1),
        HEAD + b"BEGIN:VCARD\nEND:VCARD\n" * (limits.BMESSAGE_VCARDS + 1),
        HEAD + b"\n" * limits.BMESSAGE_LINES,
        HEAD + bytes(limits.BMESSAGE_BYTES),
    ],
)
def test_what_exceeds_a_bound_is_refused(data: bytes) -> None:
    """Envelopes, vCards, lines and bytes are bounded."""
    with pytest.raises(LimitExceeded):
        decode_bmessage(data)


def test_parts_that_are_missing_are_absent() -> None:
    """A bMessage of nothing but its begin is one without sender, recipients and content."""
    message = decode_bmessage(HEAD)
    assert message == BMessage(read=False, body=None)
    assert message.originator is None
    assert decode_bmessage(HEAD + b"BEGIN:BENV\r\nBEGIN:BBODY\r\nLENGTH:0\r\nEND:BBODY\r\n").body is None
    assert message.encode() == BMessage(read=False, body=None).encode()


def test_what_stands_behind_the_text_is_not_looked_at() -> None:
    """A text that was not escaped cannot add recipients or another body."""
    fake = b"END:BBODY\r\nBEGIN:VCARD\r\nTEL:666\r\nEND:VCARD\r\nBEGIN:BBODY\r\nBEGIN:MSG\r\ny\r\nEND:MSG\r\n"
    message = decode_bmessage(HEAD + BODY + fake)
    assert message.body == BMessageBody((b"x",), charset=None)
    assert message.recipients == ()


@pytest.mark.parametrize(
    "filling",
    [b"\r\nEND:MSG", b"\nEND:MSG \n", b"\r\n", b"/", b"\r\n/", b"END:MSG\t", b" ", b"\nEND:MSG\n\n\n"],
)
@pytest.mark.parametrize("length", [b"", b"LENGTH:1048000\r\n", b"LENGTH:x\r\n"])
def test_a_long_hostile_text_is_read_in_bounded_time(filling: bytes, length: bytes) -> None:
    """A megabyte of near-ends comes to its end within the time limit of a test."""
    text = filling * (1_000_000 // len(filling))
    head = HEAD + b"BEGIN:BENV\r\nBEGIN:BBODY\r\n" + length + b"BEGIN:MSG\r\n"
    for data in (head + text, head + text + b"\r\nEND:MSG\r\nEND:BBODY\r\n"):
        try:
            decode_bmessage(data)
        except RemoteProtocolError:
            continue


LINE = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
VCARD = st.builds(
    BMessageVCard,
    version=st.sampled_from(["2.1", "3.0"]),
    n=LINE,
    fn=st.none() | LINE,
    tels=st.lists(LINE, max_size=3).map(tuple),
    emails=st.lists(LINE, max_size=3).map(tuple),
    uids=st.lists(LINE, max_size=1).map(tuple),
    ucis=st.lists(LINE, max_size=1).map(tuple),
)
PIECES = st.sampled_from([b"END:MSG", b"BEGIN:MSG", b"END:BBODY", b"/", b"\r\n", b"\n", b"\r", b" ", b"x"])
TEXT = st.lists(PIECES | st.binary(max_size=4), max_size=8).map(b"".join)
WORD = st.text(st.characters(categories=["Lu", "Nd"]), min_size=1, max_size=8)
BODIES = st.builds(
    BMessageBody,
    messages=st.lists(TEXT, min_size=1, max_size=3).map(tuple),
    charset=st.none() | WORD,
    encoding=st.none() | WORD,
    language=st.none() | WORD,
    part_id=st.none() | st.integers(0, 10**9 - 1),
)
MESSAGES = st.builds(
    BMessage,
    type=WORD,
    folder=LINE,
    originators=st.lists(VCARD, max_size=2).map(tuple),
    envelopes=st.lists(st.lists(VCARD, max_size=2).map(tuple), min_size=1, max_size=3).map(tuple),
    body=st.none() | BODIES,
    read=st.booleans(),
    version=st.sampled_from(["1.0", "1.1"]),
    extended_data=st.none() | LINE,
)


@settings(max_examples=200)
@given(MESSAGES)
def test_what_is_written_is_read_back(message: BMessage) -> None:
    """Any message survives writing and reading, whatever its text pretends to be."""
    assert decode_bmessage(message.encode()) == message


@settings(max_examples=200)
@given(MESSAGES, st.data())
def test_a_garbled_message_is_read_or_refused(message: BMessage, data: st.DataObject) -> None:
    """Bytes changed, cut and doubled raise nothing but the error of a peer that breaks the rules."""
    raw = bytearray(message.encode())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(raw)))
        raw[at : at + data.draw(st.integers(0, 9))] = data.draw(TEXT)
    try:
        decode_bmessage(bytes(raw))
    except RemoteProtocolError:
        return
