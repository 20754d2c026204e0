"""What does the pinned Bumble (0.0.236) do that a real peer does not accept, and what is right?"""

from __future__ import annotations

import asyncio
import copy
import struct

from bumble import hci, l2cap, rfcomm, sdp
from bumble.device import Connection, Device
from bumble.host import Host


def apply() -> None:
    """Replace the methods in question; more than once is once."""
    rfcomm.DLC.on_disc_frame = _on_disc_frame
    rfcomm.Multiplexer.on_dm_frame = _on_dm_frame
    l2cap.EnhancedRetransmissionProcessor._PendingPdu.__bytes__ = _pending_pdu_bytes
    sdp.Server.on_connection = _on_sdp_connection
    Device.disconnect = _disconnect
    Host._send_command = _send_command


_multiplexer_on_dm_frame = rfcomm.Multiplexer.on_dm_frame


def _on_disc_frame(dlc: rfcomm.DLC, _frame: rfcomm.RFCOMM_Frame) -> None:
    """Bumble answers a DISC with UA and forgets it: the stream would never end."""
    dlc.send_frame(rfcomm.RFCOMM_Frame.ua(c_r=1 - dlc.c_r, dlci=dlc.dlci))
    _end(dlc)


def _on_dm_frame(multiplexer: rfcomm.Multiplexer, frame: rfcomm.RFCOMM_Frame) -> None:
    """Linux answers DM to a DISC for what it has closed itself; Bumble would wait for UA for ever."""
    dlc = multiplexer.dlcs.get(frame.dlci)
    if dlc is None:
        _multiplexer_on_dm_frame(multiplexer, frame)
    else:
        _end(dlc)


def _end(dlc: rfcomm.DLC) -> None:
    dlc.change_state(rfcomm.DLC.State.DISCONNECTED)
    if dlc.disconnection_result is not None:
        dlc.disconnection_result.set_result(None)
        dlc.disconnection_result = None
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


def _on_sdp_connection(server: sdp.Server, channel: l2cap.ClassicChannel) -> None:
    """Bumble answers whoever connected last: bluetoothd's own search and ours are under way together."""
    one = copy.copy(server)
    one.channel, one.current_response = channel, None
    channel.sink = one.on_pdu


async def _disconnect(device: Device, link: Connection, reason: int) -> None:
    """Of two who end a link at once, one would wait for ever: the controllers tell the end of a link once."""
    if device.connections.get(link.handle) is link:
        await device.send_async_command(
            hci.HCI_Disconnect_Command(connection_handle=link.handle, reason=reason)
        )
    while device.connections.get(link.handle) is link:
        await asyncio.sleep(0.02)


async def _send_command(
    host: Host, command: hci.HCI_Command, response_timeout: float | None = None
) -> hci.HCI_Command_Complete_Event | hci.HCI_Command_Status_Event:
    """Bumble takes the answer to a command whose caller was cancelled for the next one's: that is waited for here."""
    await host.command_semaphore.acquire()
    answer = asyncio.get_running_loop().create_future()
    host.pending_command, host.pending_response = command, answer
    try:
        host.send_hci_packet(command)
        try:
            await asyncio.wait([answer], timeout=response_timeout)
        except asyncio.CancelledError:
            await asyncio.wait([answer], timeout=response_timeout)
            raise
        if not answer.done():
            raise TimeoutError
        return answer.result()
    finally:
        host.pending_command = host.pending_response = None
        host.command_semaphore.release()
