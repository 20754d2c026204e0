"""What did a person set on each conversation? Pins, mutes, drafts, answers to the guard; in memory.

A person can have two conversations: one that is known to be private, and one of texts of which nobody knows who else
reads them. Pinned and muted are the person: what is set on one of the two holds for the other. A group is neither.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from attrs import evolve, frozen

from phonelink_tui.archive.facts import Kept
from phonelink_tui.domain.drafts import with_part
from phonelink_tui.domain.message import Audience
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
        self._person: dict[ThreadId, str] = {}
        self._kin: dict[str, dict[ThreadId, None]] = {}
        self._carried: dict[ThreadId, str] = {}
        """The drafts of conversations that are no more, as they were joined to others."""

    def begin_with(self, kept: Kept) -> None:
        """What was set in earlier runs; questions that no guard asks any more are left out."""
        asks = {ask.value: ask for ask in Ask}
        for row in kept.marks:
            confirmed = frozenset(asks[word] for word in row.confirmed if word in asks)
            self._set(row.thread, Marks(row.pinned, row.muted, row.archived, row.unread, "", confirmed))
        for draft in kept.drafts:
            self._set(draft.thread, evolve(self.of(draft.thread), draft=draft.text))

    # Whose

    def come(self, thread: ThreadId, audience: Audience, person: str) -> tuple[ThreadId, ...]:
        """There is a conversation with somebody, by `Address.key`; those for which something else holds now."""
        if audience is Audience.GROUP:
            return ()
        self._person[thread] = person
        self._kin.setdefault(person, {})[thread] = None
        marks = self.of(thread)
        return self.kin(thread) if marks.pinned or marks.muted else ()

    def leave(self, thread: ThreadId) -> tuple[ThreadId, ...]:
        """It is no more; what was set on the person stays with the other conversation, should there be one.

        Returns the conversations on which something is set now that was not.
        """
        own, kin = self.of(thread), self.kin(thread)
        set_now = []
        for other in kin:
            theirs = self.of(other)
            both = evolve(theirs, pinned=theirs.pinned or own.pinned, muted=theirs.muted or own.muted)
            if both != theirs:
                self._set(other, both)
                set_now.append(other)
        if kin:
            self._set(thread, evolve(own, pinned=False, muted=False))
        person = self._person.pop(thread, None)
        if person is not None:
            del self._kin[person][thread]
            if not self._kin[person]:
                del self._kin[person]
        return tuple(set_now)

    def kin(self, thread: ThreadId) -> tuple[ThreadId, ...]:
        """The other conversations with the same person."""
        person = self._person.get(thread)
        return () if person is None else tuple(t for t in self._kin[person] if t != thread)

    # What

    def of(self, thread: ThreadId) -> Marks:
        """What was set on this conversation itself."""
        return self._marks.get(thread, NO_MARKS)

    def shown(self, thread: ThreadId) -> Marks:
        """What holds for a conversation: its own marks, and those of the person."""
        marks = self.of(thread)
        for other in self.kin(thread):
            theirs = self.of(other)
            if theirs.pinned or theirs.muted:
                pinned, muted = marks.pinned or theirs.pinned, marks.muted or theirs.muted
                marks = evolve(marks, pinned=pinned, muted=muted)
        return marks

    def change(
        self, thread: ThreadId, marks: Marks, has_unread: Callable[[ThreadId], bool]
    ) -> tuple[ThreadId, ...]:
        """A person wants these to hold from now on.

        The other conversation of the same person is pinned, muted and put away with it; but nothing is put away in
        which there are texts that nobody read.

        Returns:
            The conversations for which something else holds now.
        """
        shown = self.shown(thread)
        changed = {
            name: getattr(marks, name)
            for name in ("pinned", "muted", "archived")
            if getattr(marks, name) != getattr(shown, name)
        }
        kin = self.kin(thread)
        before = {each: self.shown(each) for each in (thread, *kin)}
        own = {name: changed.get(name, getattr(self.of(thread), name)) for name in ("pinned", "muted")}
        self._set(thread, evolve(marks, **own))
        for other in kin:
            told = dict(changed)
            if told.get("archived") and has_unread(other):
                del told["archived"]
            self._set(other, evolve(self.of(other), **told))
        return tuple(each for each, marks in before.items() if self.shown(each) != marks)

    def text_came(self, thread: ThreadId) -> None:
        """Somebody wrote: a conversation that was put away is in the list again."""
        marks = self.of(thread)
        if marks.archived:
            self._set(thread, evolve(marks, archived=False))

    def confirm(self, thread: ThreadId, asks: Iterable[Ask]) -> bool:
        """A person answered what was asked; whether that was news."""
        marks = self.of(thread)
        confirmed = marks.confirmed | frozenset(asks)
        self._set(thread, evolve(marks, confirmed=confirmed))
        return confirmed != marks.confirmed

    def follow(self, before: ThreadId, thread: ThreadId, *, begins: bool, is_unread: bool) -> None:
        """A text moved to another conversation.

        One that begins with it is put away as the one before was; and a text that nobody read, which was in the
        list, is not lost from it.
        """
        was_away, marks = self.of(before).archived, self.of(thread)
        if begins and was_away:
            self._set(thread, evolve(marks, archived=True))
        elif is_unread and not was_away:
            self.text_came(thread)

    def move(self, thread: ThreadId, to: ThreadId) -> bool:
        """All texts of a conversation are in another one now: what was set follows, the guard's answers do not.

        Who else reads is the very thing that changed, so it is asked again. Two drafts become one. Whether the
        other one changed.
        """
        marks, before = self.of(thread), self.of(to)
        self._set(thread, NO_MARKS)
        if marks.draft:
            self._carried[thread] = marks.draft
            while len(self._carried) > MARKED:
                del self._carried[next(iter(self._carried))]
        joined = evolve(
            before,
            pinned=before.pinned or marks.pinned,
            muted=before.muted or marks.muted,
            unread=before.unread or marks.unread,
            draft=with_part(before.draft, "", marks.draft),
        )
        self._set(to, joined)
        return joined != before

    def redrafted(self, thread: ThreadId, to: ThreadId, text: str) -> str:
        """The draft of `to`, when somebody goes on writing in `thread`, which became part of it."""
        draft = with_part(self.of(to).draft, self._carried.get(thread, ""), text)
        self._carried[thread] = text
        return draft

    def _set(self, thread: ThreadId, marks: Marks) -> None:
        self._marks.pop(thread, None)
        if marks != NO_MARKS:
            self._marks[thread] = marks
            while len(self._marks) > MARKED:
                del self._marks[next(iter(self._marks))]
