"""Opening an archive in bad conditions: damaged, too new, in use, unwritable, full."""

from __future__ import annotations

import asyncio
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import apsw
import pytest

from phonelink_tui.archive import key_file, opening
from phonelink_tui.archive.archive import Archive
from phonelink_tui.archive.database import connect, problems, rows
from phonelink_tui.archive.facts import ThreadMarks
from phonelink_tui.archive.files import ArchiveFiles
from phonelink_tui.archive.opening import inspect, open_archive
from phonelink_tui.archive.query import parse_query
from phonelink_tui.archive.retention import Keep, Retention
from phonelink_tui.domain.thread import ThreadId
from phonelink_tui.errors import (
    ArchiveBusy,
    ArchiveDamaged,
    ArchiveError,
    ArchiveFull,
    ArchiveTooNew,
    ArchiveUnwritable,
)
from tests.archive.desk import NOW, PHONE, SECRET, files_in, incoming, opened


async def filled(files: ArchiveFiles, count: int = 500) -> None:
    """An archive with that many texts, closed."""
    async with opened(files) as archive:
        archive.put(incoming(str(n), f"text number {n}", minutes=n) for n in range(count))


@pytest.mark.parametrize("where", ["first page", "middle", "cut short", "empty", "overwritten"])
async def test_a_damaged_archive_is_set_aside(tmp_path: Path, where: str) -> None:
    """It is renamed, never deleted or overwritten, and said; a new one begins under the same key."""
    files = files_in(tmp_path)
    await filled(files)
    raw = bytearray(files.database.read_bytes())
    match where:
        case "first page":
            raw[100] ^= 1
        case "middle":
            for page in range(1, len(raw) // 4096):
                raw[page * 4096 + 5] ^= 1
        case "cut short":
            del raw[len(raw) // 2 :]
        case "empty":
            raw[16:] = b""
        case _:
            raw[:] = b"somebody wrote here" * 500
    files.database.write_bytes(raw)
    async with open_archive(files, SECRET, PHONE, lambda: NOW) as found:
        assert found.set_aside is not None
        assert found.set_aside.name.endswith(".damaged-20261122T120000Z")
        assert found.set_aside.read_bytes() == raw
        found.archive.put([incoming("new")])
    async with opened(files) as archive:
        assert (await archive.info()).messages == 1


async def test_a_second_damage_in_the_same_second_overwrites_nothing(tmp_path: Path) -> None:
    """Two archives set aside are two files."""
    files = files_in(tmp_path)
    for _ in range(2):
        await filled(files, 1)
        files.database.write_bytes(b"x" * 4096)
        async with open_archive(files, SECRET, PHONE, lambda: NOW):
            pass
    assert len(list(files.database.parent.glob("*.damaged-*"))) == 2


async def test_one_changed_byte_is_an_error_and_never_another_text(tmp_path: Path) -> None:
    """Pages are authenticated: whichever is changed, what is read is right or an error."""
    files = files_in(tmp_path)
    await filled(files, 60)
    whole = files.database.read_bytes()
    assert inspect(files, SECRET, check=True).problems == ()
    for page in range(1, len(whole) // 4096):
        raw = bytearray(whole)
        raw[page * 4096 + 1000] ^= 0x40
        files.database.write_bytes(raw)
        try:
            found = inspect(files, SECRET, check=True)
        except ArchiveError:
            continue
        assert found.problems or unused(whole, files, page)


def unused(whole: bytes, files: ArchiveFiles, page: int) -> bool:
    """Whether a page is on the free list: nothing reads it."""
    files.database.write_bytes(whole)
    db = connect(files.database, key_file.unwrap(files.key, SECRET), write=False)
    try:
        used = {n for (n,) in rows(db, "SELECT pageno FROM dbstat")}
    finally:
        db.close()
    return page + 1 not in used


def found_in_time(db: apsw.Connection, *, full: bool, within_s: float) -> list[str]:
    """What a check finds in an archive so large that the usual one gets nowhere."""
    return problems(db, full=full, within_s=within_s) if within_s > opening.CHECK_S else []


def spoil(files: ArchiveFiles, table: str) -> None:
    """Change a byte on each page that holds rows of a table."""
    db = connect(files.database, key_file.unwrap(files.key, SECRET), write=False)
    try:
        pages = [
            n for (n,) in rows(db, "SELECT pageno FROM dbstat WHERE name = ? AND pagetype = 'leaf'", (table,))
        ]
    finally:
        db.close()
    raw = bytearray(files.database.read_bytes())
    for page in pages:
        raw[(page - 1) * 4096 + 1000] ^= 0x40
    files.database.write_bytes(raw)


async def load(archive: Archive) -> None:
    await archive.load()


async def turn_a_page(archive: Archive) -> None:
    await archive.page(ThreadId("t-alice"), limit=1)


async def search(archive: Archive) -> None:
    await archive.search(parse_query("number"), limit=500)


async def write(archive: Archive) -> None:
    archive.put([ThreadMarks(ThreadId("t-alice"), pinned=True)])
    await archive.commit()


async def prune(archive: Archive) -> None:
    async with asyncio.timeout(20):
        await archive.prune(Retention(Keep(days=1)), NOW + timedelta(days=30), told=lambda *_: None)


@pytest.mark.parametrize(
    ("table", "use"),
    [
        ("threads", load),
        ("messages", turn_a_page),
        ("found_data", search),
        ("marks", write),
        ("found_data", prune),
    ],
)
async def test_damage_that_the_start_does_not_see_is_set_aside_at_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, table: str, use: Callable[[Archive], Awaitable[None]]
) -> None:
    """Whoever meets it, at the start or later: the next start does as was promised; those after it are as ever."""
    monkeypatch.setattr(opening, "problems", found_in_time)
    files = files_in(tmp_path)
    await filled(files)
    spoil(files, table)
    damaged = files.database.read_bytes()
    with suppress(ArchiveDamaged):  # of what waits still, at the end
        async with opened(files) as archive:
            with pytest.raises(ArchiveDamaged, match="damaged"):
                await use(archive)
    assert stat.S_IMODE(files.suspect.stat().st_mode) == 0o600
    async with open_archive(files, SECRET, PHONE, lambda: NOW) as found:
        assert found.set_aside is not None
        found.archive.put([incoming("new")])
    assert not files.suspect.exists()
    async with opened(files) as archive:
        assert (await archive.info()).messages == 1
    assert len(damaged) == found.set_aside.stat().st_size


async def test_a_start_that_takes_long_stops_nobody_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The loop turns while an archive is looked at: a relay that is unlocked late answers clients and watchdog."""
    turned = threading.Event()

    def wait_for_the_loop(_db: apsw.Connection, *, full: bool, within_s: float) -> list[str]:
        del full, within_s
        return [] if turned.wait(10) else ["the loop stood still"]

    files = files_in(tmp_path)
    await filled(files, 1)
    monkeypatch.setattr(opening, "problems", wait_for_the_loop)
    asyncio.get_running_loop().call_soon(turned.set)
    async with opened(files) as archive:
        assert (await archive.info()).messages == 1


async def test_a_suspicion_that_does_not_hold_changes_nothing(tmp_path: Path) -> None:
    """A file that was brought back from a copy is opened as it is, and looked at no further at the next start."""
    files = files_in(tmp_path)
    await filled(files)
    whole = files.database.read_bytes()
    spoil(files, "messages")
    with pytest.raises(ArchiveDamaged):
        inspect(files, SECRET, check=True)
    assert files.suspect.exists()
    files.database.write_bytes(whole)
    async with opened(files) as archive:
        assert not files.suspect.exists()
        assert (await archive.info()).messages == 500


async def test_a_newer_archive_is_left_alone(tmp_path: Path) -> None:
    """An older program says so and changes nothing."""
    files = files_in(tmp_path)
    await filled(files, 1)
    db = connect(files.database, key_file.unwrap(files.key, SECRET), write=True)
    db.pragma("user_version", 999)
    db.close()
    with pytest.raises(ArchiveTooNew, match="999"):
        async with opened(files):
            pass
    assert list(files.database.parent.glob("*damaged*")) == []


async def test_two_cannot_write_one_archive(tmp_path: Path) -> None:
    """The second is refused at once; looking at it works meanwhile."""
    files = files_in(tmp_path)
    async with opened(files) as archive:
        archive.put([incoming("1")])
        await archive.commit()
        with pytest.raises(ArchiveBusy):
            async with opened(files):
                pass
        assert inspect(files, SECRET, check=True).messages == 1


def refused_by(archive: Archive) -> type:
    """The class of what the disk last said."""
    return type(archive.failure)


HOLD = """
import sys, apsw
db = apsw.Connection(sys.argv[1])
db.pragma("cipher", "chacha20"); db.pragma("key", "raw:" + sys.argv[2])
db.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.read()
"""


async def test_a_foreign_process_that_holds_the_file_loses_nothing(tmp_path: Path) -> None:
    """A commit fails with one clear error while it is held, and what was put is there afterwards."""
    files = files_in(tmp_path)
    async with opened(files) as archive:
        archive.put([incoming("before")])
        await archive.commit()
        key = key_file.unwrap(files.key, SECRET).hex()
        with subprocess.Popen(
            [sys.executable, "-c", HOLD, str(files.database), key],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        ) as holder:
            assert holder.stdout is not None
            assert holder.stdout.readline() == b"held\n"
            archive.put([incoming("meanwhile", minutes=1)])
            with pytest.raises(ArchiveBusy):
                await archive.commit()
            assert refused_by(archive) is ArchiveBusy
            found = await archive.search(parse_query("hello"), limit=5)
            assert [m.id for m in found] == ["before"]
            holder.communicate(b"")
        await archive.commit()
        assert refused_by(archive) is type(None)
        assert {m.id for m in await archive.search(parse_query("hello"), limit=5)} == {"before", "meanwhile"}


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one MiB of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip("only root can make a small disk")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


async def test_a_full_disk_keeps_what_was_acknowledged(small_disk: Path) -> None:
    """One clear error; nothing acknowledged is lost, what waited is written when there is room again."""
    files = files_in(small_disk)
    ballast = small_disk / "ballast"
    acknowledged = 0
    async with opened(files) as archive:
        ballast.write_bytes(b"x" * 400_000)
        refusal: ArchiveError | None = None
        while refusal is None:
            archive.put([incoming(f"a{acknowledged}", "x" * 500, minutes=acknowledged)])
            try:
                await archive.commit()
                acknowledged += 1
            except ArchiveError as error:
                refusal = error
        assert isinstance(refusal, ArchiveFull | ArchiveUnwritable)
        assert archive.failure is refusal
        assert acknowledged > 0
        archive.put([incoming("last", "the last one", minutes=9999)])
        with pytest.raises((ArchiveFull, ArchiveUnwritable)):
            await archive.commit()
        ballast.unlink()
        await archive.commit()
        info = await archive.info()
        assert info.messages == acknowledged + 2
    assert inspect(files, SECRET, check=True).problems == ()


async def test_a_full_disk_at_the_start(small_disk: Path) -> None:
    """No archive can be begun: one error of ours, no half an archive in the way of the next start."""
    (small_disk / "ballast").write_bytes(b"x" * (1024 * 1024 - 16 * 1024))
    files = files_in(small_disk)
    with pytest.raises((ArchiveFull, ArchiveUnwritable)):
        async with opened(files):
            pass
    (small_disk / "ballast").unlink()
    async with opened(files) as archive:
        archive.put([incoming("1")])


async def test_a_read_only_file_system(small_disk: Path) -> None:
    """Said so at the start; nothing is set aside, and all is there when it can be written again."""
    files = files_in(small_disk)
    await filled(files, 20)
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(ArchiveUnwritable):
        async with opened(files):
            pass
    assert list(files.database.parent.glob("*damaged*")) == []
    subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)
    assert inspect(files, SECRET, check=True).messages == 20


@pytest.mark.skipif(os.getuid() == 0, reason="nothing is unwritable for root")
async def test_a_directory_that_cannot_be_written(tmp_path: Path) -> None:
    """One clear error."""
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(ArchiveUnwritable):
            async with opened(files_in(tmp_path)):
                pass
    finally:
        tmp_path.chmod(0o700)


async def test_a_link_in_place_of_the_archive_is_refused(tmp_path: Path) -> None:
    """Nobody can make us write elsewhere."""
    files = files_in(tmp_path)
    files.database.parent.mkdir()
    (tmp_path / "elsewhere").write_bytes(b"precious")
    files.database.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ArchiveUnwritable):
        async with opened(files):
            pass
    assert (tmp_path / "elsewhere").read_bytes() == b"precious"


async def test_an_archive_of_another_phone_is_refused(tmp_path: Path) -> None:
    """Two phones' texts never mix, whoever renames files."""
    files = files_in(tmp_path)
    await filled(files, 1)
    with pytest.raises(ArchiveError, match="another phone"):
        async with open_archive(files, SECRET, "other phone", lambda: NOW):
            pass


async def test_another_folding_makes_the_index_anew(tmp_path: Path) -> None:
    """After an update that folds words otherwise, everything is still found once."""
    files = files_in(tmp_path)
    await filled(files, 50)
    db = connect(files.database, key_file.unwrap(files.key, SECRET), write=True)
    db.execute("UPDATE meta SET value = 'older' WHERE name = 'folding'")
    db.execute("INSERT INTO found (found) VALUES ('delete-all')")
    db.close()
    async with opened(files) as archive:
        assert len(await archive.search(parse_query("text"), limit=100)) == 50
        archive.put([incoming("7", "other words", minutes=7)])
        await archive.commit()
        assert len(await archive.search(parse_query("text"), limit=100)) == 49
    assert inspect(files, SECRET, check=True).problems == ()


def test_secure_delete_is_on(tmp_path: Path) -> None:
    """What is deleted is overwritten, temporary tables stay in memory, commits reach the disk."""
    db = connect(tmp_path / "a", b"k" * 32, write=True)
    try:
        assert db.pragma("secure_delete") == 1
        assert db.pragma("temp_store") == 2
        assert db.pragma("synchronous") == 2
        assert db.pragma("journal_mode") == "wal"
        assert isinstance(db, apsw.Connection)
    finally:
        db.close()
