"""Does the strip show when it broke, and does its record stay small and private?"""

from __future__ import annotations

import stat
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phonelink_tui.diagnostics.history import (
    SILENCE,
    Beat,
    Entry,
    Transition,
    anything_known,
    mark_of,
    strips,
)
from phonelink_tui.diagnostics.recorder import FILE_BYTES, Recorder, history_path, load_history
from phonelink_tui.domain.phone import (
    IPHONE_TRAITS,
    Capability,
    CapabilityState,
    DownReason,
    LinkPhase,
    Phone,
)
from phonelink_tui.domain.text import clean_line
from phonelink_tui.domain.week import DayStrip, Mark

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
MESSAGES = Capability.MESSAGES


def at(hours: float) -> datetime:
    """Hours of today, UTC."""
    return NOON.replace(hour=0) + timedelta(hours=hours)


def beats(since: float, until: float) -> list[Entry]:
    """A relay that lives."""
    count = int((until - since) * 6)
    return [Beat(at(since + number / 6)) for number in range(count)]


def today(entries: Sequence[Entry], cells: int = 12) -> str:
    return str(strips(entries, NOON, UTC, cells=cells)[MESSAGES][-1])


def test_a_day_with_everything() -> None:
    """Up from two, refused from six, away from eight, and nothing known after the relay ended at ten."""
    entries = [
        *beats(2, 10),
        Transition(at(2), MESSAGES, Mark.UP),
        Transition(at(6), MESSAGES, Mark.REFUSED),
        Transition(at(8), MESSAGES, Mark.GAP),
        Transition(at(10), MESSAGES, Mark.UNKNOWN),
    ]
    assert today(entries) == "·██×▁·······"


def test_a_relay_that_died_is_not_up_for_ever() -> None:
    """Without a sign of life a state is believed for a while only."""
    assert today([Transition(at(2), MESSAGES, Mark.UP)], cells=24) == "··█" + "·" * 21
    assert timedelta(hours=1) > SILENCE


def test_a_flutter_is_no_gap_and_ten_minutes_are() -> None:
    """A link that is back at once leaves its cell up."""
    up = [*beats(2, 4), Transition(at(2), MESSAGES, Mark.UP)]
    for minutes, expected in ((1, "█"), (10, "▁")):
        away = [
            Transition(at(3), MESSAGES, Mark.GAP),
            Transition(at(3) + timedelta(minutes=minutes), MESSAGES, Mark.UP),
        ]
        assert today([*up, *away])[1] == expected


def test_capabilities_are_apart() -> None:
    """What is refused for one says nothing of the others."""
    week = strips([Transition(at(11.9), MESSAGES, Mark.REFUSED)], NOON, UTC)
    assert anything_known(week)
    assert not anything_known({c: row for c, row in week.items() if c is not MESSAGES})


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25)])
def test_days_of_23_and_25_hours(day: date, hours: int) -> None:
    """A day is cut from midnight to midnight where the clock was changed, too."""
    zone = ZoneInfo("Europe/Warsaw")
    evening = datetime.combine(day, time(23, 59), zone)
    midnight = datetime.combine(day, time(), zone).astimezone(UTC)
    alive: list[Entry] = [Beat(midnight + timedelta(minutes=10 * number)) for number in range(6 * hours)]
    last_hour = Transition(midnight + timedelta(hours=hours - 1), MESSAGES, Mark.UP)
    strip = strips([*alive, last_hour], evening, zone, cells=hours)[MESSAGES][-1]
    assert str(strip) == "·" * (hours - 1) + "█"


TIMES = st.integers(-9 * 1440, 600).map(lambda minutes: NOON + timedelta(minutes=minutes))
ENTRIES = st.lists(
    st.builds(Beat, TIMES) | st.builds(Transition, TIMES, st.sampled_from(Capability), st.sampled_from(Mark)),
    max_size=60,
)


@given(entries=ENTRIES, days=st.integers(1, 9), cells=st.sampled_from([1, 2, 3, 4, 6, 12, 24]))
@settings(max_examples=100)
def test_against_a_model(entries: list[Entry], days: int, cells: int) -> None:
    """Every cell is what looking minute by minute gives, or one of its marks where they are mixed."""
    week = strips(entries, NOON, UTC, days=days, cells=cells)
    ordered = sorted((entry for entry in entries if entry.at <= NOON), key=lambda entry: entry.at)
    for capability, row in week.items():
        assert [strip.day for strip in row] == [
            NOON.date() - timedelta(days=back) for back in range(days - 1, -1, -1)
        ]
        for strip in row[-2:]:
            assert_like_minutes(strip, ordered, capability, cells)


def assert_like_minutes(strip: DayStrip, ordered: list[Entry], capability: Capability, cells: int) -> None:
    assert len(strip.cells) == cells
    midnight = datetime.combine(strip.day, datetime.min.time(), UTC)
    for number, mark in enumerate(strip.cells):
        begin = midnight + timedelta(days=1) * number / cells
        minutes = range(int(24 * 60 / cells))
        seen = {
            stood(ordered, capability, begin + timedelta(minutes=minute, seconds=1)) for minute in minutes
        }
        if len(seen) == 1:
            assert mark in seen
        else:
            assert mark in seen
            assert mark is not Mark.UNKNOWN


def stood(ordered: list[Entry], capability: Capability, when: datetime) -> Mark:
    """One moment, the slow way."""
    before = [entry for entry in ordered if entry.at <= when]
    if when >= NOON or not before or when >= before[-1].at + SILENCE:
        return Mark.UNKNOWN
    own = [e for e in before if isinstance(e, Transition) and e.capability is capability]
    return own[-1].mark if own else Mark.UNKNOWN


def phone(phase: LinkPhase, reason: DownReason | None = None) -> Phone:
    state = CapabilityState(MESSAGES, phase, NOON, reason)
    name = clean_line("Robin's iPhone")
    return Phone("00:AA:01:01:00:01", name, IPHONE_TRAITS, {MESSAGES: state})


def test_what_counts_as_what() -> None:
    """A switch and another computer are refusals; before the first answer nothing is known."""
    marks = {
        reason: mark_of(phone(LinkPhase.WAITING, reason).capabilities[MESSAGES]) for reason in DownReason
    }
    refused = {reason for reason, mark in marks.items() if mark is Mark.REFUSED}
    assert refused == {DownReason.REFUSED, DownReason.FORBIDDEN}
    assert set(marks.values()) == {Mark.REFUSED, Mark.GAP}
    assert mark_of(CapabilityState(MESSAGES, LinkPhase.CONNECTING, NOON)) is Mark.UNKNOWN
    assert mark_of(CapabilityState(MESSAGES, LinkPhase.READY, NOON)) is Mark.UP


def test_recorded_and_loaded(tmp_path: Path) -> None:
    """Only what differs is written, 0600, and the end of the relay is an entry of its own."""
    path = history_path(tmp_path, "00:AA:01:01:00:01", b"secret")
    assert path is not None
    recorder = Recorder(path, lambda: NOON)
    for _ in range(3):
        recorder.take(phone(LinkPhase.CONNECTING))
        recorder.take(phone(LinkPhase.READY))
    recorder.take(phone(LinkPhase.READY))
    recorder.beat()
    recorder.end()
    expected = [Mark.UP, Mark.UNKNOWN] * 2 + [Mark.UP]
    marks = [Transition(NOON, MESSAGES, mark) for mark in expected]
    assert load_history(path) == (*marks, Beat(NOON), Transition(NOON, MESSAGES, Mark.UNKNOWN))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "Robin" not in path.read_text()
    assert "00:AA" not in path.read_text() + path.name


def test_the_record_is_bounded(tmp_path: Path) -> None:
    """A link that flutters for a year leaves a small file, with the newest in it."""
    path = tmp_path / "history"
    clock = NOON - timedelta(days=365)
    recorder = Recorder(path, lambda: clock)
    line = b'{"at":"2025-11-22T12:00:00Z","capability":"messages","mark":"up"}\n'
    path.write_bytes(line * (FILE_BYTES // len(line)))
    clock = NOON
    recorder.take(phone(LinkPhase.READY))
    recorder.beat()
    assert path.stat().st_size < 1000
    assert Beat(NOON) in load_history(path)


@given(text=st.binary(max_size=80))
def test_damaged_lines_are_passed_over(tmp_path_factory: pytest.TempPathFactory, text: bytes) -> None:
    """Whatever stands before it, the newest entry is read."""
    path = tmp_path_factory.mktemp("history") / "file"
    path.write_bytes(text + b"\n")
    Recorder(path, lambda: NOON).beat()
    entries = load_history(path)
    assert entries[-1] == Beat(NOON)
    strips(entries, NOON, UTC)


def test_nowhere_to_write_is_no_error(tmp_path: Path) -> None:
    """A full or missing disk costs the strip, not the relay."""
    recorder = Recorder(tmp_path / "missing" / "file", lambda: NOON)
    recorder.take(phone(LinkPhase.READY))
    recorder.end()
    assert load_history(tmp_path / "missing" / "file") == load_history(None) == ()
    assert history_path(None, "x", b"") is None
