"""Is it said that damaged history was set aside, with the file's name and what to do?"""

from __future__ import annotations

import attrs

from phonelink_tui.composition.archives import archive_of
from phonelink_tui.domain.limitations import LimitKind, make_limitation
from tests.cli.conftest import Phonelink, objects
from tests.ipc.fake_relay import FakeRelay

PHONE = "tcp:127.0.0.1:4040,persona=iphone"


def test_archive_info_names_what_lies_there(phonelink: Phonelink) -> None:
    """Its name among the facts, what SQLite left beside it not, and what to do on stderr."""
    database = archive_of(PHONE, phonelink.paths).files.database
    database.parent.mkdir()
    (told,) = objects(phonelink("--phone", PHONE, "archive", "info", "--json"))
    assert told["set_aside"] == []
    aside = database.with_name(f"{database.name}.damaged-20261122T120000Z")
    aside.write_bytes(b"x")
    aside.with_name(aside.name + "-wal").write_bytes(b"x")
    result = phonelink("--phone", PHONE, "archive", "info", "--json")
    assert [told["set_aside"] for told in objects(result)] == [[aside.name]]
    assert str(database.parent) in result.stderr
    assert "remove it" in result.stderr
    assert f"set aside\t{aside.name}" in phonelink("--phone", PHONE, "archive", "info").stdout


def test_status_names_it(phonelink: Phonelink, fake: FakeRelay) -> None:
    """In words and among the limits of the JSON."""
    limit = make_limitation(LimitKind.HISTORY_SET_ASIDE, files="0123.archive.damaged-x")
    fake.current = attrs.evolve(fake.current, limitations=(limit,))
    words = phonelink("status").stdout
    assert "0123.archive.damaged-x" in words
    assert "phonelink archive info" in words
    (told,) = objects(phonelink("status", "--json"))
    assert told["limits"] == ["history-set-aside"]
