"""Which failures can a person meet? The whole exception tree, on one screen.

Every expected failure is a `PhonelinkError`: one plain sentence and a hint that says what to do.
Foreign errors (D-Bus names, errno, BleakError) become one of these in one file per library, with
`raise … from`. Anything else that escapes is a bug.
"""

from __future__ import annotations


class PhonelinkError(Exception):
    """An expected failure.

    Args:
        message: One sentence, no markup, no private text; what went wrong.
        hint: What the person can do about it; empty where nothing can be done.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class ProtocolError(PhonelinkError):
    """Bytes and rules of a protocol disagree."""


class LocalProtocolError(ProtocolError):
    """We asked a codec or a machine for something the protocol does not allow: our bug."""


class RemoteProtocolError(ProtocolError):
    """The phone broke the rules. Ends the session, never the relay."""


class LimitExceeded(RemoteProtocolError):
    """The phone sent more than a written bound of `protocol.limits` allows."""


class ProfileError(PhonelinkError):
    """A profile (MAP, PBAP, ANCS) gave a refusal as its answer."""


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


class BluetoothUnavailable(TransportError):
    """This computer has no usable Bluetooth; the message says why."""


class ObexdInTheWay(BluetoothUnavailable):
    """Another program, mostly obexd, receives the phone's reports already; the obexd backend works beside it."""


class PhoneUnreachable(TransportError):
    """No connection could be opened; `refused` tells a closed door from nobody there."""

    def __init__(self, message: str, hint: str = "", *, refused: bool = False) -> None:
        super().__init__(message, hint)
        self.refused = refused


class LinkLost(TransportError):
    """A connection that was open has ended."""


class DeadlineExceeded(PhonelinkError):
    """An answer did not come within its deadline."""


class OutcomeUnknown(PhonelinkError):
    """A text left us and no answer came: it may have been sent, and must not be sent again."""


class RelayError(PhonelinkError):
    """The relay cannot do what was asked."""


class NotConnected(RelayError):
    """There is no session with the phone for this just now."""


class UnknownThread(RelayError):
    """No conversation has this id."""


class UnknownNotification(RelayError):
    """The notification is gone, or belongs to an earlier session."""


class RoleRefused(RelayError):
    """This connection to the relay was opened without the role that is needed."""


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


class NoRelay(IpcError):
    """Nobody listens where a shared relay was looked for."""


class SettingsError(PhonelinkError):
    """A settings or scenario file is wrong; the message names the file and the key."""


class UsageError(PhonelinkError):
    """The words of a command do not fit together (exit code 2)."""
