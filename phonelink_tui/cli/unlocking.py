"""How does the background relay get the passphrase of its history? Typed unseen, over its socket, never on disk."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final

import typer

from phonelink_tui.archive.key_sources import SecretKind
from phonelink_tui.cli.archiving import ask_passphrase
from phonelink_tui.cli.output import Output
from phonelink_tui.cli.relaying import socket_of
from phonelink_tui.cli.run import carry_out
from phonelink_tui.composition import archives
from phonelink_tui.config.paths import Paths
from phonelink_tui.errors import ArchiveLocked, NoRelay, UsageError
from phonelink_tui.ipc.role import Role
from phonelink_tui.ipc.shared import shared_relay

_ROLES: Final = frozenset({Role.HEADERS, Role.SEND})


def unlock(ctx: typer.Context, socket: Path | None) -> None:
    """`phonelink archive unlock`."""

    def body(out: Output, paths: Paths) -> None:
        path = socket_of(paths, socket)
        phone_id = asyncio.run(_phone_id(path))
        kind = archives.archive_of(phone_id, paths).kind
        if kind not in (None, SecretKind.PASSPHRASE):
            raise ArchiveLocked(
                "This history opens with another kind of key than a passphrase.",
                "Start the relay with it: --key-file FILE, or the keyring in the settings.",
            )
        passphrase = _typed(new=kind is None)
        asyncio.run(_tell(path, passphrase))
        began = "History is kept from now on." if kind is None else "The history is open."
        out.line(
            f"{began} The relay holds the passphrase in memory only: unlock again after it was started anew."
        )

    carry_out(ctx, body)


def _typed(*, new: bool) -> str:
    passphrase = ask_passphrase("New passphrase: " if new else "Passphrase of the archive: ")
    if passphrase is None:
        raise ArchiveLocked(
            "A passphrase is typed on a terminal, and this is none.", "Without one: --key-file FILE, 0600."
        )
    if not passphrase:
        raise UsageError("Nothing was typed; nothing was changed.", "Begin again, and type it.")
    if new and ask_passphrase("The same again; nobody can recover it: ") != passphrase:
        raise UsageError(
            "The two are not the same; nothing was changed.", "Begin again, and type the same twice."
        )
    return passphrase


async def _phone_id(path: Path) -> str:
    try:
        async with shared_relay(path, roles=frozenset()) as client:
            return client.hello.phone.id
    except NoRelay as error:
        raise NoRelay(
            "No background relay runs that could hold the passphrase.",
            "`phonelink relay run` starts one; or use a key file: --key-file FILE.",
        ) from error


async def _tell(path: Path, passphrase: str) -> None:
    async with shared_relay(path, roles=_ROLES) as client:
        await client.unlock(passphrase)
