"""What does a contact's vCard say, in version 2.1 and 3.0, and how is one written?"""

from __future__ import annotations

import binascii
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

import attrs
from attrs import frozen

from phonelink_tui.errors import LimitExceeded, RemoteProtocolError
from phonelink_tui.protocol import limits
from phonelink_tui.protocol.pbap.constants import ALL_PROPERTIES, Format, PropertySelector
from phonelink_tui.protocol.pbap.vcard_lines import ContentLine, content_steps, split_components, unescape

_VERSIONS: Final = {Format.VCARD_2_1: "2.1", Format.VCARD_3_0: "3.0"}

_MANDATORY: Final = {
    Format.VCARD_2_1: PropertySelector.VERSION | PropertySelector.N | PropertySelector.TEL,
    Format.VCARD_3_0: PropertySelector.VERSION
    | PropertySelector.N
    | PropertySelector.FN
    | PropertySelector.TEL,
}
"""Written whatever the selector says (PBAP 1.2.3, 5.1.4.1)."""

_FOLD_BYTES: Final = 75


@frozen
class StructuredName:
    """The five components of N."""

    family: str = ""
    given: str = ""
    additional: str = ""
    prefix: str = ""
    suffix: str = ""


NO_NAME: Final = StructuredName()


@frozen
class TypedValue:
    """A telephone number or mail address with its types."""

    value: str
    types: tuple[str, ...] = ()
    """Upper case, for example CELL or HOME, as the phone ordered them."""


@frozen
class CallDateTime:
    """X-IRMC-CALL-DATETIME as written; `call_history` gives it a meaning."""

    value: str = ""
    types: tuple[str, ...] = ()


@frozen
class VCard:
    """A contact. Texts are the phone's, unbounded in content and not fit for showing as they are."""

    version: str = "3.0"
    formatted_name: str = ""
    name: StructuredName = NO_NAME
    telephones: tuple[TypedValue, ...] = ()
    emails: tuple[TypedValue, ...] = ()
    organisation: tuple[str, ...] = ()
    """The organisation and its units."""
    nickname: str = ""
    uid: str = ""
    bt_uid: str = ""
    """X-BT-UID: a contact's name for GetvCardEntry that survives renumbering."""
    bt_uci: tuple[str, ...] = ()
    """X-BT-UCI: addresses that are neither telephone nor mail."""
    call: CallDateTime | None = None

    @property
    def display_name(self) -> str:
        """FN, or given and family name, or the organisation, or nothing."""
        parts = (self.name.given, self.name.additional, self.name.family)
        return self.formatted_name or " ".join(filter(None, parts)) or " ".join(self.organisation[:1])


def decode_vcards(data: bytes) -> tuple[VCard, ...]:
    """Read all vCards of a phonebook; blank data is an empty one.

    Tolerated, as phones do it: unknown and broken properties, missing FN or N, a last card without its end.

    Raises:
        RemoteProtocolError: There is data, but no vCard in it.
        LimitExceeded: More than `limits` allows: cards, properties of one, bytes of a line.

    Any other exception is a bug.
    """
    return tuple(card for card in vcard_steps(data) if card is not None)


def vcard_steps(data: bytes) -> Iterator[VCard | None]:
    """`decode_vcards`, one card after another; None between them after each `limits.VCARD_STEP_BYTES` of `data`.

    For callers that have to let others run: however hostile the data, no step takes long.
    """
    count = 0
    lines: list[ContentLine] | None = None
    for line in content_steps(data):
        if line is None:
            yield None
        elif line.name in ("BEGIN", "END") and line.value.strip().upper() == "VCARD":
            if lines is not None:
                yield _card(lines)
                count += 1
            lines = [] if line.name == "BEGIN" else None
            if count > limits.VCARDS:
                raise LimitExceeded("There are too many vCards in a phonebook.")
        elif lines is not None:
            lines.append(line)
            if len(lines) > limits.VCARD_PROPERTIES:
                raise LimitExceeded("A vCard has too many properties.")
    if lines is not None:
        yield _card(lines)
    elif not count and data.strip(b"\0 \t\r\n"):
        raise RemoteProtocolError("A phonebook holds no vCard.")


def encode_vcard(
    card: VCard, format: Format = Format.VCARD_3_0, properties: PropertySelector = ALL_PROPERTIES
) -> bytes:
    """Write one vCard with CRLF line ends.

    Args:
        card: The contact; its own `version` does not matter.
        format: Which version to write.
        properties: Which properties to write; the mandatory ones are written in any case.
    """
    lines = [b"BEGIN:VCARD", f"VERSION:{_VERSIONS[format]}".encode()]
    write = _write_3_0 if format == Format.VCARD_3_0 else _write_2_1
    for bit, name, types, components in _properties(card):
        if not properties or bit & (properties | _MANDATORY[format]):
            lines.append(write(name, types, components))
    lines.append(b"END:VCARD")
    return b"\r\n".join(lines) + b"\r\n"


def _card(lines: Iterable[ContentLine]) -> VCard:
    values: dict[str, Any] = {}
    version = next((line.value.strip() for line in lines if line.name == "VERSION"), "2.1")
    for line in lines:
        if line.name in _READERS:
            field, several, read = _READERS[line.name]
            value = read(line, version != "2.1")
            if several:
                values[field] = (*values.get(field, ()), value)
            else:
                values.setdefault(field, value)
    return attrs.evolve(VCard(version), **values)


def _text(line: ContentLine, newlines: bool) -> str:
    return unescape(line.value[: limits.VCARD_VALUE_CHARS], newlines=newlines).strip()


def _components(line: ContentLine, newlines: bool) -> tuple[str, ...]:
    value = line.value[: limits.VCARD_VALUE_CHARS]
    return tuple(unescape(part, newlines=newlines).strip() for part in split_components(value))


def _name(line: ContentLine, newlines: bool) -> StructuredName:
    return StructuredName(*_components(line, newlines)[:5])


def _typed(line: ContentLine, newlines: bool) -> TypedValue:
    return TypedValue(_text(line, newlines), line.types)


def _call(line: ContentLine, newlines: bool) -> CallDateTime:
    return CallDateTime(_text(line, newlines), line.types)


_READERS: Final[dict[str, tuple[str, bool, Callable[[ContentLine, bool], Any]]]] = {
    "FN": ("formatted_name", False, _text),
    "N": ("name", False, _name),
    "TEL": ("telephones", True, _typed),
    "EMAIL": ("emails", True, _typed),
    "ORG": ("organisation", False, _components),
    "NICKNAME": ("nickname", False, _text),
    "UID": ("uid", False, _text),
    "X-BT-UID": ("bt_uid", False, _text),
    "X-BT-UCI": ("bt_uci", True, _text),
    "X-IRMC-CALL-DATETIME": ("call", False, _call),
}


def _properties(card: VCard) -> Iterator[tuple[PropertySelector, str, tuple[str, ...], tuple[str, ...]]]:
    """Selector bit, name, types and components of every property the card has, N and FN always."""
    name = card.name
    yield PropertySelector.N, "N", (), (name.family, name.given, name.additional, name.prefix, name.suffix)
    yield PropertySelector.FN, "FN", (), (card.formatted_name,)
    for telephone in card.telephones:
        yield PropertySelector.TEL, "TEL", telephone.types, (telephone.value,)
    for email in card.emails:
        yield PropertySelector.EMAIL, "EMAIL", email.types, (email.value,)
    if card.organisation:
        yield PropertySelector.ORG, "ORG", (), card.organisation
    for bit, label, text in (
        (PropertySelector.NICKNAME, "NICKNAME", card.nickname),
        (PropertySelector.UID, "UID", card.uid),
        (PropertySelector.BT_UID, "X-BT-UID", card.bt_uid),
        *((PropertySelector.BT_UCI, "X-BT-UCI", uci) for uci in card.bt_uci),
    ):
        if text:
            yield bit, label, (), (text,)
    if card.call is not None:
        yield PropertySelector.CALL_DATETIME, "X-IRMC-CALL-DATETIME", card.call.types, (card.call.value,)


def _write_2_1(name: str, types: tuple[str, ...], components: tuple[str, ...]) -> bytes:
    head = ";".join([name, *types])
    value = ";".join(part.replace("\\", "\\\\").replace(";", "\\;") for part in components)
    if value.isascii() and value.isprintable() and value == value.strip():
        return f"{head}:{value}".encode()
    # b2a_qp takes over the line ends of its input for its soft breaks.
    encoded = binascii.b2a_qp(value.encode(errors="replace"), quotetabs=True, istext=False)
    lines = encoded.replace(b"=\r\n", b"=\n").replace(b"=\n", b"=\r\n")
    return f"{head};CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:".encode() + lines


def _write_3_0(name: str, types: tuple[str, ...], components: tuple[str, ...]) -> bytes:
    head = ";".join([name, *(f"TYPE={type_}" for type_ in types)])
    value = ";".join(_escape_3_0(part) for part in components)
    return b"\r\n ".join(_folded(f"{head}:{value}".encode(errors="replace")))


def _escape_3_0(text: str) -> str:
    for plain, escaped in (
        ("\\", "\\\\"),
        (";", "\\;"),
        (",", "\\,"),
        ("\r\n", "\\n"),
        ("\n", "\\n"),
        ("\r", ""),
    ):
        text = text.replace(plain, escaped)
    return text


def _folded(line: bytes) -> Iterator[bytes]:
    """Pieces of at most 75 bytes that do not cut a character."""
    start = 0
    while start < len(line):
        end = min(start + _FOLD_BYTES, len(line))
        while end < len(line) and line[end] & 0xC0 == 0x80:
            end -= 1
        yield line[start:end]
        start = end
