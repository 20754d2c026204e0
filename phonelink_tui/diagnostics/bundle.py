"""How do facts leave this machine? As JSON without names, numbers and addresses; and how are they read back?"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Collection, Iterable
from enum import StrEnum
from typing import Any, Final

from attrs import frozen

from phonelink_tui.config.log import mask
from phonelink_tui.diagnostics.bluez import SERVICE_WORDS
from phonelink_tui.diagnostics.changes import LastGood
from phonelink_tui.diagnostics.facts import WAYS, DaemonState, DiskEncryption, Facts, KernelBluetooth
from phonelink_tui.diagnostics.values import NOT_KNOWN, from_json, to_json
from phonelink_tui.domain.phone import Capability, DownReason, LinkPhase, PhoneKind
from phonelink_tui.errors import UsageError
from phonelink_tui.transport.bluez.mgmt import SETTINGS

VERSION: Final = 1
BUNDLE_BYTES: Final = 1024 * 1024
"""A bundle has a few thousand; more is no bundle."""

_HINT: Final = "`phonelink support-bundle` writes one."

IDENTIFIER_CHARS: Final = 3
"""Shorter words of this machine's owner would be cut out of every other word."""

_PRIVATE: Final = {"address": "device", "name": "name"}
"""Fields of devices and bonds, and the word that their pseudonyms begin with."""
_PUBLIC_NAMES: Final = re.compile("hci[0-9]{1,3}")
_TIME: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,15}Z")

_VOCABULARIES: Final[tuple[type[StrEnum], ...]] = (
    *(Capability, LinkPhase, DownReason, PhoneKind, KernelBluetooth, DiskEncryption, DaemonState),
)
_OURS: Final = frozenset(
    (*(word.value for words in _VOCABULARIES for word in words), *SETTINGS, *SERVICE_WORDS.values(), *WAYS)
)
"""Words of closed sets: they say nothing, whatever a phone is called, and must be read back."""


@frozen
class Bundle:
    """What a bundle holds."""

    facts: Facts
    before: LastGood | None


def encode_bundle(bundle: Bundle, codes: Iterable[str], identifiers: Collection[str], salt: bytes) -> str:
    """A bundle to hand to others, as JSON text.

    Args:
        bundle: What is known.
        codes: Of the verdicts, for whoever reads the file.
        identifiers: Words that name this machine or its owner, cut out wherever they stand.
        salt: Random, of this bundle alone: pseudonyms of two bundles cannot be compared.
    """
    facts = to_json(bundle.facts)
    private = {word for word in identifiers if len(word) >= IDENTIFIER_CHARS} | _private_words(facts)
    redactor = _Redactor(tuple(sorted(private, key=len, reverse=True)), salt)
    value = {
        "v": VERSION,
        "type": "support-bundle",
        "verdicts": list(codes),
        "facts": redactor.redact(facts),
        "last_good": redactor.redact(to_json(bundle.before)),
    }
    return json.dumps(value, indent=1) + "\n"


def decode_bundle(text: bytes) -> Bundle:
    """A bundle from its text.

    Raises:
        UsageError: It is none, or of a later version.
    """
    if len(text) > BUNDLE_BYTES:
        raise UsageError("This is no support bundle: it is too large.", _HINT)
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise UsageError("This is no support bundle: it is no JSON.", _HINT) from None
    if not isinstance(value, dict) or value.get("type") != "support-bundle":
        raise UsageError("This is no support bundle.", _HINT)
    if value.get("v") != VERSION:
        raise UsageError(
            "This bundle is of another version of this program.", "Judge it with the version that wrote it."
        )
    before = value.get("last_good")
    try:
        return Bundle(
            from_json(value.get("facts"), Facts),
            from_json(before, LastGood) if before is not None else None,
        )
    except ValueError:
        raise UsageError("This support bundle is damaged.", _HINT) from None


@frozen
class _Redactor:
    identifiers: tuple[str, ...]
    salt: bytes

    def redact(self, value: Any, key: str = "") -> Any:
        """The value without what is private. All keys are words of ours."""
        if isinstance(value, dict):
            return {name: self.redact(inner, name) for name, inner in value.items()}
        if isinstance(value, list):
            return [self.redact(inner, key) for inner in value]
        if not isinstance(value, str):
            return value
        if _is_private(key, value):
            return f"{_PRIVATE[key]}-{self._pseudonym(value)}"
        if value in _OURS or _TIME.fullmatch(value):
            return value
        for word in self.identifiers:
            value = re.sub(re.escape(word), "<private>", value, flags=re.IGNORECASE)
        return mask(value, numbers=key in ("detail", NOT_KNOWN))

    def _pseudonym(self, value: str) -> str:
        return hmac.new(self.salt, value.casefold().encode(), hashlib.sha256).hexdigest()[:8]


def _private_words(value: Any, key: str = "") -> set[str]:
    """Names and addresses of devices, wherever else they may stand."""
    if isinstance(value, dict):
        return {word for name, inner in value.items() for word in _private_words(inner, name)}
    if isinstance(value, list):
        return {word for inner in value for word in _private_words(inner, key)}
    is_word = isinstance(value, str) and _is_private(key, value) and len(value) >= IDENTIFIER_CHARS
    return {value} if is_word else set()


def _is_private(key: str, value: str) -> bool:
    return key in _PRIVATE and bool(value) and not _PUBLIC_NAMES.fullmatch(value)
