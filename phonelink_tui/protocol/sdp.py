"""How is a phone asked for its services? The ServiceSearchAttribute exchange. (Core 5.4, Vol 3, Part B, 4.7)

One PDU is one L2CAP packet on PSM 1. What a record means is the business of `sdp_records`.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, TypeAlias
from uuid import UUID

from attrs import frozen

from phonelink_tui.errors import LimitExceeded, RemoteProtocolError
from phonelink_tui.protocol import limits
from phonelink_tui.protocol.open_enum import OpenIntEnum
from phonelink_tui.protocol.sdp_elements import (
    Element,
    ElementType,
    decode_element,
    decode_element_at,
    encode_element,
    sequence,
    uint,
    uuid16,
)

PSM: Final = 0x0001
"""Where SDP listens on L2CAP."""

DEFAULT_MTU: Final = 672
"""The L2CAP default, which SDP peers seldom change."""

Record: TypeAlias = Mapping[int, Element]
"""A service record: attribute ids to values."""

_HEADER: Final = struct.Struct(">BHH")
_U16: Final = struct.Struct(">H")
_MAX_CONTINUATION_BYTES: Final = 16
_MIN_BYTE_COUNT: Final = 7
_NO_CONTINUATION: Final = b"\0"


class PduId(OpenIntEnum):
    """First byte of a PDU."""

    ERROR_RESPONSE = 0x01
    SERVICE_SEARCH_ATTRIBUTE_REQUEST = 0x06
    SERVICE_SEARCH_ATTRIBUTE_RESPONSE = 0x07


class ErrorCode(OpenIntEnum):
    """Why a server refuses a request."""

    INVALID_SDP_VERSION = 0x0001
    INVALID_RECORD_HANDLE = 0x0002
    INVALID_REQUEST_SYNTAX = 0x0003
    INVALID_PDU_SIZE = 0x0004
    INVALID_CONTINUATION_STATE = 0x0005
    INSUFFICIENT_RESOURCES = 0x0006


class SdpSearch:
    """The client machine: one search for all attributes of all records of a service. Single use.

    Args:
        service: 16-bit UUID that a record must hold.
        transaction_id: 0 to 65535; parts of one answer count on from it.
    """

    def __init__(self, service: int, *, transaction_id: int = 1) -> None:
        self._pattern = encode_element(sequence(uuid16(service)))
        self._attributes = encode_element(sequence(uint(0x0000FFFF, 4)))
        self._transaction_id = transaction_id
        self._collected = bytearray()
        self._request: bytes | None = self._build_request(_NO_CONTINUATION)

    def data_to_send(self) -> bytes | None:
        """Take the next request; None while an answer is awaited, or after the last one."""
        request, self._request = self._request, None
        return request

    def receive_data(self, pdu: bytes) -> tuple[Record, ...] | None:
        """Add one answer; the records once it was the last, else None and there is more to send.

        Raises:
            LimitExceeded: All parts together have more than `limits.SDP_RESPONSE_BYTES`.
            RemoteProtocolError: Malformed, refused, or the answer to something else.

        After either exception the search is over. Any other exception is a bug.
        """
        payload = self._payload(pdu)
        count = _U16.unpack_from(payload)[0]
        end = _U16.size + count
        if end >= len(payload) or len(payload) != end + 1 + payload[end]:
            raise RemoteProtocolError("An SDP answer and its lengths disagree.")
        continuation = payload[end:]
        if len(continuation) > 1 + _MAX_CONTINUATION_BYTES or (len(continuation) > 1 and not count):
            raise RemoteProtocolError("An SDP answer goes on in an impossible way.")
        self._collected += payload[_U16.size : end]
        if len(self._collected) > limits.SDP_RESPONSE_BYTES:
            raise LimitExceeded("An SDP answer is too long.")
        if len(continuation) > 1:
            self._transaction_id = (self._transaction_id + 1) & 0xFFFF
            self._request = self._build_request(continuation)
            return None
        return decode_attribute_lists(bytes(self._collected))

    def _payload(self, pdu: bytes) -> bytes:
        if len(pdu) < _HEADER.size + _U16.size:
            raise RemoteProtocolError("An SDP answer is cut short.")
        pdu_id, transaction_id, length = _HEADER.unpack_from(pdu)
        if length != len(pdu) - _HEADER.size or transaction_id != self._transaction_id:
            raise RemoteProtocolError("An SDP answer has the wrong length or belongs to another request.")
        if pdu_id == PduId.ERROR_RESPONSE:
            code = ErrorCode(_U16.unpack_from(pdu, _HEADER.size)[0])
            raise RemoteProtocolError(f"The phone refuses the service search ({code.name}).")
        if pdu_id != PduId.SERVICE_SEARCH_ATTRIBUTE_RESPONSE:
            raise RemoteProtocolError("An SDP answer is of another kind than the request.")
        return pdu[_HEADER.size :]

    def _build_request(self, continuation: bytes) -> bytes:
        parameters = self._pattern + _U16.pack(0xFFFF) + self._attributes + continuation
        header = _HEADER.pack(PduId.SERVICE_SEARCH_ATTRIBUTE_REQUEST, self._transaction_id, len(parameters))
        return header + parameters


def answer_search(pdu: bytes, records: Sequence[Record], *, mtu: int = DEFAULT_MTU) -> bytes:
    """Answer one request as a server does. Never raises, whatever the request.

    Stateless: the continuation state is an offset, so `records` must stay the same until the last part.

    Args:
        pdu: One request as received.
        records: What is published; a record matches when it holds every UUID asked for.
        mtu: The most bytes of the answer, at least 48.
    """
    transaction_id = _U16.unpack_from(pdu, 1)[0] if len(pdu) >= _HEADER.size else 0
    try:
        request = _decode_request(pdu)
    except RemoteProtocolError:
        return _error(transaction_id, ErrorCode.INVALID_REQUEST_SYNTAX)
    lists = encode_attribute_lists(
        {id_: value for id_, value in record.items() if any(id_ in ids for ids in request.attributes)}
        for record in records
        if request.services <= set(_uuids(record.values()))
    )
    if request.offset >= len(lists):
        return _error(transaction_id, ErrorCode.INVALID_CONTINUATION_STATE)
    room = mtu - _HEADER.size - _U16.size - 1 - _U16.size
    part = lists[request.offset : request.offset + min(request.byte_count, room)]
    end = request.offset + len(part)
    continuation = _NO_CONTINUATION if end == len(lists) else bytes([_U16.size]) + _U16.pack(end)
    payload = _U16.pack(len(part)) + part + continuation
    header = _HEADER.pack(PduId.SERVICE_SEARCH_ATTRIBUTE_RESPONSE, transaction_id, len(payload))
    return header + payload


def encode_attribute_lists(records: Iterable[Record]) -> bytes:
    """Write records as the body of an answer; attributes in ascending order, as servers must."""
    return encode_element(sequence(*map(_attribute_list, records)))


def encode_record(record: Record) -> bytes:
    """Write one record as a data element."""
    return encode_element(_attribute_list(record))


def decode_attribute_lists(data: bytes) -> tuple[Record, ...]:
    """Read the body of an answer. Of a repeated attribute the first counts.

    Raises:
        RemoteProtocolError: Not a sequence of sequences of ids and values. Any other exception is a bug.
    """
    lists = decode_element(data)
    if lists.type is not ElementType.SEQUENCE:
        raise RemoteProtocolError("An SDP answer is no sequence of records.")
    return tuple(map(_record, lists.elements))


@frozen
class _Request:
    services: frozenset[UUID]
    byte_count: int
    attributes: tuple[range, ...]
    offset: int


def _decode_request(pdu: bytes) -> _Request:
    if len(pdu) < _HEADER.size:
        raise RemoteProtocolError("An SDP request is cut short.")
    pdu_id, _, length = _HEADER.unpack_from(pdu)
    if pdu_id != PduId.SERVICE_SEARCH_ATTRIBUTE_REQUEST or length != len(pdu) - _HEADER.size:
        raise RemoteProtocolError("An SDP request is of an unknown kind or the wrong length.")
    pattern, at = decode_element_at(pdu, _HEADER.size)
    if at + _U16.size > len(pdu):
        raise RemoteProtocolError("An SDP request lacks its byte count.")
    byte_count = _U16.unpack_from(pdu, at)[0]
    attributes, at = decode_element_at(pdu, at + _U16.size)
    services = frozenset(uuid for uuid in (element.uuid for element in pattern.elements) if uuid)
    if not services or byte_count < _MIN_BYTE_COUNT:
        raise RemoteProtocolError("An SDP request has an empty pattern or no room for an answer.")
    return _Request(services, byte_count, tuple(_ranges(attributes)), _offset(pdu[at:]))


def _ranges(attributes: Element) -> Iterator[range]:
    for element in attributes.elements:
        number = element.number
        if number is None:
            raise RemoteProtocolError("An SDP attribute id is no number.")
        yield range(number >> 16, (number & 0xFFFF) + 1) if element.size == 4 else range(number, number + 1)


def _offset(continuation: bytes) -> int:
    if continuation == _NO_CONTINUATION:
        return 0
    if len(continuation) != 1 + _U16.size or continuation[0] != _U16.size:
        raise RemoteProtocolError("An SDP continuation state is not ours.")
    offset: int = _U16.unpack_from(continuation, 1)[0]
    return offset


def _uuids(elements: Iterable[Element]) -> Iterator[UUID]:
    for element in elements:
        if element.uuid is not None:
            yield element.uuid
        yield from _uuids(element.elements)


def _error(transaction_id: int, code: ErrorCode) -> bytes:
    return _HEADER.pack(PduId.ERROR_RESPONSE, transaction_id, _U16.size) + _U16.pack(code)


def _attribute_list(record: Record) -> Element:
    return sequence(*(element for id_ in sorted(record) for element in (uint(id_, 2), record[id_])))


def _record(attribute_list: Element) -> Record:
    elements = attribute_list.elements
    if attribute_list.type is not ElementType.SEQUENCE or len(elements) % 2:
        raise RemoteProtocolError("An SDP record is no sequence of ids and values.")
    record: dict[int, Element] = {}
    for id_, value in zip(elements[::2], elements[1::2], strict=True):
        if id_.number is None:
            raise RemoteProtocolError("An SDP attribute id is no number.")
        record.setdefault(id_.number, value)
    return record
