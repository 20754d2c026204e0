"""What is a person told who comes back, and how does the relay know that somebody was here?"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from attrs import define, field

from phonelink_tui.domain.phone import Capability
from phonelink_tui.relay.api import Looked
from phonelink_tui.ui.absence import AWAY, absence_words
from phonelink_tui.ui.screens.desk import Desk, new_id

SAY_EVERY: Final = timedelta(minutes=1)
"""A person who types is told of so often: a terminal that crashes knows no better when it was left."""


@define(eq=False)
class Returning:
    """The hand at the door, inwards."""

    desk: Desk
    _since: datetime | None = field(default=None, init=False)
    """When a person looked last, before this screen was opened."""
    _has_begun: bool = field(default=False, init=False)
    _is_read: bool = field(default=False, init=False)
    """A key was pressed since all that was missed is here."""
    _said_at: datetime | None = field(default=None, init=False)

    def begin(self) -> None:
        """The first screenful is here: note how long nobody looked."""
        looked_at = self.desk.projection.looked_at
        if self._has_begun or self.desk.projection.phone is None:
            return
        self._has_begun = True
        if looked_at is not None and self.desk.now() - looked_at >= AWAY:
            self._since = looked_at

    def follow(self) -> None:
        """More of what was missed came in: say so, until somebody has read it."""
        if self._since is not None and not self._is_read:
            words = absence_words(self.desk.projection, self._since, self.desk.now(), self.desk.zone)
            self.desk.view.missed = words

    def person_was_here(self) -> None:
        """A key was pressed."""
        now = self.desk.now()
        if self._said_at is None or now - self._said_at >= SAY_EVERY:
            self._said_at = now
            self._say()
        phone = self.desk.projection.phone
        state = phone.capabilities.get(Capability.MESSAGES) if phone else None
        self._is_read = self._is_read or (state is not None and state.caught_up)

    def leave(self) -> None:
        """The screen is being closed."""
        if self._said_at is not None:
            self._say()

    def minute_passed(self) -> bool:
        """What was read needs no line any more; whether it had one."""
        had = bool(self.desk.view.missed)
        if self._is_read:
            self._since, self.desk.view.missed = None, ""
        return had and not self.desk.view.missed

    def put_away(self) -> bool:
        """A person has read it; False where nothing was said."""
        had, self.desk.view.missed, self._since = bool(self.desk.view.missed), "", None
        return had

    def _say(self) -> None:
        if not self.desk.projection.relay_gone and self.desk.projection.phone is not None:
            self.desk.bridge.send(Looked(new_id()))
