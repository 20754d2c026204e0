"""Do MAP's functions have the bytes of captures, and does a server read what a client writes?"""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from phonelink_tui.errors import LocalProtocolError
from phonelink_tui.protocol.map.constants import (
    ALL_PARAMETERS,
    MAS_TARGET,
    MNS_TARGET,
    Charset,
    ExcludedTypes,
    Features,
    ReadFilter,
    StatusIndicator,
)
from phonelink_tui.protocol.map.datetimes import MapDateTime
from phonelink_tui.protocol.map.handles import MessageHandle
from phonelink_tui.protocol.map.parameters import MapParameters, decode_map_parameters
from phonelink_tui.protocol.map.request_decoder import Unanswerable, decode_map_request
from phonelink_tui.protocol.map.requests import (
    FolderStep,
    GetFolderListing,
    GetInstanceInformation,
    GetMessage,
    GetMessagesListing,
    MapRequest,
    PushMessage,
    SendEvent,
    SetFolder,
    SetMessageStatus,
    SetNotificationFilter,
    SetNotificationRegistration,
    UpdateInbox,
    connect_mas,
    connect_mns,
)
from phonelink_tui.protocol.obex.client import ClientConnection
from phonelink_tui.protocol.obex.codes import ResponseCode
from phonelink_tui.protocol.obex.events import RequestReceived
from phonelink_tui.protocol.obex.headers import Headers
from phonelink_tui.protocol.obex.operations import Connect, Get, Operation, Put, SetPath
from phonelink_tui.protocol.obex.parameters import Parameter, decode_parameters
from phonelink_tui.protocol.obex.server import ServerConnection, accept
from tests.protocol.toml_vectors import load, wire

HANDLE = MessageHandle("0400000000000012")

ON_THE_WIRE: dict[str, MapRequest] = {
    "SETPATH root": SetFolder(FolderStep.ROOT),
    "SETPATH telecom": SetFolder(FolderStep.DOWN, "telecom"),
    "SETPATH up": SetFolder(FolderStep.UP),
    "GET listing of inbox": GetMessagesListing(
        "inbox",
        MapParameters(
            max_list_count=10, list_start_offset=0, subject_length=255, parameter_mask=ALL_PARAMETERS
        ),
    ),
    "GET message": GetMessage(HANDLE),
    "PUT notification registration on": SetNotificationRegistration(True),
    "PUT message status read": SetMessageStatus(HANDLE, StatusIndicator.READ, True),
    "PUT update inbox": UpdateInbox(),
}
"""The name of a vector in obex.toml, and the function of MAP it is."""

BYTES = {param.id: wire(param.values[0]) for param in load("obex.toml", "request")}


def open_client() -> ClientConnection:
    """A client with Connection Id 1, as in the vectors."""
    client = ClientConnection()
    client.send(connect_mas())
    client.receive_data(bytes.fromhex("a0001f10001000cb000000014a0013") + MAS_TARGET)
    client.next_event()
    return client


@pytest.mark.parametrize("name", ON_THE_WIRE)
def test_requests_have_the_bytes_of_the_vectors(name: str) -> None:
    """Each function is written as the vector has it, Connection Id included."""
    assert open_client().send(ON_THE_WIRE[name].encode()).hex() == BYTES[name].hex()


@pytest.mark.parametrize("name", ON_THE_WIRE)
def test_a_server_reads_the_vectors_as_functions(name: str) -> None:
    """Each vector is the function it was written as."""
    server = ServerConnection()
    server.receive_data(BYTES["CONNECT MAS, largest packet"])
    assert server.next_event() == RequestReceived(connect_mas())
    server.send(accept(MAS_TARGET, 1))
    server.receive_data(BYTES[name])
    event = server.next_event()
    assert isinstance(event, RequestReceived)
    assert decode_map_request(event.operation) == ON_THE_WIRE[name]


def test_connect_names_the_service_and_the_features_only_on_demand() -> None:
    """Tag 29 is written when it is asked for, for either service, and not otherwise."""
    assert connect_mas() == Connect(Headers.of(target=MAS_TARGET))
    with_features = connect_mns(Features.NOTIFICATION | Features.BROWSING)
    assert with_features.headers.target == MNS_TARGET
    assert with_features.headers.parameters == (Parameter(0x29, b"\x00\x00\x00\x06"),)
    assert (
        ClientConnection(max_packet_bytes=0xFFFF).send(connect_mas()) == BYTES["CONNECT MAS, largest packet"]
    )
    assert ClientConnection().send(connect_mas(0x0006027F)) == BYTES["CONNECT MAS with features"]
    assert ClientConnection().send(connect_mns()) == BYTES["CONNECT MNS"]


REQUESTS: tuple[MapRequest, ...] = (
    *ON_THE_WIRE.values(),
    SetFolder(FolderStep.UP, "sent"),
    GetFolderListing(),
    GetFolderListing(MapParameters(max_list_count=0, list_start_offset=3)),
    GetMessagesListing(),
    GetMessagesListing(
        "sent",
        MapParameters(
            filter_message_type=ExcludedTypes.EMAIL | ExcludedTypes.IM,
            filter_period_begin=MapDateTime(datetime(2026, 11, 1)),  # noqa: DTZ001
            filter_period_end=MapDateTime(datetime(2026, 11, 22, 10), timedelta(hours=-3)),  # noqa: DTZ001
            filter_read_status=ReadFilter.UNREAD,
            filter_recipient="żółw",
            filter_originator="*",
            filter_priority=1,
            conversation_id="0" * 32,
            filter_message_handle="0A",
        ),
    ),
    GetMessage(HANDLE, attachment=True, charset=Charset.NATIVE, fraction_request=0),
    PushMessage(b"BEGIN:BMSG\r\n", "outbox", transparent=False, retry=True),
    PushMessage(b"BEGIN:BMSG\r\n", charset=None),
    SetMessageStatus(HANDLE, StatusIndicator.DELETED, False),
    SetMessageStatus(HANDLE, StatusIndicator.EXTENDED_DATA, True, "0:1;"),
    SetNotificationRegistration(False),
    GetInstanceInformation(3),
    SetNotificationFilter(0x7FFF),
    SendEvent(0, b"<MAP-event-report/>"),
    SendEvent(None, b"<MAP-event-report/>"),
)


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda request: type(request).__name__)
def test_a_server_reads_what_a_client_writes(request_: MapRequest) -> None:
    """Every function survives the way through an OBEX operation."""
    assert decode_map_request(request_.encode()) == request_


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        (Get(Headers.of(type="x-bt/MAP-convo-listing")), ResponseCode.NOT_IMPLEMENTED),
        (Get(Headers.of(type="x-bt/ownerStatus")), ResponseCode.NOT_IMPLEMENTED),
        (Put(Headers.of(type="x-bt/ownerStatus")), ResponseCode.NOT_IMPLEMENTED),
        (Put(Headers.of(type="x-bt/participant")), ResponseCode.NOT_IMPLEMENTED),
        (Get(), ResponseCode.NOT_IMPLEMENTED),
        (Connect(), ResponseCode.NOT_IMPLEMENTED),
        (Put(Headers.of(type="x-bt/MAP-msg-listing")), ResponseCode.NOT_IMPLEMENTED),
        (SetPath(Headers.of(name="new"), create=True), ResponseCode.BAD_REQUEST),
        (Get(Headers.of(type="x-bt/message", name="zz")), ResponseCode.BAD_REQUEST),
        (Get(Headers.of(type="x-bt/message", name="1")), ResponseCode.BAD_REQUEST),
        (Put(Headers.of(type="x-bt/messageStatus", name="1")), ResponseCode.BAD_REQUEST),
        (Put(Headers.of(type="x-bt/MAP-NotificationRegistration")), ResponseCode.BAD_REQUEST),
        (Get(Headers.of(type="x-bt/MASInstanceInformation")), ResponseCode.BAD_REQUEST),
        (Put(Headers.of(type="x-bt/MAP-notification-filter")), ResponseCode.BAD_REQUEST),
    ],
)
def test_what_is_not_spoken_or_incomplete_has_a_code_to_refuse_it(
    operation: Operation, code: ResponseCode
) -> None:
    """Conversation listings, owner status and presence are not implemented, missing parts bad requests."""
    assert decode_map_request(operation) == Unanswerable(code)


def test_types_are_compared_without_case_and_setpath_without_name_is_the_root() -> None:
    """Readers bear what AOSP bears."""
    assert decode_map_request(Put(Headers.of(type="X-BT/map-MESSAGEupdate"))) == UpdateInbox()
    assert decode_map_request(SetPath()) == SetFolder(FolderStep.ROOT)
    assert decode_map_request(SetPath(Headers.of(name=""), up=True)) == SetFolder(FolderStep.UP)
    assert decode_map_request(Put(Headers.of(type="x-bt/message"), None)) == PushMessage(b"", charset=None)


def test_parameters_with_a_wrong_length_or_an_unknown_tag_are_ignored() -> None:
    """The tags around them count all the same; of a repeated tag the last readable one."""
    raw = bytes.fromhex("0101ff 39 02ffff 13020102 1401 01 1401 00 14 0201ff 1904 32303236")
    assert decode_map_parameters(decode_parameters(raw)) == MapParameters(charset=0)


def test_parameters_that_do_not_fit_are_our_error() -> None:
    """A count of more than two bytes and a text of more than 255 never reach the wire."""
    with pytest.raises(LocalProtocolError):
        MapParameters(max_list_count=0x10000).encode()
    with pytest.raises(LocalProtocolError):
        GetMessagesListing("inbox", MapParameters(filter_recipient="x" * 256)).encode()


def test_reply_parameters_are_read() -> None:
    """Size, new-message flag and the phone's clock come out of the answer's parameters."""
    reply = bytes.fromhex("0d0101 12020007") + bytes([0x19, 20]) + b"20261122T101500+0100"
    assert decode_map_parameters(decode_parameters(reply)) == MapParameters(
        new_message=1,
        listing_size=7,
        mse_time=MapDateTime(datetime(2026, 11, 22, 10, 15), timedelta(hours=1)),  # noqa: DTZ001
    )


@pytest.mark.parametrize("text", ["", "g", "12345678901234567", "0x1", "1_0", " ", "-1", "٣"])
def test_text_that_is_no_handle_is_refused(text: str) -> None:
    """Nothing but 1 to 16 hex digits of ASCII is a handle."""
    with pytest.raises(LocalProtocolError):
        MessageHandle(text)


def test_handles_are_equal_as_numbers_and_go_back_as_they_came() -> None:
    """Leading zeros and case do not matter for which message is meant, and are kept."""
    assert MessageHandle("095F86559724B7A3") == MessageHandle("95f86559724b7a3")
    assert hash(MessageHandle("0A")) == hash(MessageHandle("a"))
    assert MessageHandle("0A") != MessageHandle("0B")
    assert str(MessageHandle("95F86559724B7A3")) == "95F86559724B7A3"
