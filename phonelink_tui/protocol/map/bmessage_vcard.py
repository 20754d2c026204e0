"""Who is meant by the small vCards in a bMessage? Name, telephone, e-mail, no more (MAP 1.4, 3.1.3)."""

from __future__ import annotations

import quopri
import re
from collections.abc import Iterable, Iterator
from typing import Final

from attrs import frozen

from phonelink_tui.errors import LocalProtocolError

VCARD_2_1: Final = "2.1"
VCARD_3_0: Final = "3.0"

_SEPARATOR = re.compile(r"(?<!\\);")
_ESCAPED = re.compile(r"\\([\\;,:])")


@frozen
class BMessageVCard:
    """One originator or recipient.

    Values are as on the wire, including what a phone puts in front of them: iPhones write
    `TEL:7:+15550100`, and stripping `7:` is the business of whoever knows the phone.
    """

    version: str = VCARD_2_1
    n: str = ";;;;"
    """Family name, given name and so on, with `;` between them."""
    fn: str | None = None
    """The name as shown; vCard 3.0 needs it."""
    tels: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    uids: tuple[str, ...] = ()
    """X-BT-UID (bMessage 1.1)."""
    ucis: tuple[str, ...] = ()
    """X-BT-UCI (bMessage 1.1)."""

    @property
    def name(self) -> str:
        """The name to show: FN, or given and family name of N; empty where there is neither."""
        if self.fn and self.fn.strip():
            return _ESCAPED.sub(r"\1", self.fn).strip()
        parts = [_ESCAPED.sub(r"\1", part).strip() for part in _SEPARATOR.split(self.n)]
        family, given, *_ = [*parts, ""]
        return f"{given} {family}".strip()

    def lines(self) -> Iterator[str]:
        """The lines from BEGIN to END.

        Raises:
            LocalProtocolError: A value would break out of its line.
        """
        yield "BEGIN:VCARD"
        yield f"VERSION:{self.version}"
        yield from _property("N", [self.n])
        yield from _property("FN", [] if self.fn is None else [self.fn])
        yield from _property("TEL", self.tels)
        yield from _property("EMAIL", self.emails)
        yield from _property("X-BT-UID", self.uids)
        yield from _property("X-BT-UCI", self.ucis)
        yield "END:VCARD"


def decode_vcard(lines: Iterable[str]) -> BMessageVCard:
    """Read the lines between BEGIN:VCARD and END:VCARD. Never raises.

    Names and parameters in any case; folded lines, quoted-printable values and properties nobody asked
    for are borne. Of VERSION, N and FN the last one counts.
    """
    single = {"VERSION": VCARD_2_1, "N": ";;;;"}
    several: dict[str, list[str]] = {}
    for line in _unfold(lines):
        head, colon, value = line.partition(":")
        name, *parameters = head.upper().split(";")
        if not colon:
            continue
        if any("QUOTED-PRINTABLE" in parameter for parameter in parameters):
            value = quopri.decodestring(value.encode()).decode("utf-8", "replace")
        name = name.rpartition(".")[2].strip()
        if name in ("VERSION", "N", "FN"):
            single[name] = value
        else:
            several.setdefault(name, []).append(value)
    return BMessageVCard(
        single["VERSION"].strip(),
        single["N"],
        single.get("FN"),
        *(tuple(several.get(name, ())) for name in ("TEL", "EMAIL", "X-BT-UID", "X-BT-UCI")),
    )


def _unfold(lines: Iterable[str]) -> Iterator[str]:
    pending: list[str] = []
    for line in lines:
        if pending and line[:1] in (" ", "\t"):
            pending.append(line[1:])
        elif pending and pending[-1].endswith("=") and "QUOTED-PRINTABLE" in pending[0].upper():
            pending[-1] = pending[-1][:-1]
            pending.append(line)
        else:
            if pending:
                yield "".join(pending)
            pending = [line]
    if pending:
        yield "".join(pending)


def _property(name: str, values: Iterable[str]) -> Iterator[str]:
    for value in values:
        if "\r" in value or "\n" in value:
            raise LocalProtocolError(f"A {name} of a vCard has a line break.")
        yield f"{name}:{value}"
