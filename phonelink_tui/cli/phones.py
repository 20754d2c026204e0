"""How are phones listed and forgotten on the command line?"""

from __future__ import annotations

import asyncio
from typing import Any, Final

import typer

from phonelink_tui.cli import exit_codes
from phonelink_tui.cli.output import Output
from phonelink_tui.cli.run import carry_out, surroundings_of
from phonelink_tui.composition.phone_rows import PhoneRow
from phonelink_tui.config.paths import Paths
from phonelink_tui.domain.bond import SENTENCES
from phonelink_tui.errors import NoPhoneKnown, SeveralPhones, UsageError
from phonelink_tui.ipc.events import VERSION

NOT_SHOWN: Final = "BlueZ shows that a pairing is there and kept. Its keys are root's: they are not compared."


def open_phones(ctx: typer.Context, *, as_json: bool) -> None:
    """`phonelink phones`."""

    def body(out: Output, paths: Paths) -> None:
        listed = asyncio.run(_listed(ctx, paths))
        if listed.problem is not None:
            out.error(listed.problem.message, listed.problem.hint)
        if not listed.rows:
            raise NoPhoneKnown("No phone is known here, and none is paired.")
        if as_json:
            for row in listed.rows:
                out.json(_object(row))
            return
        out.table(("Name", "Address", "Pairing", "Since", "Connected"), [_cells(row) for row in listed.rows])
        for row in listed.rows:
            if row.change is not None:
                out.notice(f"{row.name}: refused. {SENTENCES[row.change]} `phonelink pair` asks about it.")
        if out.is_terminal:
            out.notice(NOT_SHOWN)

    carry_out(ctx, body)


def open_forget(ctx: typer.Context, phone: str | None, *, unpair: bool, yes: bool) -> None:
    """`phonelink forget`."""

    def body(out: Output, paths: Paths) -> None:
        row = chosen_row(asyncio.run(_listed(ctx, paths)).rows, phone)
        paired = row.bond is not None and row.bond.paired
        if not yes:
            history = ", and erase its kept history" if row.history else ""
            _ask(out, f"Forget {row.name} ({row.address}) here{history}?")
        remove = paired and unpair
        if paired and not unpair and not yes:
            remove = out.ask(
                "Remove its pairing with this computer as well? Forget it on the phone then, too."
            )
        if row.since is None and not row.history and not remove:
            raise UsageError(f"{row.name} is paired, and not known here.", "--unpair removes the pairing.")
        asyncio.run(_forget(ctx, row, paths, unpair=remove))
        kept = " Its pairing with this computer is kept." if paired and not remove else ""
        out.line(f"{row.name} ({row.address}) is forgotten.{kept}")

    carry_out(ctx, body)


def chosen_row(rows: tuple[PhoneRow, ...], wanted: str | None) -> PhoneRow:
    """The row that a name or an address means; without one, the only row.

    Raises:
        NoPhoneKnown: There is none.
        SeveralPhones: There are several; they are listed.
    """
    found = [
        row
        for row in rows
        if wanted is None or row.address == wanted.upper() or row.name.casefold() == wanted.casefold()
    ]
    if not found:
        named = f"No phone is called {wanted}." if wanted and rows else "No phone is known here."
        raise NoPhoneKnown(named, "`phonelink phones` lists them.")
    if len(found) > 1:
        listed = "; ".join(f"{row.name} ({row.address})" for row in found)
        raise SeveralPhones(f"Several phones may be meant: {listed}.", f"For example {found[0].address}")
    return found[0]


async def _listed(ctx: typer.Context, paths: Paths) -> Any:
    return await surroundings_of(ctx).list_phones(paths)


async def _forget(ctx: typer.Context, row: PhoneRow, paths: Paths, *, unpair: bool) -> None:
    await surroundings_of(ctx).forget_phone(row, paths, unpair=unpair)


def _ask(out: Output, question: str) -> None:
    """Raises typer.Exit unless the answer is yes."""
    if not out.can_ask:
        out.error(question, "There is no terminal to answer on: --yes")
        raise typer.Exit(exit_codes.REFUSED_HERE)
    if not out.ask(question):
        raise typer.Exit(exit_codes.REFUSED_HERE)


def _cells(row: PhoneRow) -> tuple[str, ...]:
    words = (
        "refused" if row.change is not None else row.bond.words if row.bond is not None else "not seen now"
    )
    since = f"{row.since.astimezone():%Y-%m-%d %H:%M}" if row.since is not None else "not used yet"
    connected = {True: "yes", False: "no", None: "?"}[row.connected]
    return row.name, row.address, words, since, connected


def _object(row: PhoneRow) -> dict[str, Any]:
    bond = row.bond
    return {
        "v": VERSION,
        "type": "phone",
        "address": row.address,
        "name": row.name,
        "kind": row.kind.value,
        "adapter": row.adapter,
        "known_since": row.since.isoformat() if row.since is not None else None,
        "paired_here": row.paired_here,
        "paired": bond.paired if bond is not None else None,
        "bonded": bond.bonded if bond is not None else None,
        "bond_bredr": bond.bredr if bond is not None else None,
        "bond_le": bond.le if bond is not None else None,
        "connected": row.connected,
        "history": row.history,
        "refused": row.change.value if row.change is not None else None,
    }
