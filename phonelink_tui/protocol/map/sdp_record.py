"""What do the SDP records of MAP say? Plain values; data elements are written elsewhere. (MAP 1.4, 7.1)"""

from __future__ import annotations

from typing import Final

from attrs import frozen

from phonelink_tui.protocol.map.constants import Features, MessageTypes

VERSION_1_0: Final = 0x0100
VERSION_1_4: Final = 0x0104

FEATURES_IF_ABSENT: Final = Features(0x1F)
"""What a record without MapSupportedFeatures means."""

MNS_FEATURES: Final = Features(0x0006027F)
"""What we declare: the bits an iPhone has too. iPhones give nothing to a client with 0x1F."""

MNS_FEATURES_CAUTIOUS: Final = Features(0x0000027F)
"""The same without notification filters and UTC offsets: what obexd declares."""


@frozen
class MasRecord:
    """A phone's Message Access Server (service class 0x1132)."""

    name: str
    rfcomm_channel: int
    version: int = VERSION_1_4
    instance_id: int = 0
    message_types: MessageTypes = MessageTypes.SMS_GSM
    features: Features = FEATURES_IF_ABSENT
    l2cap_psm: int | None = None
    """Only from version 1.2 on; see `is_valid_psm`."""

    @property
    def wants_features_in_connect(self) -> bool:
        """Whether a client may write its features into CONNECT; without the bit it must not."""
        return Features.FEATURES_IN_CONNECT in self.features


@frozen
class MnsRecord:
    """Our Message Notification Server (service class 0x1133): where a phone reads what we understand."""

    name: str = "MAP MNS"
    rfcomm_channel: int = 17
    version: int = VERSION_1_4
    features: Features = MNS_FEATURES
    l2cap_psm: int | None = None


def is_valid_psm(psm: int) -> bool:
    """Whether a number may be an L2CAP PSM: the lowest bit set, the lowest of the upper byte not."""
    return psm & 0x0101 == 0x0001 and 0 < psm <= 0xFFFF
