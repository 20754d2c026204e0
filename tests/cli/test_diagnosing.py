"""Do `doctor` and `support-bundle` say what they should, and write only what was shown?"""

from __future__ import annotations

import json
import os
import pty
import re
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from phonelink_tui.config.paths import Paths
from phonelink_tui.config.relay_choice import RelayKind
from phonelink_tui.diagnostics.bundle import Bundle, encode_bundle
from phonelink_tui.diagnostics.changes import LastGood
from phonelink_tui.diagnostics.collect import Collector
from phonelink_tui.diagnostics.facts import Facts, Source
from phonelink_tui.diagnostics.kept import load_last_good
from phonelink_tui.ipc.role import Role
from tests.cli.conftest import Phonelink, objects
from tests.diagnostics.records import healthy
from tests.fast_time import START

DEADLINE_S = 20
WRONG_CLASS: dict[str, Any] = {
    "bluez": {"adapters": [{"class_of_device": 0x6C010C}]},
    "sessions": {"not_known": "not asked"},
}


def machine(facts: Facts) -> Callable[[Paths], tuple[Collector, ...]]:
    """A machine with these facts, but for its sessions."""

    def collector(source: Source) -> Collector:
        async def read() -> Any:
            return getattr(facts, source.value)

        return Collector(source, read)

    return lambda _: tuple(collector(source) for source in Source if source is not Source.SESSIONS)


def test_nothing_found_wrong(phonelink: Phonelink) -> None:
    """It answers, exit 0, and says what it could not see."""
    phonelink.shared = False
    result = phonelink("doctor", collectors=machine(healthy()))
    assert (result.exit_code, result.stderr) == (0, "")
    assert "Nothing found wrong" in result.stdout
    unseen = result.stdout.partition("What I could not see")[2]
    assert "sessions: not known, because no relay was asked" in unseen
    assert "6.12.63" not in result.stdout
    assert "6.12.63" in phonelink("doctor", "--facts", collectors=machine(healthy())).stdout
    assert phonelink.opened == []


def test_verdicts_come_first_with_their_remedy(phonelink: Phonelink) -> None:
    """Findings are no failure: exit 0; the command stands on a line of its own, to be copied."""
    result = phonelink("doctor", collectors=machine(healthy(**WRONG_CLASS)))
    lines = result.stdout.splitlines()
    assert result.exit_code == 0
    assert lines[0] == "What to do first"
    assert "     echo | sudo btmgmt --index 0 class 4 8" in lines
    assert lines.index("What I saw") > lines.index("     echo | sudo btmgmt --index 0 class 4 8")


def test_json(phonelink: Phonelink) -> None:
    """One object a line: each source, each verdict, and one that closes."""
    phonelink.shared = False
    result = phonelink("doctor", "--json", collectors=machine(healthy(**WRONG_CLASS)))
    told = objects(result)
    assert all(one["v"] == 1 for one in told)
    assert [one["source"] for one in told if one["type"] == "fact"] != []
    (verdict,) = [one for one in told if one["type"] == "verdict"]
    assert (verdict["code"], verdict["layer"], verdict["weight"]) == ("PL-CLASS-01", "adapter", "blocks")
    assert verdict["remedy"]["command"] == "echo | sudo btmgmt --index 0 class 4 8"
    assert verdict["retest"] == ["bluez"]
    assert told[-1]["type"] == "doctor"
    assert told[-1]["not_known"] == ["sessions"]


def test_a_named_phone_is_asked(phonelink: Phonelink) -> None:
    """With --phone the sessions of its relay are facts too; those of an embedded phone blame no Bluetooth."""
    result = phonelink("--phone", "virtual:first-day", "doctor", "--json", collectors=machine(healthy()))
    (sessions,) = [one for one in objects(result) if one.get("source") == "sessions"]
    assert (sessions["known"], sessions["way"], len(sessions["states"])) == (True, "virtual", 2)
    assert len(phonelink.opened) == 1
    assert load_last_good(phonelink.paths.state_dir) is None


def test_a_relay_that_runs_is_asked(phonelink: Phonelink) -> None:
    """Without --phone too, by what --relay names; it is attached to, with the least role, and never started."""
    result = phonelink("--relay", "./there.sock", "doctor", "--json", collectors=machine(healthy()))
    (sessions,) = [one for one in objects(result) if one.get("source") == "sessions"]
    assert sessions["known"]
    (wish,) = phonelink.wishes
    assert (wish.attach_only, wish.roles) == (True, frozenset({Role.HEADERS}))
    assert wish.choice.kind is RelayKind.PATH
    phonelink("--relay", "private", "doctor", collectors=machine(healthy()))
    assert len(phonelink.wishes) == 1


def test_last_good_time_is_remembered_and_compared(phonelink: Phonelink) -> None:
    """When messages work over Bluetooth that is kept; what differs later is said."""
    phonelink("--phone", "bluez", "doctor", collectors=machine(healthy()))
    kept = load_last_good(phonelink.paths.state_dir)
    assert kept is not None
    assert kept.bluez == "5.87"
    result = phonelink("doctor", collectors=machine(healthy(bluez_version={"version": "5.88"})))
    assert "Changed since it last worked" in result.stdout
    assert "BlueZ: 5.87, now 5.88" in result.stdout


def test_offline_from_a_bundle(phonelink: Phonelink, tmp_path: Path) -> None:
    """A bundle is judged where no such machine is, and nothing of this one is asked."""
    before = LastGood(START, class_of_device="0x7c0408")
    file = tmp_path / "bundle.json"
    file.write_text(encode_bundle(Bundle(healthy(**WRONG_CLASS), before), [], [], b"salt"))

    def untouched(_: Paths) -> tuple[Collector, ...]:
        raise AssertionError

    result = phonelink("doctor", "--from", str(file), "--json", collectors=untouched)
    told = objects(result)
    assert [one["code"] for one in told if one["type"] == "verdict"] == ["PL-CLASS-01"]
    assert {
        "v": 1,
        "type": "change",
        "what": "class of device",
        "before": "0x7c0408",
        "now": "0x6c010c",
    } in told


@pytest.mark.parametrize("content", [None, b"", b"{}", b'{"v":9,"type":"support-bundle"}'])
def test_bad_bundle_is_exit_2(phonelink: Phonelink, tmp_path: Path, content: bytes | None) -> None:
    """A missing, empty, foreign or later file: one line and a hint, exit 2."""
    file = tmp_path / "bundle.json"
    if content is not None:
        file.write_bytes(content)
    result = phonelink("doctor", "--from", str(file))
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 2


def test_bundle_without_a_terminal_is_a_question(phonelink: Phonelink, tmp_path: Path) -> None:
    """Nobody can answer: it is shown, exit 4 with the question as the line, and nothing is written."""
    file = tmp_path / "b.json"
    result = phonelink("support-bundle", "--out", str(file), collectors=machine(healthy()))
    assert result.exit_code == 4
    assert result.stderr.splitlines()[0] == f"Write this to {file}?"
    assert json.loads(result.stdout)["type"] == "support-bundle"
    assert not file.exists()


def test_bundle_is_what_was_shown(phonelink: Phonelink, tmp_path: Path) -> None:
    """0600, letter for letter as on the screen, without the phone; and `doctor --from` reads it."""
    file = tmp_path / "b.json"
    result = phonelink(
        "support-bundle", "--out", str(file), "--yes", collectors=machine(healthy(**WRONG_CLASS))
    )
    assert result.exit_code == 0
    assert file.read_text() == result.stdout
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    for secret in ("Robin", "00:AA:01:01:00:01", str(phonelink.paths.state_dir)):
        assert secret not in result.stdout
    assert "PL-CLASS-01" in phonelink("doctor", "--from", str(file)).stdout


def test_bundle_replaces_nothing(phonelink: Phonelink, tmp_path: Path) -> None:
    """A file that is there stays, and a place that cannot be written is said; both exit 2."""
    file = tmp_path / "b.json"
    file.write_text("mine")
    for target in (file, tmp_path / "missing" / "b.json"):
        result = phonelink("support-bundle", "--out", str(target), "--yes", collectors=machine(healthy()))
        assert result.exit_code == 2
    assert file.read_text() == "mine"
    assert list(tmp_path.glob(".b.json*")) == []


def test_without_any_bus() -> None:
    """A process on a machine without D-Bus and Bluetooth answers, exit 0, and warns of nothing on stderr."""
    command = [sys.executable, "-W", "error", "-m", "phonelink_tui", "doctor", "--json"]
    run = subprocess.run(command, capture_output=True, timeout=DEADLINE_S, check=False)
    assert (run.returncode, run.stderr) == (0, b"")
    told = [json.loads(line) for line in run.stdout.splitlines()]
    assert "PL-DBUS-01" in [one.get("code") for one in told]


def test_eighty_columns(tmp_path: Path) -> None:
    """On a terminal nothing is wider than it, but for commands, which stay whole."""
    file = tmp_path / "bundle.json"
    facts = healthy(**WRONG_CLASS, obexd={"is_running": True})
    file.write_text(encode_bundle(Bundle(facts, None), [], [], b"salt"))
    ours, theirs = pty.openpty()
    env = {**os.environ, "TERM": "xterm", "COLUMNS": "80", "NO_COLOR": "1"}
    command = [sys.executable, "-m", "phonelink_tui", "doctor", "--from", str(file)]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=env) as run:
        os.close(theirs)
        shown = b""
        try:
            while chunk := os.read(ours, 4096):
                shown += chunk
        except OSError:
            pass  # the other end is closed
    os.close(ours)
    assert run.returncode == 0
    lines = re.sub(r"\x1b\[[0-9;]*m|\r", "", shown.decode()).splitlines()
    assert any("systemctl --user mask --now obex.service" in line for line in lines)
    assert max(len(line.rstrip()) for line in lines) <= 80
