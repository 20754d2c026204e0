"""Does `code` print the newest one-time code and nothing else, and say in its exit code when there is none?"""

from __future__ import annotations

import base64
import json
import signal
from datetime import UTC, datetime, timedelta

import attrs
import pytest

from phonelink_tui.domain.code import OneTimeCode
from phonelink_tui.domain.phone import Capability, CapabilityState, LinkPhase
from phonelink_tui.domain.text import clean_line
from phonelink_tui.errors import IpcError
from tests.cli.conftest import Phonelink, objects
from tests.cli.test_processes import DEADLINE_S, finish, start
from tests.ipc import samples
from tests.ipc.fake_relay import FakeRelay
from tests.terminal.pty_process import PtyProcess


def code(digits: str, minutes: int = 0, origin: str = "") -> OneTimeCode:
    """A code of the parcels' app, so many minutes after noon."""
    at = samples.NOON + timedelta(minutes=minutes)
    words = (clean_line(digits), clean_line(origin), clean_line("Parcels"))
    return OneTimeCode(*words, at, at + timedelta(minutes=10), notification=samples.notification(1).id)


def knows(fake: FakeRelay, *codes: OneTimeCode) -> None:
    fake.current = attrs.evolve(fake.current, codes=codes)


def test_the_newest_code_alone(phonelink: Phonelink, fake: FakeRelay) -> None:
    """So that `$(phonelink code)` is the code; it asks the relay for leave to read and no more."""
    knows(fake, code("118204", 2), code("481920", 1))
    result = phonelink("code")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "118204\n", "")
    assert phonelink.wishes[-1].roles == {"read"}


def test_as_json(phonelink: Phonelink, fake: FakeRelay) -> None:
    """One object, of the shape of the event."""
    knows(fake, code("118204", origin="example.com"))
    assert objects(phonelink("code", "--json")) == [
        {
            "v": 1,
            "type": "code",
            "code": "118204",
            "origin": "example.com",
            "sender": "Parcels",
            "came_at": "2026-03-01T12:00:00Z",
            "expires_at": "2026-03-01T12:10:00Z",
            "message": None,
            "notification": "1-1",
        }
    ]


def test_without_a_code(phonelink: Phonelink) -> None:
    """Exit 7, a line and a hint, nothing on stdout."""
    result = phonelink("code")
    assert (result.exit_code, result.stdout) == (7, "")
    assert result.stderr.splitlines() == [
        "No one-time code came in the last ten minutes.",
        "--wait 60 waits for the next.",
    ]


@pytest.mark.parametrize("words", [["code"], ["code", "--wait", "0.2"]])
def test_without_a_phone(phonelink: Phonelink, fake: FakeRelay, words: list[str]) -> None:
    """Exit 3 where nothing is connected that could bring one."""
    away = {c: CapabilityState(c, LinkPhase.WAITING, samples.NOON) for c in Capability}
    fake.current = attrs.evolve(fake.current, phone=attrs.evolve(fake.current.phone, capabilities=away))
    result = phonelink(*words)
    assert (result.exit_code, result.stdout) == (3, "")
    assert "not connected" in result.stderr


def test_waiting_in_vain(phonelink: Phonelink, fake: FakeRelay) -> None:
    """What was there before is not waited for; exit 7."""
    knows(fake, code("118204"))
    result = phonelink("code", "--wait", "0.2")
    assert (result.exit_code, result.stdout) == (7, "")
    assert "within 0.2 s" in result.stderr


def test_a_code_that_came_while_the_relay_was_asked(phonelink: Phonelink, fake: FakeRelay) -> None:
    """The snapshot holds it already, the stream does not."""
    later = datetime.now(UTC) + timedelta(minutes=1)
    knows(fake, attrs.evolve(code("493201"), at=later), code("118204"))
    assert phonelink("code", "--wait", "5").stdout == "493201\n"


def test_a_relay_that_is_gone(phonelink: Phonelink, fake: FakeRelay) -> None:
    """Exit 3."""
    fake.failure = IpcError("The relay is gone.")
    assert phonelink("code", "--wait", "5").exit_code == 3


@pytest.mark.parametrize("words", [["--copy"], ["--copy", "--json"], ["--wait", "0"], ["--wait", "x"]])
def test_words_that_make_no_sense(phonelink: Phonelink, fake: FakeRelay, words: list[str]) -> None:
    """Exit 2 before any relay is asked: also for a clipboard without a terminal."""
    knows(fake, code("118204"))
    result = phonelink("code", *words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert phonelink.opened == []
    assert "118204" not in result.stderr


def test_waiting_as_a_process() -> None:
    """The next code ends the wait; an older one does not."""
    process = start("--phone", "virtual:codes", "code", "--wait", "30", "--json")
    (told,), error = finish(process)
    assert (process.returncode, error) == (0, "")
    assert (told["type"], told["code"]) == ("code", "118204")


def test_interrupted_wait() -> None:
    """Ctrl+C: 130, and nothing but what waits was said."""
    with PtyProcess("tests.cli.fake_phonelink", ["code", "--wait", "60"]) as process:
        process.read_until(b"Ctrl+C ends.")
        process.type(b"\x03")
        assert process.wait(limit_s=DEADLINE_S) == 130
        assert b"Traceback" not in process.output


def test_a_code_is_an_event_of_the_stream() -> None:
    """`tail --json` tells it as it comes."""
    process = start("--phone", "virtual:codes", "tail", "--json")
    assert process.stdout is not None
    for line in process.stdout:
        told = json.loads(line)
        if told["type"] == "code" and told["live"]:
            break
    process.send_signal(signal.SIGINT)
    finish(process)
    assert (told["v"], told["code"], told["live"]) == (1, "118204", True)
    assert {"rev", "at"} <= told.keys()


def test_to_the_clipboard_of_a_terminal() -> None:
    """One OSC 52 with the code, and a line that claims no more than was done."""
    words = ["--phone", "virtual:codes", "code", "--wait", "30", "--copy"]
    terminal = {"TERM": "xterm", "TMUX": "x"}
    with PtyProcess("tests.cli.fake_phonelink", words, environment=terminal) as process:
        assert process.wait(limit_s=DEADLINE_S) == 0
        shown = bytes(process.output)
    before, escape, rest = shown.decode().partition(f"\x1b]52;c;{base64.b64encode(b'118204').decode()}\x07")
    assert before == "Waiting for a code; Ctrl+C ends.\r\n"
    assert escape
    assert "Sent to your terminal. From Parcels" in rest
    assert "set-clipboard" in rest
    assert "118204" not in rest
    assert "copied" not in rest


def test_a_dumb_terminal_has_no_clipboard() -> None:
    """Its escape would be shown as rubbish."""
    words = ["code", "--copy"]
    with PtyProcess("tests.cli.fake_phonelink", words, environment={"TERM": "dumb"}) as process:
        assert process.wait(limit_s=DEADLINE_S) == 2
        assert b"\x1b" not in process.output


def test_a_person_is_told_who_sent_it() -> None:
    """At a terminal, on stderr: stdout stays the code alone."""
    words = ["--phone", "virtual:codes", "code", "--wait", "30"]
    with PtyProcess("tests.cli.fake_phonelink", words, environment={"TERM": "xterm"}) as process:
        assert process.wait(limit_s=DEADLINE_S) == 0
        _, first, second = bytes(process.output).decode().splitlines()
    assert first == "118204"
    assert second.startswith("From Parcels, ")
