"""Into how many SMS would a text be cut, if the phone sends it as SMS? An estimate: the phone alone decides."""

from __future__ import annotations

from typing import Final

from attrs import frozen

GSM_7: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The default alphabet (3GPP TS 23.038, 6.2.1)."""

GSM_7_EXTENDED: Final = frozenset("\f^{}\\[~]|€")
"""Characters that take two places, an escape before each (3GPP TS 23.038, 6.2.1.1)."""

_GSM_ALONE, _GSM_JOINED = 160, 153
_UCS_2_ALONE, _UCS_2_JOINED = 70, 67


@frozen
class Segments:
    """How a text would be cut."""

    count: int
    """0 for no text."""
    left: int
    """Places left in the last one, in septets or UTF-16 units."""
    unicode: bool
    """Some character is outside the GSM alphabet, so fewer fit into each."""


def sms_segments(text: str) -> Segments:
    """Estimate the SMS that `text` takes; a character of two places is never torn apart."""
    gsm = GSM_7 | GSM_7_EXTENDED
    is_unicode = not gsm.issuperset(text)
    if is_unicode:
        sizes = [2 if ord(character) > 0xFFFF else 1 for character in text]
        alone, joined = _UCS_2_ALONE, _UCS_2_JOINED
    else:
        sizes = [2 if character in GSM_7_EXTENDED else 1 for character in text]
        alone, joined = _GSM_ALONE, _GSM_JOINED
    total = sum(sizes)
    if total <= alone:
        return Segments(1 if text else 0, alone - total, is_unicode)
    count, left = 1, joined
    for size in sizes:
        if size > left:
            count, left = count + 1, joined
        left -= size
    return Segments(count, left, is_unicode)
