"""Are hostile texts safe on this machine and this terminal? `phonelink selftest text`, one line a text."""

from __future__ import annotations

import shutil
import sys
from typing import Any, Final

import typer

from phonelink_tui.cli import exit_codes
from phonelink_tui.cli.cursor import measured
from phonelink_tui.cli.output import Output, Paragraph
from phonelink_tui.cli.run import carry_out
from phonelink_tui.config.paths import Paths
from phonelink_tui.ipc.events import VERSION

_MARGIN: Final = 2
"""Cells left free at the right: a text that a terminal takes for wider must not wrap."""


def open_selftest_text(ctx: typer.Context, *, as_json: bool) -> None:
    """`phonelink selftest text`."""

    def body(out: Output, paths: Paths) -> None:
        if not selftest_text(out, as_json=as_json):
            raise typer.Exit(exit_codes.BUG)

    carry_out(ctx, body)


def selftest_text(out: Output, *, as_json: bool) -> bool:
    """Show each text of the corpus to the app's own gates and drawing; whether all is well."""
    from phonelink_tui.composition.self_test import check_texts

    columns = shutil.get_terminal_size().columns
    results = check_texts(max(10, columns - _MARGIN))
    here = sys.stdin.isatty() and out.is_terminal
    widths = (
        measured([each.shown for each in results], sys.stdin.fileno(), sys.stdout.fileno()) if here else None
    )
    rows = []
    failed = 0
    for number, each in enumerate(results):
        cells = widths[number] if widths is not None else None
        wrong = list(each.wrong)
        if cells is not None and cells != each.cells:
            wrong.append(f"{each.cells} cells here, {cells} on this terminal")
        failed += bool(wrong)
        rows.append(("ok" if not wrong else "WRONG", each.name, "; ".join(wrong) or each.why))
        if as_json:
            facts = {"name": each.name, "why": each.why, "ok": not wrong, "wrong": wrong}
            _json(out, "selftest", **facts, cells=each.cells, terminal_cells=cells)
    if as_json:
        _json(out, "selftest_end", texts=len(results), wrong=failed, measured=widths is not None)
    else:
        out.table(("", "text", "what it would do"), rows)
        summary = _summary(len(results), failed, widths is not None, asked=here)
        out.paragraphs([Paragraph("verdict", summary)])
    return failed == 0


def _summary(count: int, failed: int, was_measured: bool, *, asked: bool) -> str:
    if failed:
        return f"{failed} of {count} texts are not safe here."
    safe = f"{count} texts: none acts on the terminal, reorders, or leaves its place."
    if was_measured:
        return f"{safe} This terminal counts their widths as this program does."
    why = "this terminal does not tell" if asked else "that needs a terminal"
    return f"{safe} Their widths were not measured: {why}."


def _json(out: Output, kind: str, **facts: Any) -> None:
    out.json({"v": VERSION, "type": kind, **facts})
