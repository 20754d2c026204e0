"""Which commands has the self-test? Nothing is imported here that `--help` does not need."""

from __future__ import annotations

import typer

from phonelink_tui.cli.relay_commands import Json

selftest_app = typer.Typer(
    help="Prove a promise on this machine.", rich_markup_mode=None, no_args_is_help=True
)


@selftest_app.command("text")
def selftest_text(ctx: typer.Context, as_json: Json = False) -> None:
    """Show hostile texts. Proves that none acts on a terminal, and on a terminal that their widths agree."""
    from phonelink_tui.cli.selftest import open_selftest_text

    open_selftest_text(ctx, as_json=as_json)
