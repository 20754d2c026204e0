"""Does a status line say counts and states, cheaply, and nothing else?"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from phonelink_tui.cli.status_line import FIELDS
from phonelink_tui.errors import IpcError, NoRelay
from phonelink_tui.ipc.about import overview
from phonelink_tui.ipc.background import background
from phonelink_tui.ipc.glance import glance
from phonelink_tui.ipc.role import Role
from phonelink_tui.ipc.shared import listening, serve_shared
from phonelink_tui.ipc.values import to_json
from tests.cli.conftest import Phonelink
from tests.ipc import samples
from tests.ipc.fake_relay import FakeRelay
from tests.ipc.hostile_relay import answering


def test_line_is_filled_in(phonelink: Phonelink) -> None:
    """Each field is a count, a state or a time; braces are doubled as everywhere."""
    result = phonelink("status", "--format", "{{{unread}}} {battery}% {messages}/{contacts} {outbox} {phone}")
    assert (result.exit_code, result.stdout) == (0, "{2} 81% ready/absent 0 Test iPhone\n")
    (wish,) = phonelink.wishes
    assert (wish.roles, wish.attach_only) == (frozenset({Role.HEADERS}), True)


@pytest.mark.parametrize(
    "words", ["{text}", "{unread.real}", "{unread!r}", "{unread:>9}", "{0}", "{", "{threads}"]
)
def test_other_fields_are_refused(phonelink: Phonelink, words: str) -> None:
    """Exit 2 with the list of fields; nothing is asked of a relay for it."""
    result = phonelink("status", "--format", words)
    assert result.exit_code == 2
    assert all(f"{{{name}}}" in result.stderr for name in FIELDS)
    assert phonelink.opened == []


def test_nothing_written_can_be_asked_for() -> None:
    """The line is seen by whoever passes: its fields are those of the overview, which has no text."""
    assert FIELDS.keys() <= to_json(overview(samples.snapshot())).keys()
    assert "hello" not in str(to_json(overview(samples.snapshot())))


async def test_glance_is_what_a_client_gets(fake: FakeRelay, tmp_path: Path) -> None:
    """The quick way and the long one see the same."""
    path = tmp_path / "run" / "relay.sock"
    with listening(path) as listener:
        async with background(serve_shared(fake, listener)):
            seen = await asyncio.to_thread(glance, str(path))
    assert seen == to_json(overview(fake.current))


def test_no_relay(tmp_path: Path) -> None:
    """Exit 3's error, and a status line that stays empty."""
    with pytest.raises(NoRelay):
        glance(str(tmp_path / "relay.sock"))


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\n",
        b"no json\n",
        b"[]\n",
        b'{"type":"error"}\n',
        b'{"type":"reply","result":7}\n',
        b"x" * 100_000,
        b'{"type":"reply","result":{"overview":[]}}\n',
        b"[" * 60_000 + b"\n",
    ],
    ids=lambda answer: repr(answer[:30]),
)
def test_relay_that_is_none(tmp_path: Path, answer: bytes) -> None:
    """Whatever listens there, it is one line and no traceback, in time."""
    with answering(tmp_path / "s", answer), pytest.raises(IpcError):
        glance(str(tmp_path / "s"), 0.5)


def test_little_is_imported() -> None:
    """A line that is asked for every few seconds loads neither asyncio nor the converters."""
    code = (
        "import sys; from phonelink_tui.cli import app, status_line; "
        "print([m for m in ('asyncio', 'cattrs', 'textual', 'bleak') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "[]\n"
