"""Does `status` show when it broke?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from phonelink_tui.config.secret import install_secret
from phonelink_tui.diagnostics.recorder import Recorder, history_path
from phonelink_tui.domain.phone import Phone
from tests.cli.conftest import Phonelink, objects


def remember(phonelink: Phonelink, phone: Phone) -> None:
    """The phone was up for the ten minutes before now."""
    state_dir = phonelink.paths.state_dir
    assert state_dir is not None
    path = history_path(state_dir, phone.id, install_secret(state_dir))
    assert path is not None
    Recorder(path, lambda: datetime.now(UTC) - timedelta(minutes=10)).take(phone)


def test_without_a_week_nothing_is_drawn(phonelink: Phonelink) -> None:
    """A first run, or a phone that was never up: no empty strips, no file."""
    assert "two hours each" not in phonelink("status").stdout
    (status,) = objects(phonelink("status", "--json"))
    assert status["week"] == {}
    assert phonelink.paths.state_dir is not None
    assert not (phonelink.paths.state_dir / "secret").exists()


def test_a_line_a_day(phonelink: Phonelink) -> None:
    """Seven days, today last, a strip of twelve signs for each capability, and what the signs mean."""
    remember(phonelink, phonelink.fake.current.phone)
    before = datetime.now().astimezone()
    lines = phonelink("status").stdout.splitlines()
    todays = {f"{each:%d}" for each in (before, datetime.now().astimezone())}
    heading = next(n for n, line in enumerate(lines) if line.split() == ["messages", "notifications"])
    days = lines[heading + 1 : heading + 8]
    assert [line.split()[1] for line in days][-1] in todays
    assert all(len(line.split()[2]) == len(line.split()[3]) == 12 for line in days)
    assert "█" in days[-1] + days[-2]
    assert "█ up" in lines[heading + 8]
    assert max(map(len, lines)) <= 80


def test_json_has_the_week(phonelink: Phonelink) -> None:
    """Words in place of signs."""
    remember(phonelink, phonelink.fake.current.phone)
    (status,) = objects(phonelink("status", "--json"))
    assert set(status["week"]) == {"messages", "notifications"}
    days = status["week"]["messages"]
    assert len(days) == 7
    assert "up" in days[-1]["cells"] + days[-2]["cells"]
    assert {cell for day in days for cell in day["cells"]} <= {"up", "unknown"}
