"""What did a person set on each conversation? Pins, mutes, drafts, answers to the guard; in memory."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from attrs import evolve, frozen

from phonelink_tui.archive.facts import Kept
from phonelink_tui.domain.thread import ThreadId
from phonelink_tui.relay.api import Ask

MARKED: Final = 20_000
"""Conversations with marks; the oldest marks go first."""


@frozen
class Marks:
    """What is set on one conversation."""

    pinned: bool = False
    muted: bool = False
    archived: bool = False
    unread: bool = False
    """By hand, whatever its texts say."""
    draft: str = ""
    confirmed: frozenset[Ask] = frozenset()


NO_MARKS: Final = Marks()


class MarkBook:
    """The marks of all conversations."""

    def __init__(self) -> None:
        self._marks: dict[ThreadId, Marks] = {}

    def begin_with(self, kept: Kept) -> None:
        """What was set in earlier runs; questions that no guard asks any more are left out."""
        asks = {ask.value: ask for ask in Ask}
        for row in kept.marks:
            confirmed = frozenset(asks[word] for word in row.confirmed if word in asks)
            self.set(row.thread, Marks(row.pinned, row.muted, row.archived, row.unread, "", confirmed))
        for draft in kept.drafts:
            self.set(draft.thread, evolve(self.of(draft.thread), draft=draft.text))

    def of(self, thread: ThreadId) -> Marks:
        """The marks of a conversation."""
        return self._marks.get(thread, NO_MARKS)

    def set(self, thread: ThreadId, marks: Marks) -> None:
        """From now on these."""
        self._marks.pop(thread, None)
        if marks != NO_MARKS:
            self._marks[thread] = marks
            while len(self._marks) > MARKED:
                del self._marks[next(iter(self._marks))]

    def text_came(self, thread: ThreadId) -> None:
        """Somebody wrote: a conversation that was put away is in the list again."""
        marks = self.of(thread)
        if marks.archived:
            self.set(thread, evolve(marks, archived=False))

    def confirm(self, thread: ThreadId, asks: Iterable[Ask]) -> bool:
        """A person answered what was asked; whether that was news."""
        marks = self.of(thread)
        confirmed = marks.confirmed | frozenset(asks)
        self.set(thread, evolve(marks, confirmed=confirmed))
        return confirmed != marks.confirmed

    def move(self, thread: ThreadId, to: ThreadId) -> bool:
        """All texts of a conversation are in another one now: what was set follows, the guard's answers do not.

        Who else reads is the very thing that changed, so it is asked again. Whether the other one changed.
        """
        marks = evolve(self.of(thread), confirmed=frozenset())
        self.set(thread, NO_MARKS)
        before = self.of(to)
        if evolve(before, confirmed=frozenset()) == NO_MARKS:
            self.set(to, evolve(marks, confirmed=before.confirmed))
        elif marks.draft and not before.draft:
            self.set(to, evolve(before, draft=marks.draft))
        return self.of(to) != before
