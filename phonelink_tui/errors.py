"""Which failures can a person meet? The whole exception tree, on one screen.

Every expected failure is a `PhonelinkError`: one plain sentence and a hint that says what to do.
Foreign errors (D-Bus names, errno, BleakError) become one of these in one file per library, with
`raise … from`. Anything else that escapes is a bug.
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar


class PhonelinkError(Exception):
    """An expected failure.

    Args:
        message: One sentence, no markup, no private text; what went wrong.
        hint: What the person can do about it; empty for the usual one of the class.
    """

    USUAL_HINT: ClassVar[str] = ""
    """What helps against most errors of the class; empty where a person can do nothing, or each error says more."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint or self.USUAL_HINT


class ProtocolError(PhonelinkError):
    """Bytes and rules of a protocol disagree."""


class LocalProtocolError(ProtocolError):
    """We asked a codec or a machine for something the protocol does not allow: our bug."""


class RemoteProtocolError(ProtocolError):
    """The phone broke the rules. Ends the session, never the relay."""

    USUAL_HINT = "It connects again by itself. If it stays, `phonelink doctor` says more."


class LimitExceeded(RemoteProtocolError):
    """The phone sent more than a written bound of `protocol.limits` allows."""


class ProfileError(PhonelinkError):
    """A profile (MAP, PBAP, ANCS) gave a refusal as its answer."""

    USUAL_HINT = "Try again; if it stays, do it on the phone."


class ObexRefused(ProfileError):
    """The phone answered an OBEX request with an error response.

    Args:
        code: The response code with the final bit, for example 0xC3 (Forbidden).
    """

    def __init__(self, code: int, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.code = code


class AncsRefused(ProfileError):
    """The phone answered an ANCS command with an ATT error.

    Args:
        code: The ATT error code: 0xA0 to 0xA3 from ANCS itself, others from GATT.
    """

    def __init__(self, code: int, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.code = code


class TransportError(PhonelinkError):
    """Bytes do not reach the phone."""


class BluetoothReason(StrEnum):
    """Why this computer's Bluetooth does not serve: a stable word, the name of the limit that tells it."""

    MISSING = "bluetooth-missing"
    """No bus, no bluetoothd, no adapter, no permission, or one that fails."""
    ADAPTER_OFF = "adapter-off"
    TOO_OLD = "bluez-too-old"
    CLASS_OF_DEVICE = "class-of-device"
    """The computer does not look like a hands-free set, and the phone kept its services to itself."""
    OBEXD = "obexd-in-the-way"


class BluetoothUnavailable(TransportError):
    """This computer has no usable Bluetooth; the message says why, and so does `reason`."""

    USUAL_HINT = "`phonelink doctor` looks for the cause."

    def __init__(self, message: str, hint: str = "", *, reason: str = BluetoothReason.MISSING) -> None:
        super().__init__(message, hint)
        known = reason in frozenset(BluetoothReason)
        self.reason = BluetoothReason(reason) if known else BluetoothReason.MISSING


class ObexdInTheWay(BluetoothUnavailable):
    """Another program, mostly obexd, receives the phone's reports already; the obexd backend works beside it."""

    def __init__(self, message: str, hint: str = "", *, reason: str = BluetoothReason.OBEXD) -> None:
        super().__init__(message, hint, reason=reason)


class PhoneUnreachable(TransportError):
    """No connection could be opened; `refused` tells a closed door from nobody there."""

    USUAL_HINT = "Bring the phone nearer, and see that its Bluetooth is on."

    def __init__(self, message: str, hint: str = "", *, refused: bool = False) -> None:
        super().__init__(message, hint)
        self.refused = refused


class BondRefused(TransportError):
    """A known phone came with another pairing than the one it was known by."""

    USUAL_HINT = "If you paired it anew yourself: `phonelink forget`, then `phonelink pair`."


class PhoneInUse(TransportError):
    """Another program of this user has the phone: bluetoothd serves one at a time."""

    USUAL_HINT = "Quit it, or `phonelink relay stop`; with `phonelink relay run` several terminals share one."


class PairingFailed(TransportError):
    """The phone and this computer did not pair.

    Args:
        reason: A stable word of `relay.pairing`, for scripts.
    """

    USUAL_HINT = "`phonelink pair` begins again."

    def __init__(self, reason: str, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.reason = reason


class LinkLost(TransportError):
    """A connection that was open has ended."""

    USUAL_HINT = "It connects again by itself; bring the phone nearer."


class DeadlineExceeded(PhonelinkError):
    """An answer did not come within its deadline."""

    USUAL_HINT = "Bring the phone nearer, unlock it, and try again."


class OutcomeUnknown(PhonelinkError):
    """A text left us and no answer came: it may have been sent, and must not be sent again."""

    USUAL_HINT = "Look at the phone before you send it again."


class RelayError(PhonelinkError):
    """The relay cannot do what was asked."""


class NotConnected(RelayError):
    """There is no session with the phone for this just now."""

    USUAL_HINT = "Bring the phone nearer, see that its Bluetooth is on, and try again."


class NoPhoneKnown(NotConnected):
    """No phone is named, and none is paired: it begins with `phonelink pair`."""

    USUAL_HINT = "`phonelink pair` pairs one; `phonelink demo` shows everything without."


class SeveralPhones(RelayError):
    """No phone is named, and several are paired; the message lists them."""

    USUAL_HINT = "Name one with --phone; `phonelink phones` lists them."


class UnknownThread(RelayError):
    """No conversation has this id."""

    USUAL_HINT = "`phonelink threads` lists them."


class UnknownNotification(RelayError):
    """The notification is gone, or belongs to an earlier session."""

    USUAL_HINT = "`phonelink notifications` lists them."


class RoleRefused(RelayError):
    """This connection to the relay was opened without the role that is needed."""

    USUAL_HINT = "Connect with the role that it names."


class SendRefused(RelayError):
    """The guard does not let this text go out.

    Args:
        reason: A stable word of `relay.guard`, for scripts.
    """

    def __init__(self, reason: str, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.reason = reason


class IpcError(PhonelinkError):
    """The relay's socket was closed, or spoke another language."""

    USUAL_HINT = "Start the program again; if it stays, see that both sides are of one version."


class NoRelay(IpcError):
    """Nobody listens where a shared relay was looked for."""


class SettingsError(PhonelinkError):
    """A settings or scenario file is wrong; the message names the file and the key."""


class PolicyFileError(SettingsError):
    """A policy file is wrong; the message names the file, the line and the key.

    Args:
        line: Where, counted from 1; 0: the file as a whole.
    """

    USUAL_HINT = "`phonelink policy check FILE` says what is wrong with it."

    def __init__(self, message: str, hint: str = "", *, line: int = 0) -> None:
        super().__init__(message, hint)
        self.line = line


class PolicyError(PhonelinkError):
    """The administrator's policy does not allow it; no confirmation changes that.

    Args:
        reason: `policy-` and the action, for scripts.
    """

    USUAL_HINT = "`phonelink policy show` lists the rules of this computer."

    def __init__(self, reason: str, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.reason = reason


class ArchiveError(PhonelinkError):
    """What is kept on this computer cannot be read or written; what was acknowledged is still there."""

    USUAL_HINT = "Start the program again; the archive stays as it is."


class ArchiveLocked(ArchiveError):
    """The key is missing or wrong (exit code 8). Nothing is damaged."""

    USUAL_HINT = "Name its key: a passphrase, the system keyring, or --key-file FILE."


class ArchiveKeyRefused(ArchiveLocked):
    """A key file that others may read, or that is no key file: it is not used."""

    USUAL_HINT = "Name another with --key-file FILE."


class ArchiveDamaged(ArchiveError):
    """The file is not what was written into it."""

    USUAL_HINT = "Bring its file back from a copy, or erase the archive."


class ArchiveTooNew(ArchiveError):
    """A later version of the program has written the archive."""

    USUAL_HINT = "Use the version of the program that wrote it, or a newer one."


class ArchiveFull(ArchiveError):
    """The disk is full, or the archive has reached its bound."""

    USUAL_HINT = "Free space on the disk, or keep less."


class ArchiveUnwritable(ArchiveError):
    """The place cannot be written: a read-only file system, a directory of somebody else, a failing disk."""

    USUAL_HINT = "Look at the owner and the mode of its directory."


class ArchiveBusy(ArchiveError):
    """Another process has the archive open."""

    USUAL_HINT = "Try again in a moment."


class UsageError(PhonelinkError):
    """The words of a command do not fit together (exit code 2)."""
