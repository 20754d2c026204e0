"""How is the flat XML of MAP read when phones write it wrong? Tags and attributes, in one pass, nothing else.

A reader of its own, for three reasons. Phones send XML that no XML parser takes: bare ampersands, control
characters, bare quotes, cut ends; obexd, which uses a strict parser, loses the whole list then. There are no
entities to expand and no documents to fetch, because nothing here can. And its time grows as the input.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from attrs import frozen

from phonelink_tui.errors import LimitExceeded, RemoteProtocolError
from phonelink_tui.protocol import limits

_NAME = r"[A-Za-z_:][\w:.-]*+"
_MARKUP = re.compile(rf"<(?:(!--|!|\?)|(/?)({_NAME}))", re.ASCII)
_SPECIAL_ENDS: Final = {"!--": "-->", "?": "?>"}
_ATTRIBUTE = re.compile(rf"[\s/]*+({_NAME})\s*+=\s*+([\"'])", re.ASCII)
_TAG_END = re.compile(r"\s*+(/?)>")
_NEXT_TAG_END = re.compile(r">")

# Only a quote followed by what may follow a value ends the value: `subject="so "big", no?"` is one value.
# In well-formed XML that is every quote.
_AFTER_VALUE = rf"(?=\s*+(?:[/?]?>|{_NAME}\s*+=\s*+[\"']))"
_CLOSING = {quote: re.compile(quote + _AFTER_VALUE, re.ASCII) for quote in "\"'"}

_REFERENCE = re.compile(r"&(?:#([0-9]{1,7})|#[xX]([0-9A-Fa-f]{1,6})|(amp|lt|gt|quot|apos));")
_NAMED: Final = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_BLANK: Final = b"\0\t\r\n "
_WHITE = str.maketrans("\t\r\n", "   ")

# What XML 1.0 cannot carry, not even as a reference (XML 1.0, 2.2).
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
)

_DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8"?>'


@frozen
class XmlTag:
    """A start tag or an end tag."""

    name: str
    attributes: Mapping[str, str]
    """Names as written; of a repeated one the first."""
    closing: bool = False
    """`</name>`."""
    empty: bool = False
    """`<name/>`."""


@frozen
class Document:
    """A root element and its children of one kind."""

    version: str
    """Of the root; "1.0" where it says none."""
    children: tuple[Mapping[str, str], ...]
    """The attributes of each child."""
    complete: bool
    """Whether the end of the root was there."""


def read_document(data: bytes, root: str, child: str, most: int) -> Document:
    """Read a flat document; an empty body is an empty document, as some phones answer an empty folder.

    Args:
        data: See `read_tags`.
        root: Name of the root element; elements before it are ignored, everything behind its end too.
        child: Name of the elements wanted; all others are ignored.
        most: The most elements wanted.

    Raises:
        RemoteProtocolError: There is no such root.
        LimitExceeded: More than `most` elements, or see `read_tags`.

    Any other exception is a bug.
    """
    version: str | None = None
    children: list[Mapping[str, str]] = []
    complete = False
    for tag in read_tags(data):
        if tag.name == root and version is None:
            version = tag.attributes.get("version", "1.0")
            complete = tag.empty
        elif tag.name == root and tag.closing:
            complete = True
        elif tag.name == child and version is not None and not tag.closing:
            if len(children) == most:
                raise LimitExceeded(f"More than {most} <{child}> elements.")
            children.append(tag.attributes)
        if complete:
            break
    if version is None and data.strip(_BLANK):
        raise RemoteProtocolError(f"There is no <{root}>.")
    return Document(version or "1.0", tuple(children), complete or version is None)


def read_tags(data: bytes) -> Iterator[XmlTag]:
    """The tags of a document in order; text, comments, declarations and DOCTYPE are skipped.

    Args:
        data: UTF-8, with or without BOM; NULs are dropped, bytes that are no UTF-8 become U+FFFD.

    Raises:
        LimitExceeded: More than `limits.XML_BYTES`, or an element with too many attributes.

    A tag that the end of the data cuts is left out. Line breaks and tabs written bare in a value
    are blanks, as XML wants it; other control characters stay. Any other exception is a bug.
    """
    if len(data) > limits.XML_BYTES:
        raise LimitExceeded(f"An XML body has more than {limits.XML_BYTES} bytes.")
    text = data.decode("utf-8-sig", "replace").replace("\0", "")
    at = 0
    while at >= 0 and (markup := _MARKUP.search(text, at)) is not None:
        tag, at = _read_markup(text, markup)
        if tag is not None:
            yield tag


def _read_markup(text: str, markup: re.Match[str]) -> tuple[XmlTag | None, int]:
    """What begins here, and where to go on; -1 when the data ends inside of it."""
    special, slash, name = markup.groups()
    if special == "!":
        return None, _behind_doctype(text, markup.end())
    if special:
        return None, _behind(text, _SPECIAL_ENDS[special], markup.end())
    if slash:
        end = _behind(text, ">", markup.end())
        return None if end < 0 else XmlTag(name, {}, closing=True), end
    return _read_start_tag(text, name, markup.end())


def _read_start_tag(text: str, name: str, at: int) -> tuple[XmlTag | None, int]:
    attributes: dict[str, str] = {}
    count = 0
    while (start := _ATTRIBUTE.match(text, at)) is not None:
        count += 1
        if count > limits.XML_ATTRIBUTES:
            raise LimitExceeded(f"An element has more than {limits.XML_ATTRIBUTES} attributes.")
        end = _CLOSING[start[2]].search(text, start.end())
        if end is None:
            return None, -1
        attributes.setdefault(start[1], _unescape(text[start.end() : end.start()]))
        at = end.end()
    end_of_tag = _TAG_END.match(text, at) or _NEXT_TAG_END.search(text, at)
    if end_of_tag is None:
        return None, -1
    return XmlTag(name, attributes, empty=end_of_tag[0].endswith("/>")), end_of_tag.end()


def _behind(text: str, mark: str, at: int) -> int:
    found = text.find(mark, at)
    return found if found < 0 else found + len(mark)


def _behind_doctype(text: str, at: int) -> int:
    end = text.find(">", at)
    subset = text.find("[", at, end) if end >= 0 else -1
    if subset < 0:
        return end
    end = text.find("]", subset)
    return _behind(text, ">", end) if end >= 0 else -1


def _unescape(value: str) -> str:
    value = value.translate(_WHITE)
    return _REFERENCE.sub(_character, value) if "&" in value else value


def _character(match: re.Match[str]) -> str:
    decimal, hexadecimal, named = match.groups()
    if named:
        return _NAMED[named]
    code = int(decimal) if decimal else int(hexadecimal, 16)
    writable = 0 < code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF
    return chr(code) if writable else "\ufffd"


def write_document(root: str, children: str, *, version: str = "1.0", doctype: str = "") -> bytes:
    """A whole document around elements that are written already."""
    start = write_element(root, [("version", version)]).removesuffix("/>")
    return f"{_DECLARATION}{doctype}{start}>{children}</{root}>".encode()


def write_element(name: str, attributes: Iterable[tuple[str, str]]) -> str:
    """An empty element. What XML cannot carry becomes U+FFFD; line breaks survive as references."""
    words = "".join(
        f' {key}="{_UNWRITABLE.sub(chr(0xFFFD), value).translate(_ESCAPES)}"' for key, value in attributes
    )
    return f"<{name}{words}/>"
