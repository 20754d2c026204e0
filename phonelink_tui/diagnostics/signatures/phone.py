"""Which causes lie in the phone and its bond with this computer? (PROTOCOLS 3.1, 3.2, 3.7, 5.5, 7.4)"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from phonelink_tui.diagnostics.changes import LastGood
from phonelink_tui.diagnostics.facts import DeviceFacts, Facts, Source, StoredKeys
from phonelink_tui.diagnostics.signature import Confidence, Finding, Layer, Remedy, Signature, Weight
from phonelink_tui.diagnostics.views import (
    any_detail,
    down_for,
    down_line,
    is_ready,
    known,
    paired_phones,
    phone_kind,
    powered_adapters,
    running_bluez,
    session,
)
from phonelink_tui.domain.phone import Capability, DownReason, PhoneKind
from phonelink_tui.transport.bluez.sentences import UNPAIRED

P192_KEYS: Final = {0: "combination", 4: "unauthenticated P-192", 5: "authenticated P-192"}
"""HCI link key types of which no LE key can be derived."""

_LE_DOWN: Final = frozenset({DownReason.OUT_OF_RANGE, DownReason.LINK_LOST, DownReason.TIMEOUT})


def _line(facts: Facts, capability: Capability) -> str:
    state = session(facts, capability)
    return down_line(state) if state else f"{capability.value}: not known"


def _none_paired(facts: Facts, _: LastGood | None) -> Iterator[Finding]:
    if powered_adapters(facts) and not paired_phones(facts):
        yield Finding(Confidence.CERTAIN, ("BlueZ knows no paired phone",))


def _blocked(facts: Facts, _: LastGood | None) -> Iterator[Finding]:
    bluez = running_bluez(facts)
    for device in bluez.devices if bluez else ():
        if device.is_phone and device.blocked:
            yield Finding(Confidence.CERTAIN, ("BlueZ: Blocked is yes",), {"address": device.address})


def _stale_bond(facts: Facts, _: LastGood | None) -> Iterator[Finding]:
    if any_detail(facts, UNPAIRED):
        yield Finding(Confidence.LIKELY, ("the phone or the kernel refuses the stored key",))


def _other_bond(facts: Facts, _: LastGood | None) -> Iterator[Finding]:
    if down_for(facts, Capability.MESSAGES) is DownReason.BOND_CHANGED:
        yield Finding(Confidence.CERTAIN, ("the pairing is not the one the phone was known by",))


def _stored(facts: Facts, phone: DeviceFacts) -> StoredKeys | None:
    bonds = known(facts.bonds)
    return next((bond for bond in bonds.bonds if bond.address == phone.address), None) if bonds else None


def _no_le_bond(facts: Facts, _: LastGood | None) -> Iterator[Finding]:
    if phone_kind(facts) is PhoneKind.ANDROID or is_ready(facts, Capability.NOTIFICATIONS):
        return
    for phone in paired_phones(facts):
        stored = _stored(facts, phone)
        evidence = []
        if phone.le_bonded is False:
            evidence.append("BlueZ: the LE bearer is not bonded")
        if stored is not None and stored.link_key_type is not None and not stored.has_le_key:
            evidence.append("BlueZ stored a BR/EDR key and no LE key")
        if evidence:
            yield Finding(Confidence.CERTAIN, tuple(evidence), {"address": phone.address})


def _weak_key(facts: Facts, _: LastGood | None) -> Iterator[Finding]:
    if phone_kind(facts) is PhoneKind.ANDROID or is_ready(facts, Capability.NOTIFICATIONS):
        return
    for phone in paired_phones(facts):
        stored = _stored(facts, phone)
        if stored is not None and stored.link_key_type in P192_KEYS and not stored.has_le_key:
            kind = P192_KEYS[stored.link_key_type]
            yield Finding(Confidence.CERTAIN, (f"link key type {stored.link_key_type}: {kind}",))


def _two_records(facts: Facts, _: LastGood | None) -> Iterator[Finding]:
    bluez = running_bluez(facts)
    phones = [d for d in bluez.devices if d.is_phone and d.name] if bluez else []
    counted = Counter((phone.adapter, phone.name) for phone in phones)
    for (adapter, _name), count in counted.items():
        if count > 1 and any(d.paired for d in phones if (d.adapter, d.name) == (adapter, _name)):
            yield Finding(Confidence.POSSIBLE, (f"{count} phones of one name on {adapter}",))


def _away(facts: Facts, _: LastGood | None) -> Iterator[Finding]:
    reason = down_for(facts, Capability.MESSAGES)
    phones = paired_phones(facts)
    if reason not in (DownReason.OUT_OF_RANGE, DownReason.LINK_LOST) or any_detail(facts, UNPAIRED):
        return
    if powered_adapters(facts) and phones and not any(phone.connected for phone in phones):
        yield Finding(Confidence.LIKELY, (_line(facts, Capability.MESSAGES), "BlueZ: not connected"))


def _wedged(facts: Facts, _: LastGood | None) -> Iterator[Finding]:
    if down_for(facts, Capability.MESSAGES) is not DownReason.TIMEOUT:
        return
    if any(phone.connected for phone in paired_phones(facts)):
        evidence = ("BlueZ: connected", _line(facts, Capability.MESSAGES))
        yield Finding(Confidence.POSSIBLE, evidence)


def _le_down(facts: Facts, _: LastGood | None) -> Iterator[Finding]:
    if not is_ready(facts, Capability.MESSAGES) or down_for(facts, Capability.NOTIFICATIONS) not in _LE_DOWN:
        return
    phones = paired_phones(facts)
    if any(phone.le_bonded is False for phone in phones):
        return
    evidence = ["messages: ready", _line(facts, Capability.NOTIFICATIONS)]
    if any(phone.le_connected is False for phone in phones):
        evidence.append("BlueZ: the LE bearer is not connected")
    yield Finding(Confidence.LIKELY, tuple(evidence))


def _unseen_link(facts: Facts, _: LastGood | None) -> Iterator[Finding]:
    """bluetoothd counts the profiles it knows itself; our sockets are none of them."""
    phones = paired_phones(facts)
    if is_ready(facts, Capability.MESSAGES) and phones and not any(phone.connected for phone in phones):
        yield Finding(Confidence.CERTAIN, ("messages: ready", "BlueZ: Connected is no"))


_BLUEZ: Final = frozenset({Source.BLUEZ})
_LINK: Final = frozenset({Source.SESSIONS, Source.BLUEZ})
_BONDS: Final = frozenset({Source.BLUEZ, Source.BONDS})
_RENEW: Final = "On the phone: Settings → Bluetooth: off, ten seconds, on."
_ANEW: Final = "on the phone tap ⓘ → Forget This Device, remove it here, then `phonelink pair`."

PHONE: Final = (
    Signature(
        "PL-PAIR-01",
        Layer.PHONE,
        Weight.BLOCKS,
        "No phone is paired with this computer.",
        Remedy("Pair it.", command="phonelink pair"),
        _BLUEZ,
        _none_paired,
    ),
    Signature(
        "PL-BLOCK-01",
        Layer.BLUETOOTHD,
        Weight.BLOCKS,
        "The phone is blocked on this computer.",
        Remedy("Unblock it.", command="bluetoothctl unblock {address}"),
        _BLUEZ,
        _blocked,
    ),
    Signature(
        "PL-BOND-01",
        Layer.PHONE,
        Weight.BLOCKS,
        "The pairing does not work any more: one side has forgotten or changed its key.",
        Remedy("If that does not help: " + _ANEW, switch=_RENEW),
        frozenset({Source.SESSIONS, Source.BLUEZ, Source.BONDS}),
        _stale_bond,
    ),
    Signature(
        "PL-BOND-05",
        Layer.PHONE,
        Weight.BLOCKS,
        "The phone came with another pairing than the one it was known by; something may pretend to be it.",
        Remedy(
            "If you paired it anew yourself, or changed the adapter, pair it here: it asks first, and the history "
            "stays. If not, remove the pairing.",
            command="phonelink pair",
        ),
        frozenset({Source.SESSIONS, Source.BLUEZ}),
        _other_bond,
    ),
    Signature(
        "PL-PHONE-02",
        Layer.PHONE,
        Weight.HINDERS,
        "The phone is connected and does not answer; its Bluetooth may be stuck.",
        Remedy("Only the phone can free itself.", switch=_RENEW),
        _LINK,
        _wedged,
    ),
    Signature(
        "PL-PHONE-01",
        Layer.PHONE,
        Weight.BLOCKS,
        "The phone is out of reach.",
        Remedy("Bring it near, with Bluetooth on; it is tried again by itself."),
        _LINK,
        _away,
    ),
    Signature(
        "PL-BOND-02",
        Layer.PHONE,
        Weight.HINDERS,
        "The phone is paired for messages only: there is no LE bond, and so no notifications.",
        Remedy(
            "If notifications matter, pair anew so that the phone begins: " + _ANEW,
            command="bluetoothctl remove {address}",
        ),
        _BONDS,
        _no_le_bond,
    ),
    Signature(
        "PL-BOND-03",
        Layer.PHONE,
        Weight.HINDERS,
        "The pairing was made without Secure Connections; no LE bond can come of it.",
        Remedy("Pairing anew helps only with an adapter that has Secure Connections; messages work without."),
        _BONDS,
        _weak_key,
    ),
    Signature(
        "PL-BOND-04",
        Layer.PHONE,
        Weight.HINDERS,
        "The phone seems to be known twice, as after a botched pairing; its switches may be on the other record.",
        Remedy(
            "Look at both entries of this computer in the phone's Bluetooth settings; forget that without switches."
        ),
        _BLUEZ,
        _two_records,
    ),
    Signature(
        "PL-PHONE-03",
        Layer.PHONE,
        Weight.HINDERS,
        "Messages work, but the phone has not opened its notification link.",
        Remedy(
            "First wait half a minute near the phone: it opens the link by itself when it hears this computer.",
            switch=_RENEW,
        ),
        _LINK,
        _le_down,
    ),
    Signature(
        "PL-PHONE-04",
        Layer.BLUETOOTHD,
        Weight.NOTE,
        "BlueZ shows the phone as not connected although messages work; it counts only links of its own.",
        Remedy("Nothing has to be done."),
        _LINK,
        _unseen_link,
    ),
)
