"""Which causes lie in the adapter and in what it offers? (PROTOCOLS 3.1, 3.2, 5.5, 7.4)"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from phonelink_tui.diagnostics.changes import LastGood, hexadecimal
from phonelink_tui.diagnostics.facts import Controller, Facts, Source
from phonelink_tui.diagnostics.signature import Confidence, Finding, Layer, Remedy, Signature, Weight
from phonelink_tui.diagnostics.views import (
    down_for,
    is_ready,
    known,
    paired_phones,
    phone_kind,
    running_bluez,
    used_adapter,
)
from phonelink_tui.domain.class_of_device import MAJOR_AND_MINOR, hands_free_command, is_hands_free
from phonelink_tui.domain.phone import Capability, PhoneKind

NO_DUAL_BOND: Final[Mapping[str, str]] = {
    "0bda:8771": "Realtek RTL8761BU",
    "0a12:0001": "CSR8510, or one of its clones",
    "33fa:0010": "Barrot",
    "33fa:0012": "Barrot",
}
"""USB dongles that were seen to give a phone no LE bond, each with at least one firmware. (PROTOCOLS 3.2)"""

AUDIO_ROLES: Final = frozenset({"a2dp sink", "hands-free", "headset"})


def _may_be_iphone(facts: Facts) -> bool:
    return phone_kind(facts) is not PhoneKind.ANDROID


def _wants_notifications(facts: Facts) -> bool:
    return _may_be_iphone(facts) and not is_ready(facts, Capability.NOTIFICATIONS)


def _unlisted(facts: Facts, _: LastGood | None) -> Iterator[Finding]:
    radio, bluez = known(facts.radio), running_bluez(facts)
    if radio and radio.controllers and bluez and not bluez.adapters:
        names = ", ".join(device.name for device in radio.controllers)
        yield Finding(Confidence.CERTAIN, (f"the kernel has {names}; bluetoothd has no adapter",))


def _off(facts: Facts, _: LastGood | None) -> Iterator[Finding]:
    bluez, radio = running_bluez(facts), known(facts.radio)
    blocked = radio is not None and any(switch.soft or switch.hard for switch in radio.rfkill)
    if bluez and bluez.adapters and not any(adapter.powered for adapter in bluez.adapters) and not blocked:
        yield Finding(
            Confidence.CERTAIN, tuple(f"{adapter.name}: Powered is no" for adapter in bluez.adapters)
        )


def _wrong_class(facts: Facts, before: LastGood | None) -> Iterator[Finding]:
    """After the permission was given another class does no harm, so nothing is said while messages work."""
    adapter = used_adapter(facts)
    if adapter is None or adapter.class_of_device is None or is_ready(facts, Capability.MESSAGES):
        return
    if is_hands_free(adapter.class_of_device) or not _may_be_iphone(facts):
        return
    is_down = down_for(facts, Capability.MESSAGES) is not None
    evidence = [f"{adapter.name}: class {hexadecimal(adapter.class_of_device)}, not hands-free (…0408)"]
    if before is not None and before.class_of_device.endswith("0408"):
        evidence.append(f"it was {before.class_of_device} when messages last worked")
    certain = is_down or len(evidence) > 1 or not paired_phones(facts)
    words = {"set": hands_free_command(adapter.name)}
    yield Finding(Confidence.LIKELY if certain else Confidence.POSSIBLE, tuple(evidence), words)


def _class_overridden(facts: Facts, _: LastGood | None) -> Iterator[Finding]:
    """systemd-hostnamed's chassis reaches bluetoothd through its plugin hostname, and wins."""
    configuration, adapter = known(facts.configuration), used_adapter(facts)
    if configuration is None or adapter is None or adapter.class_of_device is None:
        return
    try:
        wanted = int(configuration.values.get("Class", ""), 0)
    except ValueError:
        return
    if (wanted ^ adapter.class_of_device) & MAJOR_AND_MINOR:
        evidence = f"main.conf: {hexadecimal(wanted)}; {adapter.name}: {hexadecimal(adapter.class_of_device)}"
        yield Finding(Confidence.CERTAIN, (evidence,))


def _of_used(facts: Facts) -> Controller | None:
    """The management interface's word on the used adapter, if that is on."""
    found, adapter = known(facts.controllers), used_adapter(facts)
    if found is None or adapter is None:
        return None
    on = (c for c in found.controllers if c.name == adapter.name and "powered" in c.current)
    return next(on, None)


def _one_half(facts: Facts, _: LastGood | None) -> Iterator[Finding]:
    controller, configuration = _of_used(facts), known(facts.configuration)
    lacking = sorted({"le", "br/edr"} & (controller.supported - controller.current)) if controller else []
    evidence = [f"the controller can do {word.upper()}, and it is off" for word in lacking]
    mode = configuration.values.get("ControllerMode", "dual") if configuration else "dual"
    if mode != "dual":
        evidence.append(f"main.conf: ControllerMode = {mode}")
    if evidence:
        yield Finding(Confidence.CERTAIN, tuple(evidence))


def _no_secure_connections(facts: Facts, _: LastGood | None) -> Iterator[Finding]:
    controller, configuration = _of_used(facts), known(facts.configuration)
    if not _wants_notifications(facts):
        return
    evidence = []
    if controller and "secure connections" in controller.supported - controller.current:
        evidence.append("the controller can do Secure Connections, and they are off")
    mode = configuration.values.get("SecureConnections", "on") if configuration else "on"
    if mode not in ("on", "only"):
        evidence.append(f"main.conf: SecureConnections = {mode}")
    if evidence:
        yield Finding(Confidence.LIKELY, tuple(evidence))


def _cannot_secure_connections(facts: Facts, _: LastGood | None) -> Iterator[Finding]:
    """The kernel sets the bit for LE's too, so a dongle that lacks BR/EDR's alone is not seen (mgmt.c)."""
    controller = _of_used(facts)
    if controller and "secure connections" not in controller.supported and _wants_notifications(facts):
        yield Finding(Confidence.LIKELY, (f"{controller.name}: no Secure Connections among what it can do",))


def _weak_dongle(facts: Facts, _: LastGood | None) -> Iterator[Finding]:
    radio, adapter = known(facts.radio), used_adapter(facts)
    if radio is None or adapter is None or not _wants_notifications(facts):
        return
    for device in radio.controllers:
        if device.name == adapter.name and device.usb_id in NO_DUAL_BOND:
            evidence = f"{device.name} is {device.usb_id} ({NO_DUAL_BOND[device.usb_id]})"
            yield Finding(Confidence.POSSIBLE, (evidence,))


def _cannot_advertise(facts: Facts, _: LastGood | None) -> Iterator[Finding]:
    adapter = used_adapter(facts)
    if adapter is not None and not adapter.can_advertise and _wants_notifications(facts):
        yield Finding(Confidence.CERTAIN, (f"{adapter.name} has no LEAdvertisingManager1",))


def _air_is_full(facts: Facts, _: LastGood | None) -> Iterator[Finding]:
    adapter = used_adapter(facts)
    if adapter is None or not adapter.can_advertise or not _wants_notifications(facts):
        return
    if adapter.free_advertisements == 0 and adapter.advertisements:
        evidence = f"{adapter.name}: {adapter.advertisements} advertisements on air, no more are possible"
        yield Finding(Confidence.LIKELY, (evidence,))


def _steals_sound(facts: Facts, _: LastGood | None) -> Iterator[Finding]:
    adapter = used_adapter(facts)
    roles = sorted(AUDIO_ROLES & adapter.services) if adapter else []
    if adapter and roles:
        yield Finding(Confidence.CERTAIN, (f"{adapter.name} offers: {', '.join(roles)}",))


_BLUEZ: Final = frozenset({Source.BLUEZ})
_CONTROLLER: Final = frozenset({Source.CONTROLLERS, Source.CONFIGURATION, Source.BLUEZ})
_OTHER_ADAPTER: Final = "Another adapter helps: Intel's and MediaTek's were seen to work."

ADAPTER: Final = (
    Signature(
        "PL-ADAPTER-02",
        Layer.ADAPTER,
        Weight.BLOCKS,
        "The kernel has an adapter that the Bluetooth service does not take; mostly its firmware is missing.",
        Remedy("See what the kernel says of it.", command="sudo dmesg | grep -i -e bluetooth -e firmware"),
        frozenset({Source.RADIO, Source.BLUEZ}),
        _unlisted,
    ),
    Signature(
        "PL-ADAPTER-03",
        Layer.ADAPTER,
        Weight.BLOCKS,
        "Bluetooth is off.",
        Remedy("Switch it on.", command="bluetoothctl power on"),
        _BLUEZ,
        _off,
    ),
    Signature(
        "PL-CLASS-01",
        Layer.ADAPTER,
        Weight.BLOCKS,
        "This computer shows itself as a computer, and iPhones open messages only to hands-free sets.",
        Remedy(
            "Set the class, then open Settings → Bluetooth → ⓘ on the iPhone anew. bluetoothd sets it back at each "
            "start: `phonelink pair --print-class-unit` (--adapter NAME for another than hci0) prints a unit that "
            "keeps it.",
            command="echo | sudo {set}",
        ),
        _BLUEZ,
        _wrong_class,
    ),
    Signature(
        "PL-CLASS-02",
        Layer.ADAPTER,
        Weight.NOTE,
        "`Class` in main.conf has no effect here: systemd-hostnamed's chassis type wins.",
        Remedy(
            "`phonelink pair --print-class-unit` prints a unit that sets the class after each start instead."
        ),
        frozenset({Source.BLUEZ, Source.CONFIGURATION}),
        _class_overridden,
    ),
    Signature(
        "PL-CTRL-01",
        Layer.ADAPTER,
        Weight.BLOCKS,
        "Half of Bluetooth is switched off: messages need BR/EDR, notifications need LE.",
        Remedy(
            "Write `ControllerMode = dual` below [General] in /etc/bluetooth/main.conf, then restart Bluetooth.",
            command="sudo systemctl restart bluetooth",
        ),
        _CONTROLLER,
        _one_half,
    ),
    Signature(
        "PL-CTRL-02",
        Layer.ADAPTER,
        Weight.HINDERS,
        "Secure Connections are off; without them pairing gives no LE bond, and so no notifications.",
        Remedy(
            "Write `SecureConnections = on` below [General] in /etc/bluetooth/main.conf, restart Bluetooth, and "
            "pair the phone anew.",
            command="sudo systemctl restart bluetooth",
        ),
        _CONTROLLER,
        _no_secure_connections,
    ),
    Signature(
        "PL-CTRL-03",
        Layer.ADAPTER,
        Weight.HINDERS,
        "This adapter has no Secure Connections, so pairing gives no LE bond, and so no notifications.",
        Remedy("Messages work without. " + _OTHER_ADAPTER),
        _CONTROLLER,
        _cannot_secure_connections,
    ),
    Signature(
        "PL-CTRL-04",
        Layer.ADAPTER,
        Weight.NOTE,
        "Adapters of this kind were seen to give an iPhone no LE bond, and so no notifications.",
        Remedy(
            "Only if notifications stay away after pairing: " + _OTHER_ADAPTER[0].lower() + _OTHER_ADAPTER[1:]
        ),
        frozenset({Source.RADIO}),
        _weak_dongle,
    ),
    Signature(
        "PL-ADV-01",
        Layer.ADAPTER,
        Weight.HINDERS,
        "This adapter cannot advertise: an iPhone then shows no switches, and brings no notifications.",
        Remedy(_OTHER_ADAPTER),
        _BLUEZ,
        _cannot_advertise,
    ),
    Signature(
        "PL-ADV-02",
        Layer.ADAPTER,
        Weight.HINDERS,
        "Other programs use all advertisements of this adapter, so the phone cannot be called.",
        Remedy(
            "End the other program that advertises, or restart Bluetooth.",
            command="sudo systemctl restart bluetooth",
        ),
        _BLUEZ,
        _air_is_full,
    ),
    Signature(
        "PL-AUDIO-01",
        Layer.ADAPTER,
        Weight.NOTE,
        "This computer offers itself as a speaker: the phone's sound and calls may come out here.",
        Remedy(
            "To keep them on the phone, leave a2dp_sink and hfp_hf out of `bluez5.roles` in WirePlumber's settings, "
            "then restart it.",
            command="systemctl --user restart wireplumber",
        ),
        _BLUEZ,
        _steals_sound,
    ),
)
