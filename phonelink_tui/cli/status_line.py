"""How is the phone's state put into a line of tmux, polybar or a prompt? Counts and words of state, never content.

Asked for every few seconds, so that next to nothing is imported.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import datetime
from string import Formatter
from typing import Any, Final

import typer

from phonelink_tui.cli.clock import when
from phonelink_tui.cli.exit_codes import exit_code
from phonelink_tui.cli.output import Output
from phonelink_tui.errors import NotConnected, PhonelinkError, UsageError
from phonelink_tui.ipc.glance import glance

Seen = Mapping[str, Any]
"""`ipc.about.Overview` as JSON."""

FIELDS: Final[dict[str, Callable[[Seen], object]]] = {
    "phone": lambda seen: seen["phone"],
    "unread": lambda seen: seen["unread"],
    "battery": lambda seen: "?" if seen["battery"] is None else seen["battery"],
    "messages": lambda seen: seen["messages"],
    "notifications": lambda seen: seen["notifications"],
    "contacts": lambda seen: seen["contacts"],
    "outbox": lambda seen: seen["outbox"],
    "notices": lambda seen: seen["notices"],
    "limits": lambda seen: seen["limits"],
    "complete_since": lambda seen: _time(seen["complete_since"]),
}
"""What a line can hold. No text, title or sender: it is seen by whoever passes."""


def compile_format(words: str) -> Callable[[Seen], str]:
    """A function that fills in `{fields}`; `{{` and `}}` are braces.

    Raises:
        UsageError: A field is not known, or the braces do not fit together.
    """
    try:
        parts = list(Formatter().parse(words))
    except ValueError as error:
        raise UsageError(f"The format does not fit together: {error}.", _known()) from None
    for _, name, spec, how in parts:
        if name is not None and (name not in FIELDS or spec or how):
            raise UsageError(f"There is no field `{name[:40]}` for a status line.", _known())

    def fill(seen: Seen) -> str:
        return "".join(text + ("" if name is None else str(FIELDS[name](seen))) for text, name, _, _ in parts)

    return fill


def open_status_line(ctx: typer.Context, words: str) -> None:
    """`phonelink status --format`: one line, at once. No relay is started for a phone over Bluetooth."""
    out = Output()
    try:
        fill = compile_format(words)
        path = _socket(ctx)
        if path is not None:
            out.line(fill(glance(path)))
            return
    except PhonelinkError as error:
        out.error(error.message, error.hint)
        raise typer.Exit(exit_code(error)) from None
    except BrokenPipeError:
        out.abandon()
        return
    _ask_in_full(ctx, fill)


def _socket(ctx: typer.Context) -> str | None:
    """Of the shared relay; None where another one is meant.

    Raises:
        NotConnected: There is no place for one.
    """
    root = ctx.find_root()
    if root.params.get("phone") or root.params.get("relay") not in (None, "auto") or root.obj is not None:
        return None
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    if not runtime.startswith("/"):
        raise NotConnected(
            "No background relay runs.", "XDG_RUNTIME_DIR is not set, so there is no place for one."
        )
    return f"{runtime}/phonelink-tui/relay.sock"


def _ask_in_full(ctx: typer.Context, fill: Callable[[Seen], str]) -> None:
    """The same of any other relay."""
    from phonelink_tui.cli import run
    from phonelink_tui.ipc.about import overview_of
    from phonelink_tui.ipc.role import Role
    from phonelink_tui.ipc.values import to_json
    from phonelink_tui.relay.api import RelayApi

    async def work(api: RelayApi, out: Output) -> None:
        out.line(fill(to_json(await overview_of(api))))

    run.with_relay(ctx, work, Role.HEADERS, attach_only=True)


def _time(said: object) -> str:
    return when(datetime.fromisoformat(str(said))) if said else "-"


def _known() -> str:
    return "Fields: " + ", ".join(f"{{{name}}}" for name in FIELDS) + "."
