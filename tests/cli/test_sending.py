"""Does `send` say truthfully what became of a text, in words and in its exit code?"""

from __future__ import annotations

from collections.abc import Callable

import attrs
import pytest

from phonelink_tui.cli.exit_codes import exit_code
from phonelink_tui.cli.outcomes import failed
from phonelink_tui.domain.address import Address, AddressKind
from phonelink_tui.domain.events import CommandChanged, CommandState, Event, MessageChanged, Resync
from phonelink_tui.domain.failure import Failure
from phonelink_tui.domain.message import DeliveryState
from phonelink_tui.domain.phone import LinkPhase
from phonelink_tui.domain.text import clean
from phonelink_tui.domain.thread import ThreadId
from phonelink_tui.errors import (
    AncsRefused,
    DeadlineExceeded,
    IpcError,
    LinkLost,
    NotConnected,
    ObexRefused,
    PhonelinkError,
    RemoteProtocolError,
    SendRefused,
    UnknownNotification,
    UnknownThread,
)
from phonelink_tui.relay.api import Ask, CancelText, Command, ReadOn, SendText, StopReading
from phonelink_tui.relay.failures import failure_of
from tests.cli.conftest import Phonelink
from tests.ipc import samples
from tests.ipc.fake_relay import FakeRelay, accepted, own_text


def sent(fake: FakeRelay) -> list[SendText]:
    return [command for command in fake.commands if isinstance(command, SendText)]


def ladder(*states: DeliveryState) -> Callable[[Command], tuple[Event, ...]]:
    """Outcomes of a relay whose texts go through these states; texts are taken back while they are QUEUED."""

    def outcomes(command: Command) -> tuple[Event, ...]:
        if not isinstance(command, SendText):
            taken = isinstance(command, CancelText) and states[-1] is DeliveryState.QUEUED
            return (CommandChanged(command.id, CommandState.DONE if taken else CommandState.FAILED),)
        text = own_text(command)
        steps = [MessageChanged(attrs.evolve(text, state=state)) for state in states]
        return (*steps[:1], CommandChanged(command.id, CommandState.DONE, message=text.id), *steps[1:])

    return outcomes


def asks(command: Command) -> tuple[Event, ...]:
    """A guard that asks before a first text."""
    assert isinstance(command, SendText)
    if command.confirmed == {Ask.NEW_RECIPIENT}:
        return accepted(command)
    return (CommandChanged(command.id, CommandState.ASKS, ("new_recipient",), "A new recipient. Send it?"),)


def refuses(command: Command) -> tuple[Event, ...]:
    return (
        CommandChanged(command.id, CommandState.REFUSED, ("group",), "Not into a group.", "Use the phone."),
    )


def test_text_is_accepted(phonelink: Phonelink, fake: FakeRelay) -> None:
    """A name finds the private conversation, and success is said as what it is: accepted by the phone."""
    result = phonelink("send", "alice", "-m", "on my way")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "Accepted by the phone, for Alice.\n"
    (command,) = sent(fake)
    assert (command.text, command.recipient, command.thread) == (
        "on my way",
        "+15550100",
        samples.ALICE_THREAD,
    )
    assert (command.dry_run, command.hold) == (False, False)


@pytest.mark.parametrize(
    "words",
    [
        ["send", "bob\udcff@example.com", "-m", "hi", "--yes"],
        ["send", "ann\ufffd@example.com", "-m", "hi", "--yes"],
        ["send", "alice", "-m", "caf\udce9"],
        ["reply", "--last", "--yes", "-m", "caf\udce9"],
    ],
    ids=["recipient", "replaced", "text", "reply"],
)
def test_argument_that_is_no_utf8_is_refused(phonelink: Phonelink, fake: FakeRelay, words: list[str]) -> None:
    """What is sent is what was written, to whom it was written, or nothing."""
    result = phonelink(*words)
    assert (result.exit_code, fake.commands) == (2, [])
    assert "not UTF-8; nothing was sent" in result.stderr


def test_text_comes_from_stdin(phonelink: Phonelink, fake: FakeRelay) -> None:
    """Without -m the text is what is piped in, less its last line end."""
    assert phonelink("send", "+1 555 0199", text="two\nlines\n").exit_code == 0
    (command,) = sent(fake)
    assert (command.text, command.recipient, command.thread) == ("two\nlines", "+1 555 0199", None)


@pytest.mark.parametrize(
    ("to", "code", "words"),
    [
        ("carol jones", 6, "+15550111 (Carol Jones) or +15550112"),
        ("Zoe", 2, "Nobody known"),
        ("Family", 4, "would not reach the group"),
        ("fam", 4, "would not reach the group"),
        ("PARCELS", 4, "a name is not an address"),
        ("Dana", 4, "a name is not an address"),
    ],
)
def test_recipient_is_one_person_or_nobody(
    phonelink: Phonelink, fake: FakeRelay, to: str, code: int, words: str
) -> None:
    """Two numbers are listed, not guessed between; a group and a name without an address are refused, and say why."""
    parcels = attrs.evolve(
        samples.thread(ThreadId("t-parcels"), "PARCELS", "PARCELS"),
        address=Address(clean("PARCELS"), AddressKind.ALPHANUMERIC, "name:PARCELS"),
    )
    dana = samples.notification(2, app_id="com.apple.MobileSMS", title=clean("Dana"))
    fake.current = attrs.evolve(
        fake.current,
        threads=(*fake.current.threads, parcels),
        notifications=(*fake.current.notifications, dana),
    )
    result = phonelink("send", to, "-m", "x")
    assert (result.exit_code, fake.commands) == (code, [])
    assert words in result.stderr


def test_ask_without_a_terminal_is_refused_with_the_question(phonelink: Phonelink, fake: FakeRelay) -> None:
    """A script is told what was asked, and nothing is sent."""
    fake.outcomes = asks
    result = phonelink("send", "+15550199", "-m", "x")
    assert result.exit_code == 4
    assert result.stderr.splitlines()[0] == "A new recipient. Send it?"
    assert [command.confirmed for command in sent(fake)] == [frozenset()]


def test_yes_answers_what_is_asked(phonelink: Phonelink, fake: FakeRelay) -> None:
    """--yes confirms exactly what was asked, under the same id."""
    fake.outcomes = asks
    assert phonelink("send", "+15550199", "-m", "x", "--yes").exit_code == 0
    first, second = sent(fake)
    assert second == attrs.evolve(first, confirmed=frozenset({Ask.NEW_RECIPIENT}))


def test_yes_does_not_answer_a_refusal(phonelink: Phonelink, fake: FakeRelay) -> None:
    """What the guard refuses stays refused."""
    fake.outcomes = refuses
    result = phonelink("send", "alice", "-m", "x", "--yes")
    assert result.exit_code == 4
    assert result.stderr.splitlines() == ["Not into a group.", "Use the phone."]


def test_explain_sends_nothing(phonelink: Phonelink, fake: FakeRelay) -> None:
    """--explain asks for the decision only."""
    result = phonelink("send", "alice", "-m", "x", "--explain")
    assert (result.exit_code, result.stdout) == (0, "It would be sent.\n")
    assert [command.dry_run for command in sent(fake)] == [True]
    fake.outcomes = refuses
    assert phonelink("send", "alice", "-m", "x", "--explain").exit_code == 4


QUEUED, LEFT = DeliveryState.QUEUED, DeliveryState.HANDED_OVER


@pytest.mark.parametrize(
    ("states", "code", "words"),
    [
        ((QUEUED, LEFT, DeliveryState.FAILED), 5, "certainly not sent"),
        ((QUEUED, LEFT, DeliveryState.UNKNOWN), 9, "may have been sent"),
        ((QUEUED,), 7, "certainly not sent"),
        ((QUEUED, LEFT, DeliveryState.DELIVERED), 0, ""),
    ],
    ids=["refused", "unknown", "timed out", "delivered"],
)
def test_exit_code_tells_whether_it_left(
    phonelink: Phonelink, fake: FakeRelay, states: tuple[DeliveryState, ...], code: int, words: str
) -> None:
    """Not sent and perhaps sent are told apart, and a text that waits too long is taken back."""
    fake.outcomes = ladder(*states)
    result = phonelink("send", "alice", "-m", "x", "--timeout", "0.2")
    assert result.exit_code == code
    assert words in result.stderr
    assert any(isinstance(command, CancelText) for command in fake.commands) is (code == 7)


def test_text_on_its_way_at_the_deadline_is_unknown(
    phonelink: Phonelink, fake: FakeRelay, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A text that has left is never called unsent, and never taken back."""
    monkeypatch.setattr("phonelink_tui.cli.sending.CANCEL_S", 0.2)
    fake.outcomes = ladder(QUEUED, LEFT)
    result = phonelink("send", "alice", "-m", "x", "--timeout", "0.2")
    assert result.exit_code == 9
    assert not any(isinstance(command, CancelText) for command in fake.commands)


def test_taking_back_without_an_answer_is_unknown(
    phonelink: Phonelink, fake: FakeRelay, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A text that waits is asked back; while the relay does not say that it did so, the text may still go out."""
    monkeypatch.setattr("phonelink_tui.cli.sending.CANCEL_S", 0.2)
    waits = ladder(QUEUED)

    def silent(command: Command) -> tuple[Event, ...]:
        return () if isinstance(command, CancelText) else waits(command)

    fake.outcomes = silent
    result = phonelink("send", "alice", "-m", "x", "--timeout", "0.2")
    assert result.exit_code == 9
    assert "may have been sent" in result.stderr
    assert any(isinstance(command, CancelText) for command in fake.commands)


def test_relay_that_dies_after_the_command_is_unknown(phonelink: Phonelink, fake: FakeRelay) -> None:
    """Once the command has left, a dead relay is no proof that the text did not."""

    def dies(command: Command) -> tuple[Event, ...]:
        fake.end()
        return ()

    fake.outcomes = dies
    assert phonelink("send", "alice", "-m", "x").exit_code == 9


def forgetful(fake: FakeRelay, end: DeliveryState, *, told: int) -> Callable[[Command], tuple[Event, ...]]:
    """A relay whose events are lost after so many; its snapshot and its pages know how the text ended."""

    def outcomes(command: Command) -> tuple[Event, ...]:
        assert isinstance(command, SendText)
        text = attrs.evolve(own_text(command), state=end)
        done = CommandChanged(command.id, CommandState.DONE, message=text.id)
        if len(sent(fake)) > 1:
            return (done,)
        if end in (DeliveryState.FAILED, DeliveryState.UNKNOWN):
            fake.current = attrs.evolve(fake.current, failed=(text,))
        else:
            fake.texts[samples.ALICE_THREAD].append(text)
        return (*(done, MessageChanged(attrs.evolve(text, state=QUEUED)))[:told], Resync())

    return outcomes


@pytest.mark.parametrize("told", [0, 1, 2])
@pytest.mark.parametrize(
    ("end", "code"), [(DeliveryState.ACCEPTED, 0), (DeliveryState.FAILED, 5), (DeliveryState.UNKNOWN, 9)]
)
def test_lost_events_are_made_up_for(
    phonelink: Phonelink, fake: FakeRelay, end: DeliveryState, code: int, told: int
) -> None:
    """After a Resync the relay is asked what became of the text; its command comes again under the same id."""
    fake.outcomes = forgetful(fake, end, told=told)
    result = phonelink("send", "alice", "-m", "x", "--timeout", "5")
    assert (result.exit_code, "said no more" in result.stderr) == (code, False)
    assert len({command.id for command in sent(fake)}) == 1
    assert len(sent(fake)) == (1 if told else 2)


def test_another_run_of_the_relay_is_not_given_the_text_again(phonelink: Phonelink, fake: FakeRelay) -> None:
    """It may not know the id: the text could go out twice."""

    def exchanged(command: Command) -> tuple[Event, ...]:
        fake.current = attrs.evolve(fake.current, epoch="0ther")
        return (Resync(),)

    fake.outcomes = exchanged
    assert phonelink("send", "alice", "-m", "x", "--timeout", "0.2").exit_code == 9
    assert len(sent(fake)) == 1


def test_lost_outcome_of_a_read_mark_is_asked_for_again(phonelink: Phonelink, fake: FakeRelay) -> None:
    """Said twice it does no harm."""

    def lost_at_first(command: Command) -> tuple[Event, ...]:
        return (Resync(),) if len(fake.commands) == 1 else accepted(command)

    fake.outcomes = lost_at_first
    assert phonelink("read", "Alice").exit_code == 0
    assert len(fake.commands) == 2


def test_button_is_not_pressed_twice(
    phonelink: Phonelink, fake: FakeRelay, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What came of it is unknown where the events are missing, and not called timed out."""
    monkeypatch.setattr("phonelink_tui.cli.acting.OUTCOME_S", 0.2)
    fake.outcomes = lambda command: (Resync(),)
    assert phonelink("act", "1-1", "positive").exit_code == 9
    assert len(fake.commands) == 1


def test_phone_away_is_not_connected(phonelink: Phonelink, fake: FakeRelay) -> None:
    """Without messages nothing is handed over: exit 3, and certainly not sent."""
    states = {
        capability: attrs.evolve(state, phase=LinkPhase.WAITING)
        for capability, state in fake.current.phone.capabilities.items()
    }
    fake.current = attrs.evolve(fake.current, phone=attrs.evolve(fake.current.phone, capabilities=states))
    assert phonelink("send", "alice", "-m", "x").exit_code == 3
    assert fake.commands == []


def test_act_presses_the_button(phonelink: Phonelink, fake: FakeRelay) -> None:
    """`act` presses exactly this button of exactly this notification, and says its label."""
    assert phonelink("act", "1-1", "positive").stdout == "Pressed: Track.\n"
    assert phonelink("act", "1-1", "negative").exit_code == 4
    assert phonelink("act", "9-9", "positive").exit_code == 2
    assert phonelink("act", "1-1", "maybe").exit_code == 2
    assert len(fake.commands) == 1


def test_reading_is_stopped_and_gone_on_with(phonelink: Phonelink, fake: FakeRelay) -> None:
    """`reading stop|on` says what it did; nothing else is a wish."""
    assert "phonelink reading on" in phonelink("reading", "stop").stdout
    assert phonelink("reading", "on").stdout == "Reading on.\n"
    assert [type(command) for command in fake.commands] == [StopReading, ReadOn]
    assert phonelink("reading", "maybe").exit_code == 2


def test_read_marks_the_conversation(phonelink: Phonelink, fake: FakeRelay) -> None:
    """`read` marks by name."""
    assert phonelink("read", "Alice").exit_code == 0


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (Failure.NOT_CONNECTED, 3),
        (Failure.HERE, 4),
        (Failure.BY_PHONE, 5),
        (None, 5),
        (Failure.TIMED_OUT, 7),
        (Failure.GONE, 2),
        (Failure.BUG, 1),
    ],
)
def test_exit_code_tells_the_cause_of_a_failure(
    phonelink: Phonelink, fake: FakeRelay, failure: Failure | None, code: int
) -> None:
    """A command that failed, and a text that failed, exit with the code of the cause, in the relay's words."""

    def fails(command: Command) -> tuple[Event, ...]:
        return (CommandChanged(command.id, CommandState.FAILED, (), "No.", "Why.", failure=failure),)

    def text_fails(command: Command) -> tuple[Event, ...]:
        assert isinstance(command, SendText)
        text = attrs.evolve(own_text(command), state=DeliveryState.FAILED, detail="No.", failure=failure)
        done = CommandChanged(command.id, CommandState.DONE, message=text.id)
        return (done, MessageChanged(text))

    fake.outcomes = fails
    result = phonelink("read", "Alice")
    assert (result.exit_code, result.stderr) == (code, "No.\nWhy.\n")
    fake.outcomes = text_fails
    result = phonelink("send", "Alice", "-m", "x")
    assert (result.exit_code, result.stderr) == (code, "No.\nIt was certainly not sent.\n")


def test_every_error_class_has_a_code() -> None:
    """No expected error falls out of the table, and only bugs are 1."""
    pending = [PhonelinkError]
    while pending:
        cls = pending.pop()
        pending.extend(cls.__subclasses__())
        error = cls.__new__(cls)
        if cls.__name__ not in ("PhonelinkError", "ProtocolError", "LocalProtocolError"):
            error.__dict__["reason"] = ""
            assert exit_code(error) != 1, cls
    assert exit_code(IpcError("x")) == 3


@pytest.mark.parametrize(
    "error",
    [
        NotConnected("x"),
        LinkLost("x"),
        DeadlineExceeded("x"),
        ObexRefused(0xD3, "x"),
        AncsRefused(0xA2, "x"),
        RemoteProtocolError("x"),
        SendRefused("group", "x"),
        UnknownNotification("x"),
        UnknownThread("x"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_exit_code_survives_the_stream(error: PhonelinkError) -> None:
    """An error in the relay that reaches the command as the cause of an outcome exits as it would have itself."""
    assert exit_code(failed(failure_of(error), "x", "")) == exit_code(error)


def test_stdin_that_is_no_text_is_not_sent(phonelink: Phonelink) -> None:
    """What is sent is what was written: bytes that are no UTF-8 are refused, never mended."""
    result = phonelink("send", "+15550100", "--yes", text=b"\xff\xfe abc")
    assert result.exit_code == 2
    assert "nothing was sent" in result.stderr
    assert phonelink.fake.commands == []
