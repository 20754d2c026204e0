"""Which commands has the administrator's policy? Nothing is imported here that `--help` does not need."""

from __future__ import annotations

from pathlib import Path

import typer

from phonelink_tui.cli.relay_commands import Json

policy_app = typer.Typer(
    help="What the administrator of this computer allows.", rich_markup_mode=None, no_args_is_help=True
)


@policy_app.command("show")
def policy_show(ctx: typer.Context, as_json: Json = False) -> None:
    """Tell what is allowed now. And which file and line says so."""
    from phonelink_tui.cli import policies

    policies.show(ctx, as_json=as_json)


@policy_app.command("explain")
def policy_explain(ctx: typer.Context, key: str, as_json: Json = False) -> None:
    """Tell which file decided. KEY is an action such as send, or a key such as send.hours."""
    from phonelink_tui.cli import policies

    policies.explain(ctx, key, as_json=as_json)


@policy_app.command("check")
def policy_check(ctx: typer.Context, file: Path, as_json: Json = False) -> None:
    """Look for mistakes in a file before it is installed."""
    from phonelink_tui.cli import policies

    policies.check(ctx, file, as_json=as_json)
