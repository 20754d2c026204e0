"""Do the values of MAP's SDP records mean what phones' records say?"""

from __future__ import annotations

import pytest

from phonelink_tui.protocol.map.constants import Features, MessageTypes
from phonelink_tui.protocol.map.sdp_record import (
    FEATURES_IF_ABSENT,
    MNS_FEATURES,
    MNS_FEATURES_CAUTIOUS,
    MasRecord,
    MnsRecord,
    is_valid_psm,
)


def test_an_iphone_must_not_be_sent_features_in_connect() -> None:
    """The record of an iPhone (iOS 26) lacks bit 19; a record with the bit wants them."""
    iphone = MasRecord("MAP MAS-iOS", 2, features=Features(0x0006027F), l2cap_psm=0x100B)
    assert not iphone.wants_features_in_connect
    assert iphone.message_types == MessageTypes.SMS_GSM
    assert Features.PERSISTENT_HANDLES not in iphone.features
    assert MasRecord("SMS/MMS", 5, features=Features(0x000E03FF)).wants_features_in_connect
    assert MasRecord("old", 2, version=0x0100).features == FEATURES_IF_ABSENT == 0x1F


def test_our_record_declares_what_iphones_need() -> None:
    """Bit 9 is what made iPhones answer a client at all; the cautious set differs in bits 17 and 18 only."""
    assert MnsRecord().features == MNS_FEATURES
    assert Features.MESSAGES_LISTING_1_1 in MNS_FEATURES_CAUTIOUS
    extra = Features.NOTIFICATION_FILTERING | Features.UTC_OFFSET_TIMESTAMPS
    assert MNS_FEATURES_CAUTIOUS | extra == MNS_FEATURES


@pytest.mark.parametrize(
    ("psm", "valid"),
    [
        (0x100B, True),
        (0x0001, True),
        (0x1000, False),
        (0x0101, False),
        (0, False),
        (0x11001, False),
        (-1, False),
    ],
)
def test_a_psm_is_odd_with_an_even_upper_byte(psm: int, valid: bool) -> None:
    """What is no PSM must not be connected to."""
    assert is_valid_psm(psm) is valid
