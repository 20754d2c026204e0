"""Does `selftest text` hold the program to its promise, here and on the terminal it runs on?"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from rich.cells import cell_len

from phonelink_tui.domain.hostile_texts import HOSTILE_TEXTS
from tests.cli.conftest import Phonelink, objects
from tests.cli.test_processes import DEADLINE_S
from tests.terminal.pty_process import PtyProcess

WORDS = ["selftest", "text"]


def test_one_object_a_text_and_one_for_all(phonelink: Phonelink) -> None:
    """Versioned, each with its reason; without a terminal nothing is measured, and no relay is asked."""
    result = phonelink(*WORDS, "--json")
    *cases, end = objects(result)
    assert result.exit_code == 0
    assert [case["name"] for case in cases] == [each.name for each in HOSTILE_TEXTS]
    assert all(case["v"] == 1 and case["ok"] and case["why"] and case["wrong"] == [] for case in cases)
    assert {case["terminal_cells"] for case in cases} == {None}
    assert end == {"v": 1, "type": "selftest_end", "texts": len(cases), "wrong": 0, "measured": False}
    assert phonelink.opened == []


def test_lines_for_people(phonelink: Phonelink) -> None:
    """One a text, then what all of them prove."""
    *cases, end = phonelink(*WORDS).stdout.splitlines()
    assert len(cases) == len(HOSTILE_TEXTS)
    assert all(case.startswith("ok\t") for case in cases)
    assert "none acts on the terminal" in end
    assert "not measured" in end


def on_terminal(cells: Callable[[str], int | None]) -> tuple[int, str]:
    """Run it on a terminal that counts so; None: it does not answer. Exit code and what was written."""
    with PtyProcess("tests.cli.fake_phonelink", WORDS, columns=100, rows=70) as process:
        before = process.terminal_attributes()
        answered = 0

        def answer() -> bool:
            nonlocal answered
            asked = [*re.finditer(rb"\r\x1b\[2K([^\x1b]*)\x1b\[6n", process.output)]
            for question in asked[answered:]:
                if (count := cells(question[1].decode())) is not None:
                    process.type(f"\x1b[1;{count + 1}R".encode())
            answered = len(asked)
            return b" texts: none" in process.output or b" are not safe" in process.output

        process.read_until(answer, limit_s=DEADLINE_S)
        code = process.wait(limit_s=DEADLINE_S)
        assert process.terminal_attributes() == before
        return code, process.output.decode()


def test_a_terminal_that_agrees() -> None:
    """Asked for each text; what is written meanwhile holds no control but ours, and is erased."""
    code, written = on_terminal(cell_len)
    assert code == 0, written
    assert "This terminal counts" in written
    assert written.count("\x1b[6n") == len(HOSTILE_TEXTS) + 1
    ours = re.sub(r"\x1b\[(?:6n|2K|[0-9;]*m)|[\r\n]", "", written)
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", ours)


def test_a_terminal_that_counts_otherwise() -> None:
    """Exit 1, and by how much."""
    code, written = on_terminal(lambda text: cell_len(text) + ("漢" in text))
    assert code == 1
    assert "WRONG" in written
    assert re.search(r"(\d+) cells\s+here, \d+ on\s+this\s+terminal", written)
    assert f"1 of {len(HOSTILE_TEXTS)} texts are not safe here." in written


@pytest.mark.parametrize("answers", [0, 3])
def test_a_terminal_that_does_not_tell(answers: int) -> None:
    """Not at all, or not any more: a deadline, and no verdict on widths."""
    told = 0

    def some(text: str) -> int | None:
        nonlocal told
        told += 1
        return cell_len(text) if told <= answers else None

    code, written = on_terminal(some)
    assert code == 0
    assert "this terminal does not tell" in written
