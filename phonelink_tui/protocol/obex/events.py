"""What does an OBEX machine tell its owner?"""

from __future__ import annotations

from enum import Enum
from typing import Final, TypeAlias

from attrs import frozen

from phonelink_tui.protocol.obex.codes import ResponseCode
from phonelink_tui.protocol.obex.headers import NO_HEADERS, Headers
from phonelink_tui.protocol.obex.operations import Operation
from phonelink_tui.protocol.obex.parameters import Parameter


class NeedData(Enum):
    """The type of `NEED_DATA`."""

    NEED_DATA = "need data"


NEED_DATA: Final = NeedData.NEED_DATA
"""Nothing more can be said before more bytes arrive. Send what `data_to_send` has, then read."""


@frozen
class Connected:
    """The server accepted CONNECT."""

    headers: Headers
    """All headers of the answer, in the order they came."""
    packet_bytes: int
    """The packet size both sides keep to from now on."""

    @property
    def connection_id(self) -> int | None:
        """The Connection Id; the client machine sends it by itself."""
        return self.headers.connection_id


@frozen
class OperationDone:
    """The server answered an operation, or refused a CONNECT."""

    operation: Operation
    code: ResponseCode
    headers: Headers = NO_HEADERS
    """All headers of all response packets, without those of the body."""
    body: bytes | None = None

    @property
    def succeeded(self) -> bool:
        """Whether the server carried the operation out. A refusal is an answer, not an error here."""
        return self.code.is_success

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The application parameters of the answer, whichever packet brought them."""
        return self.headers.parameters


@frozen
class RequestReceived:
    """A client asks for something: answer with `ServerConnection.send`."""

    operation: Operation


@frozen
class Aborted:
    """The operation that was under way has been given up.

    Client: the server confirmed our ABORT. Server: the client sent ABORT; do not answer the operation.
    """


@frozen
class Disconnected:
    """The client closed the OBEX connection; the machine has answered."""


ClientEvent: TypeAlias = Connected | OperationDone | Aborted
ServerEvent: TypeAlias = RequestReceived | Aborted | Disconnected
