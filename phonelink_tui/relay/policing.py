"""What does the administrator's policy close just now? Limits as values, and what may leave the relay.

What leaves is judged when it leaves, by the clock: a rule with hours closes to the second. Everything that follows
from a change (limits, rows of conversations) is told within `LOOK_S`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from typing import Final, NoReturn

from attrs import evolve

from phonelink_tui.config.policy import Policy, PolicyAction, Refused
from phonelink_tui.config.policy_source import PolicySource
from phonelink_tui.domain import events
from phonelink_tui.domain.code import OneTimeCode
from phonelink_tui.domain.events import Event, Resync, Stamped
from phonelink_tui.domain.limitations import Limitation, LimitKind, make_limitation
from phonelink_tui.domain.message import Source
from phonelink_tui.errors import PolicyError
from phonelink_tui.relay.api import Snapshot
from phonelink_tui.relay.store import Store

LOOK_S: Final = 30.0
"""How often it is looked whether the file or the hour changed; the loop's clock stands still in a sleep."""

RULES: Final = "The administrator of this computer has set rules for this program."

KINDS: Final = {
    PolicyAction.READ: LimitKind.POLICY_READ,
    PolicyAction.NOTIFICATIONS: LimitKind.POLICY_NOTIFICATIONS,
    PolicyAction.SEND: LimitKind.POLICY_SEND,
    PolicyAction.STORE: LimitKind.POLICY_STORE,
    PolicyAction.EXPORT: LimitKind.POLICY_EXPORT,
    PolicyAction.COPY: LimitKind.POLICY_COPY,
}
"""The limit that tells of a refused action; pairing is refused before there is a relay."""

_READING: Final = (
    events.MessageGone,
    events.ThreadChanged,
    events.ThreadGone,
    events.CallChanged,
    events.ContactsChanged,
)
_NOTIFYING: Final = (events.NotificationChanged, events.NotificationRemoved)


class Passing:
    """A reader's events without those that may not leave at the moment they are read."""

    def __init__(self, events: AsyncIterator[Stamped], passes: Callable[[Event], bool]) -> None:
        self._events = events
        self._passes = passes

    def __aiter__(self) -> AsyncIterator[Stamped]:
        return self

    async def __anext__(self) -> Stamped:
        while True:
            stamped = await anext(self._events)
            if self._passes(stamped.event):
                return stamped


class Policing:
    """The gate of one relay."""

    def __init__(
        self,
        source: PolicySource,
        store: Store,
        publish: Callable[[Iterable[Event]], None],
    ) -> None:
        """
        Args:
            source: The rules, and the clock.
            store: Whose guard asks, and whose limits follow.
            publish: Tells what changed.
        """
        self._source = source
        self._store = store
        self._publish = publish
        self._told: tuple[Limitation, ...] = tuple(self._limits())
        store.judge_send = source.judge_send
        store.limits.policy = self._told
        store.limits.compare()

    def refused(self, action: PolicyAction) -> Refused | None:
        """Whether an action is refused at this moment."""
        return self._source.judge(action)

    @property
    def policy(self) -> Policy:
        """The rules as they were read last."""
        return self._source.policy

    def require(self, action: PolicyAction) -> None:
        """Raises PolicyError where an action is refused."""
        refused = self.refused(action)
        if refused is not None:
            raise PolicyError(refused.reason, refused.sentence, refused.hint)

    def shown(self, snapshot: Snapshot) -> Snapshot:
        """What of a snapshot may leave."""
        if not self._source.policy.files:
            return snapshot
        if self.refused(PolicyAction.READ) is not None:
            snapshot = evolve(snapshot, threads=(), contacts=(), calls=(), failed=())
        if self.refused(PolicyAction.NOTIFICATIONS) is not None:
            snapshot = evolve(snapshot, notifications=())
        return evolve(snapshot, codes=tuple(code for code in snapshot.codes if self._tells(code)))

    def passes(self, event: Event) -> bool:
        """Whether an event may leave. How a text that was written here fares is told to whoever wrote it."""
        match event:
            case events.MessageChanged(message=message):
                return Source.OWN in message.sources or self.refused(PolicyAction.READ) is None
            case events.CodeCame(found=code):
                return self._tells(code)
            case _ if isinstance(event, _READING):
                return self.refused(PolicyAction.READ) is None
            case _ if isinstance(event, _NOTIFYING):
                return self.refused(PolicyAction.NOTIFICATIONS) is None
            case _:
                return True

    async def run(self) -> NoReturn:
        """Look again and again, for ever."""
        while True:
            await asyncio.sleep(LOOK_S)
            self.look()

    def look(self) -> None:
        """Read the rules and judge the hour; tell what changed, and let every reader begin anew."""
        changed = self._source.look()
        limits = tuple(self._limits())
        if not changed and limits == self._told:
            return
        self._told = limits
        self._store.limits.policy = limits
        self._publish([*self._store.limits.compare(), Resync()])

    def _tells(self, code: OneTimeCode) -> bool:
        """A code may leave where all that it stood in may."""
        where = ((code.message, PolicyAction.READ), (code.notification, PolicyAction.NOTIFICATIONS))
        return all(self.refused(action) is None for id_, action in where if id_ is not None)

    def _limits(self) -> Iterator[Limitation]:
        policy = self._source.policy
        if not policy.files:
            return
        paths = ", ".join(file.path for file in policy.files)
        if policy.banner:
            yield make_limitation(LimitKind.POLICY_BANNER, evidence=paths, said=policy.banner)
        if policy.broken:
            refused = self._source.judge(PolicyAction.READ)
            assert refused is not None, "what cannot be used refuses everything"
            said = f"{refused.sentence} {refused.hint}"
            yield make_limitation(LimitKind.POLICY_UNUSABLE, evidence=paths, said=said)
            return
        for action, kind in KINDS.items():
            if (refused := self._source.judge(action)) is not None:
                yield make_limitation(kind, evidence=f"{refused.file}:{refused.line}", said=refused.sentence)
        yield make_limitation(LimitKind.POLICY_RULES, evidence=paths, said=RULES)
