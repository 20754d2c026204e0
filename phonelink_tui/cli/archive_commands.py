"""Which commands has the kept history? Nothing is imported here that `--help` does not need."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from phonelink_tui.cli.relay_commands import Json

archive_app = typer.Typer(
    help="The history kept on this computer.", rich_markup_mode=None, no_args_is_help=True
)

ThreadName = Annotated[
    str | None,
    typer.Option("--thread", help="Only this conversation: an id, a name, a number or an address."),
]
ArchiveYes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


class ExportFormat(StrEnum):
    """What an export can be."""

    JSONL = "jsonl"
    HTML = "html"
    MBOX = "mbox"


@archive_app.command("info")
def archive_info(
    ctx: typer.Context,
    check: Annotated[bool, typer.Option("--check", help="Look at every page of it.")] = False,
    as_json: Json = False,
) -> None:
    """Tell how the history stands. Where it is, how much there is, what opens it, how long it is kept."""
    from phonelink_tui.cli import archiving

    archiving.info(ctx, check=check, as_json=as_json)


@archive_app.command("unlock")
def archive_unlock(
    ctx: typer.Context,
    socket: Annotated[Path | None, typer.Option(help="Of the relay; else the usual place.")] = None,
) -> None:
    """Give the background relay the passphrase. It keeps it in memory only."""
    from phonelink_tui.cli import unlocking

    unlocking.unlock(ctx, socket)


@archive_app.command("prune")
def archive_prune(
    ctx: typer.Context,
    older_than: Annotated[
        str | None, typer.Option("--older-than", metavar="AGE", help="Texts older than 90d, 12w or 2y go.")
    ] = None,
    keep: Annotated[
        int | None,
        typer.Option("--keep", min=0, help="All but so many, the newest, of each conversation go."),
    ] = None,
    thread: ThreadName = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go, remove nothing.")] = False,
    yes: ArchiveYes = False,
) -> None:
    """Remove what is too old."""
    from phonelink_tui.cli import archiving

    archiving.prune(ctx, archiving.PruneWish(older_than, keep, thread, dry_run, yes))


@archive_app.command("export")
def archive_export(
    ctx: typer.Context,
    form: Annotated[ExportFormat, typer.Option("--format", help="jsonl, html or mbox.")] = ExportFormat.JSONL,
    out: Annotated[
        Path | None, typer.Option(help="The file to write; must not exist. Else, or as -, stdout.")
    ] = None,
    thread: ThreadName = None,
) -> None:
    """Write what is kept, in clear. For other programs; it says of itself that it is not complete."""
    from phonelink_tui.cli import exporting

    exporting.export(ctx, form.value, out, thread)


@archive_app.command("erase")
def archive_erase(ctx: typer.Context, yes: ArchiveYes = False) -> None:
    """Erase the history of a phone. Its key first."""
    from phonelink_tui.cli import archiving

    archiving.erase(ctx, yes=yes)
