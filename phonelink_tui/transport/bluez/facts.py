"""What is there to know about this computer before a phone is asked? Read, never changed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from phonelink_tui.domain.class_of_device import is_hands_free
from phonelink_tui.domain.pairing import ComputerFacts
from phonelink_tui.errors import PhonelinkError
from phonelink_tui.transport.bluez import names
from phonelink_tui.transport.bluez.bus import session_bus_address
from phonelink_tui.transport.bluez.objects import ObjectTree
from phonelink_tui.transport.bluez.rfkill import CLASS, blocked_by, switches
from phonelink_tui.transport.bluez.survey import survey_obexd

_MODALIAS_VERSION: Final = re.compile(r"usb:v1D6B.*d([0-9A-F]{2})([0-9A-F]{2})$")
"""BlueZ as the Linux Foundation's USB vendor, its version in the release number. (src/main.c, did_version)"""


def read_facts(
    tree: ObjectTree, wanted: str | None, *, obexd: bool | None, rfkill: Path = CLASS
) -> ComputerFacts:
    """What BlueZ and the kernel show of the adapter.

    Args:
        tree: BlueZ's objects.
        wanted: For example `hci0`; None: the first that is on, else the first.
        obexd: Whether obexd runs, if that could be seen.
        rfkill: Where the kernel shows what blocks radios.
    """
    adapters = [
        (path, properties)
        for path, properties in tree.having(names.ADAPTER)
        if wanted is None or path.rpartition("/")[2] == wanted
    ]
    if not adapters:
        return ComputerFacts("")
    path, properties = max(adapters, key=lambda one: bool(one[1].get(names.POWERED)))
    powered = bool(properties.get(names.POWERED))
    version = _MODALIAS_VERSION.search(str(properties.get(names.MODALIAS, "")))
    cod = int(properties.get(names.CLASS, 0))
    return ComputerFacts(
        adapter=path.rpartition("/")[2],
        name=str(properties.get(names.ALIAS, "")),
        powered=powered,
        blocked=None if powered else blocked_by(switches(rfkill)),
        class_of_device=cod,
        hands_free=is_hands_free(cod),
        bluez=(int(version[1], 16), int(version[2], 16)) if version else None,
        can_advertise=tree.get(path, names.ADVERTISING_MANAGER) is not None,
        experimental=tree.get(path, names.ADVERTISEMENT_MONITORS) is not None,
        obexd=obexd,
    )


async def obexd_runs() -> bool | None:
    """Whether obexd is on this session's bus; None where there is no such bus."""
    try:
        return (await survey_obexd(session_bus_address())).is_running
    except PhonelinkError:
        return None
