"""Archives of every older version open and hold what they held."""

from __future__ import annotations

from pathlib import Path

import pytest

from phonelink_tui.archive import key_file
from phonelink_tui.archive.database import connect, rows
from phonelink_tui.archive.facts import OutboxStep
from phonelink_tui.archive.files import make_private
from phonelink_tui.archive.opening import inspect
from phonelink_tui.archive.query import parse_query
from phonelink_tui.archive.schema import MIGRATIONS, VERSION, migrate
from tests.archive.desk import ALICE, PHONE, SECRET, files_in, incoming, opened, outgoing

VERSIONS = Path(__file__).parent / "versions"


def test_every_version_is_recorded() -> None:
    """A step that is added brings a recorded archive of its version with it."""
    assert sorted(int(p.stem) for p in VERSIONS.glob("*.sql")) == list(range(1, VERSION + 1))


@pytest.mark.parametrize("version", range(1, VERSION + 1))
async def test_an_older_archive_opens(tmp_path: Path, version: int) -> None:
    """What a recorded archive held is read, found and changed by this version."""
    files = files_in(tmp_path)
    make_private(files)
    db = connect(files.database, key_file.create(files.key, SECRET), write=True)
    db.execute((VERSIONS / f"{version}.sql").read_text())
    db.close()
    async with opened(files) as archive:
        assert archive.run == 4
        page = await archive.page(incoming("1").thread)
        assert [k.message.id for k in page.messages] == ["1-1", "2-1", "3-2"]
        assert page.messages[0].message == incoming("1-1", "Café am Bahnhof, 東京駅", minutes=-5)
        assert page.messages[0].handle == "0A1"
        assert page.messages[1].message == outgoing("2-1", minutes=1)
        assert [m.id for m in await archive.search(parse_query("東京"), limit=5)] == ["1-1"]
        assert [m.id for m in await archive.search(parse_query("from:bob"), limit=5)] == ["3-1"]
        loaded = await archive.load()
        assert [(row.id, row.step, row.recipient) for row, _ in loaded.outbox] == [
            ("3-2", OutboxStep.HANDED_OVER, ALICE)
        ]
        assert [(d.thread, d.text) for d in loaded.drafts] == [("t-alice", "dear")]
        assert {t.id: t.marks.pinned for t in loaded.threads} == {"t-alice": False, "t-bob": True}
        counts = (loaded.notifications, loaded.gaps, loaded.contacts, loaded.calls)
        assert [len(c) for c in counts] == [1, 1, 1, 1]
        archive.put([incoming("4-1", "new", minutes=9)])
    found = inspect(files, SECRET, check=True)
    assert (found.schema, found.messages, found.problems) == (VERSION, 5, ())


def test_an_older_archive_gets_the_tables_of_a_new_one(tmp_path: Path) -> None:
    """Whatever version it begins at, an archive ends with the same tables and indexes."""
    shapes = set()
    for version in range(VERSION + 1):
        db = connect(tmp_path / str(version), b"k" * 32, write=True)
        try:
            if version:
                db.execute((VERSIONS / f"{version}.sql").read_text())
            assert migrate(db, PHONE) == version
            shapes.add(frozenset(rows(db, "SELECT type, name, tbl_name FROM sqlite_schema")))
        finally:
            db.close()
    assert len(shapes) == 1


def test_a_migration_is_all_or_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A step that fails leaves the archive at the version it had."""
    db = connect(tmp_path / "a", b"k" * 32, write=True)
    try:
        migrate(db, PHONE)
        broken = (*MIGRATIONS, "CREATE TABLE half (a); CREATE TABLE half (a)")
        monkeypatch.setattr("phonelink_tui.archive.schema.MIGRATIONS", broken)
        monkeypatch.setattr("phonelink_tui.archive.schema.VERSION", VERSION + 1)
        with pytest.raises(Exception, match="already exists"):
            migrate(db, PHONE)
        assert rows(db, "PRAGMA user_version") == [(VERSION,)]
        assert rows(db, "SELECT name FROM sqlite_schema WHERE name = 'half'") == []
    finally:
        db.close()
