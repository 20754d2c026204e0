"""Which limits of the app are in force, since when, and which began or ended just now?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Final

from attrs import evolve

from phonelink_tui.domain.events import Event, LimitationChanged
from phonelink_tui.domain.limit_evidence import app_limitations
from phonelink_tui.domain.limitations import Limitation, LimitKind
from phonelink_tui.domain.phone import Phone

NOTHING_KEPT: Final = frozenset({LimitKind.POLICY_STORE, LimitKind.POLICY_UNUSABLE})
"""Limits of the policy that say so already."""


class LimitBook:
    """The limits in force, and what they follow from besides the phone."""

    def __init__(self, now: Callable[[], datetime], phone: Callable[[], Phone], *, kept: bool) -> None:
        """
        Args:
            now: The clock (UTC).
            phone: As it stands.
            kept: Whether there is an archive that takes what is written.
        """
        self.kept = kept
        """Whether what is published counts as written to disk; `say_kept` changes it."""
        self._now = now
        self._phone = phone
        self._hidden_since: datetime | None = None
        self._policy: tuple[Limitation, ...] = ()
        self._limitations: dict[LimitKind, Limitation] = {}

    def in_force(self) -> tuple[Limitation, ...]:
        """All of them."""
        return tuple(self._limitations.values())

    def say_kept(self, *, kept: bool) -> tuple[Event, ...]:
        """Whether what is published is written to disk, from now on."""
        if kept == self.kept:
            return ()
        self.kept = kept
        return self.compare()

    def hide_previews(self, *, hidden: bool) -> tuple[Event, ...]:
        """Notifications come without their text, or with it again."""
        if hidden == (self._hidden_since is not None):
            return ()
        self._hidden_since = self._now() if hidden else None
        return self.compare()

    def say_policy(self, limits: Iterable[Limitation]) -> tuple[Event, ...]:
        """These are the administrator's, from now on."""
        self._policy = tuple(limits)
        return self.compare()

    def compare(self) -> tuple[Event, ...]:
        """What began, changed or ended, as the phone stands now."""
        return tuple(self._compare())

    def _compare(self) -> Iterator[Event]:
        old, self._limitations = self._limitations, {}
        for limit in self._limits():
            known = old.get(limit.kind)
            same = known is not None and evolve(known, since=limit.since) == limit
            self._limitations[limit.kind] = known if known is not None and same else limit
        for kind, limit in old.items():
            if kind not in self._limitations:
                yield LimitationChanged(limit, active=False)
        for kind, limit in self._limitations.items():
            if limit is not old.get(kind):
                yield LimitationChanged(limit, active=True)

    def _limits(self) -> Iterator[Limitation]:
        yield from self._policy
        # That nothing may be kept is said once, by whoever decided it.
        said = any(limit.kind in NOTHING_KEPT for limit in self._policy)
        yield from app_limitations(
            self._phone(), kept=self.kept or said, previews_hidden_since=self._hidden_since
        )
