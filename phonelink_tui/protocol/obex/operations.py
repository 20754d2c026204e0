"""What can an OBEX client ask for, and what can it be told? The same values in both roles."""

from __future__ import annotations

from typing import TypeAlias

from attrs import frozen

from phonelink_tui.protocol.obex.codes import ResponseCode
from phonelink_tui.protocol.obex.headers import NO_HEADERS, Headers

# The machines write and read the Connection Id and the packets' sizes themselves: they are not in `headers`.


@frozen
class Connect:
    """Open the OBEX connection. The service wanted is in the Target header."""

    headers: Headers = NO_HEADERS


@frozen
class Disconnect:
    """Close the OBEX connection; the transport stays."""

    headers: Headers = NO_HEADERS


@frozen
class SetPath:
    """Change the current folder. The folder is in the Name header: empty is the root, absent is none."""

    headers: Headers = NO_HEADERS
    up: bool = False
    """Go one level up before Name is applied."""
    create: bool = False


@frozen
class Get:
    """Fetch the object that Type, Name and parameters describe."""

    headers: Headers = NO_HEADERS


@frozen
class Put:
    """Send an object."""

    headers: Headers = NO_HEADERS
    body: bytes | None = b""
    """None means delete (IrOBEX 1.5, chapter 3); a request without content sends a filler instead."""


Operation: TypeAlias = Connect | Disconnect | SetPath | Get | Put


@frozen
class Answer:
    """A server's answer to one operation.

    A body belongs to a successful GET. The answer to CONNECT carries the Connection Id in its headers.
    """

    code: ResponseCode = ResponseCode.SUCCESS
    headers: Headers = NO_HEADERS
    body: bytes | None = None
