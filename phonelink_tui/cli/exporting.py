"""How does the kept history leave as a file that others can read? In clear, private, and never over another file."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

import typer

from phonelink_tui.archive.looking import Look
from phonelink_tui.cli.archiving import counted, find_kept, names_of, open_desk
from phonelink_tui.cli.export_formats import FORMATS, Cover, Exported
from phonelink_tui.cli.output import Output
from phonelink_tui.cli.run import carry_out
from phonelink_tui.composition import archives
from phonelink_tui.config.clock import utc_now
from phonelink_tui.config.paths import Paths
from phonelink_tui.config.private_files import open_private
from phonelink_tui.domain.thread import ThreadId
from phonelink_tui.errors import ArchiveError, UsageError

_STDOUT: Final = Path("-")


def export(ctx: typer.Context, form: str, target: Path | None, thread: str | None) -> None:
    """`phonelink archive export`."""

    target = None if target == _STDOUT else target

    def body(out: Output, paths: Paths) -> None:
        archives.may_export()  # before a passphrase is asked for
        desk = open_desk(ctx, paths)
        with archives.look_to_export(desk.place, desk.secret) as seen:
            only = find_kept(thread, seen, desk.settings.region) if thread is not None else None
            cover, conversations = _gathered(seen, only)
            lines = FORMATS[form](cover, conversations)
            if target is None:
                for line in lines:
                    out.document(line)
            else:
                write_new(target, lines)
        try:
            archives.note_export(desk.place, desk.secret, "+".join(sorted(only or ())))
        except ArchiveError as error:
            out.notice(f"The audit could not be written: {error.message}")
        if target is not None:
            out.notice(
                f"{counted(cover.texts, 'text')} of {counted(cover.threads, 'conversation')} written to {target},"
                " in clear: whoever can read the file can read them. It is not complete; the file says so."
            )

    carry_out(ctx, body)


def write_new(path: Path, lines: Iterable[str]) -> None:
    """A new file (0600), whole or not at all. Raises UsageError where there is one, or none can be made."""
    try:
        fd = open_private(path, os.O_WRONLY | os.O_EXCL)
    except FileExistsError:
        raise UsageError(f"{path} is there already; it is not written over.", "Name another one.") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}.", "Name another one.") from None
    try:
        with open(fd, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            for line in lines:
                file.write(line + "\n")
    except BaseException as error:
        with suppress(OSError):
            path.unlink()
        if isinstance(error, OSError):
            raise UsageError(f"{path} cannot be written: {error.strerror}.", "Name another one.") from None
        raise


def _gathered(seen: Look, only: frozenset[ThreadId] | None) -> tuple[Cover, Iterable[Exported]]:
    """What is written, and what it says of itself; texts are read as they are written."""
    threads = seen.threads()
    names = names_of(threads, seen.contacts())
    chosen = [thread for thread in threads if only is None or thread.id in only]
    moments = [
        at for t in chosen for at in (t.first_at, t.last.message.at if t.last else None) if at is not None
    ]
    cover = Cover(
        made_at=utc_now(),
        threads=len(chosen),
        texts=sum(thread.total for thread in chosen),
        oldest=min(moments, default=None),
        newest=max(moments, default=None),
        gaps=seen.gaps(),
    )
    return cover, (Exported(t.id, names[t.id], t.address, t.audience, seen.texts(t.id)) for t in chosen)
