"""What about this computer stands in the way of pairing? Facts to findings, pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from phonelink_tui.domain.bluez_version import OLDEST_SEEN, hides_bearers
from phonelink_tui.domain.class_of_device import hands_free_command
from phonelink_tui.domain.pairing import ComputerFacts, Finding, FindingKind, Weight

_CLASS_UNIT: Final = """\
# Makes this computer look like a hands-free set, without which iPhones keep their messages to themselves.
# bluetoothd sets the class anew at each start, so this starts with it.
#   sudo cp phonelink-class.service /etc/systemd/system/ && sudo systemctl enable --now phonelink-class.service
[Unit]
Description=Bluetooth class of device: hands-free, for phonelink
PartOf=bluetooth.service
After=bluetooth.service

[Service]
Type=oneshot
RemainAfterExit=yes
# btmgmt waits on its stdin and hangs on /dev/null; bluetoothd sets its own class in its first seconds.
ExecStart=/bin/sh -c 'sleep 3; echo | {command}'

[Install]
WantedBy=bluetooth.service
"""


def class_unit(adapter: str) -> str:
    """A systemd unit for an adapter such as `hci0`, to be stored as phonelink-class.service."""
    return _CLASS_UNIT.format(command=hands_free_command(adapter))


def find_obstacles(facts: ComputerFacts) -> tuple[Finding, ...]:
    """What to tell a person, the gravest first."""
    order = list(Weight)
    return tuple(sorted(_obstacles(facts), key=lambda finding: order.index(finding.weight)))


def no_bluetooth(message: str, hint: str) -> Finding:
    """The facts could not be found out."""
    return Finding(FindingKind.NO_BLUETOOTH, Weight.STOPS, message, hint)


def _obstacles(facts: ComputerFacts) -> Iterator[Finding]:
    if not facts.adapter:
        yield Finding(
            FindingKind.NO_ADAPTER,
            Weight.STOPS,
            "This computer has no Bluetooth adapter, or not the one that was named.",
            "Is it plugged in? bluetoothctl list shows those that work.",
        )
        return
    if facts.blocked:
        hard = facts.blocked == "hard"
        yield Finding(
            FindingKind.BLOCKED,
            Weight.STOPS,
            "A switch of this computer holds Bluetooth down." if hard else "Bluetooth is blocked (rfkill).",
            "A key or a switch on its case, or its firmware." if hard else "rfkill unblock bluetooth",
        )
    elif not facts.powered:
        yield Finding(FindingKind.ADAPTER_OFF, Weight.STOPS, "Bluetooth is off.", "bluetoothctl power on")
    if not facts.hands_free:
        yield Finding(
            FindingKind.CLASS_OF_DEVICE,
            Weight.ASKS,
            f"This computer looks like a computer (class 0x{facts.class_of_device:06x}), and iPhones show"
            " their messages to hands-free sets only.",
            f"sudo {hands_free_command(facts.adapter)}  (until bluetoothd starts again;"
            f" phonelink pair --adapter {facts.adapter} --print-class-unit: for good)",
        )
    if facts.obexd:
        yield Finding(
            FindingKind.OBEXD,
            Weight.NOTES,
            "obexd runs here: it may bring the messages in our place, with less detail.",
            "systemctl --user mask --now obex.service  (unmask undoes it)",
        )
    if facts.bluez is not None and facts.bluez < OLDEST_SEEN:
        major, minor = facts.bluez
        yield Finding(
            FindingKind.BLUEZ_OLD,
            Weight.ASKS,
            f"BlueZ {major}.{minor} is older than all that were tried ({OLDEST_SEEN[0]}.{OLDEST_SEEN[1]}).",
            "A newer version of your distribution has a newer one.",
        )
    if not facts.can_advertise:
        yield Finding(
            FindingKind.NO_ADVERTISING,
            Weight.NOTES,
            "This adapter cannot advertise: messages will come, an iPhone's notifications will not.",
            "Intel and MediaTek adapters can.",
        )
    if hides_bearers(facts.bluez, experimental=facts.experimental):
        yield Finding(
            FindingKind.NOT_EXPERIMENTAL,
            Weight.NOTES,
            "bluetoothd runs without --experimental: a lost link for notifications is noticed later.",
            "Experimental = true in /etc/bluetooth/main.conf",
        )
