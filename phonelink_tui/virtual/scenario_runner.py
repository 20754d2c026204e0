"""How does a scenario happen? Acts at their times, and people who answer."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from phonelink_tui.domain.address import identify
from phonelink_tui.errors import UsageError
from phonelink_tui.virtual.acts import Act, GroupTextAct, TextAct
from phonelink_tui.virtual.crowds import crowd_acts, crowd_before
from phonelink_tui.virtual.entries import PhoneChange, PushedText, StoredContact, TextPushed
from phonelink_tui.virtual.faulty_stream import Sleep
from phonelink_tui.virtual.phone import VirtualPhone
from phonelink_tui.virtual.scenario import Person, ReplyRule, Scenario

OnAct = Callable[[Act], None]

PENDING_ANSWERS: Final = 1000
"""Answers people may have in mind at once; what is written to them beyond that stays unanswered."""


def prepare(phone: VirtualPhone, scenario: Scenario, seed: int) -> None:
    """Put people, apps and everything from before the scenario on the phone."""
    for person in scenario.people:
        if person.in_book:
            phone.add_contact(StoredContact(person.name, person.addresses))
    phone.centre.app_names.update(scenario.apps)
    for act in scenario.before:
        act.perform(phone)
    for crowd in scenario.crowds:
        crowd_before(phone, crowd, random.Random(f"before:{seed}"))


class ScenarioRunner:
    """A scenario under way on a phone that `prepare` has prepared.

    Args:
        scenario: What happens.
        phone: To whom.
        seed: For pauses, choices and crowds.
        speed: 2 is twice as fast.
        sleep: Waits for so many seconds.
        on_act: Told of every act after it happened.
    """

    def __init__(
        self,
        scenario: Scenario,
        phone: VirtualPhone,
        *,
        seed: int = 0,
        speed: float = 1.0,
        sleep: Sleep = asyncio.sleep,
        on_act: OnAct = lambda act: None,
    ) -> None:
        self.ended = asyncio.Event()
        """Set when the scenario's time is over; people go on answering."""
        self._scenario = scenario
        self._phone = phone
        self._seed = seed
        self._speed = speed
        self._sleep = sleep
        self._on_act = on_act
        self._chance = random.Random(f"answers:{seed}")
        self._used: Counter[tuple[str, int]] = Counter()
        self._pending = 0

    async def run(self) -> None:
        """Let the scenario happen, then let people answer, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            unlisten = self._phone.listen(lambda change: self._apply(change, tasks))
            try:
                await self._play()
                while self._scenario.repeat:
                    await self._play()
                self.ended.set()
                await asyncio.Event().wait()
            finally:
                unlisten()

    async def _play(self) -> None:
        generated = [
            timed
            for crowd in self._scenario.crowds
            for timed in crowd_acts(crowd, random.Random(f"acts:{self._seed}"))
        ]
        now_s = 0.0
        for timed in sorted((*self._scenario.acts, *generated), key=lambda timed: timed.at_s):
            if timed.at_s > now_s:
                await self._sleep((timed.at_s - now_s) / self._speed)
                now_s = timed.at_s
            self._perform(timed.act)
        if self._scenario.length_s > now_s:
            await self._sleep((self._scenario.length_s - now_s) / self._speed)

    def _perform(self, act: Act) -> None:
        # A call that was declined from here cannot be hung up any more: such an act does not happen.
        with suppress(UsageError):
            act.perform(self._phone)
            self._on_act(act)

    def _apply(self, change: PhoneChange, tasks: asyncio.TaskGroup) -> None:
        if not isinstance(change, TextPushed) or self._pending >= PENDING_ANSWERS:
            return
        keys = {identify(address).key for address in change.pushed.recipients}
        for person in self._scenario.people:
            if keys.intersection(identify(address).key for address in person.addresses):
                rule = self._rule(person, change.pushed.text)
                if rule is not None:
                    self._pending += 1
                    tasks.create_task(self._answer(person, rule, change.pushed))

    def _rule(self, person: Person, text: str) -> ReplyRule | None:
        text = text.casefold()
        for at, rule in enumerate(person.replies):
            fits = not rule.match or any(word.casefold() in text for word in rule.match)
            if fits and (rule.times is None or self._used[person.name, at] < rule.times):
                self._used[person.name, at] += 1
                return rule
        return None

    async def _answer(self, person: Person, rule: ReplyRule, pushed: PushedText) -> None:
        texts = [self._chance.choice(rule.says)] if rule.pick_one else rule.says
        pauses = [self._chance.uniform(*rule.after_s) for _ in texts]
        own = {identify(address).key for address in person.addresses}
        others = tuple(address for address in pushed.recipients if identify(address).key not in own)
        for text, pause_s in zip(texts, pauses, strict=True):
            await self._sleep(pause_s / self._speed)
            sender = person.addresses[0]
            self._perform(GroupTextAct(sender, text, others) if others else TextAct(sender, text))
        self._pending -= 1
