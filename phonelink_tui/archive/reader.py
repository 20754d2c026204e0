"""How is something read without holding up the event loop? A thread with a connection of its own, one call at a
time, each with a deadline."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Final, TypeVar

import apsw

from phonelink_tui.archive.sqlite_errors import OnDamage, tell_nobody, translated
from phonelink_tui.errors import ArchiveBusy, ArchiveError

T = TypeVar("T")

CALLS: Final = 64
"""Calls that may wait for one reader; more are refused."""

_STEPS: Final = 5_000


class Reader:
    """A thread that reads. `read` belongs to an event loop, `close` may be called from anywhere."""

    def __init__(
        self, name: str, connect: Callable[[], apsw.Connection], on_damage: OnDamage = tell_nobody
    ) -> None:
        """
        Args:
            name: Of the thread.
            connect: Opens a connection that only reads; called on the thread.
            on_damage: See `OnDamage`.
        """
        self._connect = connect
        self._on_damage = on_damage
        self._calls: deque[tuple[Callable[[apsw.Connection], Any], float, Future[Any]]] = deque()
        self._changed = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin; call once."""
        self._thread.start()

    async def read(self, look: Callable[[apsw.Connection], T], *, within_s: float) -> T:
        """What `look` answers; cancelling the caller interrupts it.

        Args:
            look: Called on the thread; one consistent view of the archive.
            within_s: From now, waiting for earlier calls included.

        Raises:
            DeadlineExceeded: It took longer.
            ArchiveBusy: Too many wait already.
            ArchiveError: The archive cannot be read, or is closed.
        """
        future: Future[T] = Future()
        with self._changed:
            if self._closing:
                raise ArchiveError("The archive is closed.")
            if len(self._calls) >= CALLS:
                raise ArchiveBusy("The archive is busy.", "Try again in a moment.")
            self._calls.append((look, time.monotonic() + within_s, future))
            self._changed.notify()
        return await asyncio.wrap_future(future)

    def close(self) -> None:
        """End the thread; what waits is refused."""
        with self._changed:
            self._closing = True
            self._changed.notify()

    def join(self, timeout_s: float) -> bool:
        """Wait for the thread's end; whether it has ended."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    # On the thread

    def _run(self) -> None:
        db: apsw.Connection | None = None
        refusal = ArchiveError("The archive is closed.")
        try:
            db = self._connect()
            while (call := self._next()) is not None:
                _answer(db, self._on_damage, *call)
        except ArchiveError as error:
            refusal = error
        finally:
            if db is not None:
                db.close()
            self.close()
            for _, _, future in self._calls:
                if future.set_running_or_notify_cancel():
                    future.set_exception(refusal)

    def _next(self) -> tuple[Callable[[apsw.Connection], Any], float, Future[Any]] | None:
        with self._changed:
            self._changed.wait_for(lambda: self._calls or self._closing)
            return None if self._closing else self._calls.popleft()


def _answer(
    db: apsw.Connection,
    on_damage: OnDamage,
    look: Callable[[apsw.Connection], Any],
    ends: float,
    future: Future[Any],
) -> None:
    if future.cancelled():
        return
    db.set_progress_handler(lambda: future.cancelled() or time.monotonic() > ends, _STEPS)
    try:
        with translated(on_damage):
            if time.monotonic() > ends:
                raise apsw.InterruptError
            with db:
                answer = look(db)
    except BaseException as error:  # noqa: BLE001 - it is the caller's, who awaits it
        if not future.cancelled():
            future.set_exception(error)
    else:
        if not future.cancelled():
            future.set_result(answer)
    finally:
        db.set_progress_handler(None)
