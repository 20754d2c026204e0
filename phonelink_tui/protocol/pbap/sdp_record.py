"""What does the SDP record of PBAP say? Plain values, without data elements. (PBAP 1.2.3, 7.1.2)"""

from __future__ import annotations

from typing import Final

from attrs import frozen

from phonelink_tui.protocol.pbap.constants import DEFAULT_FEATURES, Features, Repositories

VERSION_1_2: Final = 0x0102

PCE_FEATURES: Final = Features.DOWNLOAD | Features.BROWSING
"""What we tell a phone that wants to know: what we use. AOSP's client too names only that, obexd all ten."""


@frozen
class PseRecord:
    """A phone's Phonebook Server Equipment (service class 0x112F)."""

    name: str
    rfcomm_channel: int
    version: int = VERSION_1_2
    repositories: Repositories = Repositories.LOCAL
    features: Features | None = None
    """None: the record says nothing, which means `DEFAULT_FEATURES`."""
    l2cap_psm: int | None = None

    @property
    def known_features(self) -> Features:
        """What the phone can do, said or not."""
        return DEFAULT_FEATURES if self.features is None else self.features

    @property
    def wants_features_in_connect(self) -> bool:
        """Whether a client writes its features into CONNECT: from 1.2 on, and only if the record has some."""
        return self.version >= VERSION_1_2 and self.features is not None
