"""Which causes lie in switches of the phone, and in other computers that hold it? (PROTOCOLS 3.1, 3.8, 5.4)"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from phonelink_tui.diagnostics.changes import LastGood
from phonelink_tui.diagnostics.facts import Facts, Source
from phonelink_tui.diagnostics.signature import Confidence, Find, Finding, Layer, Remedy, Signature, Weight
from phonelink_tui.diagnostics.views import down_for, known, phone_kind
from phonelink_tui.domain.limitations import SWITCHES, LimitKind
from phonelink_tui.domain.phone import Capability, DownReason, PhoneKind


def _forbidden(capability: Capability, kind: PhoneKind) -> Find:
    def find(facts: Facts, _: LastGood | None) -> Iterator[Finding]:
        if down_for(facts, capability) is DownReason.FORBIDDEN and phone_kind(facts) is kind:
            yield Finding(Confidence.CERTAIN, (f"{capability.value}: the phone answers, and forbids it",))

    return find


def _obexd_runs(facts: Facts) -> bool:
    obexd, sessions = known(facts.obexd), known(facts.sessions)
    own = sessions is not None and sessions.way == "bluez"
    return own and obexd is not None and obexd.is_running


def _held_elsewhere(facts: Facts, _: LastGood | None) -> Iterator[Finding]:
    if down_for(facts, Capability.MESSAGES) is DownReason.REFUSED and not _obexd_runs(facts):
        yield Finding(Confidence.LIKELY, ("messages: the phone refuses the connection (111)",))


def _held_here(facts: Facts, _: LastGood | None) -> Iterator[Finding]:
    if down_for(facts, Capability.MESSAGES) is DownReason.REFUSED and _obexd_runs(facts):
        evidence = ("messages: the phone refuses the connection (111)", "obexd runs on this computer")
        yield Finding(Confidence.POSSIBLE, evidence)


_SESSIONS: Final = frozenset({Source.SESSIONS})
_REOPEN: Final = (
    "No new pairing is needed. The switch may take minutes to appear: leave the ⓘ page and open it again. "
    "There may be two entries of this computer; it can be on either."
)

_SENTENCES: Final = {
    (Capability.MESSAGES, PhoneKind.IPHONE): "The iPhone does not share messages with this computer yet.",
    (Capability.CONTACTS, PhoneKind.IPHONE): "The iPhone does not share contacts with this computer.",
    (
        Capability.NOTIFICATIONS,
        PhoneKind.IPHONE,
    ): "The iPhone does not share notifications with this computer.",
    (Capability.MESSAGES, PhoneKind.ANDROID): "The phone does not share texts with this computer yet.",
    (Capability.CONTACTS, PhoneKind.ANDROID): "The phone does not share contacts with this computer.",
}
_LIMITS: Final = {
    Capability.MESSAGES: LimitKind.MESSAGES_OFF,
    Capability.CONTACTS: LimitKind.CONTACTS_OFF,
    Capability.NOTIFICATIONS: LimitKind.NOTIFICATIONS_OFF,
}


def _switch(code: str, capability: Capability, kind: PhoneKind) -> Signature:
    return Signature(
        code,
        Layer.PERMISSION,
        Weight.BLOCKS if capability is Capability.MESSAGES else Weight.HINDERS,
        _SENTENCES[capability, kind],
        Remedy(
            _REOPEN if kind is PhoneKind.IPHONE else "No new pairing is needed.",
            switch=SWITCHES[kind, _LIMITS[capability]],
        ),
        _SESSIONS,
        _forbidden(capability, kind),
    )


PERMISSION: Final = (
    Signature(
        "PL-HELD-02",
        Layer.PERMISSION,
        Weight.BLOCKS,
        "Something holds the phone's message session, perhaps a program of this computer that uses obexd.",
        Remedy(
            "Go through obexd with --phone obexd; or stop it, and undo that later with unmask.",
            command="systemctl --user mask --now obex.service",
        ),
        frozenset({Source.SESSIONS, Source.OBEXD}),
        _held_here,
    ),
    Signature(
        "PL-HELD-01",
        Layer.PERMISSION,
        Weight.BLOCKS,
        "Another computer holds this phone's message session; an iPhone serves one at a time.",
        Remedy("End it there (Phone Link on a PC, a car), or wait: it is tried again by itself."),
        _SESSIONS,
        _held_elsewhere,
    ),
    _switch("PL-PERM-01", Capability.MESSAGES, PhoneKind.IPHONE),
    _switch("PL-PERM-04", Capability.MESSAGES, PhoneKind.ANDROID),
    _switch("PL-PERM-03", Capability.NOTIFICATIONS, PhoneKind.IPHONE),
    _switch("PL-PERM-02", Capability.CONTACTS, PhoneKind.IPHONE),
    _switch("PL-PERM-05", Capability.CONTACTS, PhoneKind.ANDROID),
)
