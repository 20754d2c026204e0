"""Which commands has the outbox? Nothing is imported here that `--help` does not need."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from phonelink_tui.cli.relay_commands import Json
from phonelink_tui.ipc.role import Role

outbox_app = typer.Typer(help="Your texts on their way.", rich_markup_mode=None)

TextId = Annotated[str, typer.Argument(metavar="ID")]

_CHANGES: Final = (Role.HEADERS, Role.SEND)


@outbox_app.callback(invoke_without_command=True)
def outbox(ctx: typer.Context, as_json: Json = False) -> None:
    """Your texts that wait, are on their way, may have been sent, or failed."""
    if ctx.invoked_subcommand is None:
        from phonelink_tui.cli import run, waiting

        run.with_relay(ctx, lambda api, out: waiting.outbox(api, out, as_json=as_json), Role.READ)


@outbox_app.command("cancel")
def outbox_cancel(ctx: typer.Context, text_id: TextId) -> None:
    """Take back a text that has not left."""
    from phonelink_tui.cli import run, waiting

    run.with_relay(ctx, lambda api, out: waiting.cancel(api, out, text_id), *_CHANGES)


@outbox_app.command("retry")
def outbox_retry(ctx: typer.Context, text_id: TextId) -> None:
    """Send again a text that certainly was not sent."""
    from phonelink_tui.cli import run, waiting

    run.with_relay(ctx, lambda api, out: waiting.retry(api, out, text_id), *_CHANGES)
