"""Which phones does this user know? One small file in the state directory, 0600, whole or not at all.

It holds what `phonelink phones` lists and what a returning phone is compared with: addresses and names, no keys.
"""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from attrs import asdict, frozen

from phonelink_tui.config.private_files import read_private, write_private
from phonelink_tui.domain.bond import Bond
from phonelink_tui.domain.phone import PhoneKind
from phonelink_tui.domain.text import RemoteText, clean_line
from phonelink_tui.errors import SettingsError

FILE: Final = "phones.json"
VERSION: Final = 1
PHONES: Final = 100
"""Kept at most; more are refused when they are added."""
FILE_BYTES: Final = 200_000

_ADDRESS: Final = re.compile(r"[0-9A-F]{2}(:[0-9A-F]{2}){5}")


def bluetooth_id(address: str) -> str:
    """By what a phone is known everywhere: its public address, which never changes."""
    return f"bluetooth:{address}"


@frozen
class KnownPhone:
    """A phone that was paired, or found paired, by this program."""

    address: str
    """Public, upper case."""
    name: RemoteText
    kind: PhoneKind
    adapter: str
    """Address of the adapter it is paired with; "" where that was not seen."""
    since: datetime
    """When it was paired here, or first found paired (UTC)."""
    paired_here: bool
    """Whether `phonelink pair` did it; otherwise it was found paired."""
    bond: Bond


class KnownPhones:
    """The file.

    Args:
        state_dir: Where it lives; None: nothing is kept, and nothing known.
    """

    def __init__(self, state_dir: Path | None) -> None:
        self._path = state_dir / FILE if state_dir else None

    def all(self) -> tuple[KnownPhone, ...]:
        """Every phone, the oldest first.

        Raises:
            SettingsError: The file is there and is not ours: other words, or a newer version.
        """
        if self._path is None:
            return ()
        try:
            text = read_private(self._path, FILE_BYTES + 1)
        except OSError as error:
            raise self._broken() from error
        if text is None:
            return ()
        try:
            content = json.loads(text)
            if len(text) > FILE_BYTES or content["v"] != VERSION:
                raise ValueError
            return tuple(_phone(entry) for entry in content["phones"])
        except (ValueError, KeyError, TypeError, RecursionError, AttributeError) as error:
            raise self._broken() from error

    def get(self, address: str) -> KnownPhone | None:
        """The phone with this address. Raises SettingsError."""
        return next((phone for phone in self.all() if phone.address == address), None)

    def put(self, phone: KnownPhone) -> bool:
        """Add it, or replace the one with its address; whether it could be kept.

        Raises:
            SettingsError: The file is there and is not ours; there are too many.
        """
        others = tuple(one for one in self.all() if one.address != phone.address)
        if len(others) >= PHONES:
            raise SettingsError(f"{PHONES} phones are known already.", "`phonelink forget` makes room.")
        return self._write((*others, phone))

    def forget(self, address: str) -> bool:
        """Remove it; whether it was there. Raises SettingsError where the file is not ours or cannot be written."""
        every = self.all()
        left = tuple(phone for phone in every if phone.address != address)
        if len(left) == len(every):
            return False
        if not self._write(left):
            raise SettingsError(f"{self._path} cannot be written.", "The phone is still known.")
        return True

    def _write(self, phones: tuple[KnownPhone, ...]) -> bool:
        if self._path is None:
            return False
        content = {"v": VERSION, "phones": [_entry(phone) for phone in phones]}
        try:
            write_private(self._path, json.dumps(content, ensure_ascii=False, indent=1).encode())
        except OSError:
            return False
        return True

    def _broken(self) -> SettingsError:
        return SettingsError(
            f"{self._path} cannot be read as the list of known phones.",
            "Move it away; `phonelink pair` writes a new one.",
        )


def _entry(phone: KnownPhone) -> dict[str, Any]:
    return {**asdict(phone), "since": phone.since.isoformat()}


def _phone(entry: dict[str, Any]) -> KnownPhone:
    address = str(entry["address"])
    since = datetime.fromisoformat(entry["since"])
    if not _ADDRESS.fullmatch(address) or since.tzinfo is None:
        raise ValueError
    bond = {name: entry["bond"].get(name) for name in ("paired", "bonded", "bredr", "le")}
    if any(value not in (True, False, None) for value in bond.values()):
        raise ValueError
    return KnownPhone(
        address,
        clean_line(str(entry["name"])),
        PhoneKind(entry["kind"]),
        str(entry["adapter"]),
        since,
        bool(entry["paired_here"]),
        Bond(**{**bond, "paired": bool(bond["paired"])}),
    )
