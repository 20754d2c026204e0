"""Are listings and event reports read as phones write them, and are hostile ones harmless?"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phonelink_tui.errors import LimitExceeded, RemoteProtocolError
from phonelink_tui.protocol import limits
from phonelink_tui.protocol.map.datetimes import MapDateTime, decode_datetime
from phonelink_tui.protocol.map.event_report import Event, EventReport, decode_event_report
from phonelink_tui.protocol.map.handles import MessageHandle
from phonelink_tui.protocol.map.listing import (
    FolderListing,
    MessageEntry,
    MessageListing,
    decode_folder_listing,
    decode_message_listing,
)
from phonelink_tui.protocol.map.xml import read_tags
from tests.protocol.toml_vectors import Vector, load

FOLDERS = load("map.toml", "folder_listing")
MESSAGES = load("map.toml", "message_listing")
EVENTS = load("map.toml", "event_report")

TIMES = ("datetime", "last_activity")


def typed(entry: dict[str, Any]) -> dict[str, Any]:
    """The fields of a vector's entry, with handles and times as values."""
    fields = dict(entry)
    if "handle" in fields:
        fields["handle"] = MessageHandle(fields["handle"])
    fields.update((name, decode_datetime(fields[name])) for name in TIMES if name in fields)
    return fields


def folder_listing(vector: Vector) -> FolderListing:
    """The folder listing a vector says it is."""
    return FolderListing(tuple(vector["folders"]), vector["complete"])


def message_listing(vector: Vector) -> MessageListing:
    """The message listing a vector says it is."""
    entries = tuple(MessageEntry(**typed(entry)) for entry in vector["entries"])
    return MessageListing(entries, vector["version"], vector.get("skipped", 0), vector["complete"])


def event_report(vector: Vector) -> EventReport:
    """The event report a vector says it is."""
    return EventReport(tuple(Event(**typed(event)) for event in vector["events"]), vector["version"])


CASES = [
    pytest.param(case.values[0], expected, decode, id=case.id)
    for cases, expected, decode in (
        (FOLDERS, folder_listing, decode_folder_listing),
        (MESSAGES, message_listing, decode_message_listing),
        (EVENTS, event_report, decode_event_report),
    )
    for case in cases
]

Expected = Callable[[Vector], FolderListing | MessageListing | EventReport]
Decode = Callable[[bytes], FolderListing | MessageListing | EventReport]
DECODERS: tuple[Decode, ...] = (decode_folder_listing, decode_message_listing, decode_event_report)


@pytest.mark.parametrize(("vector", "expected", "decode"), CASES)
def test_vectors_are_read(vector: Vector, expected: Expected, decode: Decode) -> None:
    """Every vector says what it is said to say, also with a BOM in front and NULs behind."""
    data = vector["text"].encode()
    assert decode(data) == expected(vector)
    assert decode(b"\xef\xbb\xbf" + data + b"\0\0") == expected(vector)


@pytest.mark.parametrize(("vector", "expected", "decode"), CASES)
def test_exact_vectors_are_written_byte_for_byte(vector: Vector, expected: Expected, decode: Decode) -> None:
    """A vector in the usual form is what the writer makes; any other is read as the same from it."""
    written = expected(vector).encode()
    if vector.get("exact"):
        assert written == vector["text"].encode()
    elif vector.get("complete", True) and not vector.get("skipped"):
        assert decode(written) == expected(vector)


@pytest.mark.parametrize(("vector", "expected", "decode"), CASES)
def test_a_cut_document_loses_its_end_only(vector: Vector, expected: Expected, decode: Decode) -> None:
    """Cut anywhere, a document is refused or has its first elements, and a listing says that it is cut."""
    data = vector["text"].encode()
    whole = expected(vector)
    for end in range(1, len(data)):
        try:
            part = decode(data[:end])
        except RemoteProtocolError:
            continue
        if isinstance(part, EventReport):
            assert isinstance(whole, EventReport)
            assert is_prefix(part.events, whole.events)
        elif isinstance(part, MessageListing):
            assert isinstance(whole, MessageListing)
            assert is_prefix(part.entries, whole.entries)
            assert part.complete == (b"</MAP-msg-listing>" in data[:end])
        else:
            assert isinstance(whole, FolderListing)
            assert is_prefix(part.folders, whole.folders)


def is_prefix(part: tuple[Any, ...], whole: tuple[Any, ...]) -> bool:
    """Whether `whole` begins with `part`."""
    return whole[: len(part)] == part


@pytest.mark.parametrize("decode", DECODERS)
def test_an_empty_body_is_an_empty_document(decode: Decode) -> None:
    """Some phones answer an empty folder with no bytes, or with a NUL."""
    assert decode(b"") == decode(b" \r\n\0") == type(decode(b""))()


@pytest.mark.parametrize("decode", DECODERS)
@pytest.mark.parametrize(
    "data", [b"x", b"<", b"<html><msg handle='1'/></html>", b"\xff\xfe<\0", b"</folder>"]
)
def test_another_document_is_refused(decode: Decode, data: bytes) -> None:
    """A body without the root that belongs there is no listing and no report."""
    with pytest.raises(RemoteProtocolError):
        decode(data)


def test_too_much_is_refused() -> None:
    """Bytes, elements and attributes are bounded, and the bounds themselves are allowed."""
    entry = b'<msg handle="1"/>'
    head = b"<MAP-msg-listing>"
    assert (
        len(decode_message_listing(head + entry * limits.LISTING_ENTRIES).entries) == limits.LISTING_ENTRIES
    )
    attributes = b"".join(b' a%d="x"' % i for i in range(limits.XML_ATTRIBUTES))
    assert not decode_message_listing(head + b"<msg" + attributes + b"/>").entries
    for data in (
        head + entry * (limits.LISTING_ENTRIES + 1),
        head + b"<msg" + attributes + b" one='more'/>",
        head + b" " * limits.XML_BYTES,
    ):
        with pytest.raises(LimitExceeded):
            decode_message_listing(data)
    with pytest.raises(LimitExceeded):
        decode_event_report(b"<MAP-event-report>" + b"<event type='x'/>" * (limits.EVENT_REPORTS + 1))


@pytest.mark.parametrize(
    "filling",
    [
        b"<",
        b"<a ",
        b'"',
        b'" ',
        b'"' + b" " * 100,
        b'" a',
        b"<!--",
        b"<!x[]",
        b"<!x[",
        b"<?",
        b"</a",
        b'<a b="',
        b"<a b='\"",
        b"&#1",
        b"<a/",
        b'<msg a="&amp;" b=',
        b"/ ",
    ],
)
def test_a_long_hostile_document_is_read_in_bounded_time(filling: bytes) -> None:
    """Four megabytes of beginnings without ends come to their end within the time limit of a test."""
    count = (limits.XML_BYTES - 100) // len(filling)
    for data in (filling * count, b'<msg a="' + filling * count):
        try:
            for _ in read_tags(data):
                pass
        except LimitExceeded:
            continue


def test_references_in_a_doctype_expand_to_nothing() -> None:
    """The billion laughs are a few bytes of text here."""
    bomb = (
        b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><MAP-msg-listing><msg handle="1" subject="&b;"/>'
    )
    assert decode_message_listing(bomb).entries[0].subject == "&b;"


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        (None, None),
        ("", ""),
        ("inbox", "inbox"),
        ("/telecom/msg/INBOX/", "inbox"),
        ("telecom/msg/sent", "sent"),
    ],
)
def test_the_folder_of_an_event_is_its_last_level(folder: str | None, name: str | None) -> None:
    """Leading slashes and case differ between phones and mean nothing."""
    event = Event("MessageShift", folder=folder, old_folder=folder)
    assert (event.folder_name, event.old_folder_name) == (name, name)


@pytest.mark.parametrize(
    ("text", "encoded"),
    [
        ("20261122T101500", "20261122T101500"),
        (" 20261122T101500 ", "20261122T101500"),
        ("20261122T101500+0100", "20261122T101500+0100"),
        ("20261122T101500-03:30", "20261122T101500-0330"),
        ("20261122T101500+ 2 0", "20261122T101500+0200"),
        ("20261122T101500- 030", "20261122T101500-0030"),
        ("20261122T101500Z", "20261122T101500+0000"),
        ("20261122T101500+9900", "20261122T101500"),
        ("00010101T000000", "00010101T000000"),
        ("20261322T101500", None),
        ("20260230T101500", None),
        ("20261122T101560", None),
        ("2026112T101500", None),
        ("00000101T000000", None),
        ("20261122T101500+", "20261122T101500"),
        ("20261122T101500 Europe", "20261122T101500"),
        ("٢٠٢٦١١٢٢T١٠١٥٠٠", None),
        ("", None),
    ],
)
def test_times_are_read_with_the_tolerance_phones_need(text: str, encoded: str | None) -> None:
    """Padded offsets are read, impossible dates are none, an offset of no sense is dropped."""
    value = decode_datetime(text)
    assert (None if value is None else value.encode()) == encoded


OFFSETS = st.none() | st.integers(-1439, 1439).map(lambda minutes: timedelta(minutes=minutes))
DATETIMES = st.builds(MapDateTime, st.datetimes().map(lambda value: value.replace(microsecond=0)), OFFSETS)
CHARACTERS = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")
TEXTS = st.text(CHARACTERS | st.sampled_from("\t\r\n\"'<>&;#= /"), max_size=20)
HANDLES = st.from_regex(r"[0-9A-Fa-f]{1,16}", fullmatch=True).map(MessageHandle)
NUMBERS = st.integers(0, 10**12)


def optional(*strategies: st.SearchStrategy[Any]) -> Iterable[st.SearchStrategy[Any]]:
    """Each strategy, or None."""
    return [st.none() | strategy for strategy in strategies]


FLAGS = st.booleans()
ENTRIES = st.builds(
    MessageEntry,
    HANDLES,
    *optional(TEXTS, DATETIMES, TEXTS, TEXTS, TEXTS, TEXTS, TEXTS, NUMBERS, FLAGS, TEXTS, NUMBERS),
    *optional(FLAGS, FLAGS, FLAGS, FLAGS, TEXTS, TEXTS, TEXTS, TEXTS, TEXTS, TEXTS),
)
EVENT_VALUES = st.builds(
    Event,
    TEXTS,
    *optional(HANDLES, TEXTS, TEXTS, TEXTS, DATETIMES, TEXTS, TEXTS, FLAGS, TEXTS, TEXTS, TEXTS, TEXTS),
    *optional(TEXTS, TEXTS, DATETIMES, TEXTS, FLAGS, TEXTS, TEXTS, TEXTS, FLAGS),
)
VERSIONS = st.sampled_from(["1.0", "1.1", "1.2"])
DOCUMENTS = st.one_of(
    st.builds(FolderListing, st.lists(TEXTS, max_size=4).map(tuple)),
    st.builds(MessageListing, st.lists(ENTRIES, max_size=3).map(tuple), VERSIONS),
    st.builds(EventReport, st.lists(EVENT_VALUES, max_size=3).map(tuple), VERSIONS),
)
DECODER_OF: dict[type, Decode] = {
    FolderListing: decode_folder_listing,
    MessageListing: decode_message_listing,
    EventReport: decode_event_report,
}


@settings(max_examples=200)
@given(DOCUMENTS)
def test_what_is_written_is_read_back(document: FolderListing | MessageListing | EventReport) -> None:
    """Any listing and any report survives writing and reading, whatever its values contain."""
    assert DECODER_OF[type(document)](document.encode()) == document


@settings(max_examples=200)
@given(DOCUMENTS, st.data())
def test_a_garbled_document_is_read_or_refused(
    document: FolderListing | MessageListing | EventReport, data: st.DataObject
) -> None:
    """Bytes changed, cut and put in raise nothing but the error of a peer that breaks the rules."""
    raw = bytearray(document.encode())
    pieces = st.sampled_from([b'"', b"<", b">", b"/>", b"&", b"<!", b"=", b" ", b"\0", b"\xff"])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(raw)))
        raw[at : at + data.draw(st.integers(0, 9))] = data.draw(pieces | st.binary(max_size=4))
    for decode in DECODERS:
        try:
            decode(bytes(raw))
        except RemoteProtocolError:
            continue


def test_what_xml_cannot_carry_is_replaced() -> None:
    """Control characters and half surrogates become U+FFFD on the way out."""
    entry = MessageEntry(MessageHandle("1"), subject="a\0b\x1bc\ud800d\uffff")
    read = decode_message_listing(MessageListing((entry,)).encode())
    assert read.entries[0].subject == "a\ufffdb\ufffdc\ufffdd\ufffd"
