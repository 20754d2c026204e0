"""Do completion and manual know every command and option?"""

from __future__ import annotations

import re
import subprocess

import pytest

from phonelink_tui.cli.app import app
from phonelink_tui.cli.command_table import CommandRow, command_rows
from phonelink_tui.cli.exit_codes import exit_code
from phonelink_tui.cli.manual import manual_page
from phonelink_tui.errors import PhonelinkError
from tests.cli.conftest import Phonelink

ROWS = command_rows(app)
SHELLS = ("bash", "zsh", "fish")


def spelled(row: CommandRow) -> list[str]:
    """Every word that completion can offer at a command."""
    return [*row.commands, *row.choices, *(name for option in row.options for name in option.names)]


def test_table_is_the_help(phonelink: Phonelink) -> None:
    """What `--help` lists is in the table, and nothing else."""
    for row in ROWS:
        told = phonelink(*row.path, "--help").stdout
        assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", told)) >= {
            name for option in row.options for name in option.names if name.startswith("--")
        }
        for command in row.commands:
            assert re.search(rf"^\s+{command}\b", told, re.M)
    assert ("relay", "run") in [row.path for row in ROWS]
    assert ("outbox", "cancel") in [row.path for row in ROWS]
    assert all(row.help for row in ROWS[1:])


@pytest.mark.needs("bash", "bash")
@pytest.mark.parametrize("row", ROWS, ids=lambda row: " ".join(row.path) or "phonelink")
def test_bash_offers_every_word(phonelink: Phonelink, row: CommandRow) -> None:
    """After each command exactly its words; a half-written one is narrowed down."""
    script = phonelink("completion", "bash").stdout
    words = ["phonelink", "--relay", "auto", *row.path, ""]
    typed = f"COMP_WORDS=({' '.join(map(repr, words))}); COMP_CWORD={len(words) - 1}; "
    ask = typed + '_phonelink; printf "%s\\n" "${COMPREPLY[@]}"'
    done = subprocess.run(
        ["bash", "-c", script + ask], capture_output=True, text=True, timeout=30, check=True
    )
    assert done.stdout.split() == spelled(row)


@pytest.mark.parametrize("shell", SHELLS)
def test_every_word_is_in_every_script(phonelink: Phonelink, shell: str) -> None:
    """No shell lags behind."""
    script = phonelink("completion", shell).stdout
    for row in ROWS:
        for word in spelled(row):
            bare = word.lstrip("-")
            found = (
                f" -{'l' if word.startswith('--') else 's'} {bare}"
                if shell == "fish" and bare != word
                else word
            )
            assert found in script, (row.path, word)


@pytest.mark.parametrize(
    "shell", [pytest.param(shell, marks=pytest.mark.needs(shell, shell)) for shell in SHELLS]
)
def test_script_is_one(phonelink: Phonelink, shell: str) -> None:
    """The shell itself finds no fault with it."""
    script = phonelink("completion", shell).stdout
    done = subprocess.run(
        [shell, "-n"], input=script, capture_output=True, text=True, timeout=30, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_manual_has_everything(phonelink: Phonelink) -> None:
    """Every command, option and exit code; no line that troff would take for a request of its own."""
    page = phonelink("man").stdout
    assert page == manual_page(ROWS)
    plain = page.replace("\\-", "-").replace("\\&", "")
    for row in ROWS[1:]:
        assert f'.SS "phonelink {" ".join(row.path)}' in plain
        assert row.help.replace('"', "\\(dq") in plain
    for option in (option for row in ROWS for option in row.options):
        assert f'.B "{", ".join(option.names)}' in plain
    assert f"\n{exit_code(PhonelinkError('a bug', 'report it'))}\n" in plain
    assert all(
        line.split(maxsplit=1)[0] in {".TH", ".SH", ".SS", ".B", ".TP", ".I"}
        for line in page.splitlines()
        if line[0] in ".'"
    )


@pytest.mark.needs("groff", "groff")
def test_troff_takes_it(phonelink: Phonelink) -> None:
    """Without a warning."""
    done = subprocess.run(
        ["groff", "-man", "-Tutf8", "-ww"],
        input=phonelink("man").stdout,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "relay install" in re.sub(".\x08", "", done.stdout)
