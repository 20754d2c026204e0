"""What does the system's keyring hold for an archive? Through the `keyring` package, an optional extra.

Its library asks D-Bus and may wait for a person who types a password, without any deadline: it is asked in a thread
of its own, which ends with the question or with the process.
"""

from __future__ import annotations

import importlib
import secrets
import threading
from collections.abc import Callable
from typing import Any, Final

from phonelink_tui.errors import ArchiveLocked

SERVICE: Final = "phonelink-tui"

ANSWER_S: Final = 60.0
"""A person may have to find and type the password of the keyring. Below what the start of a relay may take."""

FORGET_S: Final = 10.0
"""Nobody need be asked: an entry that stays opens nothing any more."""

_OTHER_WAY: Final = "or use a key file: --key-file FILE"
_SAID: Final = {
    "NoKeyringError": ("There is no system keyring here.", "Use a key file: --key-file FILE."),
    "KeyringLocked": ("The system keyring is locked.", f"Unlock it, {_OTHER_WAY}."),
    "InitError": ("The system keyring cannot be opened.", f"Unlock it, {_OTHER_WAY}."),
}
"""Message and hint by the class of `keyring.errors`."""

_NO_KEY: Final = ("The system keyring gave no key.", f"Unlock it, {_OTHER_WAY}.")


def ask(account: str, *, make: bool, within_s: float = ANSWER_S) -> str:
    """The secret under this account.

    Args:
        account: Of which archive.
        make: Make one where there is none.
        within_s: How long the keyring, or a person in front of it, may take.

    Raises:
        ArchiveLocked: The package is not installed; there is no keyring, it is locked, keeps nothing, does not
            answer in time, or has no such secret and none was to be made.
    """
    found: list[str | None] = []
    failed: list[Exception] = []

    def work() -> None:
        try:
            found.append(_ask(account, make=make))
        except Exception as error:  # noqa: BLE001 - of any backend, and told below
            failed.append(error)

    if not _finished(work, within_s):
        raise ArchiveLocked(f"The system keyring did not answer within {within_s:g} s.", _NO_KEY[1])
    if failed:
        if isinstance(failed[0], ArchiveLocked):
            raise failed[0]
        raise ArchiveLocked(*_SAID.get(type(failed[0]).__name__, _NO_KEY)) from failed[0]
    if found[0] is None:
        raise ArchiveLocked(
            "The system keyring has no key for this archive any more.",
            "Bring its entry back, or begin anew: `phonelink archive erase`.",
        )
    return found[0]


def forget(account: str, within_s: float = FORGET_S) -> None:
    """Remove the secret, should there be one; failing is no error: what it opened is erased first."""

    def work() -> None:
        try:
            keyring: Any = importlib.import_module("keyring")
            keyring.delete_password(SERVICE, account)
        except Exception:  # noqa: BLE001 - none there, locked, or no keyring at all
            return

    _finished(work, within_s)


def _ask(account: str, *, make: bool) -> str | None:
    try:
        keyring: Any = importlib.import_module("keyring")
    except ImportError:
        raise ArchiveLocked(
            "The package for the system keyring is not installed.", "pip install 'phonelink-tui[keyring]'"
        ) from None
    found = keyring.get_password(SERVICE, account)
    if found is not None or not make:
        return str(found) if found is not None else None
    made = secrets.token_hex(32)
    keyring.set_password(SERVICE, account, made)
    if keyring.get_password(SERVICE, account) != made:
        # A backend may take what it does not keep (keyring.backends.null): the archive would never open again.
        raise ArchiveLocked("The system keyring keeps nothing.", "Use a key file: --key-file FILE.")
    return made


def _finished(work: Callable[[], None], within_s: float) -> bool:
    # A daemon, and no executor: one that hangs must not hold up the end of the process.
    thread = threading.Thread(target=work, name="keyring", daemon=True)
    thread.start()
    thread.join(within_s)
    return not thread.is_alive()
