"""MAS, MNS and PSE records: do values, data elements and BlueZ's XML say the same?"""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from phonelink_tui.errors import LocalProtocolError
from phonelink_tui.protocol.map.constants import Features as MapFeatures
from phonelink_tui.protocol.map.constants import MessageTypes
from phonelink_tui.protocol.map.sdp_record import MNS_FEATURES_CAUTIOUS, MasRecord, MnsRecord
from phonelink_tui.protocol.pbap.constants import Features as PbapFeatures
from phonelink_tui.protocol.pbap.constants import Repositories
from phonelink_tui.protocol.pbap.sdp_record import PseRecord
from phonelink_tui.protocol.sdp import Record, encode_record
from phonelink_tui.protocol.sdp_elements import Element, ElementType, sequence, text, uint, uuid16
from phonelink_tui.protocol.sdp_records import (
    build_mas_record,
    build_mns_record,
    build_pse_record,
    mas_records,
    mns_records,
    pse_records,
    record_xml,
)
from tests.protocol.toml_vectors import load, wire

_IPHONE = MasRecord(
    "MAP MAS-iOS", 2, 0x0104, 0, MessageTypes.SMS_GSM, MapFeatures(0x0006027F), l2cap_psm=0x100B
)
_CAUTIOUS_MNS = MnsRecord(features=MNS_FEATURES_CAUTIOUS)


def test_the_mns_record_is_the_vector() -> None:
    """Our MNS record on channel 17 is byte for byte the documented one."""
    assert encode_record(build_mns_record(_CAUTIOUS_MNS)) == wire(load("sdp.toml", "record")[0].values[0])


def test_round_trips() -> None:
    """Each record reads back as its values, and only as a record of its own service."""
    mns = MnsRecord("Ours", 9, 0x0102, MapFeatures(0x1F), 0x1001)
    pse = PseRecord("PBAP", 13, 0x0102, Repositories.LOCAL | Repositories.SIM, PbapFeatures(0x3FF), 0x1003)
    old = PseRecord("PBAP", 13, 0x0101)
    records = [build_mas_record(_IPHONE), build_mns_record(mns), build_pse_record(pse), build_pse_record(old)]
    assert mas_records(records) == (_IPHONE,)
    assert mns_records(records) == (mns,)
    assert pse_records(records) == (pse, old)


def test_absent_attributes_have_their_defaults() -> None:
    """A record with nothing but class and channel is a record of version 1.0 with default features."""
    protocols = sequence(sequence(uuid16(0x0100)), sequence(uuid16(3), uint(2, 1)))
    bare: Record = {0x0001: sequence(uuid16(0x1132), uuid16(0x112F), uuid16(0x1133)), 0x0004: protocols}
    (mas,) = mas_records([bare])
    assert mas == MasRecord("", 2, 0x0100, 0, MessageTypes(0), MapFeatures(0x1F))
    assert not mas.wants_features_in_connect
    (pse,) = pse_records([bare])
    assert (pse.features, pse.known_features) == (None, PbapFeatures(3))
    assert not pse.wants_features_in_connect
    assert mns_records([bare])[0].features == MapFeatures(0x1F)


def test_pbap_features_go_into_connect_only_from_1_2_on_and_when_said() -> None:
    """Version and record together decide whether CONNECT carries our features."""
    assert PseRecord("", 1, 0x0102, features=PbapFeatures(3)).wants_features_in_connect
    assert not PseRecord("", 1, 0x0101, features=PbapFeatures(3)).wants_features_in_connect
    assert PseRecord("", 1, features=PbapFeatures(1)).known_features == PbapFeatures.DOWNLOAD


_GOOD = build_mas_record(_IPHONE)


@pytest.mark.parametrize(
    "change",
    [
        {0x0001: sequence(uuid16(0x1101))},
        {0x0001: text("no")},
        {0x0004: sequence()},
        {0x0004: sequence(sequence(uuid16(3)))},
        {0x0004: sequence(sequence(uuid16(3), text("2")))},
        {0x0004: sequence(sequence(uuid16(3), uint(31, 1)))},
    ],
)
def test_records_nobody_can_connect_to_are_passed_over(change: Record) -> None:
    """Another service class, or no usable RFCOMM channel, is no MAS."""
    assert mas_records([{**_GOOD, **change}, {}]) == ()


def test_strange_attributes_do_not_hide_a_service() -> None:
    """Wrong types, impossible PSMs and overlong numbers read as absent."""
    strange: Record = {
        **_GOOD,
        0x0009: sequence(sequence(uuid16(0x1101), uint(0x0105, 2)), sequence()),
        0x0100: uint(1, 1),
        0x0200: uint(0x0102, 2),
        0x0315: text("x"),
        0x0317: uint(1 << 40, 8),
    }
    assert mas_records([strange]) == (
        MasRecord("", 2, 0x0100, 0, MessageTypes.SMS_GSM, MapFeatures(0x1F), None),
    )
    versionless: Record = {**_GOOD, 0x0009: sequence(sequence(uuid16(0x1134), text("x")))}
    assert mas_records([versionless])[0].version == 0x0100


def _from_xml(node: ElementTree.Element) -> Element:
    """BlueZ's XML read back, independently of how it was written."""
    value = node.get("value", "")
    if node.tag in ("sequence", "alternate"):
        kind = ElementType.SEQUENCE if node.tag == "sequence" else ElementType.ALTERNATIVE
        return Element(kind, tuple(map(_from_xml, node)))
    if node.tag == "uuid":
        return Element(ElementType.UUID, bytes.fromhex(value.removeprefix("0x").replace("-", "")))
    if node.tag == "boolean":
        return Element(ElementType.BOOL, int(value == "true"))
    if node.tag == "text":
        return text(value)
    assert node.tag.startswith("uint")
    return uint(int(value, 16), int(node.tag.removeprefix("uint")) // 8)


def test_record_as_xml_for_bluez() -> None:
    """The XML holds the same record, with markup in its name escaped."""
    record: Record = {
        **build_mns_record(MnsRecord(name='A & "B" <C>', l2cap_psm=0x1001)),
        0x0300: Element(
            ElementType.ALTERNATIVE, (Element(ElementType.BOOL, 1), Element(ElementType.BOOL, 0))
        ),
        0x0301: Element(ElementType.UUID, bytes(range(16))),
    }
    root = ElementTree.fromstring(record_xml(record))
    assert root.tag == "record"
    read = {int(node.get("id", ""), 16): _from_xml(node[0]) for node in root}
    assert read == record


def test_the_xml_of_the_mns_record() -> None:
    """The beginning and end of what is handed to ProfileManager1 are as BlueZ's own templates write them."""
    xml = record_xml(build_mns_record(_CAUTIOUS_MNS))
    assert '<attribute id="0x0001"><sequence><uuid value="0x1133"/></sequence></attribute>' in xml
    assert '<sequence><uuid value="0x0003"/><uint8 value="0x11"/></sequence>' in xml
    assert '<attribute id="0x0100"><text value="MAP MNS"/></attribute>' in xml
    assert xml.endswith('<attribute id="0x0317"><uint32 value="0x0000027f"/></attribute></record>')


@pytest.mark.parametrize(
    "element",
    [Element(ElementType.NIL), Element(ElementType.INT, 1, 1), text("a\nb"), Element(ElementType(9), b"")],
)
def test_elements_without_xml_are_our_bug(element: Element) -> None:
    """What our records never hold is refused, not written wrong."""
    with pytest.raises(LocalProtocolError):
        record_xml({1: element})
