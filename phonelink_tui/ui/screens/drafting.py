"""What was begun and not sent, and where is it kept? In the relay: for another terminal, and should this one crash.

Whoever wrote last wins, but only over what the relay had and over a composer that rests: nothing is taken from under
somebody who types. Nor does what they type take the place of a draft that they have not seen. What came from another
terminal and was not touched here is nobody's typing: sent there, it must not come back from here.
"""

from __future__ import annotations

from collections import deque
from time import monotonic
from typing import Final

from attrs import define, field

from phonelink_tui.domain.drafts import with_part
from phonelink_tui.domain.limitations import LimitKind
from phonelink_tui.domain.text import clean
from phonelink_tui.domain.thread import ThreadId
from phonelink_tui.relay.api import SaveDraft
from phonelink_tui.ui.screens.desk import Desk, new_id

PAUSE_S: Final = 0.5
"""A draft is kept when nothing was typed for so long."""

SLACK_S: Final = 0.01
"""Textual's timers may end half a millisecond early, and one that is shorter than its own start never fires."""

LATEST_S: Final = 5.0
"""It is kept after so long though somebody types on."""

REST_S: Final = 10.0
"""A composer rests when no key was pressed at this terminal for so long: whoever opened a conversation is about to
type, and what slips in before their first letter goes out with it [seen, in an hour of two people at one relay]."""

AWAITED: Final = 16
"""Drafts of one conversation whose echo is waited for; more only where the relay does not answer."""


@define(eq=False)
class Drafting:
    """The hand that keeps drafts. `View.drafts` is what it knows, by conversation."""

    desk: Desk
    _heard: dict[ThreadId, str] = field(factory=dict, init=False)
    """What the relay said last."""
    _awaited: dict[ThreadId, deque[str]] = field(factory=dict, init=False)
    """What the relay was told, and has not said yet."""
    _taken: dict[ThreadId, str] = field(factory=dict, init=False)
    """What the relay said last that is not of this terminal."""
    _unseen: set[ThreadId] = field(factory=set, init=False)
    """Conversations whose draft in the relay is another one than that in the composer here, and is not shown."""
    _epoch: str | None = field(default=None, init=False)
    _typed_at: float = field(default=0.0, init=False)
    _changed_at: float = field(default=0.0, init=False)
    """Since when something is not kept."""
    _due: bool = field(default=False, init=False)

    @property
    def are_kept(self) -> bool:
        """Whether drafts outlive this program."""
        projection = self.desk.projection
        if projection.relay_gone:
            return False
        in_force = {limit.kind for limit in projection.limitations.values()}
        return self.desk.settings.relay_outlives or LimitKind.NOT_KEPT not in in_force

    def changed(self) -> None:
        """What stands in the composer changed."""
        target = self.desk.widgets.composer.target
        if target is None or target.thread is None or self._text() == self._known(target.thread):
            return
        self._typed_at = monotonic()
        if not self._due:
            self._due, self._changed_at = True, self._typed_at
            self.desk.stage.later(PAUSE_S, self._pause_over)

    def keep(self) -> None:
        """Keep what stands in the composer under its conversation, which is about to be left."""
        target = self.desk.widgets.composer.target
        if target is None or target.thread is None:
            return
        thread, unseen = target.thread, self._heard.get(target.thread, "")
        if thread in self._unseen and self._text():
            self._unseen.discard(thread)
            self.put(thread, with_part(unseen, "", self._text()))
            return
        self._unseen.discard(thread)
        self._keep_changed(thread)
        if not self._known(thread) and thread not in self._awaited:
            self._note(thread, unseen)  # it was held back from somebody's hands
            self._taken[thread] = unseen

    def put(self, thread: ThreadId, text: str) -> None:
        """Keep a text under a conversation; an empty one is none."""
        text = clean(text) if text.strip() else ""
        self._note(thread, text)
        if thread in self._unseen:
            self.desk.stage.later(REST_S, self._look_again)
            return
        awaited = self._awaited.get(thread)
        told = awaited[-1] if awaited else self._heard.get(thread, "")
        if text == told or self.desk.projection.relay_gone or thread not in self.desk.projection.threads:
            return
        self._awaited.setdefault(thread, deque(maxlen=AWAITED)).append(text)
        self.desk.bridge.send(SaveDraft(new_id(), thread, text))

    def move(self, gone: ThreadId, heir: ThreadId) -> None:
        """A conversation is part of another one now: its draft joins the one there, as the relay joins them."""
        draft, before = self._known(gone), self._heard.pop(gone, "")
        self._note(gone, "")
        if draft:
            self.put(heir, with_part(self._known(heir), before, draft))

    def follow(self) -> None:
        """The rows of the list changed: take drafts of other terminals and of earlier times."""
        projection = self.desk.projection
        if projection.epoch != self._epoch:
            self._begin_anew()
        for row in projection.threads.values():
            if row.draft == self._heard.get(row.id, ""):
                continue
            before, self._heard[row.id] = self._heard.get(row.id, ""), row.draft
            awaited = self._awaited.get(row.id)
            if not awaited:
                self._take(row.id, row.draft, before)
            elif row.draft in awaited:
                while awaited.popleft() != row.draft:
                    pass

    def _begin_anew(self) -> None:
        """Another run of the relay, which may have forgotten what was not on its disk."""
        self._epoch = self.desk.projection.epoch
        self._heard, self._awaited, self._unseen = {}, {}, set()
        for row in self.desk.projection.threads.values():
            if not row.draft and row.id in self.desk.view.drafts:
                self.put(row.id, self.desk.view.drafts[row.id])

    def _take(self, thread: ThreadId, text: str, before: str) -> None:
        """The relay has a draft that is not from here; `before` is what it had."""
        composer = self.desk.widgets.composer
        self._unseen.discard(thread)
        is_open = composer.target is not None and composer.target.thread == thread
        mine = self._text() if is_open else self._known(thread)
        if text == mine:
            self._note(thread, text)
        elif is_open and not mine and self._is_here():
            self._unseen.add(thread)
            self.desk.stage.later(REST_S, self._look_again)
        elif is_open and not text and self._taken.get(thread) and mine.startswith(self._taken[thread]):
            self._take_out(thread, mine.removeprefix(self._taken.pop(thread)).lstrip())
        elif mine not in ("", self._taken.get(thread)) and (mine != before or (is_open and self._is_here())):
            self._keep_both(thread, text, mine, is_open=is_open)
        else:
            self._note(thread, text)
            self._taken[thread] = text
            if is_open:
                composer.set_draft(text)
            if is_open and mine and not text.startswith(mine):
                self._offer_back(thread, mine)

    def _keep_both(self, thread: ThreadId, theirs: str, mine: str, *, is_open: bool) -> None:
        if is_open:
            self.desk.stage.notice("This draft was changed in another terminal; yours stays here.", "warn")
        if mine.startswith(theirs):
            self.put(thread, mine)
        elif is_open:
            self._unseen.add(thread)
        else:
            self.put(thread, with_part(theirs, "", mine))

    def _take_out(self, thread: ThreadId, rest: str) -> None:
        """What came from the other terminal was sent there: it does not go out once more before what follows it."""
        self._note(thread, "")
        self.desk.widgets.composer.set_draft(rest)
        if rest:
            self.put(thread, rest)
            self.desk.stage.notice("The begin of this draft was sent in another terminal.", "warn")

    def _look_again(self) -> None:
        target = self.desk.widgets.composer.target
        if target is not None and target.thread is not None and not self._text():
            draft = self._heard.get(target.thread, "")
            if draft and not self._known(target.thread) and target.thread not in self._awaited:
                self._take(target.thread, draft, draft)

    def _is_here(self) -> bool:
        return monotonic() - self.desk.view.key_at < REST_S

    def _offer_back(self, thread: ThreadId, mine: str) -> None:
        def put_back() -> bool:
            composer = self.desk.widgets.composer
            if composer.target is not None and composer.target.thread == thread:
                composer.set_draft(mine)
            self.put(thread, mine)
            self.desk.stage.notice("The draft is as it was here.")
            return True

        self.desk.view.acts.append(put_back)
        self.desk.stage.notice(
            "This draft was changed or sent in another terminal; Alt+Z puts yours back.", "warn"
        )

    def _pause_over(self) -> None:
        now = monotonic()
        rest_s = self._typed_at + PAUSE_S - now
        if rest_s > SLACK_S and now - self._changed_at < LATEST_S:
            self.desk.stage.later(rest_s, self._pause_over)
            return
        self._due = False
        target = self.desk.widgets.composer.target
        if target is not None and target.thread is not None:
            self._keep_changed(target.thread)

    def _keep_changed(self, thread: ThreadId) -> None:
        if self._text() != self._known(thread):
            self.put(thread, self._text())

    def _note(self, thread: ThreadId, text: str) -> None:
        if text:
            self.desk.view.drafts[thread] = text
        else:
            self.desk.view.drafts.pop(thread, None)

    def _known(self, thread: ThreadId) -> str:
        return self.desk.view.drafts.get(thread, "")

    def _text(self) -> str:
        text = self.desk.widgets.composer.draft
        return clean(text) if text.strip() else ""
