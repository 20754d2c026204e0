"""What does a bMessage from a phone say, however its writer understood the specification? (MAP 1.4, 3.1.3)

The text is what counts: it is bounded by BEGIN:MSG and END:MSG and never guessed. Everything around it may be
missing. LENGTH is a hint: writers count bytes of the block, bytes of the text, or characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from attrs import define, field

from phonelink_tui.errors import LimitExceeded, RemoteProtocolError
from phonelink_tui.protocol import limits
from phonelink_tui.protocol.map.bmessage import BMessage, BMessageBody
from phonelink_tui.protocol.map.bmessage_vcard import BMessageVCard, decode_vcard
from phonelink_tui.protocol.map.constants import MessageType

_ESCAPED_END = re.compile(rb"(?:\A|(?<=[\r\n]))/(?=/*+END:MSG)")
_TEXT_END = re.compile(rb"\r?\nEND:MSG[ \t]*+(?=\r?\n|\Z)")
_LAST_TEXT_END = re.compile(rb"\r?\nEND:MSG[ \t]*+\r?\n\Z")
_NEXT_TEXT = re.compile(rb"\r?\n(?:\r?\n)*+BEGIN:MSG[ \t]*+\r?\n")
_BETWEEN_TEXTS = re.compile(rb"\r?\nEND:MSG[ \t]*+\r?\nBEGIN:MSG[ \t]*+\r?\n")
_GOES_ON = re.compile(rb"[\r\n]*+(?:END:BBODY|BEGIN:MSG)")
_BODY_END = re.compile(rb"[\r\n]*+(?:END:BBODY|\Z)")
_MOST_DIGITS: Final = 9
_BEGIN_LINE_BYTES: Final = 16
"""How far the start of a line BEGIN:MSG can be from the text: blanks may follow it."""
_BOM: Final = b"\xef\xbb\xbf"


def decode_bmessage(data: bytes) -> BMessage:
    """Read one bMessage.

    Borne: NULs and blank lines around it, LF for CRLF outside of the text, words in any case, properties
    nobody knows, missing properties, vCards, envelopes or END lines, a wrong LENGTH.

    Raises:
        RemoteProtocolError: No BEGIN:BMSG, or a text or vCard without its end.
        LimitExceeded: Longer than `limits.BMESSAGE_BYTES`, or too many lines, vCards or envelopes.

    Any other exception is a bug.
    """
    if len(data) > limits.BMESSAGE_BYTES:
        raise LimitExceeded(f"A bMessage has more than {limits.BMESSAGE_BYTES} bytes.")
    lines = _Lines(data.removeprefix(_BOM).strip(b"\0"))
    if next(lines.until(""), None) != ("BEGIN", "BMSG"):
        raise RemoteProtocolError("A bMessage does not begin as one.")
    return _read_message(lines)


@define
class _Lines:
    """The lines outside of the text, taken one by one."""

    data: bytes
    at: int = 0
    count: int = 0

    def raw(self) -> Iterator[str]:
        """The lines as they are."""
        while self.at < len(self.data):
            self.count += 1
            if self.count > limits.BMESSAGE_LINES:
                raise LimitExceeded(f"A bMessage has more than {limits.BMESSAGE_LINES} lines.")
            end = self.data.find(b"\n", self.at)
            end = len(self.data) if end < 0 else end
            line = self.data[self.at : end]
            self.at = end + 1
            yield line.decode("utf-8", "replace").removesuffix("\r")

    def until(self, end: str) -> Iterator[tuple[str, str]]:
        """The lines that are not blank, as property and value, to the END of something or of the data."""
        for line in self.raw():
            name, _, value = line.partition(":")
            name = name.strip().upper()
            if name in ("BEGIN", "END"):
                value = value.strip().upper()
            if (name, value) == ("END", end):
                return
            if line.strip():
                yield name, value


@define
class _Parts:
    """What was found so far."""

    words: dict[str, str] = field(factory=dict)
    originators: list[BMessageVCard] = field(factory=list)
    envelopes: list[list[BMessageVCard]] = field(factory=list)
    body: BMessageBody | None = None
    vcards: int = 0


def _read_message(lines: _Lines) -> BMessage:
    parts = _Parts()
    for line in lines.until("BMSG"):
        match line:
            case ("BEGIN", "VCARD"):
                parts.vcards += 1
                if parts.vcards > limits.BMESSAGE_VCARDS:
                    raise LimitExceeded(f"A bMessage has more than {limits.BMESSAGE_VCARDS} vCards.")
                vcards = parts.envelopes[-1] if parts.envelopes else parts.originators
                vcards.append(_read_vcard(lines))
            case ("BEGIN", "BENV"):
                if len(parts.envelopes) == limits.BMESSAGE_NESTING:
                    raise LimitExceeded(f"A bMessage has more than {limits.BMESSAGE_NESTING} envelopes.")
                parts.envelopes.append([])
            case ("BEGIN", "BBODY"):
                parts.body = _read_body(lines)
                if parts.body is not None:
                    # Only END lines can follow: recipients come before the content. Whatever a text that
                    # was not escaped pretends to be behind its end is not looked at.
                    break
            case _:
                parts.words.setdefault(*line)
    return _assemble(parts)


def _assemble(parts: _Parts) -> BMessage:
    words = parts.words
    return BMessage(
        type=words.get("TYPE", MessageType.SMS_GSM).strip(),
        folder=words.get("FOLDER", ""),
        originators=tuple(parts.originators),
        envelopes=tuple(tuple(envelope) for envelope in parts.envelopes) or ((),),
        body=parts.body,
        read=words.get("STATUS", "UNREAD").strip().upper() == "READ",
        version=words.get("VERSION", "1.0").strip(),
        extended_data=words.get("EXTENDEDDATA"),
    )


def _read_vcard(lines: _Lines) -> BMessageVCard:
    inner: list[str] = []
    for line in lines.raw():
        if line.strip().upper() == "END:VCARD":
            return decode_vcard(inner)
        inner.append(line)
    raise RemoteProtocolError("A vCard in a bMessage has no end.")


def _read_body(lines: _Lines) -> BMessageBody | None:
    words: dict[str, str] = {}
    for line in lines.until("BBODY"):
        if line != ("BEGIN", "MSG"):
            words.setdefault(*line)
            continue
        messages, lines.at = _read_texts(lines.data, lines.at, _number(words.get("LENGTH")))
        return BMessageBody(
            tuple(_ESCAPED_END.sub(b"", message) for message in messages),
            charset=words.get("CHARSET"),
            encoding=words.get("ENCODING"),
            language=words.get("LANGUAGE"),
            part_id=_number(words.get("PARTID")),
        )
    return None


def _read_texts(data: bytes, start: int, length: int | None) -> tuple[list[bytes], int]:
    """The texts of the MSG blocks, the first of which begins at `start`, and where the last block ends."""
    if length is not None:
        end = data.rfind(b"BEGIN:MSG", max(0, start - _BEGIN_LINE_BYTES), start) + length
        # Right is a LENGTH at whose end a block ends, and the body behind it. Then a line END:MSG inside
        # of the text does no harm, even where its writer did not escape it.
        block = data[start - 1 : end]
        last = _LAST_TEXT_END.search(block)
        if last is not None and _BODY_END.match(data, end):
            return _BETWEEN_TEXTS.split(block[1 : max(1, last.start())]), end
    return _scan(data, start)


def _scan(data: bytes, start: int) -> tuple[list[bytes], int]:
    """The same without LENGTH: a text ends at the END:MSG after which the body ends or goes on."""
    texts: list[bytes] = []
    while True:
        ends = _TEXT_END.finditer(data, start - 1)
        first = next(ends, None)
        if first is None:
            raise RemoteProtocolError("The text of a bMessage has no end.")
        end = next((end for end in (first, *ends) if _GOES_ON.match(data, end.end())), first)
        texts.append(data[start : max(start, end.start())])
        following = _NEXT_TEXT.match(data, end.end())
        if following is None:
            return texts, end.end()
        start = following.end()


def _number(text: str | None) -> int | None:
    digits = (text or "").strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= _MOST_DIGITS else None
