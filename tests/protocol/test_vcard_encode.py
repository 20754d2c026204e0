"""Written vCards: do they read back the same, in both versions, and hold only what was asked for?"""

from __future__ import annotations

from datetime import UTC, datetime

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phonelink_tui.protocol.pbap.call_history import (
    CallRecord,
    CallType,
    decode_call_history,
    encode_call_history,
)
from phonelink_tui.protocol.pbap.constants import Format, PropertySelector
from phonelink_tui.protocol.pbap.vcard import (
    CallDateTime,
    StructuredName,
    TypedValue,
    VCard,
    decode_vcards,
    encode_vcard,
)

_TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=60).map(
    str.strip
)
_SOME = _TEXTS.filter(bool)
_TYPES = st.lists(st.sampled_from(["CELL", "HOME", "WORK", "PREF"]), unique=True, max_size=3).map(tuple)
_TYPED = st.lists(st.builds(TypedValue, _TEXTS, _TYPES), max_size=3).map(tuple)

cards = st.builds(
    VCard,
    formatted_name=_TEXTS,
    name=st.builds(StructuredName, _TEXTS, _TEXTS, _TEXTS, _TEXTS, _TEXTS),
    telephones=_TYPED,
    emails=_TYPED,
    organisation=st.lists(_TEXTS, max_size=3).map(tuple),
    nickname=_TEXTS,
    uid=_TEXTS,
    bt_uid=_TEXTS,
    bt_uci=st.lists(_SOME, max_size=2).map(tuple),
    call=st.none() | st.builds(CallDateTime, _TEXTS, _TYPES),
)

_FULL = VCard(
    formatted_name="Zoë Muster",
    name=StructuredName("Muster", "Zoë"),
    telephones=(TypedValue("+15550100", ("CELL",)),),
    emails=(TypedValue("zoe@example.org"),),
    organisation=("Bäckerei; Söhne", "Backstube"),
    nickname="Zo",
    uid="u1",
    bt_uid="A1",
    bt_uci=("sip:zoe@example.org",),
    call=CallDateTime("20261007T111657", ("MISSED",)),
)


@pytest.mark.parametrize("format", list(Format))
@given(card=cards)
@settings(max_examples=120)
def test_round_trip(format: Format, card: VCard) -> None:
    """Any card reads back the same from either version, and no written line is overlong."""
    encoded = encode_vcard(card, format)
    version = "2.1" if format == Format.VCARD_2_1 else "3.0"
    assert decode_vcards(encoded) == (attrs.evolve(card, version=version),)
    if format == Format.VCARD_3_0:
        assert max(map(len, encoded.split(b"\r\n"))) <= 76


def test_2_1_is_plain_ascii() -> None:
    """Version 2.1 carries other characters, and line breaks, as quoted-printable with a charset."""
    encoded = encode_vcard(attrs.evolve(_FULL, nickname="a\r\nb"), Format.VCARD_2_1)
    assert encoded.isascii()
    assert b"N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Muster;Zo=C3=AB;;;\r\n" in encoded
    assert b"NICKNAME;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:a=0D=0Ab\r\n" in encoded
    assert b"TEL;CELL:+15550100\r\n" in encoded
    assert b"X-IRMC-CALL-DATETIME;MISSED:20261007T111657\r\n" in encoded


def test_3_0_escapes_and_types() -> None:
    """Version 3.0 is UTF-8 with backslash escapes and TYPE parameters."""
    encoded = encode_vcard(_FULL).decode()
    assert "ORG:Bäckerei\\; Söhne;Backstube\r\n" in encoded
    assert "TEL;TYPE=CELL:+15550100\r\n" in encoded
    assert encoded.startswith("BEGIN:VCARD\r\nVERSION:3.0\r\n")
    assert encoded.endswith("END:VCARD\r\n")


def test_no_line_break_gets_out_of_its_value() -> None:
    """A value with line breaks cannot add properties to the card, in either version."""
    card = VCard(formatted_name="A\r\nTEL:1\nTEL:2\rTEL:3\r\nEND:VCARD")
    for format in Format:
        (read,) = decode_vcards(encode_vcard(card, format))
        assert read.telephones == ()


@pytest.mark.parametrize(
    ("format", "names"),
    [
        (Format.VCARD_2_1, ["BEGIN", "VERSION", "N", "TEL", "EMAIL", "END"]),
        (Format.VCARD_3_0, ["BEGIN", "VERSION", "N", "FN", "TEL", "EMAIL", "END"]),
    ],
)
def test_selector_and_mandatory_properties(format: Format, names: list[str]) -> None:
    """Only what is selected is written, and what the version cannot do without."""
    encoded = encode_vcard(_FULL, format, PropertySelector.EMAIL)
    lines = encoded.decode().split("\r\n")[:-1]
    assert [line.partition(":")[0].partition(";")[0] for line in lines] == names


_LOCAL_TIMES = st.datetimes(min_value=datetime(1000, 1, 1))  # noqa: DTZ001
_TIMES = _LOCAL_TIMES | _LOCAL_TIMES.map(lambda time: time.replace(tzinfo=UTC))
_RECORDS = st.builds(
    CallRecord,
    st.sampled_from(CallType),
    st.none() | _TIMES.map(lambda time: time.replace(microsecond=0)),
    st.text("0123456789+*#", max_size=15),
    _TEXTS,
)


@pytest.mark.parametrize("format", list(Format))
@given(records=st.lists(_RECORDS, max_size=4))
@settings(max_examples=80)
def test_call_history_round_trip(format: Format, records: list[CallRecord]) -> None:
    """Any call history reads back the same from either version."""
    names = PropertySelector.FN | PropertySelector.CALL_DATETIME
    assert list(decode_call_history(encode_call_history(records, format, names))) == records


def test_a_call_of_unknown_type_has_no_type() -> None:
    """Without a type the date stands alone."""
    record = CallRecord(None, None, "1")
    assert b"\r\nX-IRMC-CALL-DATETIME:\r\n" in encode_call_history([record])
