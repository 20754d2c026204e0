"""What did BlueZ store and what is it configured to do? Its main.conf, and which keys of a bond there are."""

from __future__ import annotations

import configparser
import re
from pathlib import Path
from typing import Final

from phonelink_tui.diagnostics.facts import Bonds, Configuration, NotKnown, StoredKeys

KEYS: Final = (
    "General.Class",
    "General.ControllerMode",
    "General.SecureConnections",
    "General.Privacy",
    "General.JustWorksRepairing",
    "General.Experimental",
    "GATT.Cache",
)
"""Keys of main.conf that PROTOCOLS 7.4 names."""

FILE_BYTES: Final = 256 * 1024
MOST: Final = 256
"""Bonds looked at."""

_ADDRESS: Final = re.compile("[0-9A-F]{2}(:[0-9A-F]{2}){5}")
_LE_KEYS: Final = ("LongTermKey", "SlaveLongTermKey", "PeripheralLongTermKey")
"""Sections of an LE key; the second was renamed in 5.65."""


def read_configuration(root: Path = Path("/")) -> Configuration | NotKnown:
    """BlueZ's main.conf.

    Raises:
        OSError: It cannot be read.
    """
    try:
        found = _parse(root / "etc/bluetooth/main.conf")
    except FileNotFoundError:
        return Configuration({})
    if found is None:
        return NotKnown("main.conf is not well-formed")
    values = {}
    for key in KEYS:
        section, _, name = key.partition(".")
        value = found.get(section, name, fallback="", raw=True)
        if value:
            values[name] = value[:64]
    return Configuration(values)


def read_bonds(root: Path = Path("/")) -> Bonds | NotKnown:
    """The bonds below /var/lib/bluetooth, which only root may read.

    Raises:
        OSError: They cannot be read.
    """
    store = root / "var/lib/bluetooth"
    try:
        adapters = [path for path in sorted(store.iterdir()) if _ADDRESS.fullmatch(path.name)]
        devices = [d for a in adapters for d in sorted(a.iterdir()) if _ADDRESS.fullmatch(d.name)]
    except PermissionError:
        return NotKnown("only root may look at stored keys")
    bonds = []
    for device in devices[:MOST]:
        try:
            info = _parse(device / "info")
        except FileNotFoundError:
            continue
        if info is not None:
            bonds.append(_bond(device.name, info))
    return Bonds(tuple(bonds))


def _bond(address: str, info: configparser.RawConfigParser) -> StoredKeys:
    kind = info.get("LinkKey", "Type", fallback="")
    return StoredKeys(
        address,
        int(kind) if kind.isascii() and kind.isdigit() and len(kind) < 4 else None,
        any(info.has_section(section) for section in _LE_KEYS),
    )


def _parse(path: Path) -> configparser.RawConfigParser | None:
    """A key file; None where it is not well-formed. Keys keep their case, and may stand twice."""
    parser = configparser.RawConfigParser(strict=False, delimiters=("=",), comment_prefixes=("#",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # the documented way to keep the case
    with path.open("rb") as file:
        text = file.read(FILE_BYTES).decode("utf-8", "replace")
    try:
        parser.read_string(text)
    except configparser.Error:
        return None
    return parser
