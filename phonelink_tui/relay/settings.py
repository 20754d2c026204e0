"""What is a relay told at its start?"""

from __future__ import annotations

from collections.abc import Callable

from attrs import field, frozen

from phonelink_tui.config.archive_settings import ArchiveSettings
from phonelink_tui.config.policy_source import PolicySource
from phonelink_tui.domain.keeping import NotKept


@frozen
class RelaySettings:
    """What a relay is told at its start."""

    thread_secret: bytes
    """Keys the ids of threads: equal for runs that must agree on them."""
    region: str | None = None
    """ISO 3166 region for national numbers, until the phone's own number tells."""
    hold_s: float = 0.0
    """How long a text can be taken back before it is pushed."""
    archive: ArchiveSettings = field(factory=ArchiveSettings)
    """How much is kept."""
    lasting: bool = False
    """Its terminals come and go, and it comes back: with an archive, what is queued waits for its next run."""
    not_kept: NotKept = NotKept.NO_KEY
    """Why there is no archive, where there is none."""
    set_aside: Callable[[], tuple[str, ...]] = lambda: ()
    """The names of damaged archives that were set aside and still lie there."""
    policy: PolicySource | None = None
    """The administrator's rules; None: there are none."""
