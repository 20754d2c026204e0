"""What did a client ask, byte for byte? OBEX requests taken apart, by a reader that is not the project's own."""

from __future__ import annotations

import re
import struct
from typing import NamedTuple

OPCODES = {0x80: "CONNECT", 0x81: "DISCONNECT", 0x82: "PUT", 0x83: "GET", 0x85: "SETPATH", 0xFF: "ABORT"}
CONSTANT_BYTES = {"CONNECT": 4, "SETPATH": 2}
NAME, TYPE, TARGET, BODY, END_OF_BODY, PARAMETERS, CONNECTION_ID = 0x01, 0x42, 0x46, 0x48, 0x49, 0x4C, 0xCB


_HANDLE = re.compile(r"[0-9A-Fa-f]{12,16}")


class Request(NamedTuple):
    """One operation, its packets joined."""

    verb: str
    constants: bytes
    headers: tuple[tuple[int, bytes], ...]
    """Header identifier and value, in their order; a body in pieces is one."""

    def header(self, wanted: int) -> bytes | None:
        """The first header with this identifier."""
        return next((value for header, value in self.headers if header == wanted), None)

    @property
    def name(self) -> str:
        """What is asked for: the verb, the type, and the name."""
        words = [self.verb]
        if type_ := self.header(TYPE):
            words.append(type_.rstrip(b"\0").decode())
        if name := self.header(NAME):
            words.append(name.decode("utf-16-be").rstrip("\0"))
        elif self.verb == "SETPATH":
            words.append("root")
        return " ".join("HANDLE" if _HANDLE.fullmatch(word) else word for word in words)

    def fields(self) -> dict[str, str]:
        """Everything that can differ, each under a word of its own."""
        fields = {"constants": self.constants.hex(" ")}
        order = [header for header, _ in self.headers]
        fields["headers"] = " ".join(f"{header:02x}" for header in order)
        for header, value in self.headers:
            if header == PARAMETERS:
                fields |= {f"parameter {tag:02x}": value.hex(" ") for tag, value in parameters(value)}
                fields["parameters"] = " ".join(f"{tag:02x}" for tag, _ in parameters(value))
            elif header == CONNECTION_ID:
                fields["header cb"] = "as given"
            else:
                fields[f"header {header:02x}"] = value.hex(" ")
        return fields


def parameters(value: bytes) -> list[tuple[int, bytes]]:
    """Tag and value of application parameters."""
    found, at = [], 0
    while at < len(value):
        found.append((value[at], value[at + 2 : at + 2 + value[at + 1]]))
        at += 2 + value[at + 1]
    return found


def requests(transcript: bytes) -> list[Request]:
    """All operations of one connection, in their order."""
    found: list[Request] = []
    at, goes_on = 0, False
    while at < len(transcript):
        opcode, length = struct.unpack_from(">BH", transcript, at)
        packet = transcript[at + 3 : at + length]
        at += length
        verb = OPCODES[opcode | 0x80]
        constants = packet[: CONSTANT_BYTES.get(verb, 0)]
        request = Request(verb, constants, tuple(_headers(packet[len(constants) :])))
        if goes_on:
            request = _joined(found.pop(), request)
        found.append(request)
        goes_on = verb in ("PUT", "GET") and not opcode & 0x80
    return [request for request in found if request.headers or request.verb != "GET"]


def by_name(asked: list[Request]) -> dict[str, Request]:
    """Requests under their names, the second of one name as `… (2)`."""
    found: dict[str, Request] = {}
    for request in asked:
        count = 1
        name = request.name
        while name in found:
            count += 1
            name = f"{request.name} ({count})"
        found[name] = request
    return found


def _headers(data: bytes) -> list[tuple[int, bytes]]:
    found, at = [], 0
    while at < len(data):
        header = data[at]
        if header >> 6 < 2:
            end = at + struct.unpack_from(">H", data, at + 1)[0]
            start = at + 3
        else:
            start, end = at + 1, at + (2 if header >> 6 == 2 else 5)
        found.append((header, data[start:end]))
        at = end
    return found


def _joined(first: Request, more: Request) -> Request:
    """A request and its next packet; a body in pieces becomes one END_OF_BODY."""
    headers = [*first.headers, *(one for one in more.headers if one[0] != CONNECTION_ID)]
    body = b"".join(value for header, value in headers if header in (BODY, END_OF_BODY))
    rest = tuple(one for one in headers if one[0] not in (BODY, END_OF_BODY))
    return first._replace(headers=(*rest, (END_OF_BODY, body)))
