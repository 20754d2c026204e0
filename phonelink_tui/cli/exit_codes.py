"""Which number does a command exit with? The contract with scripts, as one table."""

from __future__ import annotations

from typing import Final

from phonelink_tui import errors

DONE: Final = 0
BUG: Final = 1
USAGE: Final = 2
NOT_CONNECTED: Final = 3
REFUSED_HERE: Final = 4
REFUSED_BY_PHONE: Final = 5
AMBIGUOUS: Final = 6
TIMED_OUT: Final = 7
ARCHIVE_LOCKED: Final = 8
"""Or cannot be opened for another cause: damaged, too new, in use, unwritable. The line says which."""
UNKNOWN_OUTCOME: Final = 9
INTERRUPTED: Final = 130

AMBIGUOUS_REASON: Final = "ambiguous_recipient"
"""`SendRefused.reason` of a name that several people or numbers have."""

_BY_CLASS: Final[dict[type[errors.PhonelinkError], int]] = {
    errors.UsageError: USAGE,
    errors.SettingsError: USAGE,
    errors.UnknownThread: USAGE,
    errors.UnknownNotification: USAGE,
    errors.NotConnected: NOT_CONNECTED,
    errors.SeveralPhones: AMBIGUOUS,
    errors.RelayError: NOT_CONNECTED,
    errors.IpcError: NOT_CONNECTED,
    errors.TransportError: NOT_CONNECTED,
    errors.SendRefused: REFUSED_HERE,
    errors.RoleRefused: REFUSED_HERE,
    errors.PolicyError: REFUSED_HERE,
    errors.ProfileError: REFUSED_BY_PHONE,
    errors.RemoteProtocolError: REFUSED_BY_PHONE,
    errors.DeadlineExceeded: TIMED_OUT,
    errors.ArchiveError: ARCHIVE_LOCKED,
    errors.OutcomeUnknown: UNKNOWN_OUTCOME,
    errors.PhonelinkError: BUG,
}
"""The nearest class in the error's ancestry counts. A plain PhonelinkError is how a relay tells of its bug."""


def exit_code(error: errors.PhonelinkError) -> int:
    """The code for an error."""
    if isinstance(error, errors.SendRefused) and error.reason == AMBIGUOUS_REASON:
        return AMBIGUOUS
    return next(_BY_CLASS[cls] for cls in type(error).__mro__ if cls in _BY_CLASS)
