"""Did the administrator change the rules meanwhile? The policy of the moment, for programs that run for weeks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, tzinfo

from phonelink_tui.config.clock import utc_now
from phonelink_tui.config.policy import Policy, PolicyAction, Refused
from phonelink_tui.domain.address import Address


class PolicySource:
    """The rules as they were read last, and judgement by the clock."""

    def __init__(
        self,
        load: Callable[[], Policy],
        now: Callable[[], datetime] = utc_now,
        *,
        zone: tzinfo | None = None,
    ) -> None:
        """
        Args:
            load: Reads the rules; never raises.
            now: The clock (any zone).
            zone: In which hours are meant; None: this computer's.
        """
        self._load = load
        self._now = now
        self._zone = zone
        self.policy = load()

    def look(self) -> bool:
        """Read the rules again; whether they changed."""
        before, self.policy = self.policy, self._load()
        return self.policy != before

    def judge(self, action: PolicyAction) -> Refused | None:
        """Whether an action is refused at this moment."""
        if not self.policy.files:
            return None
        return self.policy.judge(action, self._now().astimezone(self._zone))

    def judge_send(self, recipient: Address, text: str | None) -> Refused | None:
        """Whether a text to somebody is refused at this moment; None for the text: whatever it says."""
        if not self.policy.files:
            return None
        return (
            self.judge(PolicyAction.SEND)
            or self.policy.judge_recipient(recipient)
            or (self.policy.judge_words(text) if text is not None else None)
        )
