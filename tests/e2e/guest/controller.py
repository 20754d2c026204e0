"""What must a software controller answer so that Linux uses it for BR/EDR as well as LE?

Bumble's own (0.0.236) is made for LE: the kernel's BR/EDR set-up, inquiry, authentication with a
stored key and encryption stop at commands it does not know.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable
from typing import Any

from bumble import hci, ll
from bumble.controller import Controller
from bumble.core import PhysicalTransport

Feature = hci.LmpFeatureMask

ACL_PIECE_BYTES = 251
"""What a host takes at once; the kernel's own limit is 1024."""

INQUIRY_DELAY_S = 0.3
"""The kernel drops results until it has noted that it is searching."""

INQUIRY_UNIT_S = 1.28

PHONE_CLASS = bytes.fromhex("0c025a")
"""Class of device, little endian: a smartphone."""

PAGE_LIMIT_S = 2.0
"""How long a phone is paged that does not answer; the kernel's own setting is 5.12 s."""

FIXED_ANSWERS: dict[int, bytes] = {
    0x0402: b"",  # Inquiry Cancel
    0x080F: b"",  # Write Default Link Policy Settings
    0x0C05: b"",  # Set Event Filter
    0x0C0D: bytes(4),  # Read Stored Link Key: none
    0x0C12: bytes(2),  # Delete Stored Link Key: none
    0x0C16: b"",  # Write Connection Accept Timeout
    0x0C17: b"\x00\x20",  # Read Page Timeout
    0x0C18: b"",  # Write Page Timeout
    0x0C19: b"\x00",  # Read Scan Enable
    0x0C1B: b"\x00\x08\x12\x00",  # Read Page Scan Activity
    0x0C1C: b"",  # Write Page Scan Activity
    0x0C25: b"\x60\x00",  # Read Voice Setting
    0x0C38: b"\x01",  # Read Number Of Supported IAC
    0x0C39: b"\x01\x33\x8b\x9e",  # Read Current IAC LAP: the general one
    0x0C3A: b"",  # Write Current IAC LAP
    0x0C44: b"\x00",  # Read Inquiry Mode
    0x0C45: b"",  # Write Inquiry Mode
    0x0C46: b"\x00",  # Read Page Scan Type
    0x0C47: b"",  # Write Page Scan Type
    0x0C58: b"\x00",  # Read Inquiry Response Transmit Power Level
    0x0C63: b"",  # Set Event Mask Page 2
}
"""Opcode to return parameters, after the status."""

LINK_ANSWERS: dict[int, bytes] = {
    0x080D: b"",  # Write Link Policy Settings
    0x0C2D: b"\x00",  # Read Transmit Power Level
    0x0C37: b"",  # Write Link Supervision Timeout
    0x1405: b"\xc8",  # Read RSSI
    0x1408: b"\x10",  # Read Encryption Key Size
}
"""Opcode to return parameters, after the status and the connection handle."""

CLASSIC_COMMANDS = frozenset({
    0x0401,  # Inquiry
    0x0405,  # Create Connection
    0x0408,  # Create Connection Cancel
    0x0409,  # Accept Connection Request
    0x040F,  # Change Connection Packet Type
    0x0411,  # Authentication Requested
    0x0413,  # Set Connection Encryption
    0x0419,  # Remote Name Request
    0x041B,  # Read Remote Supported Features
    0x041C,  # Read Remote Extended Features
    0x041D,  # Read Remote Version Information
    0x041F,  # Read Clock Offset
})  # fmt: skip
"""Answered here or by Bumble, but not in Bumble's list of supported commands."""

AES_CCM = 2
"""Bumble's link key is of the P-256 kind, which the kernel takes with no lesser cipher."""


class RawPacket:
    """An HCI packet that is ready made."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def __bytes__(self) -> bytes:
        return self._data

    def __str__(self) -> str:
        return self._data.hex()


class DualController(Controller):  # type: ignore[misc]  # Bumble is read as untyped
    """Bumble's controller, fit for BR/EDR and LE together."""

    lmp_features = (
        Feature.LE_SUPPORTED_CONTROLLER
        | Feature.EXTENDED_FEATURES
        | Feature.ENCRYPTION
        | Feature.ROLE_SWITCH
        | Feature.LMP_3_SLOT_PACKETS
        | Feature.LMP_5_SLOT_PACKETS
        | Feature.RSSI_WITH_INQUIRY_RESULTS
        | Feature.EXTENDED_INQUIRY_RESPONSE
        | Feature.SECURE_SIMPLE_PAIRING_CONTROLLER_SUPPORT
        | Feature.SIMULTANEOUS_LE_AND_BR_EDR_TO_SAME_DEVICE_CAPABLE_CONTROLLER
    )
    lmp_features_max_page_number = 2
    acl_data_packet_length = le_acl_data_packet_length = ACL_PIECE_BYTES

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        names = [name for name in dir(hci) if name.startswith("HCI_") and name.endswith("_COMMAND")]
        answered = {getattr(hci, name) for name in names if hasattr(self, "on_" + name.lower())}
        answered |= FIXED_ANSWERS.keys() | LINK_ANSWERS.keys() | CLASSIC_COMMANDS
        self.is_away = False
        """Out of everybody's reach: pages are not answered."""
        self.supported_commands: set[int] = {*self.supported_commands, *answered}
        self._special: dict[int, Callable[[bytes], None]] = {
            0x0401: self._inquire,
            0x040F: self._change_packet_type,
            0x0413: self._encrypt,
            0x041D: self._read_remote_version,
            0x041F: self._read_clock_offset,
        }

    def on_hci_command_packet(self, command: hci.HCI_Command) -> None:
        """Answer what Bumble does not, leave it the rest."""
        opcode, parameters = command.op_code, bytes(command)[4:]
        if opcode in FIXED_ANSWERS:
            self._complete(opcode, FIXED_ANSWERS[opcode])
        elif opcode in LINK_ANSWERS:
            self._complete(opcode, parameters[:2] + LINK_ANSWERS[opcode])
        elif opcode in self._special:
            self._send_hci_command_status(0, opcode)
            self._special[opcode](parameters)
        else:
            super().on_hci_command_packet(command)

    def on_hci_command(self, command: hci.HCI_Command) -> Any:
        """Bumble's way for unknown commands; it forgets the answer to asynchronous ones."""
        result = super().on_hci_command(command)
        if isinstance(command, hci.HCI_SyncCommand):
            return result
        self._send_hci_command_status(hci.HCI_ErrorCode.UNKNOWN_HCI_COMMAND_ERROR, command.op_code)
        return None

    def on_hci_create_connection_command(self, command: Any) -> None:
        """Bumble connects also to who does not listen; a phone that is away answers no paging."""
        peer = self.link.find_classic_controller(command.bd_addr)
        if peer is not None and peer.classic_scan_enable & 2 and not peer.is_away:
            super().on_hci_create_connection_command(command)
            return
        self._send_hci_command_status(hci.HCI_COMMAND_STATUS_PENDING, command.op_code)
        failed = (
            struct.pack("<BH", hci.HCI_ErrorCode.PAGE_TIMEOUT_ERROR, 0) + bytes(command.bd_addr) + b"\1\0"
        )
        asyncio.get_running_loop().call_later(
            PAGE_LIMIT_S, self._event, hci.HCI_CONNECTION_COMPLETE_EVENT, failed
        )

    def on_hci_authentication_requested_command(self, command: Any) -> None:
        """Ask for a stored key first, as a controller does; pairing follows the negative reply."""
        connection = self.find_classic_connection_by_handle(command.connection_handle)
        self._send_hci_command_status(0, command.op_code)
        connection.ssp_state.is_initiator = True
        self._event(hci.HCI_LINK_KEY_REQUEST_EVENT, bytes(connection.peer_address))

    def on_le_connect_ind(self, packet: ll.ConnectInd) -> None:
        """Bumble tells whoever connects at once that it is done, also where nobody advertises any more: that link
        would never end. A real controller tells it soon after."""
        super().on_le_connect_ind(packet)
        if (
            packet.advertiser_address != self.public_address
            or packet.initiator_address in self.le_connections
        ):
            return
        for other in self.link.controllers:
            link = other.le_connections.get(packet.advertiser_address)
            if link is not None and link.self_address == packet.initiator_address:
                other.on_le_disconnected(link, hci.HCI_ErrorCode.CONNECTION_FAILED_TO_BE_ESTABLISHED_ERROR)

    def on_link_acl_data(self, sender: hci.Address, transport: PhysicalTransport, data: bytes) -> None:
        """Hand data up in pieces that a host takes."""
        links = self.le_connections if transport == PhysicalTransport.LE else self.classic_connections
        if (connection := links.get(sender)) is None:
            return
        for start in range(0, len(data), ACL_PIECE_BYTES):
            piece = data[start : start + ACL_PIECE_BYTES]
            boundary = 1 if start else 2
            self.send_hci_packet(hci.HCI_AclDataPacket(connection.handle, boundary, 0, len(piece), piece))

    def _inquire(self, parameters: bytes) -> None:
        loop = asyncio.get_running_loop()
        for other in self.link.controllers:
            if other is self or not other.classic_scan_enable & 1:
                continue
            name = other.local_name.encode()
            response = bytes([len(name) + 1, 9]) + name
            result = b"\x01" + bytes(other.public_address) + b"\x01\x00" + PHONE_CLASS + bytes(2) + b"\xc8"
            result += response.ljust(240, b"\0")
            loop.call_later(INQUIRY_DELAY_S, self._event, hci.HCI_EXTENDED_INQUIRY_RESULT_EVENT, result)
        loop.call_later(parameters[3] * INQUIRY_UNIT_S, self._event, hci.HCI_INQUIRY_COMPLETE_EVENT, b"\0")

    def _encrypt(self, parameters: bytes) -> None:
        handle, wanted = struct.unpack_from("<HB", parameters)
        connection = self.find_classic_connection_by_handle(handle & 0x0FFF)
        peer = self.link.find_classic_controller(connection.peer_address)
        cipher = AES_CCM if wanted else 0
        peer_handle = peer.classic_connections[self.public_address].handle
        for controller, its_handle in ((self, connection.handle), (peer, peer_handle)):
            change = struct.pack("<BHB", 0, its_handle, cipher)
            controller._event(hci.HCI_ENCRYPTION_CHANGE_EVENT, change)

    def _read_remote_version(self, parameters: bytes) -> None:
        version = struct.pack("<BHH", self.lmp_version, 0xFFFF, 0)
        event = hci.HCI_READ_REMOTE_VERSION_INFORMATION_COMPLETE_EVENT
        self._event(event, b"\0" + parameters[:2] + version)

    def _read_clock_offset(self, parameters: bytes) -> None:
        self._event(hci.HCI_READ_CLOCK_OFFSET_COMPLETE_EVENT, b"\0" + parameters[:2] + bytes(2))

    def _change_packet_type(self, parameters: bytes) -> None:
        self._event(hci.HCI_CONNECTION_PACKET_TYPE_CHANGED_EVENT, b"\0" + parameters[:4])

    def _complete(self, opcode: int, parameters: bytes) -> None:
        head = struct.pack("<BBBBHB", 0x04, 0x0E, 4 + len(parameters), 1, opcode, 0)
        self.send_hci_packet(RawPacket(head + parameters))

    def _event(self, code: int, parameters: bytes) -> None:
        self.send_hci_packet(RawPacket(bytes([0x04, code, len(parameters)]) + parameters))
