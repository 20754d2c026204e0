"""Is the right text sent to the right person when keys come in one burst? Each case is a single write to a pty."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.terminal.pty_process import READY, PtyProcess

ENTER, CTRL_J, CTRL_DOWN, TAB, ESC, PAGE_UP, ALT_A = (
    *(b"\r", b"\n", b"\x1b[1;5B", b"\t", b"\x1b", b"\x1b[5~", b"\x1ba"),
)
BACKSPACE, LEFT, END, CTRL_U, F5, F8, F9 = (
    *(b"\x7f", b"\x1b[D", b"\x1b[F", b"\x15", b"\x1b[15~", b"\x1b[19~", b"\x1b[20~"),
)
ALT_S = b"\x1bs"
PASTE, PASTED = b"\x1b[200~", b"\x1b[201~"


class Session:
    """A running order app and what it noted."""

    def __init__(self, process: PtyProcess, log: Path) -> None:
        self._process = process
        self._log = log
        self._read = 0

    def burst(self, keys: bytes, *, events: int) -> list[str]:
        """Type in one write, wait for so many events, ask for a report; all that was noted."""
        self._process.type(keys)
        self._process.read_until(lambda: len(self._lines()) >= events)
        self._process.type(F9)
        self._process.read_until(lambda: any(line.startswith("REPORT") for line in self._lines()))
        lines = self._lines()
        self._read += len(lines)
        return lines

    def settle(self) -> None:
        """Let the app answer all that was typed so far, so that the next write is a burst of its own."""
        self._process.read(limit_s=30, quiet_s=0.1)

    def _lines(self) -> list[str]:
        return self._log.read_text().splitlines()[self._read :]


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    yield from _start(tmp_path_factory.mktemp("order") / "log", "send")


@pytest.fixture(scope="module")
def newline_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    yield from _start(tmp_path_factory.mktemp("order") / "log", "newline")


def _start(log: Path, enter: str) -> Iterator[Session]:
    with PtyProcess("tests.terminal.order_app", [str(log), enter]) as process:
        process.read_until(READY)
        session = Session(process, log)
        session.settle()
        yield session


NOTHING = "REPORT {'A': '', 'B': ''}"


def test_a_text_goes_to_the_conversation_it_was_written_in(session: Session) -> None:
    """Enter and then the next conversation: the text is sent first, to the old one."""
    assert session.burst(b"hello" + ENTER + CTRL_DOWN, events=2) == [
        "SUBMITTED A 'hello'",
        "INTENT next",
        NOTHING,
    ]


def test_a_draft_stays_where_it_was_written(session: Session) -> None:
    """Letters before a switch stay a draft there, letters behind it go to the next conversation."""
    assert session.burst(b"hello" + CTRL_DOWN + b"bye" + ENTER, events=2) == [
        "INTENT next",
        "SUBMITTED B 'bye'",
        "REPORT {'A': 'hello', 'B': ''}",
    ]


def test_two_texts_to_two_conversations(session: Session) -> None:
    """Each of two texts typed ahead reaches its own conversation."""
    assert session.burst(b"hello" + ENTER + CTRL_DOWN + b"yes" + ENTER, events=3) == [
        "SUBMITTED A 'hello'",
        "INTENT next",
        "SUBMITTED B 'yes'",
        NOTHING,
    ]


def test_four_switches_in_one_burst(session: Session) -> None:
    """Every switch in a burst takes effect before the letters behind it."""
    keys = b"".join(bytes([letter]) + ENTER + CTRL_DOWN for letter in b"abcd")
    assert [line for line in session.burst(keys, events=8) if line.startswith("SUBMITTED")] == [
        "SUBMITTED A 'a'",
        "SUBMITTED B 'b'",
        "SUBMITTED A 'c'",
        "SUBMITTED B 'd'",
    ]


@pytest.mark.parametrize(
    ("key", "intent"),
    [(TAB, "cycle"), (ESC, "leave"), (PAGE_UP, "page_up"), (ALT_A, "next_unread")],
    ids=["tab", "esc", "pgup", "alt-a"],
)
def test_any_other_key_behind_enter_sends_first(session: Session, key: bytes, intent: str) -> None:
    """A key that is not text ends the hold: the text is sent, then the key acts."""
    assert session.burst(b"hello" + ENTER + key, events=2) == [
        "SUBMITTED A 'hello'",
        f"INTENT {intent}",
        NOTHING,
    ]


def test_letters_behind_a_change_of_focus_go_to_the_focus(session: Session) -> None:
    """What is typed behind Tab reaches the list, in order, and is no text."""
    assert session.burst(b"hi" + TAB + b"jk", events=3) == [
        "INTENT cycle",
        "LIST j",
        "LIST k",
        "REPORT {'A': 'hi', 'B': ''}",
    ]


def test_twenty_bursts_are_sent_whole(session: Session) -> None:
    """Twenty texts, each with its Enter in one write: none is cut, doubled or late."""
    wrong = []
    for number in range(20):
        lines = session.burst(b"msg %d" % number + ENTER, events=1)
        if lines != [f"SUBMITTED A 'msg {number}'", NOTHING]:
            wrong.append(lines)
    assert wrong == []


def test_editing_keys_keep_their_place(session: Session) -> None:
    """Backspace, Left and End act where they were typed, not after the letters behind them."""
    keys = b"helllo" + BACKSPACE * 2 + b"o" + LEFT + b"-" + END + b"!" + ENTER
    assert session.burst(keys, events=1) == ["SUBMITTED A 'hell-o!'", NOTHING]


def test_ctrl_u_keeps_its_place(session: Session) -> None:
    """What was killed before the last words is not sent with them."""
    assert session.burst(b"secret" + CTRL_U + b"fine" + ENTER, events=1) == ["SUBMITTED A 'fine'", NOTHING]


def test_newline_keys_keep_their_place(session: Session) -> None:
    """Ctrl+J breaks the line where it was typed."""
    assert session.burst(b"ab" + CTRL_J + b"cd" + ENTER, events=1) == ["SUBMITTED A 'ab\\ncd'", NOTHING]


def test_text_behind_enter_makes_it_a_line_break(session: Session) -> None:
    """Two texts typed ahead into one conversation become one of two lines: the accepted price."""
    assert session.burst(b"one" + ENTER + b"two" + ENTER, events=1) == ["SUBMITTED A 'one\\ntwo'", NOTHING]


def test_a_paste_is_never_sent(session: Session) -> None:
    """A bracketed paste that ends in a line break is text."""
    assert session.burst(PASTE + b"one\r\ntwo\r" + PASTED, events=0) == [
        "REPORT {'A': 'one\\ntwo\\n', 'B': ''}"
    ]


@pytest.mark.parametrize(
    "inside", [b"ab\x1b[31mc\rd", b"ab\x1b[31mc\r", b"x\r\x1b[31m\ry\r"], ids=["middle", "end", "both"]
)
def test_an_escape_inside_a_paste_does_not_send(session: Session, inside: bytes) -> None:
    """Textual turns part of such a paste into keys, Enter among them; still nothing goes out."""
    lines = session.burst(PASTE + inside + PASTED, events=0)
    assert [line for line in lines if line.startswith("SUBMITTED")] == []


def test_a_paste_without_brackets_stays_together(session: Session) -> None:
    """Lines that a terminal pastes as keys are one text, not one text each."""
    assert session.burst(b"one\rtwo\rthree" + CTRL_DOWN, events=1) == [
        "INTENT next",
        "REPORT {'A': 'one\\ntwo\\nthree', 'B': ''}",
    ]


def test_a_pasted_picture_is_told_and_kept(session: Session) -> None:
    """The path of a picture is a fact to speak of; the text stays."""
    assert session.burst(b"look " + PASTE + b"/home/me/cat.jpeg" + PASTED, events=1) == [
        "MEDIA",
        "REPORT {'A': 'look /home/me/cat.jpeg', 'B': ''}",
    ]


def test_a_closed_composer_takes_no_key_as_text(session: Session) -> None:
    """Letters, Enter and a paste typed behind the close are refused, the draft is kept."""
    keys = b"draft" + F8 + b"abc" + ENTER + PASTE + b"x" + PASTED + CTRL_DOWN
    assert session.burst(keys, events=2) == [
        "INTENT shut",
        "INTENT next",
        "REPORT {'A': 'draft', 'B': ''}",
    ]


@pytest.mark.parametrize("key", [ALT_S, F5 + CTRL_DOWN], ids=["alt-s", "f5"])
def test_swapped_enter(newline_session: Session, key: bytes) -> None:
    """With `enter = "newline"` Enter breaks the line and Alt+S or F5 sends, before a switch typed behind it."""
    lines = newline_session.burst(b"one" + ENTER + b"two" + key, events=1)
    assert lines[0] == "SUBMITTED A 'one\\ntwo'"
    assert lines[-1] == NOTHING


def test_a_paste_that_holds_escape_s_does_not_send(newline_session: Session) -> None:
    """Alt+S inside text that a terminal pastes as keys is no wish to send."""
    lines = newline_session.burst(b"one" + ALT_S + b"two", events=0)
    newline_session.settle()
    assert [line for line in lines if line.startswith("SUBMITTED")] == []
