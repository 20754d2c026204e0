"""Which commands has the background relay? Nothing is imported here that `--help` does not need."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

relay_app = typer.Typer(help="The background relay.", rich_markup_mode=None, no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
RelayPhone = Annotated[str | None, typer.Option("--phone", help="As for every command.")]
Socket = Annotated[
    Path | None, typer.Option(help="Of the relay; else phonelink-tui/relay.sock in XDG_RUNTIME_DIR.")
]


@relay_app.command("run")
def relay_run(
    ctx: typer.Context,
    phone: RelayPhone = None,
    socket: Socket = None,
    fd: Annotated[int | None, typer.Option(min=3, hidden=True)] = None,
) -> None:
    """Keep a phone connected. Serves every terminal and script of this user, until Ctrl+C."""
    from phonelink_tui.cli import relaying

    relaying.run(ctx, phone, socket, fd)


@relay_app.command("status")
def relay_status(ctx: typer.Context, socket: Socket = None, as_json: Json = False) -> None:
    """Tell of the relay. Since when, for how many, and how its phone stands."""
    from phonelink_tui.cli import relaying

    relaying.status(ctx, socket, as_json=as_json)


@relay_app.command("stop")
def relay_stop(ctx: typer.Context, socket: Socket = None) -> None:
    """End the background relay. In good order, and waits until it is gone."""
    from phonelink_tui.cli import relaying

    relaying.stop(ctx, socket)


@relay_app.command("install")
def relay_install(
    ctx: typer.Context,
    phone: RelayPhone = None,
    only_print: Annotated[bool, typer.Option("--print", help="Show the unit, write nothing.")] = False,
) -> None:
    """Write a systemd user unit. Shows it first."""
    from phonelink_tui.cli import relaying

    relaying.install(ctx, phone, only_print=only_print)
