"""Is a phone's history kept, and where? The archive of a relay, or none."""

from __future__ import annotations

import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Final

from phonelink_tui.archive import key_file
from phonelink_tui.archive.archive import Archive
from phonelink_tui.archive.files import ArchiveFiles, archive_files, held
from phonelink_tui.archive.key_sources import SecretSources, find_secret
from phonelink_tui.archive.opening import open_archive
from phonelink_tui.config.paths import Paths
from phonelink_tui.domain.code import tells_code
from phonelink_tui.errors import ArchiveBusy

NO_HISTORY_VARIABLE: Final = "PHONELINK_NO_HISTORY"
"""Set to anything, nothing is read from disk or kept; `--no-history` sets it for the relay it starts."""

_log = logging.getLogger(__name__)


def files_of(phone_id: str, paths: Paths) -> ArchiveFiles | None:
    """Where the archive of a phone lies, should it exist; None where nothing can be kept."""
    return archive_files(paths.state_dir / "archive", phone_id) if paths.state_dir else None


@asynccontextmanager
async def kept_history(phone_id: str, paths: Paths) -> AsyncIterator[Archive | None]:
    """The archive of a phone while inside; None where nothing is kept: the relay says so.

    Nothing is kept without a key, with `--no-history`, without a place, and while another relay of ours keeps
    the history of this phone.

    Raises:
        ArchiveLocked: There is an archive, and no key or the wrong one for it.
        ArchiveError: It cannot be used.
    """
    files = files_of(phone_id, paths)
    if files is None or os.environ.get(NO_HISTORY_VARIABLE):
        yield None
        return
    secret = find_secret(SecretSources(environ=os.environ), phone_id)
    if (secret is None and key_file.kind_wanted(files.key) is None) or _is_held(files):
        yield None
        return
    async with open_archive(
        files, secret, phone_id, lambda: datetime.now(UTC), lambda value: not tells_code(value)
    ) as opened:
        if opened.set_aside is not None:
            _log.error("a damaged archive was set aside as %s", opened.set_aside.name)
        yield opened.archive


def _is_held(files: ArchiveFiles) -> bool:
    if not files.lock.exists():
        return False
    try:
        with held(files):
            return False
    except ArchiveBusy:
        _log.warning("another relay keeps the history of this phone")
        return True
