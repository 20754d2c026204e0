"""How else may a phone legally write the same XML?

A reader that only knows its own writer's habits fails here: a byte order mark, comments, blanks before `/>`,
attributes nobody knows, and every character beyond ASCII as a reference.
"""

from __future__ import annotations

import re
from typing import Final

_EMPTY_ELEMENT: Final = re.compile(r"\s*/>")
_FIRST_ELEMENT_END: Final = re.compile(r"(<(?![?!])[^>]*[^/>])>")


def oddly_written(xml: bytes) -> bytes:
    """The same document, spelled unusually.

    Args:
        xml: UTF-8, one element inside the root a message, a folder or an event.
    """
    text = _EMPTY_ELEMENT.sub(' vendor_attribute="1"\t\n />', xml.decode())
    text = _FIRST_ELEMENT_END.sub(r"\1 ><!-- listed by the phone -->", text, count=1)
    return b"\xef\xbb\xbf" + text.encode("ascii", "xmlcharrefreplace") + b"\r\n"
