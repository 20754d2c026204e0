"""On which channel does the phone offer a service? An SDP search, remembered until it may be wrong."""

from __future__ import annotations

import asyncio
from typing import Final

from attrs import frozen

from phonelink_tui.errors import LinkLost, PhonelinkError, PhoneUnreachable
from phonelink_tui.protocol.map.constants import MessageTypes
from phonelink_tui.protocol.map.sdp_record import MasRecord
from phonelink_tui.protocol.pbap.sdp_record import PseRecord
from phonelink_tui.protocol.sdp import PSM, Record, SdpSearch
from phonelink_tui.protocol.sdp_records import MAS_UUID16, PSE_UUID16, mas_records, pse_records
from phonelink_tui.transport.bluez.sockets import Dial, Kind
from phonelink_tui.transport.link import Service

SEARCH_S: Final = 10.0
"""For the whole exchange, once connected."""

_PACKET_BYTES: Final = 0xFFFF

_TEXTS: Final = MessageTypes.SMS_GSM | MessageTypes.SMS_CDMA | MessageTypes.MMS

_MISSING: Final = {
    Service.MAS: (
        "The phone does not offer its messages to this computer.",
        "On an iPhone: Settings → Bluetooth → ⓘ → Show Message Notifications. This computer must look like a"
        " hands-free set to it.",
    ),
    Service.PBAP: (
        "The phone does not offer its contacts to this computer.",
        "On an iPhone: Settings → Bluetooth → ⓘ → Sync Contacts.",
    ),
}
"""An iPhone hides these records from a computer whose class is not A/V hands-free, and until the switch is on."""


async def search(dial: Dial, own_address: str, phone_address: str, service: int) -> tuple[Record, ...]:
    """All records of a service.

    Args:
        dial: Opens sockets.
        own_address: The adapter's.
        phone_address: The phone's.
        service: A 16-bit UUID.

    Raises:
        PhoneUnreachable, BluetoothUnavailable: No connection, or no answer within `SEARCH_S`.
        LinkLost: The connection broke.
        RemoteProtocolError: The answer is no SDP.
    """
    connection = await dial(Kind.L2CAP, own_address, phone_address, PSM)
    loop = asyncio.get_running_loop()
    machine = SdpSearch(service)
    try:
        async with asyncio.timeout(SEARCH_S):
            while (request := machine.data_to_send()) is not None:
                await loop.sock_sendall(connection, request)
                answer = await loop.sock_recv(connection, _PACKET_BYTES)
                if not answer:
                    raise LinkLost("The phone broke the search for its services off.")
                records = machine.receive_data(answer)
                if records is not None:
                    return records
    except TimeoutError:
        raise PhoneUnreachable("The phone did not tell its services in time.") from None
    except OSError as error:
        raise LinkLost("The connection to the phone broke.") from error
    finally:
        connection.close()
    raise LinkLost("The search for the phone's services stopped.")


@frozen
class Offer:
    """What the phone's record says of a service."""

    channel: int
    """Of RFCOMM."""
    wants_features: bool
    """Whether our features belong into CONNECT."""


class ServiceDirectory:
    """The phone's services, each asked for once a connection."""

    def __init__(self, dial: Dial) -> None:
        self._dial = dial
        self._offers: dict[tuple[str, Service], Offer] = {}

    def forget(self) -> None:
        """The phone went, or a channel proved wrong: ask again next time."""
        self._offers.clear()

    async def offer(self, own_address: str, phone_address: str, service: Service) -> Offer:
        """A service of the phone.

        Raises:
            PhoneUnreachable: No connection; or the phone has no such record (`refused`).
            BluetoothUnavailable, LinkLost, RemoteProtocolError.
        """
        key = (phone_address, service)
        if key not in self._offers:
            self._offers[key] = await self._ask(own_address, phone_address, service)
        return self._offers[key]

    async def _ask(self, own_address: str, phone_address: str, service: Service) -> Offer:
        uuid = MAS_UUID16 if service is Service.MAS else PSE_UUID16
        records = await search(self._dial, own_address, phone_address, uuid)
        record = _record(records, service)
        if record is None:
            raise missing(service)
        return Offer(record.rfcomm_channel, record.wants_features_in_connect)


def _record(records: tuple[Record, ...], service: Service) -> MasRecord | PseRecord | None:
    if service is Service.PBAP:
        return next(iter(pse_records(records)), None)
    # Phones may have a server for each e-mail account as well: the texts' is wanted.
    return min(mas_records(records), key=lambda record: not record.message_types & _TEXTS, default=None)


def missing(service: Service) -> PhonelinkError:
    """The phone has no record of a service."""
    return PhoneUnreachable(*_MISSING[service], refused=True)
