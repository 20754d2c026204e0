"""Which causes lie in the kernel and the radio switches? (PROTOCOLS 7.1, 7.4)"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from phonelink_tui.diagnostics.changes import LastGood
from phonelink_tui.diagnostics.facts import Facts, KernelBluetooth, Source
from phonelink_tui.diagnostics.signature import Confidence, Finding, Layer, Remedy, Signature, Weight
from phonelink_tui.diagnostics.views import known

_SOCKET_WORDS: Final = {
    KernelBluetooth.NO_FAMILY: "a Bluetooth socket: address family not supported",
    KernelBluetooth.NO_RFCOMM: "an RFCOMM socket: protocol not supported",
    KernelBluetooth.DENIED: "a Bluetooth socket: permission denied",
}


_FLAWED: Final = {
    r"6\.1\.0-56-": Confidence.CERTAIN,  # Debian's name for its 6.1.192-2
    r"6\.1\.192(?!\d)": Confidence.LIKELY,
}
"""Kernels in which closing an L2CAP socket whose phone did not answer paging deletes an hci_chan twice: a BUG that
kills the process and leaves Bluetooth locked. Seen on Debian's 6.1.192-2; its 6.1.170 and 6.1.190 do not.

No other way of connecting avoids it. Tried there with a phone away: an RFCOMM socket first (the kernel's own thread
krfcommd dies in l2cap_chan_put); in the same boot after that bluetoothd's Connect (bluetoothd dies), and an L2CAP
socket shut down before it is closed (its process dies). Each page that fails frees an L2CAP channel."""


def _sockets(facts: Facts) -> KernelBluetooth | None:
    machine = known(facts.machine)
    return machine.bluetooth_sockets if machine else None


def _has_controllers(facts: Facts) -> bool:
    radio = known(facts.radio)
    return radio is not None and bool(radio.controllers)


def _blocked(facts: Facts, *, hard: bool) -> Iterator[Finding]:
    radio = known(facts.radio)
    names = [s.name for s in radio.rfkill if (s.hard if hard else s.soft and not s.hard)] if radio else []
    if names:
        kind = "hardware" if hard else "software"
        yield Finding(Confidence.CERTAIN, tuple(f"rfkill {name}: blocked by {kind}" for name in names))


def _hard_blocked(facts: Facts, _: LastGood | None) -> Iterator[Finding]:
    yield from _blocked(facts, hard=True)


def _soft_blocked(facts: Facts, _: LastGood | None) -> Iterator[Finding]:
    yield from _blocked(facts, hard=False)


def _no_family(facts: Facts, _: LastGood | None) -> Iterator[Finding]:
    if _sockets(facts) is KernelBluetooth.NO_FAMILY and not _has_controllers(facts):
        yield Finding(Confidence.CERTAIN, (_SOCKET_WORDS[KernelBluetooth.NO_FAMILY],))


def _no_rfcomm(facts: Facts, _: LastGood | None) -> Iterator[Finding]:
    if _sockets(facts) is KernelBluetooth.NO_RFCOMM:
        yield Finding(Confidence.CERTAIN, (_SOCKET_WORDS[KernelBluetooth.NO_RFCOMM],))


def _sandboxed(facts: Facts, _: LastGood | None) -> Iterator[Finding]:
    """The kernel has controllers, and yet this process gets no socket: something stands between."""
    answer = _sockets(facts)
    hidden = answer is KernelBluetooth.NO_FAMILY and _has_controllers(facts)
    if answer is not None and (answer is KernelBluetooth.DENIED or hidden):
        seen = ("the kernel shows a controller",) if hidden else ()
        yield Finding(Confidence.LIKELY, (_SOCKET_WORDS[answer], *seen))


def _page_fault(facts: Facts, _: LastGood | None) -> Iterator[Finding]:
    machine = known(facts.machine)
    for flawed, confidence in _FLAWED.items():
        if machine is not None and re.match(flawed, machine.kernel):
            yield Finding(confidence, (f"kernel {machine.kernel}",))


def _no_controller(facts: Facts, _: LastGood | None) -> Iterator[Finding]:
    radio = known(facts.radio)
    if radio is not None and not radio.controllers and _sockets(facts) is not KernelBluetooth.NO_FAMILY:
        yield Finding(Confidence.CERTAIN, ("/sys/class/bluetooth holds no controller",))


_MACHINE: Final = frozenset({Source.MACHINE, Source.RADIO})
_RADIO: Final = frozenset({Source.RADIO, Source.BLUEZ})

KERNEL: Final = (
    Signature(
        "PL-KERNEL-01",
        Layer.KERNEL,
        Weight.BLOCKS,
        "This computer's kernel has no Bluetooth.",
        Remedy(
            "Load it; a kernel without the module needs another kernel.", command="sudo modprobe bluetooth"
        ),
        _MACHINE,
        _no_family,
    ),
    Signature(
        "PL-KERNEL-02",
        Layer.KERNEL,
        Weight.BLOCKS,
        "The kernel has Bluetooth, but not RFCOMM, which messages travel over.",
        Remedy("Load the module.", command="sudo modprobe rfcomm"),
        _MACHINE,
        _no_rfcomm,
    ),
    Signature(
        "PL-KERNEL-03",
        Layer.KERNEL,
        Weight.BLOCKS,
        "This program runs where Bluetooth sockets are forbidden: a container, a sandbox or a strict unit.",
        Remedy("Run it outside, or allow it AF_BLUETOOTH (systemd: RestrictAddressFamilies=)."),
        _MACHINE,
        _sandboxed,
    ),
    Signature(
        "PL-KERNEL-04",
        Layer.KERNEL,
        Weight.HINDERS,
        "This kernel has a fault: a try to reach a phone that is away can end this program and lock Bluetooth.",
        Remedy(
            "Start another kernel from the boot menu: 6.1.190 and older ones are good. Then update this one."
            " No other way of connecting avoids it."
        ),
        frozenset({Source.MACHINE}),
        _page_fault,
    ),
    Signature(
        "PL-RFKILL-02",
        Layer.KERNEL,
        Weight.BLOCKS,
        "Bluetooth is switched off in hardware: a switch, a key, or the firmware's set-up.",
        Remedy("Look for the switch or the key with the aeroplane."),
        _RADIO,
        _hard_blocked,
    ),
    Signature(
        "PL-RFKILL-01",
        Layer.KERNEL,
        Weight.BLOCKS,
        "Bluetooth is switched off by software (aeroplane mode).",
        Remedy("Switch it on.", command="rfkill unblock bluetooth"),
        _RADIO,
        _soft_blocked,
    ),
    Signature(
        "PL-ADAPTER-01",
        Layer.ADAPTER,
        Weight.BLOCKS,
        "This computer has no Bluetooth adapter that the kernel knows.",
        Remedy(
            "Plug one in; for one that is in, see why it was refused.",
            command="sudo dmesg | grep -i bluetooth",
        ),
        _RADIO,
        _no_controller,
    ),
)
