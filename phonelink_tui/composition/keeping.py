"""Is a phone's history kept, and where? The archive of a relay, or none."""

from __future__ import annotations

import logging
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

from attrs import evolve, field, frozen

from phonelink_tui.archive import key_file
from phonelink_tui.archive.archive import Archive
from phonelink_tui.archive.facts import Action, Draft, Fact
from phonelink_tui.archive.files import ArchiveFiles, archive_files, held, set_aside_before
from phonelink_tui.archive.key_sources import SecretKind, SecretSources, find_secret, from_passphrase
from phonelink_tui.archive.opening import open_archive
from phonelink_tui.composition.policing import require
from phonelink_tui.config.archive_settings import MEMORY, ArchiveSettings
from phonelink_tui.config.clock import utc_now
from phonelink_tui.config.paths import Paths
from phonelink_tui.config.policy import PolicyAction
from phonelink_tui.domain.code import tells_code
from phonelink_tui.domain.keeping import NotKept
from phonelink_tui.domain.message import MessageId, TextMessage
from phonelink_tui.domain.notification import PhoneNotification
from phonelink_tui.errors import ArchiveBusy, ArchiveUnwritable, RelayError

NO_HISTORY_VARIABLE: Final = "PHONELINK_NO_HISTORY"
"""Set to anything, nothing is read from disk or kept; `--no-history` sets it for the relay it starts."""

_log = logging.getLogger(__name__)


def files_of(phone_id: str, paths: Paths) -> ArchiveFiles | None:
    """Where the archive of a phone lies, should it exist; None where nothing can be kept."""
    return archive_files(paths.state_dir / "archive", phone_id) if paths.state_dir else None


@frozen
class Start:
    """What a relay is told when it begins anew, with a passphrase, after one that kept nothing."""

    passphrase: str | None = field(default=None, repr=False)
    texts: tuple[TextMessage, ...] = ()
    """Written here meanwhile, and settled."""
    drafts: tuple[Draft, ...] = ()
    origin: str = ""
    """From where the passphrase came; for the audit."""

    def facts(self, run: int) -> Iterator[Fact]:
        """The same for the archive, under ids that no run of it gave."""
        for number, text in enumerate(self.texts):
            yield evolve(text, id=MessageId(f"before{run}.{number}"))
        yield from self.drafts
        if self.passphrase is not None:
            yield Action(utc_now(), "unlock", "done", origin=self.origin)


@frozen
class History:
    """What a relay gets to keep in."""

    archive: Archive | None = None
    not_kept: NotKept = NotKept.NO_KEY
    """Why there is none."""
    set_aside: Callable[[], tuple[str, ...]] = lambda: ()
    """The names of damaged archives that were set aside and still lie there."""


@asynccontextmanager
async def kept_history(
    phone_id: str,
    paths: Paths,
    settings: ArchiveSettings,
    start: Start | None = None,
    *,
    unlockable: bool = False,
    allowed: bool = True,
) -> AsyncIterator[History]:
    """The archive of a phone while inside, or why there is none: the relay says so.

    Nothing is kept without a key, before the passphrase was given, with `--no-history`, where the settings say
    so, without a place, while another relay of ours keeps the history of this phone, and where the policy of this
    computer does not allow it (`allowed`): then what there is already is not read either.

    Args:
        phone_id: Of the phone.
        paths: Where it would be.
        settings: Whether it is wanted.
        start: What is handed on from a relay that kept nothing.
        unlockable: A passphrase can be given to the relay while it runs.
        allowed: Whether the policy of this computer lets it be kept.

    Raises:
        ArchiveLocked: There is an archive, and no key or the wrong one for it.
        ArchiveError: It cannot be used.
    """
    files = files_of(phone_id, paths)
    aside = partial(_names_set_aside, files)
    if not allowed:
        yield History(not_kept=NotKept.POLICY)
        return
    if settings.memory or os.environ.get(NO_HISTORY_VARIABLE):
        yield History(not_kept=NotKept.NOT_WANTED)
        return
    if files is None:
        yield History(not_kept=NotKept.NO_PLACE)
        return
    start = start or Start()
    kind = key_file.kind_wanted(files.key)
    if start.passphrase is None and kind is SecretKind.PASSPHRASE:
        _log.warning("the history waits for its passphrase: phonelink archive unlock")
        yield History(None, NotKept.LOCKED_YET if unlockable else NotKept.LOCKED, aside)
        return
    sources = SecretSources(start.passphrase, None, settings.keyring, os.environ)
    secret = find_secret(sources, phone_id, kind)
    if secret is None and kind is None:
        yield History(None, NotKept.NO_KEY_YET if unlockable else NotKept.NO_KEY, aside)
        return
    if _is_held(files):
        yield History(None, NotKept.ELSEWHERE, aside)
        return
    async with open_archive(files, secret, phone_id, utc_now, may_be_written) as opened:
        if opened.set_aside is not None:
            _log.error("a damaged archive was set aside as %s", opened.set_aside.name)
        opened.archive.put(start.facts(opened.archive.run))
        yield History(opened.archive, set_aside=aside)


def check_passphrase(phone_id: str, paths: Paths, settings: ArchiveSettings, passphrase: str) -> None:
    """Whether history could be kept with this passphrase; where there is none yet, any will do.

    Raises:
        PolicyError: The policy of this computer does not allow it.
        RelayError: Nothing may be kept.
        ArchiveLocked: It is wrong, or another kind of key is wanted.
        ArchiveError: The archive cannot be used now.
    """
    require(PolicyAction.STORE)
    files = files_of(phone_id, paths)
    if os.environ.get(NO_HISTORY_VARIABLE):
        raise RelayError("This relay was started with --no-history.", "Start it without.")
    if settings.memory:
        raise RelayError(
            f'The settings say [archive] keep = "{MEMORY}".', "Change them, and start the relay again."
        )
    if files is None:
        raise ArchiveUnwritable("There is no place to keep anything: the state directory cannot be written.")
    if _is_held(files):
        raise ArchiveBusy("Another relay keeps the history of this phone.", "`phonelink relay stop` ends it.")
    secret = from_passphrase(passphrase)
    if key_file.kind_wanted(files.key) is not None:
        key_file.unwrap(files.key, secret)


def may_be_written(value: TextMessage | PhoneNotification) -> bool:
    """Whether a text or notification may be on disk at all: a one-time code may not."""
    return not tells_code(value)


def _names_set_aside(files: ArchiveFiles | None) -> tuple[str, ...]:
    return tuple(path.name for path in set_aside_before(files)) if files is not None else ()


def _is_held(files: ArchiveFiles) -> bool:
    if not files.lock.exists():
        return False
    try:
        with held(files):
            return False
    except ArchiveBusy:
        _log.warning("another relay keeps the history of this phone")
        return True
