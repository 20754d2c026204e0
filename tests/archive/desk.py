"""Values for tests of the archive, and a way to open one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from phonelink_tui.archive.archive import Archive, IsKept, keep_everything
from phonelink_tui.archive.files import ArchiveFiles, archive_files
from phonelink_tui.archive.key_sources import Secret, SecretKind
from phonelink_tui.archive.opening import open_archive
from phonelink_tui.domain.address import identify
from phonelink_tui.domain.message import (
    Audience,
    DeliveryState,
    Direction,
    MessageId,
    Source,
    TextMessage,
)
from phonelink_tui.domain.text import NO_TEXT, clean, clean_line
from phonelink_tui.domain.thread import ThreadId

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PHONE = "virtual:first-day"
SECRET = Secret(SecretKind.KEYRING, b"0123456789abcdef0123456789abcdef")
"""Of the kind that is quick to derive from."""
ALICE, BOB = identify("+15550100"), identify("+15550101")


def incoming(
    id_: str,
    text: str = "Hello",
    *,
    thread: str = "t-alice",
    name: str = "Alice",
    minutes: float = 0,
    read: bool = False,
) -> TextMessage:
    """A text from Alice, or whoever `name` is."""
    return TextMessage(
        id=MessageId(id_),
        thread=ThreadId(thread),
        direction=Direction.INCOMING,
        sender=ALICE if name == "Alice" else BOB,
        sender_name=clean_line(name),
        recipient=None,
        text=clean(text),
        at=NOW + timedelta(minutes=minutes),
        read=read,
        state=DeliveryState.RECEIVED,
        sources=frozenset({Source.MAP, Source.ANCS}),
        audience=Audience.PRIVATE,
    )


def outgoing(
    id_: str,
    text: str = "On my way",
    *,
    thread: str = "t-alice",
    minutes: float = 0,
    state: DeliveryState = DeliveryState.ACCEPTED,
) -> TextMessage:
    """A text to Alice."""
    return TextMessage(
        id=MessageId(id_),
        thread=ThreadId(thread),
        direction=Direction.OUTGOING,
        sender=None,
        sender_name=NO_TEXT,
        recipient=ALICE,
        text=clean(text),
        at=NOW + timedelta(minutes=minutes),
        read=True,
        state=state,
        sources=frozenset({Source.OWN}),
        audience=Audience.PRIVATE,
    )


def files_in(directory: Path) -> ArchiveFiles:
    """The files of the test phone's archive."""
    return archive_files(directory / "archive", PHONE)


@asynccontextmanager
async def opened(
    files: ArchiveFiles, *, secret: Secret | None = SECRET, is_kept: IsKept = keep_everything
) -> AsyncIterator[Archive]:
    """An open archive that was not damaged."""
    async with open_archive(files, secret, PHONE, lambda: NOW, is_kept) as found:
        assert found.set_aside is None
        yield found.archive
