"""The archive against a naive model in memory: texts come, move and go, pages, searches, cuts, restarts."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import hypothesis.strategies as st
import pytest
from attrs import evolve
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from phonelink_tui.archive.archive import Archive
from phonelink_tui.archive.facts import Draft, HandleGiven, MessageGone, ThreadMarks
from phonelink_tui.archive.query import matches, parse_query
from phonelink_tui.archive.retention import Keep, Retention
from phonelink_tui.domain.message import DeliveryState, MessageId, TextMessage
from phonelink_tui.domain.text import clean
from phonelink_tui.domain.thread import ThreadId
from tests.archive.desk import NOW, files_in, incoming, opened, outgoing

pytestmark = pytest.mark.timeout(240)

T = TypeVar("T")

THREADS = [ThreadId(t) for t in ("t-alice", "t-bob", "t-group")]
TEXTS = ["Hello", "hello THERE", "Café straße", "会いましょう東京で", "on my way", "", "👍 ok", "안녕하세요"]
QUERIES = [
    *("hel", "hello there", "cafe", "strasse", "東京", '"my way"', "👍", "안녕", "from:ali", "from:me"),
    *("before:2026-11-22", "before:2027 o", "zzz", "from:5550101 h"),
]
MINUTES = st.sampled_from([-2000.0, -1.0, 0.0, 0.001, 1.0, 2.0])
HANDLES = st.sampled_from(["A1", "a1", "00A1", "B2", "C3", ""])


class ArchiveMachine(RuleBasedStateMachine):
    """One archive and what should be in it."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.scratch = tempfile.TemporaryDirectory()
        self.files = files_in(Path(self.scratch.name))
        self.stack = AsyncExitStack()
        self.archive: Archive = self.run(self.stack.enter_async_context(opened(self.files)))
        self.messages: dict[MessageId, TextMessage] = {}
        self.arrivals: dict[MessageId, int] = {}
        self.handles: dict[str, MessageId] = {}
        self.marks: dict[ThreadId, ThreadMarks] = {}
        self.drafts: dict[ThreadId, str] = {}
        self.count = 0

    def teardown(self) -> None:
        self.loop.run_until_complete(self.stack.aclose())
        self.loop.close()
        self.scratch.cleanup()

    # Facts

    @rule(
        thread=st.sampled_from(THREADS),
        text=st.sampled_from(TEXTS),
        minutes=MINUTES,
        mine=st.booleans(),
        name=st.sampled_from(["Alice", "Bob Été"]),
        read=st.booleans(),
    )
    def put_new(self, thread: ThreadId, text: str, minutes: float, mine: bool, name: str, read: bool) -> None:
        self.count += 1
        id_ = f"m{self.count}"
        if mine:
            message = outgoing(id_, text, thread=thread, minutes=minutes)
        else:
            message = incoming(id_, text, thread=thread, minutes=minutes, name=name, read=read)
        self.arrivals[message.id] = self.count
        self.put(message)

    @precondition(lambda self: self.messages)
    @rule(
        data=st.data(),
        thread=st.sampled_from(THREADS),
        text=st.sampled_from(TEXTS),
        minutes=MINUTES,
        read=st.booleans(),
    )
    def change(self, data: st.DataObject, thread: ThreadId, text: str, minutes: float, read: bool) -> None:
        message = self.messages[data.draw(st.sampled_from(sorted(self.messages)))]
        at = NOW + timedelta(minutes=minutes)
        self.put(evolve(message, thread=thread, text=clean(text), at=at, read=read))

    @precondition(lambda self: self.messages)
    @rule(data=st.data(), handle=HANDLES)
    def bind(self, data: st.DataObject, handle: str) -> None:
        id_ = data.draw(st.sampled_from(sorted(self.messages)))
        self.archive.put([HandleGiven(id_, handle)])
        if handle:
            self.handles = {h: i for h, i in self.handles.items() if i != id_}
            self.handles[handle.lstrip("0").casefold()] = id_

    @precondition(lambda self: self.messages)
    @rule(data=st.data())
    def drop(self, data: st.DataObject) -> None:
        id_ = data.draw(st.sampled_from(sorted(self.messages)))
        self.archive.put([MessageGone(id_)])
        self.forget(id_)

    @rule(thread=st.sampled_from(THREADS), pinned=st.booleans(), text=st.sampled_from(["", "dear", "dear B"]))
    def mark(self, thread: ThreadId, pinned: bool, text: str) -> None:
        marks = ThreadMarks(thread, pinned=pinned, confirmed=frozenset({"short_code"} if pinned else ()))
        self.archive.put([marks, Draft(thread, text, NOW)])
        self.marks[thread], self.drafts[thread] = marks, text

    # Upkeep

    @rule(days=st.sampled_from([None, 1]), count=st.sampled_from([None, 0, 2]), own=st.booleans())
    def prune(self, days: int | None, count: int | None, own: bool) -> None:
        keep = Keep(days, count)
        rule_of = {THREADS[0]: Keep()} if own else {}
        self.run(self.archive.prune(Retention(keep, rule_of), NOW, told=lambda _thread, _gone: None))
        for thread in THREADS:
            texts = self.texts_of(thread)
            kept = rule_of.get(thread, keep)
            gone = texts[: max(0, len(texts) - kept.count)] if kept.count is not None else []
            if kept.days is not None:
                gone += [m for m in texts if m.at < NOW - timedelta(days=kept.days)]
            for message in gone:
                self.forget(message.id)

    @rule()
    def reopen(self) -> None:
        self.run(self.stack.aclose())
        self.stack = AsyncExitStack()
        self.archive = self.run(self.stack.enter_async_context(opened(self.files)))

    # What must hold

    @rule(thread=st.sampled_from(THREADS), limit=st.integers(1, 4))
    def walk(self, thread: ThreadId, limit: int) -> None:
        walked: list[TextMessage] = []
        before = None
        while True:
            page = self.run(self.archive.page(thread, before=before, limit=limit))
            walked[:0] = [k.message for k in page.messages]
            assert len(page.messages) == limit or not page.earlier
            if not page.earlier:
                break
            before = page.messages[0].message.id
        assert walked == self.texts_of(thread)

    @rule(typed=st.sampled_from(QUERIES), limit=st.integers(1, 5))
    def search(self, typed: str, limit: int) -> None:
        self.run(self.archive.commit())
        query = parse_query(typed)
        found = self.run(self.archive.search(query, limit=limit))
        assert list(found) == [m for m in reversed(self.in_order()) if matches(query, m)][:limit]

    @rule(handle=HANDLES)
    def look_up(self, handle: str) -> None:
        found = self.run(self.archive.by_handles([handle]))
        id_ = self.handles.get(handle.lstrip("0").casefold()) if handle else None
        assert [k.message for k in found] == ([self.messages[id_]] if id_ else [])

    @invariant()
    def rows_agree(self) -> None:
        kept = self.run(self.archive.load())
        rows = {t.id: (t.total, t.unread, t.first_at) for t in kept.threads}
        expected = {}
        for thread in THREADS:
            if texts := self.texts_of(thread):
                unread = sum(not m.read for m in texts if m.state is DeliveryState.RECEIVED)
                expected[thread] = (len(texts), unread, texts[0].at)
        assert rows == expected
        last = {t.id: t.last and t.last.message for t in kept.threads}
        assert last == {t: self.texts_of(t)[-1] for t in expected}
        assert {d.thread: d.text for d in kept.drafts} == {t: d for t, d in self.drafts.items() if d}
        assert {t.id: t.marks for t in kept.threads} == {
            t: self.marks.get(t, ThreadMarks(t)) for t in expected
        }

    # The model

    def run(self, awaitable: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(awaitable)

    def put(self, message: TextMessage) -> None:
        self.archive.put([message])
        self.messages[message.id] = message

    def forget(self, id_: MessageId) -> None:
        self.messages.pop(id_, None)
        self.handles = {h: i for h, i in self.handles.items() if i != id_}

    def in_order(self) -> list[TextMessage]:
        return sorted(self.messages.values(), key=lambda m: (m.at, self.arrivals[m.id]))

    def texts_of(self, thread: ThreadId) -> list[TextMessage]:
        return [m for m in self.in_order() if m.thread == thread]


TestArchive = ArchiveMachine.TestCase
TestArchive.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
