"""Who rang, who was rung, and who is ringing now?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from itertools import count

from phonelink_tui.domain.call import CallKind
from phonelink_tui.domain.notification import Category
from phonelink_tui.virtual.entries import StoredCall, StoredNotification
from phonelink_tui.virtual.notification_centre import NotificationCentre
from phonelink_tui.virtual.wording import CALL_APP, plain


class CallLog:
    """The call history of one phone, and the calls that ring.

    Args:
        centre: Where calls make notifications; None on a phone that tells none.
        clock: Tells the time (UTC).
        name_of: The contact's name for an address, or "".
    """

    def __init__(
        self,
        centre: NotificationCentre | None,
        clock: Callable[[], datetime],
        name_of: Callable[[str], str],
    ) -> None:
        self._centre = centre
        self._clock = clock
        self._name_of = name_of
        self._entries: list[StoredCall] = []
        self._ringing: dict[str, str] = {}
        self._numbers = count(1)

    @property
    def entries(self) -> tuple[StoredCall, ...]:
        """The history, newest first."""
        return tuple(self._entries)

    @property
    def ringing(self) -> tuple[str, ...]:
        """The keys of the calls that ring now, oldest first."""
        return tuple(self._ringing)

    def ring(self, caller: str) -> str:
        """A call comes in; it rings until `end` with the key returned."""
        key = f"call#{next(self._numbers)}"
        self._ringing[key] = plain(caller)
        self._show(
            key,
            caller,
            "Incoming call",
            category=Category.INCOMING_CALL,
            positive_label="Answer",
            negative_label="Decline",
            important=True,
        )
        return key

    def end(self, key: str, *, answered: bool) -> bool:
        """A ringing call was taken, or declined or given up; False where it rings no longer."""
        caller = self._ringing.pop(key, None)
        if caller is None:
            return False
        if self._centre is not None:
            self._centre.clear(key)
        self.record(caller, CallKind.RECEIVED if answered else CallKind.MISSED)
        return True

    def record(self, address: str, kind: CallKind, *, at: datetime | None = None) -> StoredCall:
        """Add to the history. A call missed now also makes a notification.

        Args:
            address: Whose call.
            kind: Which list it goes into.
            at: UTC; None is now.
        """
        call = StoredCall(kind, plain(address), at or self._clock())
        self._entries.append(call)
        self._entries.sort(key=lambda entry: entry.at, reverse=True)
        if kind is CallKind.MISSED and at is None:
            self._show(
                f"missed#{next(self._numbers)}",
                address,
                "Missed call",
                category=Category.MISSED_CALL,
                negative_label="Clear",
            )
        return call

    def _show(
        self,
        key: str,
        caller: str,
        text: str,
        *,
        category: Category,
        negative_label: str,
        positive_label: str = "",
        important: bool = False,
    ) -> None:
        if self._centre is None:
            return
        self._centre.show(
            StoredNotification(
                key,
                CALL_APP,
                self._name_of(caller) or plain(caller),
                text,
                self._clock(),
                category=category,
                positive_label=positive_label,
                negative_label=negative_label,
                important=important,
            )
        )
