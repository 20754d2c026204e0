"""What does the pinned Bumble (0.0.236) do that a real peer does not accept, and what is right?"""

from __future__ import annotations

import struct

from bumble import l2cap, rfcomm


def apply() -> None:
    """Replace the methods in question; more than once is once."""
    rfcomm.DLC.on_disc_frame = _on_disc_frame
    l2cap.EnhancedRetransmissionProcessor._PendingPdu.__bytes__ = _pending_pdu_bytes


def _on_disc_frame(dlc: rfcomm.DLC, _frame: rfcomm.RFCOMM_Frame) -> None:
    """Bumble answers a DISC with UA and forgets it: the stream would never end."""
    dlc.send_frame(rfcomm.RFCOMM_Frame.ua(c_r=1 - dlc.c_r, dlci=dlc.dlci))
    dlc.change_state(rfcomm.DLC.State.DISCONNECTED)
    dlc.multiplexer.on_dlc_disconnection(dlc)
    dlc.emit(dlc.EVENT_CLOSE)


def _pending_pdu_bytes(pdu: l2cap.EnhancedRetransmissionProcessor._PendingPdu) -> bytes:
    """Bumble sets the F bit on every I-frame; Linux drops those, as F only answers a P."""
    start = l2cap.InformationEnhancedControlField.SegmentationAndReassembly.START
    field = l2cap.InformationEnhancedControlField(
        tx_seq=pdu.tx_seq, req_seq=pdu.req_seq, sar=pdu.sar, final=0
    )
    length = struct.pack("<H", pdu.sdu_length) if pdu.sar == start else b""
    return bytes(field) + length + bytes(pdu.payload)
