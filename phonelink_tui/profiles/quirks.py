"""What do particular phones do differently? As data: each with what was seen, where, and what is done about it.

To add one: a field of `Quirks` with its evidence, a value in the table, and the one place that reads it.
"""

from __future__ import annotations

import re
from typing import Final

from attrs import frozen

from phonelink_tui.domain.phone import PhoneKind

SCHEME_TAG: Final = re.compile(r"(?:[0-9a-z]|mailto|e-?mail|tel|sms):(?=.)", re.IGNORECASE)
"""quirk: scheme-tag. iPhones write `TEL:7:+1503…` and `EMAIL:7:x@y` in bMessages (iOS 26), and `e:` before an
Apple ID in listings: a tag of one character, or the name of a scheme, in front of the address. No number and no
e-mail address begins so; the tag is stripped wherever an address is read."""


@frozen
class Quirks:
    """How to speak to one kind of phone."""

    email_tag: str = ""
    """quirk: email-tag. iPhones (iOS 26) drop the first two characters of an EMAIL recipient; `7:` in front of it
    is what they then drop."""
    update_inbox: bool = False
    """quirk: update-inbox. iPhones take it in every session without harm; Android answers Not Implemented."""


QUIRKS: Final[dict[PhoneKind, Quirks]] = {
    PhoneKind.IPHONE: Quirks(email_tag="7:", update_inbox=True),
    PhoneKind.ANDROID: Quirks(),
}


def strip_scheme_tag(address: str) -> str:
    """An address without the tag of quirk scheme-tag."""
    return (
        SCHEME_TAG.sub("", address.strip(), count=1) if SCHEME_TAG.match(address.strip()) else address.strip()
    )
