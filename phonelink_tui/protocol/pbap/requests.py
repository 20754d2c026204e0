"""Which functions does PBAP have? Each is a value: a client encodes it, a server decodes it. (PBAP 1.2.3, 5)

Encoding gives an OBEX operation; the Connection Id is the machine's business. Answers carry their values in
`PbapParameters` and in the bodies that `vcard`, `call_history` and `vcard_listing` read.
"""

from __future__ import annotations

from typing import TypeAlias

from attrs import frozen

from phonelink_tui.protocol.obex.headers import Headers
from phonelink_tui.protocol.obex.operations import Connect, Get, SetPath
from phonelink_tui.protocol.pbap.constants import TARGET, TYPE_PHONEBOOK, TYPE_VCARD, TYPE_VCARD_LISTING
from phonelink_tui.protocol.pbap.parameters import PbapParameters

NO_PARAMETERS = PbapParameters()


@frozen
class PullPhoneBook:
    """A whole phonebook, or a part of it, as vCards. With MaxListCount 0 only its size."""

    path: str
    """Absolute, for example `constants.CONTACTS_PATH`; does not depend on the current folder."""
    parameters: PbapParameters = NO_PARAMETERS

    def encode(self) -> Get:
        """The GET."""
        return _get(TYPE_PHONEBOOK, self.path, self.parameters)


@frozen
class SetPhoneBook:
    """Change the current folder by one level."""

    name: str = ""
    """The child; empty is the root, or with `up` the parent."""
    up: bool = False

    def encode(self) -> SetPath:
        """The SETPATH; never creates a folder."""
        return SetPath(Headers.of(name=None if self.up and not self.name else self.name), up=self.up)


@frozen
class PullVCardListing:
    """Handles and names of the entries of a folder. With MaxListCount 0 only their number."""

    folder: str = ""
    """A child of the current folder; empty is the current folder."""
    parameters: PbapParameters = NO_PARAMETERS

    def encode(self) -> Get:
        """The GET."""
        return _get(TYPE_VCARD_LISTING, self.folder, self.parameters)


@frozen
class PullVCardEntry:
    """One vCard of the current folder."""

    name: str
    """A handle of a listing, for example `constants.OWNER_CARD`, or `X-BT-UID:` and a UID."""
    parameters: PbapParameters = NO_PARAMETERS

    def encode(self) -> Get:
        """The GET."""
        return _get(TYPE_VCARD, self.name, self.parameters)


PbapRequest: TypeAlias = PullPhoneBook | SetPhoneBook | PullVCardListing | PullVCardEntry


def connect_pse(features: int | None = None) -> Connect:
    """The CONNECT for a phonebook server.

    Args:
        features: Our PbapSupportedFeatures. Only for a phone whose record `wants_features_in_connect`;
            None leaves them out.
    """
    parameters = PbapParameters(pbap_supported_features=features).encode()
    return Connect(Headers.of(target=TARGET, parameters=parameters))


def _get(type: str, name: str, parameters: PbapParameters) -> Get:
    return Get(Headers.of(type=type, name=name, parameters=parameters.encode()))
