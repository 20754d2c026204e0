"""When does what is too old go from the archive? At the start and once a day, in batches, beside everything else."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Final, NoReturn

from phonelink_tui.archive.archive import Archive
from phonelink_tui.archive.retention import Keep, Retention
from phonelink_tui.config.archive_settings import ArchiveSettings, KeepRule
from phonelink_tui.domain.address import Address
from phonelink_tui.domain.events import Event, ThreadChanged
from phonelink_tui.domain.message import MessageId
from phonelink_tui.domain.thread import Thread, ThreadId
from phonelink_tui.errors import ArchiveError, DeadlineExceeded, UnknownThread
from phonelink_tui.relay.store import Store

EVERY: Final = timedelta(days=1)

LOOK_S: Final = 900.0
"""How often it is looked whether a day is over: the loop's clock stands still while this computer sleeps."""

START_S: Final = 5.0
"""After the start: first the screen and the first sync."""

_log = logging.getLogger(__name__)


class Retaining:
    """Keeps the archive of a relay within its rules.

    What goes from the disk stays in memory until the relay ends: the phone would list it again at once.
    """

    def __init__(
        self,
        archive: Archive,
        settings: Callable[[], ArchiveSettings],
        store: Store,
        identify: Callable[[str], Address],
        publish: Callable[[Iterable[Event]], None],
        now: Callable[[], datetime],
    ) -> None:
        """
        Args:
            archive: Of what.
            settings: The rules as they are now.
            store: Which conversations there are; told what the archive has no more.
            identify: The address that a rule's name spells.
            publish: Tells rows that changed.
            now: The clock (UTC).
        """
        self._archive = archive
        self._settings = settings
        self._store = store
        self._identify = identify
        self._publish = publish
        self._now = now

    async def run(self) -> NoReturn:
        """Prune at the start and then daily, for ever; a disk that refuses is tried again."""
        await asyncio.sleep(START_S)
        due = self._now()
        while True:
            if self._now() >= due:
                try:
                    removed = await self.prune()
                except (ArchiveError, DeadlineExceeded) as error:
                    _log.warning("old texts could not be removed: %s", type(error).__name__)
                else:
                    due = self._now() + EVERY
                    if removed:
                        _log.info("%d texts were too old to keep", removed)
            await asyncio.sleep(LOOK_S)

    async def prune(self) -> int:
        """Remove what is too old now; the number of texts. Raises ArchiveError, DeadlineExceeded."""
        rules = retention_of(self._settings(), self._store.snapshot(0).threads, self._identify)
        if rules == Retention():
            return 0
        touched: set[ThreadId] = set()

        def told(thread: ThreadId, gone: tuple[MessageId, ...]) -> None:
            touched.add(thread)
            self._store.let_go(thread, gone)

        removed = await self._archive.prune(rules, self._now(), told=told)
        first = {extent.thread: extent.first_at for extent in await self._archive.extents()}
        for thread in touched:
            self._store.begins_at(thread, first.get(thread))
            try:
                self._publish([ThreadChanged(self._store.thread(thread))])
            except UnknownThread:
                continue
        return removed


def retention_of(
    settings: ArchiveSettings, threads: Iterable[Thread], identify: Callable[[str], Address]
) -> Retention:
    """The rules for the conversations there are; a name means every conversation with that person."""
    own: dict[ThreadId, Keep] = {}
    known = list(threads)
    for name, rule in settings.threads.items():
        key = identify(name).key
        for thread in known:
            if name in (thread.id, thread.address.value) or thread.address.key == key:
                own[thread.id] = _keep(rule)
    return Retention(_keep(settings.keep), own)


def _keep(rule: KeepRule) -> Keep:
    return Keep(rule.days, rule.count)
