"""Does the background relay serve commands, find its clients, and end without losing a text? As processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.end_to_end.test_command_line import (
    DEADLINE_S,
    ME,
    run,
    simulated,
    started,
    until,
    until_caught_up,
)
from tests.ipc.sshd import sshd

pytestmark = pytest.mark.timeout(240)
"""Up to ten processes one after another: a minute on a busy machine would be too near."""


@contextmanager
def relay(phone: str, *words: str) -> Iterator[subprocess.Popen[str]]:
    """`phonelink relay run`, once it serves."""
    with started("relay", "run", "--phone", phone, *words) as process:
        assert process.stderr is not None
        assert any("serves at" in line for line in process.stderr)
        yield process


def status() -> dict[str, object]:
    done = run("relay", "status", "--json")
    assert done.returncode == 0, done
    told: dict[str, object] = json.loads(done.stdout)
    return told


def test_commands_find_the_background_relay() -> None:
    """Without --phone commands go to it, all of them to the same one; `stop` waits until it is gone."""
    with relay("virtual:first-day") as process:
        told = status()
        assert (told["type"], told["pid"]) == ("relay_status", process.pid)
        assert run("threads").returncode == 0
        sent = run("send", "ben", "-m", "hi from a shared relay")
        assert (sent.returncode, sent.stdout) == (0, "Accepted by the phone, for Ben Okafor.\n")
        assert "hi from a shared relay" in run("search", "shared relay").stdout
        assert run("relay", "stop").returncode == 0
        assert process.wait(1) == 0
    gone = run("relay", "status")
    assert (gone.returncode, gone.stdout) == (3, "")
    assert run("relay", "stop").returncode == 3


def test_second_relay_is_refused_in_one_line() -> None:
    """Exit 3, and the first one serves on."""
    with relay("virtual:codes"):
        second = run("relay", "run", "--phone", "virtual:codes")
        assert second.returncode == 3
        assert second.stderr.startswith("Another relay listens")
        assert status()["clients"] == 1


def test_who_attaches_and_who_does_not() -> None:
    """The embedded phone is always one's own; a phone that the relay does not have is not taken from it."""
    with relay("virtual:codes"):
        own = run("--phone", "virtual:first-day", "threads")
        assert ("Alice" in own.stdout, own.stderr) == (True, "")
        other = run("--phone", "bluez/00:11:22:33:44:55", "status")
        assert other.stderr.startswith("The background relay has another phone")
        path = str(Path(os.environ["XDG_RUNTIME_DIR"]) / "phonelink-tui" / "relay.sock")
        assert run("--relay", path, "--phone", "virtual:codes", "status").returncode == 0
        refused = run("--relay", path, "--phone", "virtual:first-day", "status")
        assert (refused.returncode, refused.stderr.startswith("This relay has another phone")) == (3, True)
        private = run("--relay", "private", "threads")
        assert (private.returncode, private.stdout) == (3, "")
        assert run("--relay", "nowhere", "threads").returncode == 2


def test_no_relay_and_no_phone() -> None:
    """What is missing is said, and nothing of a relay that could not begin."""
    assert run("threads").returncode == 3
    assert run("--relay", "/nonexistent/relay.sock", "threads").returncode == 3
    refused = run("--phone", "bluez", "threads")
    assert refused.returncode == 3
    assert "background" not in refused.stderr


def test_no_runtime_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    """A shared relay has no stand-in for it: refused with a hint; commands with a phone of their own work."""
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    refused = run("relay", "run", "--phone", "virtual")
    assert refused.returncode == 3
    assert "XDG_RUNTIME_DIR" in refused.stderr
    assert "--socket" in refused.stderr
    assert run("--phone", "virtual:codes", "status").returncode == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_push_in_flight_is_finished(number: signal.Signals) -> None:
    """A slow phone has the text half: the relay is told to end, waits for the answer, and the writer hears it."""
    with relay("virtual:first-day?fault=delay:0.05") as process:
        with tail() as lines, started("send", "ben", "-m", "in flight", "--timeout", "60") as sender:
            for line in lines:
                if line["type"] == "message" and line.get("state") == "handed_over":
                    process.send_signal(number)
                    break
            states = [
                line["state"] for line in lines if line["type"] == "message" and line["text"] == "in flight"
            ]
            out, error = sender.communicate(timeout=DEADLINE_S)
        assert process.wait(DEADLINE_S) == 0
        assert process.stderr is not None
        log = process.stderr.read()
    assert states[-1] == "accepted"
    assert (sender.returncode, out) == (0, "Accepted by the phone, for Ben Okafor.\n"), error
    assert "the relay has ended" in log
    assert "Ben" not in log
    assert "in flight" not in log


def test_what_waits_is_dropped_and_counted() -> None:
    """Texts for a phone that is away certainly do not leave; the log has their number and nothing of them."""
    with relay("virtual:first-day?fault=refuse:999") as process:
        words = ["+15550101", "-m", "never mind", "--yes", "--expires", "+1h"]
        with tail() as lines, started("send", *words) as sender:
            for line in lines:
                if line["type"] == "message" and line.get("state") == "queued":
                    process.terminate()
                    break
            out, error = sender.communicate(timeout=DEADLINE_S)
        assert process.wait(DEADLINE_S) == 0
        assert process.stderr is not None
        log = process.stderr.read()
    assert (sender.returncode, out) == (3, "")
    assert "not sent" in error
    assert "1 texts that waited were dropped" in log
    assert "never mind" not in log


@contextmanager
def tail() -> Iterator[Iterator[dict[str, str]]]:
    """The events of `tail --json`, from its greeting on."""
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [*ME, "tail", "--json"], stdout=pipe, stdin=subprocess.DEVNULL, text=True
    ) as process:
        try:
            assert process.stdout is not None
            assert json.loads(process.stdout.readline())["type"] == "hello"
            yield (json.loads(line) for line in process.stdout)
        finally:
            process.kill()


def test_expired_text_is_certainly_not_sent() -> None:
    """A phone that is away, and a text that says not after: exit 7 when the time has come."""
    with relay("virtual:first-day?fault=refuse:999"):
        words = ["+15550101", "-m", "dinner at seven?", "--yes", "--expires", "+2s", "--timeout", "1"]
        done = run("send", *words)
        assert (done.returncode, "Expired" in done.stderr) == (7, True), done
        listed = run("outbox", "--json")
        assert [json.loads(line)["state"] for line in listed.stdout.splitlines()] == ["failed"]


def test_a_text_that_gets_no_further_is_taken_back() -> None:
    """The link breaks in the middle of it, and the phone takes no other connection: exit 7, and none of it there."""
    long = "€" * 3900  # the link breaks in no other: nothing else is so long
    with simulated("--scenario", "first-day", "--fault", "drop_up:7000") as (phone, spec):
        with relay(spec), started("tail", "--json", "--since", "0") as lines:
            until_caught_up(lines)
            assert phone.stdin is not None
            phone.stdin.write('{"act":"fault","fault":"refuse:999"}\n')
            phone.stdin.flush()
            until(phone, act="fault")
            done = run("send", "ben", "-m", long, "--timeout", "5")
            until(lines, type="message", text=long, state="handed_over")
            until(lines, type="message", text=long, state="failed")
        assert (done.returncode, "taken back" in done.stderr) == (7, True), done


def test_install_shows_writes_and_explains() -> None:
    """The unit that `install` writes is the one it shows, with the words to start it."""
    shown = run("--phone", "bluez", "relay", "install", "--print")
    assert (shown.returncode, shown.stderr) == (0, "")
    done = run("relay", "install", "--phone", "bluez")
    unit = Path(os.environ["XDG_CONFIG_HOME"]) / "systemd" / "user" / "phonelink-tui.service"
    assert done.returncode == 0
    assert unit.read_text() == shown.stdout == done.stdout
    assert (
        "systemctl --user daemon-reload && systemctl --user enable --now phonelink-tui.service" in done.stderr
    )
    assert "loginctl enable-linger" in done.stderr
    state = f"XDG_STATE_HOME={os.environ['XDG_STATE_HOME']}"
    assert f"Environment={state}\n" in done.stdout
    assert f"It takes {state} along" in done.stderr


@pytest.mark.needs("/usr/sbin/sshd", "openssh-server")
def test_commands_over_ssh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--relay ssh:HOST` reads and sends through the relay there; without one, exit 3 and the command to start it."""
    with sshd(tmp_path, Path(os.environ["XDG_RUNTIME_DIR"])) as daemon:
        monkeypatch.setenv("PATH", f"{daemon.wrapper}:{os.environ['PATH']}")
        nobody = run("--relay", "ssh:desk", "threads")
        assert (nobody.returncode, nobody.stdout) == (3, "")
        assert "phonelink relay run" in nobody.stderr
        with relay("virtual:first-day"):
            assert "Alice Moreau" in run("--relay", "ssh:desk", "threads").stdout
            sent = run("--relay", "ssh:desk", "send", "ben", "-m", "from afar")
            assert (sent.returncode, sent.stdout) == (0, "Accepted by the phone, for Ben Okafor.\n")
