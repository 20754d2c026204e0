"""How does the phone's Phone Book Server answer?"""

from __future__ import annotations

from phonelink_tui.protocol.obex.codes import ResponseCode
from phonelink_tui.protocol.obex.operations import Answer, Operation
from phonelink_tui.virtual.obex_service import Outcome
from phonelink_tui.virtual.phone import VirtualPhone


class PbapServer:
    """The server for one connection."""

    def __init__(self, phone: VirtualPhone) -> None:
        self._phone = phone

    def respond(self, operation: Operation) -> Outcome:
        """See `ObexResponder.respond`."""
        return Outcome(Answer(ResponseCode.FORBIDDEN))

    def close(self) -> None:
        """See `ObexResponder.close`."""
