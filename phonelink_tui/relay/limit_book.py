"""Which limits of the app are in force, since when, and which began or ended just now?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from attrs import evolve

from phonelink_tui.domain.events import Event, LimitationChanged
from phonelink_tui.domain.keeping import NotKept
from phonelink_tui.domain.limitations import Limitation, LimitKind, Stopped, app_limitations
from phonelink_tui.domain.phone import Capability, Phone


class LimitBook:
    """The limits in force, and what they follow from besides the phone."""

    def __init__(
        self,
        now: Callable[[], datetime],
        kept: NotKept | None = NotKept.NO_KEY,
        set_aside: Callable[[], tuple[str, ...]] = lambda: (),
    ) -> None:
        """
        Args:
            now: The clock (UTC).
            kept: Why nothing is kept; None: it is.
            set_aside: Looks for damaged archives, by name. Asked no more once there is none: they come at a start.
        """
        self._look = set_aside
        self._set_aside = set_aside()
        self.kept = kept
        self._now = now
        self._hidden_since: datetime | None = None
        self._stopped: dict[Capability, Stopped] = {}
        self._limitations: dict[LimitKind, Limitation] = {}

    def in_force(self) -> tuple[Limitation, ...]:
        """All of them."""
        return tuple(self._limitations.values())

    def hide_previews(self, *, hidden: bool) -> bool:
        """Notifications come without their text, or with it again; whether that is new."""
        if hidden == (self._hidden_since is not None):
            return False
        self._hidden_since = self._now() if hidden else None
        return True

    def stop_reading(self, capability: Capability, read: int | None) -> None:
        """A person stopped reading after so many; None: it goes on."""
        self._stopped.pop(capability, None)
        if read is not None:
            self._stopped[capability] = Stopped(read, self._now())

    def compare(self, phone: Phone) -> Iterator[Event]:
        """What began, changed or ended, as the phone stands now."""
        old, self._limitations = self._limitations, {}
        if self._set_aside:
            self._set_aside = self._look()
        for limit in app_limitations(
            phone,
            kept=self.kept,
            previews_hidden_since=self._hidden_since,
            set_aside=self._set_aside,
            stopped=self._stopped,
        ):
            known = old.get(limit.kind)
            same = known is not None and evolve(known, since=limit.since) == limit
            self._limitations[limit.kind] = known if known is not None and same else limit
        for kind, limit in old.items():
            if kind not in self._limitations:
                yield LimitationChanged(limit, active=False)
        for kind, limit in self._limitations.items():
            if limit is not old.get(kind):
                yield LimitationChanged(limit, active=True)
