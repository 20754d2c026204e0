"""How is a vCard cut into content lines, and a line into name, parameters and value, however it is folded?

Both versions are read the same way, because phones mix them: 3.0 folding and escapes in a 2.1 card,
parameters without `TYPE=` in a 3.0 one, group prefixes in either. (vCard 2.1; RFC 2425, 5.8; RFC 2426, 4)
"""

from __future__ import annotations

import quopri
import re
from collections.abc import Iterator
from typing import Final

from attrs import frozen

from phonelink_tui.errors import LimitExceeded
from phonelink_tui.protocol import limits

_SKIPPED: Final = frozenset({b"PHOTO", b"LOGO", b"SOUND", b"KEY"})
"""Properties with large values that nobody here shows: their bytes are passed over, not collected."""

_ENCODINGS: Final = frozenset({"QUOTED-PRINTABLE", "BASE64", "B", "8BIT", "7BIT"})

_CHARSETS: Final = {
    "US-ASCII": "ascii",
    "ISO-8859-1": "latin-1",
    "ISO-8859-15": "iso8859-15",
    "WINDOWS-1251": "cp1251",
    "WINDOWS-1252": "cp1252",
    "SHIFT_JIS": "shift_jis",
    "EUC-JP": "euc_jp",
    "EUC-KR": "euc_kr",
    "GB2312": "gbk",
    "GBK": "gbk",
    "GB18030": "gb18030",
    "BIG5": "big5",
}
"""A written list: Python's registry also holds codecs that are slow or no text. Others are read as UTF-8."""

_HEAD_BYTES: Final = 1024
"""Name and parameters of a line; what has no colon within them is no property."""

_HEAD = re.compile(rb'(?:[^":]|"[^"]*+")*+:')
_PARAMETER = re.compile(r'(?:[^";]|"[^"]*+"|")++')
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_PIECE = re.compile(r"[^\\;]++|\\.|;|\\", re.DOTALL)


@frozen
class ContentLine:
    """One property of a vCard."""

    name: str
    """Upper case, without its group."""
    types: tuple[str, ...]
    """Upper case: the values of TYPE, and parameters without a name."""
    value: str
    """Transfer encoding and charset are undone, backslash escapes are not."""


def content_steps(data: bytes) -> Iterator[ContentLine | None]:
    """The properties in order; lines without a colon are passed over, large values skipped.

    Between them comes None after each `limits.VCARD_STEP_BYTES` of `data`, whatever it holds.

    Raises:
        LimitExceeded: A line longer than `limits.VCARD_LINE_BYTES`. Any other exception is a bug.
    """
    for line in _unfolded_lines(data):
        content = _parse(line) if line is not None else None
        if line is None or content is not None:
            yield content


def unescape(value: str, *, newlines: bool = True) -> str:
    r"""Undo backslash escapes; `\n` only where `newlines`, for in vCard 2.1 it is two ordinary characters."""

    def replace(match: re.Match[str]) -> str:
        character = match[1]
        if character in "nN":
            return "\n" if newlines else match[0]
        return character if character in ";,:\\" else match[0]

    return _ESCAPE.sub(replace, value)


def split_components(value: str) -> list[str]:
    """Cut a structured value at its semicolons, not at escaped ones; escapes stay."""
    components: list[list[str]] = [[]]
    for piece in _PIECE.findall(value):
        if piece == ";":
            components.append([])
        else:
            components[-1].append(piece)
    return ["".join(pieces) for pieces in components]


def _physical_lines(data: bytes) -> Iterator[bytes | None]:
    """Lines without their ends; None after each step."""
    at, step = 0, limits.VCARD_STEP_BYTES
    while at < len(data):
        end = data.find(b"\n", at)
        end = len(data) if end < 0 else end
        yield data[at:end].removesuffix(b"\r")
        at = end + 1
        if at >= step:
            step = at + limits.VCARD_STEP_BYTES
            yield None


def _unfolded_lines(data: bytes) -> Iterator[bytes | None]:
    pending: list[bytes] = []
    size = 0
    soft_break = skipping = quoted_printable = False
    for line in _physical_lines(data):
        if line is None:
            yield None
            continue
        if not soft_break and line[:1] not in (b" ", b"\t"):
            if pending:
                yield b"".join(pending)
                pending, size = [], 0
            if not line:
                skipping = False
                continue
            head = line[:_HEAD_BYTES].partition(b":")[0].upper()
            skipping = _name_of(head) in _SKIPPED
            quoted_printable = b"QUOTED-PRINTABLE" in head
        elif not soft_break:
            line = line[1:]
        if skipping:
            continue
        size += len(line)
        if size > limits.VCARD_LINE_BYTES:
            raise LimitExceeded("A line of a vCard is too long.")
        soft_break = quoted_printable and line.endswith(b"=")
        pending.append(line.removesuffix(b"=") if soft_break else line)
    if pending:
        yield b"".join(pending)


def _name_of(head: bytes) -> bytes:
    return head.partition(b";")[0].rpartition(b".")[2].strip()


def _parse(line: bytes) -> ContentLine | None:
    start = line[:_HEAD_BYTES]
    end = start.find(b":") + 1
    if end < 2:
        return None
    if b'"' in start[:end]:
        # An unbalanced quote hides the colon from the pattern; then the first colon counts.
        match = _HEAD.match(start)
        end = match.end() if match else end
    name, *parameters = _PARAMETER.findall(line[: end - 1].decode("utf-8", "replace")) or [""]
    types: list[str] = []
    charset = "UTF-8"
    value = line[end:]
    for key, words in map(_parameter, parameters):
        if key == "TYPE":
            types += [word for word in words if word]
        elif key == "CHARSET":
            charset = words[0]
        elif key == "ENCODING" and words[0] == "QUOTED-PRINTABLE":
            value = quopri.decodestring(value)
    text = value.decode(_CHARSETS.get(charset, "utf-8"), "replace")
    return ContentLine(name.rpartition(".")[2].strip().upper(), tuple(types), text)


def _parameter(parameter: str) -> tuple[str, list[str]]:
    """Name and values of a parameter; one without a name is an encoding or a type (vCard 2.1)."""
    key, equals, text = parameter.upper().partition("=")
    words = [word.strip().strip('"') for word in (text if equals else key).split(",")]
    if not equals:
        key = "ENCODING" if words[0] in _ENCODINGS else "TYPE"
    return key.strip(), words
