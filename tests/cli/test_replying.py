"""Does `reply --last` answer exactly the one who wrote last, and say so first?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest

from phonelink_tui.domain.message import DeliveryState, Direction, MessageId
from phonelink_tui.domain.thread import ThreadId
from phonelink_tui.relay.api import CancelText, RetryText, SendText
from tests.cli.conftest import Phonelink, objects
from tests.ipc import samples
from tests.ipc.fake_relay import FakeRelay


def came(fake: FakeRelay, thread: ThreadId, ago: timedelta, number: int = 1) -> None:
    """A text came into a conversation so long ago."""
    at = datetime.now(UTC) - ago
    fake.texts[thread] = [samples.text(number, thread, at=at)]
    threads = tuple(attrs.evolve(t, last_at=at) if t.id == thread else t for t in fake.current.threads)
    fake.current = attrs.evolve(fake.current, threads=threads)


@pytest.fixture
def fake() -> FakeRelay:
    """Bob wrote an hour ago, Alice before that; the family never."""
    fake = FakeRelay()
    fake.texts = {thread.id: [] for thread in fake.current.threads}
    came(fake, samples.ALICE_THREAD, timedelta(hours=2))
    came(fake, samples.BOB_THREAD, timedelta(hours=1), 2)
    return fake


def sent(fake: FakeRelay) -> list[tuple[str, str, ThreadId | None]]:
    return [(c.text, c.recipient, c.thread) for c in fake.commands if isinstance(c, SendText)]


def test_newest_writer_is_answered(phonelink: Phonelink, fake: FakeRelay) -> None:
    """Whom it goes to is the first line."""
    result = phonelink("reply", "--last", "-m", "soon")
    assert (result.exit_code, result.stderr) == (0, "To: Bob bob@example.net\n")
    assert sent(fake) == [("soon", "bob@example.net", samples.BOB_THREAD)]
    assert [wish.roles for wish in phonelink.wishes] == [{"headers", "send"}]


def test_own_answer_does_not_make_a_thread_the_newest(phonelink: Phonelink, fake: FakeRelay) -> None:
    """What counts is what came in, not what went out."""
    ours = samples.text(9, samples.ALICE_THREAD, at=datetime.now(UTC), direction=Direction.OUTGOING)
    fake.texts[samples.ALICE_THREAD].append(ours)
    threads = [
        attrs.evolve(t, last_at=ours.at) if t.id == samples.ALICE_THREAD else t for t in fake.current.threads
    ]
    fake.current = attrs.evolve(fake.current, threads=tuple(threads))
    assert phonelink("reply", "--last", "-m", "soon").exit_code == 0
    assert sent(fake)[0][1] == "bob@example.net"


def test_text_that_only_just_came_asks(phonelink: Phonelink, fake: FakeRelay) -> None:
    """With -m the words were chosen before: somebody else may be meant, and without a terminal that is exit 4."""
    came(fake, samples.ALICE_THREAD, timedelta(seconds=1), 3)
    result = phonelink("reply", "--last", "-m", "love you too")
    assert (result.exit_code, sent(fake)) == (4, [])
    assert "Alice" in result.stderr
    assert phonelink("reply", "--last", "-m", "yes", "--yes").exit_code == 0
    assert sent(fake) == [("yes", "+15550100", samples.ALICE_THREAD)]


def test_recipient_is_frozen_while_the_answer_is_written(phonelink: Phonelink, fake: FakeRelay) -> None:
    """From stdin: who was said at the begin gets it, whoever wrote meanwhile."""
    result = phonelink("reply", "--last", text="written slowly\n")
    assert (result.exit_code, result.stderr) == (0, "To: Bob bob@example.net\n")
    assert sent(fake) == [("written slowly", "bob@example.net", samples.BOB_THREAD)]


def test_nobody_wrote(phonelink: Phonelink, fake: FakeRelay) -> None:
    """Nothing to answer is said, and `--last` must be said."""
    fake.texts = {thread: [] for thread in fake.texts}
    assert phonelink("reply", "--last", "-m", "x").exit_code == 2
    assert phonelink("reply", "-m", "x").exit_code == 2
    assert sent(fake) == []


def test_outbox_lists_cancels_and_retries(phonelink: Phonelink, fake: FakeRelay) -> None:
    """What waits and what failed lately is listed with ids that `cancel` and `retry` take; others are refused."""
    own: dict[str, Any] = {"direction": Direction.OUTGOING, "sender": None, "recipient": samples.ALICE}
    waits = samples.text(7, words="later", state=DeliveryState.QUEUED, **own)
    failed = samples.text(8, words="never", state=DeliveryState.FAILED, detail="Expired.", **own)
    fake.current = attrs.evolve(fake.current, unsettled=(waits,), failed=(failed,))
    listed = objects(phonelink("outbox", "--json"))
    assert [(each["id"], each["state"]) for each in listed] == [("m7", "queued"), ("m8", "failed")]
    assert "never · Expired." in phonelink("outbox").stdout
    assert phonelink("outbox", "cancel", "m7").exit_code == 0
    assert phonelink("outbox", "retry", "m8").exit_code == 0
    assert phonelink("outbox", "cancel", "m99").exit_code == 2
    done = [(type(command), getattr(command, "message", None)) for command in fake.commands]
    assert done == [(CancelText, MessageId("m7")), (RetryText, MessageId("m8"))]


def test_expiry_reaches_the_relay(phonelink: Phonelink, fake: FakeRelay, tmp_path: Path) -> None:
    """As a time; a wrong one sends nothing."""
    assert phonelink("send", "alice", "-m", "x", "--expires", "+2h").exit_code == 0
    (command,) = [c for c in fake.commands if isinstance(c, SendText)]
    assert command.expires_at is not None
    assert timedelta(minutes=110) < command.expires_at - datetime.now(UTC) < timedelta(minutes=121)
    assert phonelink("send", "alice", "-m", "x", "--expires", "soon").exit_code == 2
    assert len(sent(fake)) == 1
