"""How is the kept history looked at, cut and erased on the command line?"""

from __future__ import annotations

import asyncio
import getpass
from collections.abc import Iterable
from typing import Any, Final

import typer
from attrs import frozen

from phonelink_tui.archive.facts import ArchiveInfo, KeptThread
from phonelink_tui.archive.key_sources import Secret
from phonelink_tui.archive.looking import Look
from phonelink_tui.archive.retention import Keep, Retention
from phonelink_tui.cli import exit_codes
from phonelink_tui.cli.output import Output
from phonelink_tui.cli.run import carry_out, chosen_phone
from phonelink_tui.composition import archives, policing
from phonelink_tui.composition.archives import ArchivePlace
from phonelink_tui.config.archive_settings import parse_age
from phonelink_tui.config.clock import utc_now
from phonelink_tui.config.exact_json import encode_time
from phonelink_tui.config.paths import Paths
from phonelink_tui.config.policy import PolicyAction
from phonelink_tui.config.policy_file import machine_policy
from phonelink_tui.config.settings import Settings, load_settings
from phonelink_tui.domain.address import identify
from phonelink_tui.domain.contact import Contact
from phonelink_tui.domain.message import MessageId
from phonelink_tui.domain.text import RemoteText, clean_line
from phonelink_tui.domain.thread import ThreadId
from phonelink_tui.errors import ArchiveDamaged, PhonelinkError, UsageError
from phonelink_tui.ipc.events import VERSION
from phonelink_tui.ipc.service import SOCKET
from phonelink_tui.ipc.shared import shared_relay

PASSPHRASE_TRIES: Final = 3

SET_ASIDE: Final = (
    "Damaged history was set aside and a new one begun. It lies in {directory}: keep it for a repair, or remove it,"
    " which ends this line."
)


@frozen
class PruneWish:
    """What `archive prune` was told."""

    older_than: str | None
    keep: int | None
    thread: str | None
    dry_run: bool
    yes: bool


@frozen
class Desk:
    """An archive that is there, and what opens it."""

    place: ArchivePlace
    secret: Secret | None
    settings: Settings


def info(ctx: typer.Context, *, check: bool, as_json: bool) -> None:
    """`phonelink archive info`."""

    def body(out: Output, paths: Paths) -> None:
        place, settings = find_place(ctx, paths), load_settings(paths.config_file)
        facts = _outside(place, settings)
        failure: PhonelinkError | None = None
        if place.exists:
            try:
                found = archives.inspect(place, _secret(place, settings), check=check)
            except PhonelinkError as error:
                failure = error
            else:
                facts |= _inside(found, checked=check)
        if as_json:
            out.json({"v": VERSION, "type": "archive", **facts})
        else:
            out.table(
                ("", ""), [(name.replace("_", " "), _word(name, value)) for name, value in facts.items()]
            )
        if place.set_aside:
            out.notice(SET_ASIDE.format(directory=place.files.database.parent))
        if failure is not None:
            raise failure
        if facts.get("problems"):
            raise ArchiveDamaged("The archive is damaged; what was found is listed above.")

    carry_out(ctx, body)


def prune(ctx: typer.Context, wish: PruneWish) -> None:
    """`phonelink archive prune`."""

    def body(out: Output, paths: Paths) -> None:
        keep = _keep(wish)
        desk = open_desk(ctx, paths)
        with archives.look(desk.place, desk.secret) as seen:
            retention = Retention(keep)
            if wish.thread is not None:
                meant = find_kept(wish.thread, seen, desk.settings.region)
                retention = Retention(Keep(), dict.fromkeys(meant, keep))
            going = seen.would_go(retention, utc_now())
            names = names_of(seen.threads(), seen.contacts())
            if policing.refusal(PolicyAction.READ) is not None:
                names = {thread: clean_line(thread) for thread in names}
        total = sum(going.values())
        for id_, number in going.items():
            out.line(f"{number}\t{names[id_]}")
        if not total:
            out.line("Nothing is too old.")
            return
        if wish.dry_run:
            out.line(f"{counted(total, 'text')} of {counted(len(going), 'conversation')} would go.")
            return
        archives.check_free(desk.place)
        if not wish.yes:
            confirm(
                out, f"Remove {counted(total, 'text')} of {counted(len(going), 'conversation')} for ever?"
            )

        done = 0

        def told(_thread: ThreadId, gone: tuple[MessageId, ...]) -> None:
            nonlocal done
            done += len(gone)
            if out.is_terminal:
                out.notice(f"{done} of {total} removed")

        removed = asyncio.run(archives.prune(desk.place, desk.secret, retention, told))
        out.line(f"{counted(removed, 'text')} removed.")

    carry_out(ctx, body)


def erase(ctx: typer.Context, *, yes: bool) -> None:
    """`phonelink archive erase`."""

    def body(out: Output, paths: Paths) -> None:
        place = find_place(ctx, paths)
        if not place.exists:
            out.line("Nothing is kept for this phone; there was nothing to erase.")
            return
        archives.check_free(place)
        size = bytes_words(place.bytes_on_disk)
        if not yes:
            confirm(out, f"Erase the kept history of this phone ({size}) for ever?")
        had_key = archives.erase(place)
        key = "Its key was erased first, then" if had_key else "Its key was gone already;"
        out.line(f"{key} the archive, {size}: texts, notifications, drafts, outbox, gaps.")
        out.notice(
            "Copies of its files elsewhere, in backups or on a flash disk, cannot be reached from here."
        )

    carry_out(ctx, body)


# For the other commands of the archive


def find_place(ctx: typer.Context, paths: Paths) -> ArchivePlace:
    """The archive of `--phone`; else of the background relay's phone, else of the only known one."""
    spec = chosen_phone(ctx)
    shared = asyncio.run(_shared_phone(paths)) if spec is None else None
    return archives.archive_of(shared or archives.phone_id_of(spec, paths), paths)


def open_desk(ctx: typer.Context, paths: Paths) -> Desk:
    """An archive and its key. Raises UsageError where nothing is kept, ArchiveLocked without the key."""
    place, settings = find_place(ctx, paths), load_settings(paths.config_file)
    if not place.exists:
        raise UsageError(
            "Nothing is kept for this phone.", "`phonelink archive info` says where it would be."
        )
    return Desk(place, _secret(place, settings), settings)


def ask_passphrase(prompt: str) -> str | None:
    """Typed unseen, on the terminal whatever stdin is; None where there is none."""
    try:
        with open("/dev/tty", "rb"):
            pass
    except OSError:
        return None
    return getpass.getpass(prompt)


def confirm(out: Output, question: str) -> None:
    """Raises typer.Exit unless the answer is yes."""
    if not out.can_ask:
        out.error(question, "There is no terminal to answer on: --yes")
        raise typer.Exit(exit_codes.REFUSED_HERE)
    if not out.ask(question):
        raise typer.Exit(exit_codes.REFUSED_HERE)


def find_kept(words: str, seen: Look, region: str | None) -> frozenset[ThreadId]:
    """The conversations that an id, a number, an address or a name means: with one person there may be several.

    Raises:
        UsageError: There is none.
    """
    threads = seen.threads()
    names = names_of(threads, seen.contacts())
    key = identify(words, region).key
    for meant in (
        [t for t in threads if t.id == words],
        [t for t in threads if t.address.value == words or t.address.key == key],
        [t for t in threads if names[t.id].casefold() == words.casefold()],
    ):
        if meant:
            return frozenset(thread.id for thread in meant)
    raise UsageError("No conversation that is kept is called that.", "`phonelink threads` lists their ids.")


def names_of(threads: Iterable[KeptThread], contacts: Iterable[Contact]) -> dict[str, RemoteText]:
    """What each conversation is called, by its id."""
    book = {address.key: contact.name for contact in contacts for address in contact.addresses}
    return {thread.id: _name(thread, book) for thread in threads}


def counted(number: int, thing: str) -> str:
    """`1 text`, `2 texts`."""
    return f"{number} {thing}" + ("" if number == 1 else "s")


def bytes_words(size: int) -> str:
    """A size for people."""
    return f"{size / 1024:.0f} KiB" if size < 1024 * 1024 else f"{size / 1024 / 1024:.1f} MiB"


def _name(thread: KeptThread, book: dict[str, RemoteText]) -> RemoteText:
    newest = thread.last_incoming.message if thread.last_incoming else None
    if newest is not None and newest.group:
        return newest.group
    sender = newest.sender_name if newest else RemoteText("")
    return book.get(thread.address.key) or sender or thread.address.value or clean_line("Unknown sender")


def _secret(place: ArchivePlace, settings: Settings) -> Secret | None:
    return archives.secret_of(place, settings.archive, ask_passphrase)


async def _shared_phone(paths: Paths) -> str | None:
    if paths.runtime_dir is None:
        return None
    try:
        async with shared_relay(paths.runtime_dir / SOCKET, roles=frozenset()) as client:
            return client.hello.phone.id
    except PhonelinkError:
        return None


def _keep(wish: PruneWish) -> Keep:
    if wish.older_than is None and wish.keep is None:
        raise UsageError("Say what is too old.", "--older-than 90d, --keep 1000, or both.")
    try:
        days = parse_age(wish.older_than) if wish.older_than is not None else None
    except ValueError as error:
        raise UsageError(f"--older-than {error}.", "For example --older-than 90d.") from None
    return Keep(days, wish.keep)


def _outside(place: ArchivePlace, settings: Settings) -> dict[str, Any]:
    kind = place.kind
    return {
        "path": str(place.files.database),
        "exists": place.exists,
        "open_in_relay": place.is_kept_now,
        "bytes_on_disk": place.bytes_on_disk,
        "key": kind.value if kind is not None else None,
        "cipher": archives.cipher_words(),
        "retention": str(machine_policy().within_ceiling(settings.archive)),
        "set_aside": [path.name for path in place.set_aside],
    }


def _inside(found: ArchiveInfo, *, checked: bool) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "schema": found.schema,
        "messages": found.messages,
        "threads": found.threads,
        "notifications": found.notifications,
        "actions": found.actions,
        "oldest": encode_time(found.oldest) if found.oldest is not None else None,
        "newest": encode_time(found.newest) if found.newest is not None else None,
    }
    return facts | ({"problems": list(found.problems)} if checked else {})


def _word(name: str, value: Any) -> str:
    match value:
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
        case list():
            return "; ".join(map(str, value)) or ("none found" if name == "problems" else "none")
        case int() if name == "bytes_on_disk":
            return bytes_words(value)
        case _:
            return str(value)
