"""Which cause does an error count as, for whoever asked for what failed? As data."""

from __future__ import annotations

from typing import Final

from phonelink_tui import errors
from phonelink_tui.domain.failure import Failure

_BY_CLASS: Final[dict[type[errors.PhonelinkError], Failure]] = {
    errors.UnknownThread: Failure.GONE,
    errors.UnknownNotification: Failure.GONE,
    errors.SendRefused: Failure.HERE,
    errors.RoleRefused: Failure.HERE,
    errors.PolicyError: Failure.HERE,
    errors.RelayError: Failure.NOT_CONNECTED,
    errors.TransportError: Failure.NOT_CONNECTED,
    errors.DeadlineExceeded: Failure.TIMED_OUT,
    errors.ProfileError: Failure.BY_PHONE,
    errors.RemoteProtocolError: Failure.BY_PHONE,
    errors.ArchiveError: Failure.HERE,
    errors.PhonelinkError: Failure.BUG,
}
"""The nearest class in the error's ancestry counts."""


def failure_of(error: errors.PhonelinkError) -> Failure:
    """The cause that `error` counts as."""
    return next(_BY_CLASS[cls] for cls in type(error).__mro__ if cls in _BY_CLASS)
