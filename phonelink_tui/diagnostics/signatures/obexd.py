"""Which causes lie in obexd and in who else receives the phone's reports? (PROTOCOLS 7.2, 7.3)"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from phonelink_tui.diagnostics.changes import LastGood
from phonelink_tui.diagnostics.facts import Facts, Source
from phonelink_tui.diagnostics.signature import Confidence, Finding, Layer, Remedy, Signature, Weight
from phonelink_tui.diagnostics.views import bluez_version, down_for, known, paired_phones, used_adapter
from phonelink_tui.domain.phone import Capability, DownReason

MAP_MENDED: Final = (5, 81)
"""BlueZ 5.80 and 5.81 mended obexd's MAP and PBAP. (PROTOCOLS 7.3)"""


def _runs(facts: Facts) -> bool:
    obexd = known(facts.obexd)
    return obexd is not None and obexd.is_running


def _uses_obexd(facts: Facts) -> bool:
    sessions = known(facts.sessions)
    return sessions is not None and sessions.way == "obexd"


def _refused_ours(facts: Facts) -> bool:
    return down_for(facts, Capability.MESSAGES) is DownReason.OBEXD_IN_THE_WAY


def _in_the_way(facts: Facts, _: LastGood | None) -> Iterator[Finding]:
    if not _runs(facts) or _uses_obexd(facts):
        return
    taken = _refused_ours(facts)
    evidence = ["org.bluez.obex has an owner on the session bus"]
    adapter = used_adapter(facts)
    if adapter and "message reports" in adapter.services:
        evidence.append(f"{adapter.name} offers the message notification service already")
    if taken:
        evidence.append("BlueZ refused our own: already registered")
    yield Finding(Confidence.CERTAIN if taken else Confidence.LIKELY, tuple(evidence))


def _someone_else(facts: Facts, _: LastGood | None) -> Iterator[Finding]:
    obexd = known(facts.obexd)
    if _refused_ours(facts) and obexd is not None and not obexd.is_running:
        evidence = ("BlueZ refused ours: already registered", "obexd does not run on this user's session bus")
        yield Finding(Confidence.LIKELY, evidence)


def _old(facts: Facts, _: LastGood | None) -> Iterator[Finding]:
    version = bluez_version(facts)
    if version is not None and version < MAP_MENDED and _runs(facts) and _uses_obexd(facts):
        yield Finding(
            Confidence.POSSIBLE, (f"obexd of BlueZ {version[0]}.{version[1]} carries the sessions",)
        )


def _untrusted(facts: Facts, _: LastGood | None) -> Iterator[Finding]:
    """Our own service asks for no authorisation; obexd's asks an agent, unless the phone is trusted."""
    if not _runs(facts):
        return
    for phone in paired_phones(facts):
        if not phone.trusted:
            yield Finding(
                Confidence.LIKELY,
                ("the phone is paired and not trusted", "obexd receives its calls, which then need an agent"),
                {"address": phone.address},
            )


_OBEXD: Final = frozenset({Source.OBEXD, Source.BLUEZ, Source.SESSIONS})

OBEXD: Final = (
    Signature(
        "PL-OBEXD-01",
        Layer.OBEXD,
        Weight.HINDERS,
        "obexd runs and receives the phone's reports; our own sessions cannot beside it.",
        Remedy(
            "Go through obexd with --phone obexd; or stop it, and undo that later with unmask.",
            command="systemctl --user mask --now obex.service",
        ),
        _OBEXD,
        _in_the_way,
    ),
    Signature(
        "PL-OBEXD-02",
        Layer.OBEXD,
        Weight.BLOCKS,
        "Another program, perhaps another user's obexd, receives the phone's reports.",
        Remedy("Find it and end it.", command="ps -C obexd -o user,pid,args"),
        _OBEXD,
        _someone_else,
    ),
    Signature(
        "PL-OBEXD-03",
        Layer.OBEXD,
        Weight.NOTE,
        "This obexd is older than the version that mended its message client.",
        Remedy("If messages are missing: a newer BlueZ (5.81), or our own sessions with --phone bluez."),
        frozenset({Source.BLUEZ_VERSION, Source.OBEXD}),
        _old,
    ),
    Signature(
        "PL-TRUST-01",
        Layer.BLUETOOTHD,
        Weight.HINDERS,
        "The phone is not trusted, so BlueZ asks an agent whenever it wants to report a message.",
        Remedy("Trust it.", command="bluetoothctl trust {address}"),
        frozenset({Source.BLUEZ}),
        _untrusted,
    ),
)
