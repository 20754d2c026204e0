"""Is the history on disk looked at, unlocked, cut, exported and erased as the commands say? As processes."""

from __future__ import annotations

import asyncio
import json
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.composition.terminal_process import on_terminal
from tests.end_to_end.test_command_line import run, simulated, started, until
from tests.end_to_end.test_shared_relay import relay, status

pytestmark = pytest.mark.timeout(240)
"""Up to twenty processes one after another: a minute on a machine with nothing else to do would be too near."""

PASSPHRASE = "correct horse battery staple"


@pytest.fixture
def phone() -> Iterator[str]:
    """A phone on TCP, as `--phone` names it."""
    with simulated("--scenario", "first-day") as (_, spec):
        yield spec


@pytest.fixture
def key_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A key file that every process here is given."""
    path = tmp_path / "key"
    path.write_bytes(b"0123456789abcdef")
    path.chmod(0o600)
    monkeypatch.setenv("PHONELINK_KEY_FILE", str(path))
    return path


def kept(phone: str) -> None:
    """Let a relay read the phone and keep it."""
    assert run("--phone", phone, "threads").returncode == 0
    sent = run("--phone", phone, "send", "ben", "-m", "From me, kept")
    assert sent.returncode == 0, sent


def archive(phone: str, *words: str) -> subprocess.CompletedProcess[str]:
    return run("--phone", phone, "archive", *words)


def told(phone: str, *words: str) -> dict[str, Any]:
    done = archive(phone, "info", "--json", *words)
    assert done.returncode == 0, done
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.usefixtures("key_file")
def test_info_export_prune_erase(phone: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counts, a sound file, an export that says that it is partial, a prune with its numbers, and then nothing."""
    assert told(phone)["exists"] is False
    kept(phone)
    facts = told(phone, "--check")
    assert (facts["key"], facts["cipher"], facts["problems"]) == ("file", "ChaCha20-Poly1305", [])
    assert facts["messages"] > 3
    assert facts["retention"] == "forever"

    out = tmp_path / "texts.jsonl"
    assert archive(phone, "export", "--out", str(out)).returncode == 0
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert lines[0]["partial"] is True
    texts = [line for line in lines if line["type"] == "message"]
    assert len(texts) == lines[0]["texts"] == facts["messages"]
    assert "From me, kept" in {text["text"] for text in texts}
    before = out.read_bytes()
    again = archive(phone, "export", "--out", str(out))
    assert (again.returncode, out.read_bytes()) == (2, before)
    one = archive(phone, "export", "--out", "-", "--format", "html", "--thread", "Ben Okafor")
    assert "From me, kept" in one.stdout
    assert "Alice" not in one.stdout
    assert archive(phone, "export", "--format", "mbox").stdout.startswith("From phonelink ")

    assert archive(phone, "prune").returncode == 2
    assert archive(phone, "prune", "--keep", "1").returncode == 4
    would = archive(phone, "prune", "--keep", "1", "--dry-run")
    assert "would go" in would.stdout
    assert told(phone)["messages"] == facts["messages"]
    assert archive(phone, "prune", "--keep", "1", "--yes").returncode == 0
    assert told(phone)["messages"] == facts["threads"]

    monkeypatch.delenv("PHONELINK_KEY_FILE")
    for words in (["info"], ["export"], ["prune", "--keep", "1", "--yes"]):
        locked = archive(phone, *words)
        assert locked.returncode == 8, (words, locked)
        assert len(locked.stderr.splitlines()) == 2
    assert archive(phone, "erase").returncode == 4
    erased = archive(phone, "erase", "--yes")
    assert erased.returncode == 0
    assert "Its key was erased first" in erased.stdout
    assert told(phone)["exists"] is False
    assert "nothing to erase" in archive(phone, "erase").stdout


@pytest.mark.usefixtures("key_file")
def test_what_a_relay_has_open_is_read_and_not_cut(phone: str) -> None:
    """Info and export work beside it; prune and erase are refused, and say what to do."""
    with relay(phone):
        assert run("threads").returncode == 0
        assert json.loads(run("archive", "info", "--json").stdout)["open_in_relay"] is True
        assert run("archive", "export").returncode == 0
        for words in (["prune", "--keep", "0", "--yes"], ["erase", "--yes"]):
            refused = run("archive", *words)
            assert refused.returncode == 8
            assert "relay stop" in refused.stderr


@pytest.mark.usefixtures("key_file")
def test_options_of_a_relay_that_runs_already() -> None:
    """A client's --key-file and --no-history are of no effect on it: one line says so, and the command works."""
    with relay("virtual:first-day"):
        quiet = run("threads")
        assert (quiet.returncode, quiet.stderr) == (0, "")
        told = run("--no-history", "--key-file", "key", "threads")
        assert told.returncode == 0
        assert told.stderr.splitlines() == [
            "This relay runs already: no effect of --key-file and --no-history; `phonelink relay run` takes them."
        ]


def test_the_credential_of_a_unit(phone: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`phonelink.key` where systemd puts credentials is the key, and the unit may write where the archive is."""
    unit = run("relay", "install", "--phone", phone, "--print").stdout
    writable = [Path(line.split("=-")[1]) for line in unit.splitlines() if line.startswith("ReadWritePaths=")]
    at = Path(told(phone)["path"])
    assert any(at.is_relative_to(path) for path in writable)
    assert "LoadCredential=phonelink.key:" in unit
    credential = tmp_path / "phonelink.key"
    credential.write_bytes(b"0123456789abcdef")
    credential.chmod(0o400)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    with relay(phone):
        assert run("threads").returncode == 0
        assert "Nothing is kept" not in run("limits").stdout
        facts = json.loads(run("archive", "info", "--json").stdout)
        assert (facts["key"], facts["open_in_relay"]) == ("file", True)


def test_unlocking_a_running_relay(phone: str) -> None:
    """A passphrase, typed twice when new, opens the history of the relay that runs; a wrong one changes nothing; a
    later relay begins without, shows the limit, and is unlocked; its clients stay."""
    with relay(phone):
        assert run("send", "ben", "-m", "Before the key").returncode == 0
        assert "Nothing is kept" in run("limits").stdout
        locked = run("archive", "unlock")
        assert locked.returncode == 8
        with tail() as reader:
            new = (("New passphrase:", PASSPHRASE), ("The same again", PASSPHRASE))
            code, written = asyncio.run(typed(*new))
            assert code == 0, written
            assert PASSPHRASE not in written
            assert "kept from now on" in " ".join(written.split())
            until(reader, type="resync")
        assert "Nothing is kept" not in run("limits").stdout
        assert "Before the key" in run("search", "Before the key").stdout
        assert run("send", "ben", "-m", "After the key").returncode == 0
        assert run("relay", "stop").returncode == 0
    assert archive(phone, "info").returncode == 8
    with relay(phone):
        assert status()["clients"] == 1
        assert "History is locked: `phonelink archive unlock` opens it." in run("limits").stdout
        for words, code in (("wrong", 8), (PASSPHRASE, 0)):
            ended, written = asyncio.run(typed(("Passphrase of the archive:", words)))
            assert ended == code, written
        found = run("search", "the key")
        assert "Before the key" in found.stdout
        assert "After the key" in found.stdout


@contextmanager
def tail() -> Iterator[subprocess.Popen[str]]:
    """A client that reads events."""
    with started("tail", "--json") as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["type"] == "hello"
        yield process


async def typed(*answers: tuple[str, str]) -> tuple[int, str]:
    """`archive unlock` on a terminal: its exit code, and all that it wrote."""
    async with on_terminal("archive", "unlock") as terminal:
        for question, answer in answers:
            await terminal.until(question)
            terminal.type(answer)
        return await terminal.ended(), terminal.written
