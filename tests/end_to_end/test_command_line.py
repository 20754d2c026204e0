"""What do the commands do against a real relay and an embedded or simulated phone, as processes?"""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from phonelink_tui.archive.database import connect
from phonelink_tui.archive.files import ArchiveFiles
from phonelink_tui.archive.key_file import unwrap
from phonelink_tui.archive.key_sources import from_file
from phonelink_tui.cli.exit_codes import ARCHIVE_LOCKED, exit_code
from phonelink_tui.composition.keeping import files_of
from phonelink_tui.config.paths import find_paths
from phonelink_tui.config.phone_spec import parse_spec
from phonelink_tui.domain.failure import Failure
from phonelink_tui.errors import ArchiveError, ArchiveKeyRefused
from phonelink_tui.relay.failures import failure_of

ME = [sys.executable, "-m", "phonelink_tui"]
DEADLINE_S = 60
"""Of each wait for a process, on a machine that does other things, too."""

pytestmark = pytest.mark.timeout(240)


def run(*words: str) -> subprocess.CompletedProcess[str]:
    """One command, to its end."""
    return subprocess.run(
        [*ME, *words],
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        stdin=subprocess.DEVNULL,
        check=False,
    )


@contextmanager
def started(*words: str) -> Iterator[subprocess.Popen[str]]:
    """One command under way; killed if it has not ended with the block."""
    pipe = subprocess.PIPE
    with subprocess.Popen([*ME, *words], stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


GROUPS = "virtual:family-groups?persona=android"


@pytest.mark.parametrize(
    ("phone", "words", "code", "said"),
    [
        ("virtual:first-day", ["ben", "-m", "hi"], 0, "Accepted by the phone, for Ben Okafor."),
        ("virtual:first-day", ["Alice", "-m", "hi"], 6, "alice.moreau@example.com"),
        ("virtual:first-day", ["+15550177", "-m", "hi"], 4, "new recipient"),
        ("virtual:first-day", ["Nobody", "-m", "hi"], 2, "Nobody known here"),
        ("virtual:first-day", ["Parcel Post", "-m", "hi"], 4, "a name is not an address"),
        (GROUPS, ["Dad, Lena, Mum, Robin Doe", "-m", "hi"], 4, "would not reach the group"),
        ("virtual:first-day?fault=refuse_push", ["ben", "-m", "hi"], 5, "The phone refused it"),
        ("virtual:first-day?fault=lose_push", ["ben", "-m", "hi"], 9, "may have been sent"),
    ],
)
def test_send(phone: str, words: list[str], code: int, said: str) -> None:
    """What became of a text is told in words and in the exit code."""
    done = run("--phone", phone, "send", *words)
    assert done.returncode == code, done
    assert said in done.stdout + done.stderr
    assert (code == 0) == (done.stderr == "")
    assert len(done.stderr.splitlines()) <= 2


def test_nobody_there_is_not_connected() -> None:
    """Nothing listens: exit 3 at once, and why."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        done = run("--phone", f"tcp:127.0.0.1:{port}", "send", "+15550100", "-m", "hi", "--yes")
    assert done.returncode == 3
    assert "not connected" in done.stderr


NOWHERE = "tcp:127.0.0.1:1"
"""A phone that is not there; what is kept of it is opened first."""


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ArchiveFiles:
    """The files of an archive that a key file opens, which nothing names any more."""
    key = tmp_path / "key"
    key.write_bytes(bytes(range(32)))
    key.chmod(0o600)
    monkeypatch.setenv("PHONELINK_KEY_FILE", str(key))
    assert run("--phone", NOWHERE, "threads").returncode == 3
    monkeypatch.delenv("PHONELINK_KEY_FILE")
    files = files_of(str(parse_spec(NOWHERE)), find_paths())
    assert files is not None
    assert files.database.exists()
    return files


def make_newer(files: ArchiveFiles, key: Path) -> None:
    """As a later version of the program would have left it."""
    with closing(connect(files.database, unwrap(files.key, from_file(key)), write=True)) as db:
        db.pragma("user_version", 99)


@pytest.mark.parametrize(
    ("harm", "said"), [("locked", "locked"), ("damaged", "damaged"), ("too new", "version 99")]
)
def test_a_history_that_cannot_be_opened(
    kept: ArchiveFiles, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, harm: str, said: str
) -> None:
    """Exit 8 with a line and a hint, and never a bug: for no key, a damaged key file, a newer program's archive."""
    if harm != "locked":
        monkeypatch.setenv("PHONELINK_KEY_FILE", str(tmp_path / "key"))
    if harm == "damaged":
        kept.key.write_text("not a key")
    if harm == "too new":
        make_newer(kept, tmp_path / "key")
    done = run("--phone", NOWHERE, "threads")
    line, hint = done.stderr.splitlines()
    assert (done.returncode, done.stdout) == (8, "")
    assert said in line
    assert hint
    assert "bug" not in done.stderr


@pytest.mark.parametrize("cls", [ArchiveError, *ArchiveError.__subclasses__(), ArchiveKeyRefused])
def test_every_trouble_with_the_archive_is_expected(cls: type[ArchiveError]) -> None:
    """One exit code and one cause for all of them, none that of a bug, and always something to do."""
    error = cls("It cannot be used.")
    assert (exit_code(error), failure_of(error)) == (ARCHIVE_LOCKED, Failure.HERE)
    assert error.hint


def test_interrupted_send() -> None:
    """Ctrl+C while the phone, which has taken the connection, takes its time: 130, and no traceback."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(DEADLINE_S)
        words = ("send", "+15550100", "-m", "hi", "--yes")
        with (
            started("--phone", f"tcp:127.0.0.1:{silent.getsockname()[1]}", *words) as process,
            silent.accept()[0],
        ):
            process.send_signal(signal.SIGINT)
            out, error = process.communicate(timeout=DEADLINE_S)
    assert (process.returncode, out, error) == (130, "", "")


def test_demo_ends_with_its_scenario() -> None:
    """Without a screen the demo is lines of JSON, from a greeting to the counts at the scenario's end."""
    done = run("demo", "--headless", "--scenario", "codes", "--speed", "600", "--seconds", "25")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert (done.returncode, done.stderr) == (0, "")
    assert (lines[0]["type"], lines[-1]["type"], lines[-1]["reason"]) == ("hello", "end", "scenario")
    assert sum(lines[-1]["counts"].values()) == lines[-1]["events"] == len(lines) - 2
    assert all(line["v"] == 1 and "rev" in line and "at" in line for line in lines)
    assert lines[-1]["counts"]["message"] > 0


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["act", "9-9", "positive"], 2, "No notification has this id"),
        (["read", "Nobody"], 2, "No conversation is called that"),
        (["--phone", "nonsense", "threads"], 2, "names no phone"),
        (["messages", "Lena"], 0, ""),
    ],
)
def test_other_commands(words: list[str], code: int, said: str) -> None:
    """Words that fit nothing are exit 2, whatever the command."""
    phone = () if words[0] == "--phone" else ("--phone", "virtual:family-groups")
    done = run(*phone, *words)
    assert done.returncode == code, done
    assert said in done.stderr


def test_phone_that_begins_to_refuse() -> None:
    """Told over stdin, a simulated phone refuses one text and takes the next."""
    with simulated("--scenario", "first-day") as (phone, spec):
        assert phone.stdin is not None
        phone.stdin.write('{"act":"fault","fault":"refuse_push*1"}\n')
        phone.stdin.flush()
        until(phone, act="fault")
        codes = [run("--phone", spec, "send", "ben", "-m", "hi", "--yes").returncode for _ in range(2)]
    assert codes == [5, 0]


@contextmanager
def simulated(*words: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A phone in a process of its own, and the words that reach it."""
    listen = ("--listen", "127.0.0.1:0")
    with held_port() as mns, started("simulate", *listen, "--mns", f"127.0.0.1:{mns}", *words) as phone:
        assert phone.stdout is not None
        where = json.loads(phone.stdout.readline())
        pbap = where["pbap"].rpartition(":")[2]
        yield phone, f"tcp:{where['mas']},pbap={pbap},mns={mns}"
        phone.terminate()
        phone.communicate(timeout=DEADLINE_S)


@contextmanager
def held_port() -> Iterator[int]:
    """A port at which a relay may listen, and which nobody is given meanwhile."""
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


def until(process: subprocess.Popen[str], **facts: Any) -> dict[str, Any]:
    """The next line of JSON with these facts."""
    assert process.stdout is not None
    for line in process.stdout:
        told: dict[str, Any] = json.loads(line)
        if facts.items() <= told.items():
            return told
    raise AssertionError(f"never said {facts}")


def until_caught_up(tail: subprocess.Popen[str]) -> None:
    """The texts that were there are listed: what comes now is live. For a tail that tells from the begin."""
    assert tail.stdout is not None
    for line in tail.stdout:
        told: dict[str, Any] = json.loads(line)
        if told["type"] == "link" and told["capabilities"]["messages"]["caught_up"]:
            return
    raise AssertionError("never caught up")


def test_simulated_phone_over_tcp() -> None:
    """A phone in another process: texts go there, and what it is told to do arrives here."""
    with simulated("--scenario", "first-day") as (phone, spec):
        done = run("--phone", spec, "send", "ben", "-m", "over TCP")
        assert (done.returncode, done.stdout) == (0, "Accepted by the phone, for Ben Okafor.\n"), done
        assert until(phone, type="pushed") == {
            "v": 1,
            "type": "pushed",
            "to": ["+15550101"],
            "text": "over TCP",
        }
        with started("--phone", spec, "tail", "--json", "--since", "0") as tail:
            until_caught_up(tail)
            assert phone.stdin is not None
            phone.stdin.write('{"act":"text","from":"+15550101","text":"from afar"}\n')
            phone.stdin.flush()
            told = until(tail, type="message", text="from afar")
            assert (told["direction"], told["sender"]["value"]) == ("incoming", "+15550101")
            tail.send_signal(signal.SIGINT)
            _, error = tail.communicate(timeout=DEADLINE_S)
        assert (tail.returncode, error) == (130, "")
