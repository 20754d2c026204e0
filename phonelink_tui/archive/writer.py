"""How do facts reach the disk without anybody waiting for it? One thread, bounded queue, batched commits.

Overflow: a fact about a thing replaces the waiting one about the same thing, so what waits is bounded by what
there is; `has_room` tells producers that can wait to wait; and past `WAITING` facts `put` itself blocks its caller
until the thread has made room. Nothing is dropped for a reason of the disk: while it refuses, what waits goes on
waiting, and past the bound `put` raises what the disk said, so that nothing is taken that could not be kept. A fact
that no disk could take, by an error of ours, is logged and left out alone, and the commits that cover it fail.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from typing import Any, Final, TypeVar

import apsw

from phonelink_tui.archive.facts import Action, Calls, Contacts, Fact, HandleGiven
from phonelink_tui.archive.sqlite_errors import OnDamage, tell_nobody, translated
from phonelink_tui.archive.transactions import Numbered, transact, write_batch
from phonelink_tui.archive.writing import Writing
from phonelink_tui.errors import ArchiveError

T = TypeVar("T")

BATCH: Final = 500
"""Facts in one transaction: about 50 ms."""

GATHER_S: Final = 0.2
"""How long a fact that nobody waits for may wait for company."""

ROOM: Final = 10_000
"""Facts waiting from which producers that can wait should."""

WAITING: Final = 50_000
"""Facts waiting from which `put` blocks: about 50 MB of texts."""

BLOCKED_S: Final = 10.0
"""How long `put` blocks before it gives up with an error."""

RETRY_S: Final = 5.0
"""Between two attempts while the disk refuses."""

Job = Callable[[apsw.Connection, Writing], Any]

_Entry = tuple[Hashable, Numbered]
"""A fact that waits: its key, and the number of the `put` that the first about the same thing came with."""


class Writer:
    """The thread that writes. Every method may be called from any other thread."""

    def __init__(
        self,
        connect: Callable[[], apsw.Connection],
        on_damage: OnDamage = tell_nobody,
        *,
        gather_s: float = GATHER_S,
    ) -> None:
        """
        Args:
            connect: Opens the connection that writes; called on the thread.
            on_damage: See `OnDamage`.
            gather_s: See `GATHER_S`.
        """
        self._connect = connect
        self._on_damage = on_damage
        self._gather_s = gather_s
        self._changed = threading.Condition()
        self._waiting: OrderedDict[Hashable, tuple[int, Fact]] = OrderedDict()
        self._in_flight = 0
        self._puts = 0
        self._commits: list[tuple[int, Future[None]]] = []
        self._jobs: list[tuple[Job, Future[Any]]] = []
        self._failure: ArchiveError | None = None
        self._closing = False
        self._ended = False
        self._thread = threading.Thread(target=self._run, name="archive-writer", daemon=True)

    def start(self) -> None:
        """Begin; call once."""
        self._thread.start()

    @property
    def waiting(self) -> int:
        """Facts not yet on the disk."""
        return len(self._waiting) + self._in_flight

    @property
    def has_room(self) -> bool:
        """Whether whoever can wait need not."""
        return len(self._waiting) < ROOM

    @property
    def failure(self) -> ArchiveError | None:
        """Why the last attempt to write failed; None while the disk takes everything."""
        return self._failure

    def put(self, fact: Fact) -> None:
        """Queue a fact; see the overflow rule above.

        Raises:
            ArchiveError: The queue is full and the disk refuses; the fact was not taken.
        """
        with self._changed:
            if len(self._waiting) >= WAITING:
                self._make_room()
            self._puts += 1
            key = _key(fact, self._puts)
            first = self._waiting.get(key, (self._puts, fact))[0]
            self._waiting[key] = (first, fact)
            if len(self._waiting) == 1:
                self._changed.notify_all()

    def commit(self) -> Future[None]:
        """Done when everything put before is on the disk; fails with what the disk said, and nothing is lost."""
        future: Future[None] = Future()
        with self._changed:
            if self._ended:
                future.set_exception(self._failure or ArchiveError("The archive is closed."))
            elif not self.waiting and not self._commits:
                future.set_result(None)
            else:
                self._commits.append((self._puts, future))
                self._changed.notify_all()
        return future

    def run(self, job: Callable[[apsw.Connection, Writing], T]) -> Future[T]:
        """Call `job` on the thread in a transaction of its own, between two batches."""
        future: Future[T] = Future()
        with self._changed:
            if self._ended:
                future.set_exception(ArchiveError("The archive is closed."))
            else:
                self._jobs.append((job, future))
                self._changed.notify_all()
        return future

    def close(self) -> None:
        """Write what waits, once more at least, and end the thread."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()

    def join(self, timeout_s: float) -> bool:
        """Wait for the thread's end; whether it has ended."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    # On the thread

    def _run(self) -> None:
        db: apsw.Connection | None = None
        try:
            db = self._connect()
            writing = Writing(db)
            while self._wait():
                self._write_some(db, writing)
                self._do_a_job(db, writing)
        except ArchiveError as error:
            self._failure = error
        except BaseException:
            self._failure = ArchiveError("Nothing is kept any more, by an error of ours.", "Start anew.")
            raise
        finally:
            if db is not None:
                _close(db)
            self._end()

    def _wait(self) -> bool:
        """Until there is something to do; False at the end."""
        with self._changed:
            if self._failure is not None and not self._jobs and not self._closing:
                self._changed.wait(RETRY_S)
            while not (self._waiting or self._jobs or self._closing):
                self._changed.wait()
            gathered = time.monotonic() + self._gather_s
            while not (self._commits or self._jobs or self._closing or len(self._waiting) >= BATCH):
                rest = gathered - time.monotonic()
                if rest <= 0:
                    break
                self._changed.wait(rest)
            done = not self._waiting or self._failure is not None
            return bool(self._jobs) or not (self._closing and done)

    def _write_some(self, db: apsw.Connection, writing: Writing) -> None:
        with self._changed:
            batch = [self._waiting.popitem(last=False) for _ in range(min(BATCH, len(self._waiting)))]
            self._in_flight = len(batch)
        if not batch:
            return
        try:
            left_out = write_batch(db, writing, [entry for _, entry in batch], self._on_damage)
        except ArchiveError as error:
            self._put_back(batch, error)
        else:
            self._settle(left_out)

    def _do_a_job(self, db: apsw.Connection, writing: Writing) -> None:
        """One at a time, so that facts are written between two."""
        with self._changed:
            if not self._jobs:
                return
            job, future = self._jobs.pop(0)
        if future.set_running_or_notify_cancel():
            try:
                with translated(self._on_damage):
                    future.set_result(transact(db, writing, partial(job, db, writing)))
            except BaseException as error:  # noqa: BLE001 - it is the caller's, who awaits it
                future.set_exception(error)

    def _put_back(self, batch: list[_Entry], error: ArchiveError) -> None:
        with self._changed:
            self._in_flight = 0
            self._failure = error
            for key, entry in reversed(batch):
                newer = self._waiting.pop(key, None)
                self._waiting[key] = (entry[0], newer[1]) if newer else entry
                self._waiting.move_to_end(key, last=False)
            failed, self._commits = self._commits, []
            self._changed.notify_all()
        for _, future in failed:
            _fail(future, error)

    def _settle(self, left_out: list[int]) -> None:
        lost = min(left_out, default=None)
        with self._changed:
            self._in_flight = 0
            self._failure = None
            failed: list[Future[None]] = []
            if lost is not None:
                failed = [future for puts, future in self._commits if puts >= lost]
                self._commits = [(puts, future) for puts, future in self._commits if puts < lost]
            oldest = next(iter(self._waiting.values()))[0] if self._waiting else self._puts + 1
            done = [future for puts, future in self._commits if puts < oldest]
            self._commits = [(puts, future) for puts, future in self._commits if puts >= oldest]
            self._changed.notify_all()
        for future in failed:
            _fail(future, ArchiveError("It cannot be kept, by an error of ours.", "See the relay's log."))
        for future in done:
            if future.set_running_or_notify_cancel():
                future.set_result(None)

    def _end(self) -> None:
        with self._changed:
            self._ended = True
            error = self._failure or ArchiveError("The archive is closed.")
            futures: list[Future[Any]] = [f for _, f in self._commits] + [f for _, f in self._jobs]
            self._commits, self._jobs = [], []
            self._changed.notify_all()
        for future in futures:
            _fail(future, error)

    # On the caller's

    def _make_room(self) -> None:
        """Block until there is room; called with the lock."""
        self._changed.notify_all()
        self._changed.wait_for(
            lambda: len(self._waiting) < WAITING or self._failure is not None or self._ended, BLOCKED_S
        )
        if len(self._waiting) >= WAITING:
            raise self._failure or ArchiveError("The disk is too slow for what is to be kept.")


def _close(db: apsw.Connection) -> None:
    """Fold the log into the file, where the disk allows it."""
    with suppress(apsw.Error):  # then it is folded in at the next start
        db.pragma("wal_checkpoint(TRUNCATE)")
    db.close()


def _fail(future: Future[Any], error: ArchiveError) -> None:
    if future.set_running_or_notify_cancel():
        future.set_exception(error)


_UNIQUE: Final = (Contacts, Calls)


def _key(fact: Fact, number: int) -> Hashable:
    """Facts with equal keys are about the same thing: the newer one tells all of it."""
    if isinstance(fact, _UNIQUE):
        return type(fact).__name__
    if isinstance(fact, Action):
        return number
    if isinstance(fact, HandleGiven):
        return (HandleGiven, number)  # which text has a handle depends on their order
    kind = _ABOUT.get(type(fact).__name__, type(fact).__name__)
    return (kind, getattr(fact, "id", None) or getattr(fact, "thread", None))


_ABOUT: Final = {
    "MessageGone": "TextMessage",
    "NotificationGone": "PhoneNotification",
    "ThreadGone": "ThreadStarted",
}
