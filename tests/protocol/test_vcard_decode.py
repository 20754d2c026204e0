"""vCards from phones: are they read whatever version, folding and encoding they come in?"""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phonelink_tui.errors import LimitExceeded, RemoteProtocolError
from phonelink_tui.protocol import limits
from phonelink_tui.protocol.pbap.call_history import CallRecord, CallType, decode_call_history
from phonelink_tui.protocol.pbap.vcard import StructuredName, TypedValue, VCard, decode_vcards
from tests.protocol.toml_vectors import Vector, load


def _bytes(vector: Vector) -> bytes:
    text: str = vector["text"]
    return text.replace("\n", "\r\n").encode()


def _typed(values: list[list[str]]) -> tuple[TypedValue, ...]:
    return tuple(TypedValue(value, tuple(types)) for value, *types in values)


@pytest.mark.parametrize("vector", load("pbap.toml", "vcard"))
@pytest.mark.parametrize("line_end", ["\r\n", "\n"])
def test_vcard_vectors(vector: Vector, line_end: str) -> None:
    """Each card reads as its values, with either line end, alone and doubled."""
    data = _bytes(vector).replace(b"\r\n", line_end.encode())
    (card,) = decode_vcards(data)
    assert card.formatted_name == vector["formatted_name"]
    assert (card.name.family, card.name.given) == (vector["family"], vector["given"])
    assert card.telephones == _typed(vector["telephones"])
    assert card.emails == _typed(vector["emails"])
    assert card.organisation == tuple(vector["organisation"])
    assert decode_vcards(data * 2) == (card, card)


@pytest.mark.parametrize("vector", [*load("pbap.toml", "vcard"), *load("pbap.toml", "call")])
def test_truncated_vcards(vector: Vector) -> None:
    """Cut at every length a card is shorter, absent, or the phone's error."""
    data = _bytes(vector)
    for length in range(len(data)):
        try:
            assert len(decode_vcards(data[:length])) <= 1
        except RemoteProtocolError:
            assert b"BEGIN:VCARD" not in data[:length].upper()


@pytest.mark.parametrize("vector", load("pbap.toml", "call"))
def test_call_vectors(vector: Vector) -> None:
    """Each call reads as its type, time, number and name."""
    time: datetime | None = vector.get("time")
    record = CallRecord(CallType(vector["type"]), time, vector["number"], vector["caller"])
    assert decode_call_history(_bytes(vector)) == (record,)


@pytest.mark.parametrize(
    ("path", "call_type"),
    [
        ("telecom/ich.vcf", CallType.RECEIVED),
        ("SIM1/telecom/och.vcf", CallType.DIALLED),
        ("telecom/mch.vcf", CallType.MISSED),
        ("telecom/cch.vcf", None),
    ],
)
def test_the_folder_tells_the_type_where_the_card_does_not(path: str, call_type: CallType | None) -> None:
    """A card without X-IRMC-CALL-DATETIME is a call of its folder's type; in the combined one of none."""
    card = b"BEGIN:VCARD\r\nTEL:1\r\nEND:VCARD\r\n"
    assert decode_call_history(card, path) == (CallRecord(call_type, None, "1"),)


def test_several_cards_and_what_stands_between_them() -> None:
    """Cards come in order; text outside of them, a missing END and a second BEGIN are borne."""
    data = b"junk\r\nBEGIN:VCARD\nFN:A\nBEGIN:VCARD\nFN:B\nEND:VCARD\nEND:VCARD\nFN:C\nBEGIN:VCARD\nFN:D"
    assert [card.formatted_name for card in decode_vcards(data)] == ["A", "B", "D"]


def test_an_empty_phonebook_is_no_error() -> None:
    """Blank data holds no card; data that is no vCard is the phone's error."""
    assert decode_vcards(b"") == decode_vcards(b"\0\r\n") == ()
    with pytest.raises(RemoteProtocolError):
        decode_vcards(b"<html></html>")


@pytest.mark.parametrize(
    ("card", "name"),
    [
        (VCard(formatted_name="Ann", organisation=("Inc",)), "Ann"),
        (VCard(name=StructuredName("Muster", "Zoë", "M.")), "Zoë M. Muster"),
        (VCard(organisation=("Inc", "Unit")), "Inc"),
        (VCard(), ""),
    ],
)
def test_the_name_to_display(card: VCard, name: str) -> None:
    """FN counts first, then N in speaking order, then the organisation."""
    assert card.display_name == name


def test_of_single_properties_the_first_counts() -> None:
    """A second FN or N does not replace the first."""
    (card,) = decode_vcards(b"BEGIN:VCARD\nFN:A\nFN:B\nN:1;2;3;4;5;6;7\nN:x\nEND:VCARD")
    assert card.formatted_name == "A"
    assert card.name == StructuredName("1", "2", "3", "4", "5")


@pytest.mark.parametrize(
    "data",
    [
        b"BEGIN:VCARD\nFN:" + b"a" * limits.VCARD_LINE_BYTES,
        b"BEGIN:VCARD\nFN:" + b"aaaa\n " * (limits.VCARD_LINE_BYTES // 4),
        b"BEGIN:VCARD\nFN;QUOTED-PRINTABLE:" + b"aaaa=\n" * (limits.VCARD_LINE_BYTES // 4),
        b"BEGIN:VCARD\n" + b"TEL:1\n" * (limits.VCARD_PROPERTIES + 1),
        b"BEGIN:VCARD\nEND:VCARD\n" * (limits.VCARDS + 1),
    ],
    ids=["line", "folded line", "soft breaks", "properties", "cards"],
)
def test_bounds(data: bytes) -> None:
    """Lines, properties of a card and cards are bounded."""
    with pytest.raises(LimitExceeded):
        decode_vcards(data)


def test_photos_are_skipped_not_collected() -> None:
    """A photo larger than any line may be is no error, and what follows it is read."""
    photo = b"item1.PHOTO;ENCODING=b:" + b"QUJD" * 18 + b"\r\n" + (b" " + b"QUJD" * 18 + b"\r\n") * 20_000
    (card,) = decode_vcards(b"BEGIN:VCARD\r\n" + photo + b"TEL:1\r\nEND:VCARD\r\n")
    assert card.telephones == (TypedValue("1"),)


def test_a_head_without_end_is_no_property() -> None:
    """A line whose colon comes after a kilobyte of parameters is passed over."""
    (card,) = decode_vcards(b"BEGIN:VCARD\nFN" + b";A" * 1000 + b":x\nEND:VCARD")
    assert card.formatted_name == ""


_WORDS = b"""BEGIN:VCARD END:VCARD X-IRMC-CALL-DATETIME 20261007T111657 FN N TEL ORG item1. = ; : " \\ \\; ,
    =C3=A4 ENCODING=QUOTED-PRINTABLE CHARSET= UTF-8 SHIFT_JIS TYPE= CELL"""
_PIECES = st.sampled_from([*_WORDS.split(), b"\r\n", b"\n", b" ", b"\t", b"=\r\n", b"\xff", b"\0"])


@given(st.lists(st.one_of(_PIECES, st.binary(max_size=5)), max_size=60).map(b"".join))
@settings(max_examples=300)
def test_any_bytes_are_cards_or_the_phones_error(data: bytes) -> None:
    """Nothing but RemoteProtocolError comes out of the vCard and call readers."""
    try:
        decode_call_history(b"BEGIN:VCARD\n" + data)
        decode_vcards(data)
    except RemoteProtocolError:
        return
