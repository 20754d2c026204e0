"""How is one message written with its sender, recipients and text? The bMessage (MAP 1.4, 3.1.3).

The values and their writing are here, the reading in `bmessage_decoder`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from attrs import frozen

from phonelink_tui.errors import LocalProtocolError
from phonelink_tui.protocol import limits
from phonelink_tui.protocol.map.bmessage_vcard import BMessageVCard
from phonelink_tui.protocol.map.constants import MessageType

UTF_8: Final = "UTF-8"
MSG_OVERHEAD_BYTES: Final = 22
"""What LENGTH counts besides the text: BEGIN:MSG, the break behind the text, END:MSG, each with CRLF."""

PUSH_FOLDER: Final = "telecom/msg/outbox"

# ESR06, as AOSP applies it, but only to lines that begin so: one slash more in front of END:MSG.
_LOOKS_LIKE_END = re.compile(rb"(?:\A|(?<=[\r\n]))(?=/*+END:MSG)")


@frozen
class BMessageBody:
    """The BBODY: the text and how it is encoded."""

    messages: tuple[bytes, ...] = (b"",)
    """The bytes of each MSG block, unescaped. One, but for a native SMS of several parts."""
    charset: str | None = UTF_8
    """None or "NATIVE" means the hex of SMS PDUs."""
    encoding: str | None = None
    language: str | None = None
    part_id: int | None = None
    """Only in a mail fetched by fractions."""

    @property
    def text(self) -> str:
        """The text, every kind of line break as a line feed; bytes that are no UTF-8 become U+FFFD.

        iPhones send CRLF, LF and bare CR, all three.
        """
        text = b"".join(self.messages).decode("utf-8", "replace")
        return text.replace("\r\n", "\n").replace("\r", "\n")

    @property
    def length_bytes(self) -> int:
        """The value of LENGTH: from the first BEGIN:MSG to behind the last END:MSG."""
        return sum(len(_escape(message)) + MSG_OVERHEAD_BYTES for message in self.messages)


@frozen
class BMessage:
    """One message."""

    type: str = MessageType.SMS_GSM
    """`MessageType`."""
    folder: str = ""
    """Where it lies, from `telecom` on."""
    originators: tuple[BMessageVCard, ...] = ()
    """The sender comes first; iPhones write one, others may write none."""
    envelopes: tuple[tuple[BMessageVCard, ...], ...] = ((),)
    """The recipients of each envelope, the outermost first; one to three."""
    body: BMessageBody | None = BMessageBody()
    """None where the phone sent no content."""
    read: bool = True
    version: str = "1.0"
    extended_data: str | None = None
    """bMessage 1.1 only."""

    @property
    def originator(self) -> BMessageVCard | None:
        """The sender."""
        return self.originators[0] if self.originators else None

    @property
    def recipients(self) -> tuple[BMessageVCard, ...]:
        """The recipients of all envelopes."""
        return tuple(vcard for envelope in self.envelopes for vcard in envelope)

    def encode(self) -> bytes:
        """The message as on the wire: CRLF between lines, exact LENGTH, END:MSG in the text escaped.

        Raises:
            LocalProtocolError: A value would break out of its line, there are no or too many envelopes,
                or the message is longer than `limits.BMESSAGE_BYTES`.
        """
        if not 1 <= len(self.envelopes) <= limits.BMESSAGE_NESTING:
            raise LocalProtocolError(f"A bMessage has 1 to {limits.BMESSAGE_NESTING} envelopes.")
        lines = ["BEGIN:BMSG", f"VERSION:{self.version}", f"STATUS:{'READ' if self.read else 'UNREAD'}"]
        lines += [f"TYPE:{self.type}", f"FOLDER:{self.folder}"]
        lines += _optional("EXTENDEDDATA", self.extended_data)
        lines += (line for vcard in self.originators for line in vcard.lines())
        for envelope in self.envelopes:
            lines.append("BEGIN:BENV")
            lines += (line for vcard in envelope for line in vcard.lines())
        head = _join(lines)
        body = b"" if self.body is None else _encode_body(self.body)
        data = head + body + _join(["END:BENV"] * len(self.envelopes) + ["END:BMSG"])
        if len(data) > limits.BMESSAGE_BYTES:
            raise LocalProtocolError(f"A bMessage of {len(data)} bytes is too long.")
        return data


def text_body(text: str) -> BMessageBody:
    """A body of plain text, its line breaks as line feeds.

    Android's reader joins lines that end with CRLF and keeps bare line feeds; iPhones keep both.

    Raises:
        LocalProtocolError: Half a surrogate: the text is not Unicode.
    """
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    try:
        return BMessageBody((unified.encode(),))
    except UnicodeEncodeError as error:
        raise LocalProtocolError("The text is not Unicode.") from error


def pushed_text(
    text: str,
    recipients: Iterable[BMessageVCard],
    *,
    type: str = MessageType.SMS_GSM,
    folder: str = PUSH_FOLDER,
) -> BMessage:
    """A message to push: the shape that iPhones (iOS 26) and Android are known to take.

    The originator is there and empty; the vCards are 2.1 without FN.

    Raises:
        LocalProtocolError: The text is not Unicode.
    """
    nobody = BMessageVCard(tels=("",))
    return BMessage(type, folder, (nobody,), (tuple(recipients),), text_body(text))


def _encode_body(body: BMessageBody) -> bytes:
    lines = ["BEGIN:BBODY"]
    lines += _optional("PARTID", body.part_id)
    lines += _optional("ENCODING", body.encoding)
    lines += _optional("CHARSET", body.charset)
    lines += _optional("LANGUAGE", body.language)
    lines.append(f"LENGTH:{body.length_bytes}")
    blocks = (b"BEGIN:MSG\r\n" + _escape(message) + b"\r\nEND:MSG\r\n" for message in body.messages)
    return _join(lines) + b"".join(blocks) + b"END:BBODY\r\n"


def _escape(message: bytes) -> bytes:
    return _LOOKS_LIKE_END.sub(b"/", message)


def _optional(name: str, value: object) -> list[str]:
    return [] if value is None else [f"{name}:{value}"]


def _join(lines: Iterable[str]) -> bytes:
    encoded = []
    for line in lines:
        if "\r" in line or "\n" in line:
            raise LocalProtocolError("A value of a bMessage has a line break.")
        try:
            encoded.append(line.encode() + b"\r\n")
        except UnicodeEncodeError as error:
            raise LocalProtocolError("A value of a bMessage is not Unicode.") from error
    return b"".join(encoded)
