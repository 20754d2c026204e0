"""Do the reading commands print what is known, for people and for scripts?"""

from __future__ import annotations

import attrs
import pytest

from phonelink_tui.domain.call import Call, CallKind
from phonelink_tui.domain.limitations import LimitKind, make_limitation
from phonelink_tui.domain.message import Audience
from phonelink_tui.domain.phone import Capability, CapabilityState, DownReason, LinkPhase
from phonelink_tui.domain.text import clean_line
from phonelink_tui.domain.thread import Thread
from phonelink_tui.errors import BluetoothUnavailable
from phonelink_tui.ipc.values import from_json
from tests.cli.conftest import Phonelink, objects
from tests.ipc import samples
from tests.ipc.fake_relay import FakeRelay


def test_threads_as_json_are_threads(phonelink: Phonelink, fake: FakeRelay) -> None:
    """Each line is one versioned object that reads back as the thread."""
    result = phonelink("threads", "--json")
    assert result.exit_code == 0
    assert [(line["v"], line["type"]) for line in objects(result)] == [(1, "thread")] * 3
    assert tuple(from_json(line, Thread) for line in objects(result)) == fake.current.threads


def test_threads_for_people_are_rows(phonelink: Phonelink, fake: FakeRelay) -> None:
    """Without a terminal a row is one line with tabs; a group is marked, and what may be one is asked about."""
    lines = phonelink("threads").stdout.splitlines()
    assert lines[0].split("\t")[:2] == [samples.ALICE_THREAD, "Alice"]
    assert "group" in lines[2].split("\t")
    unknown = attrs.evolve(fake.current.threads[0], audience=Audience.UNKNOWN)
    fake.current = attrs.evolve(fake.current, threads=(unknown,))
    assert phonelink("threads").stdout.split("\t")[2] == "group or private?"


@pytest.mark.parametrize("words", [samples.ALICE_THREAD, "alice", "+15550100", "ali"])
def test_messages_takes_id_name_and_number(phonelink: Phonelink, words: str) -> None:
    """A conversation is found by what a person has at hand."""
    result = phonelink("messages", words, "--json", "--limit", "2")
    assert [line["text"] for line in objects(result)] == ["text 1", "text 2"]
    assert {line["thread"] for line in objects(result)} == {samples.ALICE_THREAD}


def test_messages_for_people_begin_with_the_limits(phonelink: Phonelink) -> None:
    """Above the texts stands what cannot be known of this conversation."""
    lines = phonelink("messages", "Alice").stdout.splitlines()
    assert lines[0].startswith("— History here starts")
    assert lines[-1].split("\t")[1:3] == ["Alice", "text 2"]


def test_unknown_conversation_is_usage(phonelink: Phonelink) -> None:
    """A wrong name is exit 2, with the command that lists the right ones."""
    result = phonelink("messages", "Zoe")
    assert result.exit_code == 2
    assert "phonelink threads" in result.stderr
    assert result.stdout == ""


def test_other_lists(phonelink: Phonelink, fake: FakeRelay) -> None:
    """Contacts, calls, notifications, search and limits each print their kind of object."""
    call = Call(CallKind.MISSED, samples.ALICE, clean_line("Alice"), samples.NOON)
    fake.current = attrs.evolve(fake.current, calls=(call,))
    for words, kind, count in (
        (("contacts",), "contact", 2),
        (("calls",), "call", 1),
        (("notifications",), "notification", 1),
        (("search", "text 1"), "message", 3),
    ):
        lines = objects(phonelink(*words, "--json"))
        assert [line["type"] for line in lines] == [kind] * count
        assert phonelink(*words).stdout.count("\n") == count


def test_limits_are_those_of_app_and_threads(phonelink: Phonelink) -> None:
    """Every limit in force is listed, with its class and whose it is."""
    lines = objects(phonelink("limits", "--json"))
    kinds = {line["kind"] for line in lines}
    assert {"not-kept", "history-start", "one-sided", "group-read-only"} <= kinds
    assert all(line["class"] and line["whose"] for line in lines)


def test_status_says_how_it_stands_and_is_no_error(phonelink: Phonelink) -> None:
    """`status` is for the times when nothing works."""
    result = phonelink("status")
    assert result.exit_code == 0
    assert "Test iPhone, battery 81 %" in result.stdout
    assert "messages: ready" in result.stdout
    assert objects(phonelink("status", "--json"))[0]["phone"]["capabilities"]["messages"]["phase"] == "ready"


def away(fake: FakeRelay) -> None:
    """The phone is out of range and nothing is known of it."""
    state = CapabilityState(
        Capability.MESSAGES, LinkPhase.WAITING, samples.NOON, DownReason.OUT_OF_RANGE, "No answer."
    )
    phone = attrs.evolve(fake.current.phone, capabilities={Capability.MESSAGES: state})
    limit = make_limitation(LimitKind.PHONE_AWAY, evidence="messages: out_of_range")
    fake.current = attrs.evolve(fake.current, phone=phone, threads=(), contacts=(), limitations=(limit,))


def test_nothing_known_and_no_phone_is_not_connected(phonelink: Phonelink, fake: FakeRelay) -> None:
    """An empty list for want of a connection is exit 3 and says why, not an empty success."""
    away(fake)
    result = phonelink("threads")
    assert result.exit_code == 3
    assert "not connected (out of range)" in result.stderr
    assert "out of reach" in result.stderr
    assert phonelink("status").exit_code == 0


def test_relay_that_cannot_open_is_told(phonelink: Phonelink, fake: FakeRelay) -> None:
    """The relay's own sentence and hint are what the person reads."""
    fake.failure = BluetoothUnavailable("There is no adapter.", "Plug one in.")
    result = phonelink("threads")
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr.splitlines() == ["There is no adapter.", "Plug one in."]


def test_phone_is_chosen_by_spec(phonelink: Phonelink) -> None:
    """`--phone` names the phone that is opened, and a wrong one is exit 2."""
    assert phonelink("--phone", "virtual:x?seed=3", "status").exit_code == 0
    assert str(phonelink.opened[-1]) == "virtual:x?seed=3"
    assert phonelink("--phone", "carrier-pigeon", "status").exit_code == 2


def test_bug_shows_no_private_text(phonelink: Phonelink, fake: FakeRelay) -> None:
    """An unexpected exception is exit 1 and one line; its words stay off the terminal and out of the log."""

    def buggy(spec: object, paths: object, wish: object) -> object:
        raise ZeroDivisionError("Alice: dinner at eight?")

    result = phonelink("threads", open_relay=buggy)
    assert result.exit_code == 1
    assert "ZeroDivisionError" in result.stderr
    assert phonelink.paths.state_dir is not None
    log = (phonelink.paths.state_dir / "phonelink.log").read_text()
    assert "ZeroDivisionError at" in log
    for text in (result.output, log):
        assert "dinner" not in text
        assert "Traceback" not in text


def test_hostile_text_cannot_act_on_the_terminal(phonelink: Phonelink, fake: FakeRelay) -> None:
    """Even text that skipped every gate before is harmless on stdout."""
    raw = samples.text(3)
    object.__setattr__(raw, "text", "\x1b]0;pwned\x07\n\u202egnp\tx")
    fake.texts[samples.ALICE_THREAD] = [raw]
    out = phonelink("messages", "Alice").stdout
    assert "pwned" in out
    assert not set("\x1b\x07\u202e") & set(out)
    assert len(out.splitlines()[-1].split("\t")) == 4
