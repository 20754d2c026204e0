"""Which causes lie in bluetoothd, its version and its set-up? (PROTOCOLS 5.5, 5.6, 7.4)"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from phonelink_tui.diagnostics.changes import LastGood
from phonelink_tui.diagnostics.facts import DaemonState, Facts, Source
from phonelink_tui.diagnostics.signature import Confidence, Find, Finding, Layer, Remedy, Signature, Weight
from phonelink_tui.diagnostics.views import (
    any_detail,
    bluez_version,
    down_for,
    is_ready,
    known,
    phone_kind,
    running_bluez,
)
from phonelink_tui.domain.bluez_version import BEARERS, hides_bearers
from phonelink_tui.domain.phone import Capability, DownReason, PhoneKind
from phonelink_tui.transport.bluez.sentences import BUSY

_STATE_WORDS: Final = {
    DaemonState.NO_BUS: "the system bus cannot be reached",
    DaemonState.ABSENT: "nobody owns org.bluez on the system bus",
    DaemonState.DENIED: "the system bus denies access to org.bluez",
    DaemonState.SILENT: "org.bluez is there and does not answer",
}


def _in_state(state: DaemonState) -> Find:
    def find(facts: Facts, _: LastGood | None) -> Iterator[Finding]:
        bluez = known(facts.bluez)
        if bluez is not None and bluez.state is state:
            yield Finding(Confidence.CERTAIN, (_STATE_WORDS[state],))

    return find


def _busy(facts: Facts, _: LastGood | None) -> Iterator[Finding]:
    """Repeated connecting was seen to leave bluetoothd answering InProgress until it is restarted."""
    if any_detail(facts, BUSY):
        yield Finding(Confidence.POSSIBLE, ("bluetoothd answers that it is busy (InProgress)",))


def _refused_as_old(facts: Facts, _: LastGood | None) -> Iterator[Finding]:
    if down_for(facts, Capability.MESSAGES) is DownReason.BLUEZ_TOO_OLD:
        version = bluez_version(facts)
        known_as = (f"BlueZ {version[0]}.{version[1]}",) if version else ()
        yield Finding(Confidence.LIKELY, ("BlueZ does not offer what a session needs", *known_as))


def _matters_for_notifications(facts: Facts) -> bool:
    return not is_ready(facts, Capability.NOTIFICATIONS) and phone_kind(facts) is not PhoneKind.ANDROID


def _too_old(facts: Facts, _: LastGood | None) -> Iterator[Finding]:
    version = bluez_version(facts)
    if version is not None and version < BEARERS and _matters_for_notifications(facts):
        yield Finding(
            Confidence.CERTAIN, (f"BlueZ {version[0]}.{version[1]}; 5.86 tells LE and BR/EDR apart",)
        )


def _not_experimental(facts: Facts, _: LastGood | None) -> Iterator[Finding]:
    bluez, version = running_bluez(facts), bluez_version(facts)
    if bluez is None or not hides_bearers(version, experimental=bluez.experimental):
        return
    if bluez.adapters and _matters_for_notifications(facts):
        yield Finding(
            Confidence.CERTAIN, ("bluetoothd has no AdvertisementMonitorManager1: not experimental",)
        )


_BLUEZ: Final = frozenset({Source.BLUEZ})

DAEMON: Final = (
    Signature(
        "PL-DBUS-01",
        Layer.BLUETOOTHD,
        Weight.BLOCKS,
        "There is no system bus, and BlueZ is reached over it.",
        Remedy("Start D-Bus; in a container, hand its socket in.", command="sudo systemctl start dbus"),
        _BLUEZ,
        _in_state(DaemonState.NO_BUS),
    ),
    Signature(
        "PL-DAEMON-01",
        Layer.BLUETOOTHD,
        Weight.BLOCKS,
        "The Bluetooth service is not running.",
        Remedy("Start it.", command="sudo systemctl start bluetooth"),
        _BLUEZ,
        _in_state(DaemonState.ABSENT),
    ),
    Signature(
        "PL-DAEMON-02",
        Layer.BLUETOOTHD,
        Weight.BLOCKS,
        "This computer does not let you use Bluetooth.",
        Remedy(
            "Log in at the machine itself, or join the group, then log in anew.",
            command="sudo usermod -aG bluetooth $USER",
        ),
        _BLUEZ,
        _in_state(DaemonState.DENIED),
    ),
    Signature(
        "PL-DAEMON-03",
        Layer.BLUETOOTHD,
        Weight.BLOCKS,
        "The Bluetooth service does not answer.",
        Remedy(
            "Restart it. Its class of device must be set again after that.",
            command="sudo systemctl restart bluetooth",
        ),
        _BLUEZ,
        _in_state(DaemonState.SILENT),
    ),
    Signature(
        "PL-DAEMON-04",
        Layer.BLUETOOTHD,
        Weight.HINDERS,
        "The Bluetooth service is busy, and may be stuck.",
        Remedy(
            "Wait a minute; if it stays, restart it. Its class of device must be set again after that.",
            command="sudo systemctl restart bluetooth",
        ),
        frozenset({Source.SESSIONS}),
        _busy,
    ),
    Signature(
        "PL-BLUEZ-03",
        Layer.BLUETOOTHD,
        Weight.BLOCKS,
        "This BlueZ does not offer what a session needs.",
        Remedy("Install a newer BlueZ: 5.66 is the oldest that was seen to work, 5.86 and newer tell most."),
        frozenset({Source.SESSIONS, Source.BLUEZ_VERSION}),
        _refused_as_old,
    ),
    Signature(
        "PL-BLUEZ-01",
        Layer.BLUETOOTHD,
        Weight.NOTE,
        "This BlueZ does not tell the phone's two links apart, so a lost notification link is noticed late.",
        Remedy("Nothing has to be done; a newer BlueZ (5.86) with Experimental = true does."),
        frozenset({Source.BLUEZ_VERSION}),
        _too_old,
    ),
    Signature(
        "PL-BLUEZ-02",
        Layer.BLUETOOTHD,
        Weight.NOTE,
        "BlueZ could tell the phone's two links apart, and is not allowed to.",
        Remedy(
            "Write `Experimental = true` below [General] in /etc/bluetooth/main.conf, then restart Bluetooth.",
            command="sudo systemctl restart bluetooth",
        ),
        _BLUEZ,
        _not_experimental,
    ),
)
