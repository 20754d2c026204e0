"""How does the phone serve one OBEX connection, whatever the service?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

from attrs import frozen

from phonelink_tui.errors import LinkLost, RemoteProtocolError
from phonelink_tui.protocol.obex.events import NEED_DATA, Aborted, Disconnected, RequestReceived
from phonelink_tui.protocol.obex.operations import Answer, Operation
from phonelink_tui.protocol.obex.segments import BodyStyle
from phonelink_tui.protocol.obex.server import ServerConnection
from phonelink_tui.virtual.faults import FaultKind, Faults
from phonelink_tui.virtual.faulty_stream import BreakableStream

ODD_BODIES: Final = BodyStyle(apart=True, empty_end=True, most_bytes=97)
"""Body after the headers' packet, in small pieces, ended by an empty End-of-Body: legal, and seen."""


def _nothing() -> None: ...


@frozen
class Outcome:
    """What a service makes of one request."""

    answer: Answer
    then: Callable[[], None] = _nothing
    """What follows on the phone once the answer is out."""
    takes_text: bool = False
    """A text was accepted for sending."""


class ObexResponder(Protocol):
    """A service on the phone, for one connection."""

    def respond(self, operation: Operation) -> Outcome:
        """Carry out a request, CONNECT included."""
        ...

    def close(self) -> None:
        """The OBEX connection or the link under it ended; called once or more."""
        ...


async def serve_obex(stream: BreakableStream, responder: ObexResponder, faults: Faults) -> None:
    """Answer requests until the client leaves, the link breaks or the client breaks the rules.

    Args:
        stream: The connection; closed when this returns, and when it is cancelled.
        responder: The service.
        faults: What may go wrong above the bytes.
    """
    odd = faults.has(FaultKind.ODD)
    machine = ServerConnection(body_style=ODD_BODIES if odd else None, bare_refusals=odd)
    try:
        await _serve(machine, stream, responder, faults)
    except (LinkLost, RemoteProtocolError):
        return
    finally:
        responder.close()
        await stream.aclose()


async def _serve(
    machine: ServerConnection, stream: BreakableStream, responder: ObexResponder, faults: Faults
) -> None:
    while True:
        event = machine.next_event()
        if due := machine.data_to_send():
            await stream.send(due)
        match event:
            case RequestReceived(operation):
                outcome = responder.respond(operation)
                if outcome.takes_text and faults.happened(FaultKind.LOSE_PUSH):
                    outcome.then()
                    await stream.abort()
                    return
                await stream.send(machine.send(outcome.answer))
                outcome.then()
            case Disconnected():
                responder.close()
            case Aborted():
                pass
            case _ if event is NEED_DATA:
                data = await stream.receive()
                if not data:
                    return
                machine.receive_data(data)
