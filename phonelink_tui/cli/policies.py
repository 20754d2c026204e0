"""How is the administrator's policy told: what is allowed, who said so, and is a file without mistakes?"""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import typer

from phonelink_tui.cli import exit_codes
from phonelink_tui.cli.output import Output
from phonelink_tui.cli.run import carry_out
from phonelink_tui.config.paths import Paths
from phonelink_tui.config.policy import Policy
from phonelink_tui.config.policy_file import MACHINE_FILE, machine_policy
from phonelink_tui.config.policy_reading import FILE_BYTES, read_policy
from phonelink_tui.config.policy_rulings import Ruling, explained, rulings
from phonelink_tui.errors import PolicyFileError, UsageError
from phonelink_tui.ipc.events import VERSION

NONE: str = f"There is no policy on this computer ({MACHINE_FILE} is not there): everything is allowed."


def show(ctx: typer.Context, *, as_json: bool) -> None:
    """`phonelink policy show`."""

    def body(out: Output, _paths: Paths) -> None:
        policy = machine_policy()
        found = rulings(policy, datetime.now().astimezone())
        if as_json:
            out.json(_head(policy))
            _print_json(out, found)
            return
        if not policy.files:
            out.line(NONE)
            return
        for file in policy.files:
            out.line(f"{file.path}: {file.broken or 'in force'}")
        rows = ((r.about, r.standing.value, r.rule, r.sentence, _where(r)) for r in found)
        out.table(("", "now", "rule", "words", "where"), rows)

    carry_out(ctx, body)


def explain(ctx: typer.Context, key: str, *, as_json: bool) -> None:
    """`phonelink policy explain KEY`."""

    def body(out: Output, _paths: Paths) -> None:
        policy = machine_policy()
        found = explained(policy, key, datetime.now().astimezone())
        if as_json:
            _print_json(out, found)
            return
        for ruling in found:
            out.line(f"{ruling.key}: {ruling.standing.value}" + (f" ({ruling.rule})" if ruling.rule else ""))
            if ruling.sentence:
                out.line(f"  {ruling.sentence}")
            out.line(f"  {_where(ruling)}" if ruling.file else "  No file says anything about it.")
        if not found:
            out.line(f"{key}: no file says anything about it." if policy.files else NONE)

    carry_out(ctx, body)


def check(ctx: typer.Context, path: Path, *, as_json: bool) -> None:
    """`phonelink policy check FILE`."""

    def body(out: Output, _paths: Paths) -> None:
        try:
            with path.open("rb") as file:
                raw = file.read(FILE_BYTES + 1)
        except OSError as error:
            raise UsageError(f"{path} cannot be read: {error.strerror}.", "Name another file.") from error
        told: dict[str, Any] = {"v": VERSION, "type": "policy-check", "file": str(path)}
        try:
            read_policy(raw, str(path))
        except PolicyFileError as error:
            if not as_json:
                raise
            wrong = {"ok": False, "line": error.line or None, "message": error.message, "hint": error.hint}
            out.json({**told, **wrong})
            raise typer.Exit(exit_codes.USAGE) from None
        if as_json:
            out.json({**told, "ok": True})
            return
        out.line(f"{path} has no mistakes. It is installed by:")
        out.line(f"sudo install -D -o root -g root -m 0644 {shlex.quote(str(path))} {MACHINE_FILE}")

    carry_out(ctx, body)


def _head(policy: Policy) -> dict[str, Any]:
    files = [{"file": file.path, "wrong": file.broken or None} for file in policy.files]
    return {"v": VERSION, "type": "policy", "files": files, "banner": policy.banner or None}


def _print_json(out: Output, found: Iterable[Ruling]) -> None:
    for ruling in found:
        out.json(
            {
                "v": VERSION,
                "type": "policy-rule",
                "about": ruling.about,
                "key": ruling.key,
                "standing": ruling.standing.value,
                "rule": ruling.rule or None,
                "sentence": ruling.sentence or None,
                "file": ruling.file or None,
                "line": ruling.line or None,
            }
        )


def _where(ruling: Ruling) -> str:
    return f"{ruling.file}:{ruling.line}" if ruling.line else ruling.file
