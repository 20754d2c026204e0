"""The smallest phones: a MAP server and a phonebook server as plain functions from operation to answer."""

from __future__ import annotations

from collections.abc import Callable

from phonelink_tui.protocol.map import requests as map_requests
from phonelink_tui.protocol.map.bmessage import BMessage
from phonelink_tui.protocol.map.bmessage_decoder import decode_bmessage
from phonelink_tui.protocol.map.constants import MAS_TARGET
from phonelink_tui.protocol.map.listing import MessageEntry, MessageListing
from phonelink_tui.protocol.map.parameters import MapParameters
from phonelink_tui.protocol.map.request_decoder import decode_map_request
from phonelink_tui.protocol.obex.codes import ResponseCode
from phonelink_tui.protocol.obex.headers import Headers
from phonelink_tui.protocol.obex.operations import Answer, Connect, Operation
from phonelink_tui.protocol.obex.server import accept
from phonelink_tui.protocol.pbap import requests as pbap_requests
from phonelink_tui.protocol.pbap.constants import TARGET as PSE_TARGET
from phonelink_tui.protocol.pbap.request_decoder import decode_pbap_request


class TinyMse:
    """A MAP server that remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[object] = []
        """Every request but CONNECT, decoded."""
        self.pushed: list[BMessage] = []
        self.rows: dict[str, list[MessageEntry]] = {}
        self.bodies: dict[int, bytes] = {}
        self.refuse: dict[type, int] = {}
        """Response codes for kinds of request."""
        self.reply = MapParameters()
        """Parameters of each listing."""

    def respond(self, operation: Operation) -> Answer:
        """Answer one operation."""
        if isinstance(operation, Connect):
            return self._refusal(Connect) or accept(MAS_TARGET, 7)
        request = decode_map_request(operation)
        self.asked.append(request)
        return self._refusal(type(request)) or self._answer(request)

    def _refusal(self, kind: type) -> Answer | None:
        return Answer(ResponseCode(self.refuse[kind])) if kind in self.refuse else None

    def _answer(self, request: object) -> Answer:
        match request:
            case map_requests.PushMessage(bmessage=data):
                self.pushed.append(decode_bmessage(data))
                return Answer(headers=Headers.of(name=f"{len(self.pushed):016X}"))
            case map_requests.GetMessagesListing(folder=folder, parameters=p):
                first = p.list_start_offset or 0
                rows = self.rows.get(folder, [])[first : first + (p.max_list_count or 0)]
                body = MessageListing(tuple(rows)).encode()
                return Answer(headers=Headers.of(parameters=self.reply.encode()), body=body)
            case map_requests.GetMessage(handle=handle) if handle.number in self.bodies:
                return Answer(body=self.bodies[handle.number])
            case map_requests.GetMessage():
                return Answer(ResponseCode.NOT_FOUND)
            case _:
                return Answer()


class TinyPse:
    """A phonebook server: pages of vCards, an owner's card, calls."""

    def __init__(self) -> None:
        self.asked: list[object] = []
        self.page: Callable[[int, int], bytes | int] = lambda _offset, _limit: b""
        """The cards from an offset on, at most so many; or a response code."""
        self.owner: bytes | int = ResponseCode.NOT_FOUND
        self.calls: bytes | int = ResponseCode.FORBIDDEN
        self.refuse_connect: int | None = None

    def respond(self, operation: Operation) -> Answer:
        """Answer one operation."""
        if isinstance(operation, Connect):
            if self.refuse_connect is not None:
                return Answer(ResponseCode(self.refuse_connect))
            return accept(PSE_TARGET, 9)
        request = decode_pbap_request(operation)
        self.asked.append(request)
        match request:
            case pbap_requests.PullPhoneBook(path="telecom/pb.vcf", parameters=p):
                return _body(self.page(p.list_start_offset or 0, p.max_list_count or 65_535))
            case pbap_requests.PullPhoneBook(path="telecom/cch.vcf"):
                return _body(self.calls)
            case pbap_requests.PullVCardEntry(name="0.vcf"):
                return _body(self.owner)
            case pbap_requests.SetPhoneBook():
                return Answer()
            case _:
                return Answer(ResponseCode.NOT_FOUND)


def _body(what: bytes | int) -> Answer:
    return Answer(ResponseCode(what)) if isinstance(what, int) else Answer(body=what)
