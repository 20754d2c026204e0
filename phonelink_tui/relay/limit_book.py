"""Which limits of the app are in force, since when, and which began or ended just now?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Final

from attrs import evolve

from phonelink_tui.domain.app_limits import Stopped, app_limitations
from phonelink_tui.domain.events import Event, LimitationChanged
from phonelink_tui.domain.keeping import NotKept
from phonelink_tui.domain.limitations import Limitation, LimitKind
from phonelink_tui.domain.phone import Capability, Phone

NOTHING_KEPT: Final = frozenset({LimitKind.POLICY_STORE, LimitKind.POLICY_UNUSABLE})
"""Limits of the policy that say so already."""


class LimitBook:
    """The limits in force, and what they follow from besides the phone. What changes comes back as events."""

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
        self.policy: tuple[Limitation, ...] = ()
        """Those of the administrator."""
        self._now = now
        self._phone: Callable[[], Phone]
        self._hidden_since: datetime | None = None
        self._stopped: dict[Capability, Stopped] = {}
        self._limitations: dict[LimitKind, Limitation] = {}

    def in_force(self) -> tuple[Limitation, ...]:
        """All of them."""
        return tuple(self._limitations.values())

    def follow(self, phone: Callable[[], Phone]) -> None:
        """Whose limits these are; to be said before anything else is asked."""
        self._phone = phone

    def hide_previews(self, *, hidden: bool) -> tuple[Event, ...]:
        """Notifications come without their text, or with it again."""
        if hidden == (self._hidden_since is not None):
            return ()
        self._hidden_since = self._now() if hidden else None
        return self.compare()

    def say_kept(self, kept: NotKept | None) -> tuple[Event, ...]:
        """Why what is published is not written to disk, from now on; None: it is."""
        if kept == self.kept:
            return ()
        self.kept = kept
        return self.compare()

    def stop_reading(self, capability: Capability, read: int | None) -> tuple[Event, ...]:
        """A person stopped reading after so many; None: it goes on."""
        self._stopped.pop(capability, None)
        if read is not None:
            self._stopped[capability] = Stopped(read, self._now())
        return self.compare()

    def compare(self) -> tuple[Event, ...]:
        """What began, changed or ended, as things stand now."""
        return tuple(self._compare(self._phone()))

    def _compare(self, phone: Phone) -> Iterator[Event]:
        old, self._limitations = self._limitations, {}
        if self._set_aside:
            self._set_aside = self._look()
        for limit in (*self.policy, *self._others(phone)):
            known = old.get(limit.kind)
            same = known is not None and evolve(known, since=limit.since) == limit
            self._limitations[limit.kind] = known if known is not None and same else limit
        for kind, limit in old.items():
            if kind not in self._limitations:
                yield LimitationChanged(limit, active=False)
        for kind, limit in self._limitations.items():
            if limit is not old.get(kind):
                yield LimitationChanged(limit, active=True)

    def _others(self, phone: Phone) -> Iterable[Limitation]:
        # That nothing may be kept is said once, by whoever decided it.
        said = any(limit.kind in NOTHING_KEPT for limit in self.policy)
        return app_limitations(
            phone,
            kept=None if said else self.kept,
            previews_hidden_since=self._hidden_since,
            set_aside=self._set_aside,
            stopped=self._stopped,
        )
