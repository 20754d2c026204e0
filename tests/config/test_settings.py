"""Does a wrong settings file say which key of which file is wrong?"""

from __future__ import annotations

from pathlib import Path

import pytest

from phonelink_tui.config.settings import EnterKey, Settings, Start, Theme, load_settings
from phonelink_tui.errors import SettingsError


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(text)
    return path


def test_no_file_is_the_defaults(tmp_path: Path) -> None:
    """Nothing has to be set."""
    assert load_settings(tmp_path / "none.toml") == load_settings(None) == Settings()


def test_every_key_is_read(tmp_path: Path) -> None:
    """Each key of the contract reaches its field."""
    text = """
        theme = "terminal"
        enter = "newline"
        start = "list"
        region = "de"
        hold_s = 5
        mouse = true
        quick_replies = ["Yes."]
        [keys]
        "queue.open" = "ctrl+q"
    """
    settings = load_settings(write(tmp_path, text))
    assert settings == Settings(
        theme=Theme.TERMINAL,
        enter=EnterKey.NEWLINE,
        start=Start.LIST,
        region="DE",
        hold_s=5.0,
        mouse=True,
        quick_replies=("Yes.",),
        keys={"queue.open": "ctrl+q"},
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('them = "dark"', ["unknown key `them`", "Did you mean `theme`?"]),
        ("zzz = 1", ["unknown key `zzz`", "theme"]),
        ('theme = "pink"', ["`theme`", '"dark"']),
        ("hold_s = 1000", ["`hold_s`", "0 to 60"]),
        ("hold_s = true", ["`hold_s`"]),
        ("mouse = 1", ["`mouse`", "true or false"]),
        ('region = "Germany"', ["`region`", "two letters"]),
        ("keys = 3", ["`keys`"]),
        ("[keys]\nx = 3", ["`keys`", "`x`"]),
        ("theme = \nx = 1", ["no TOML", "line 1"]),
        ("x = " + "[" * 5000, ["no TOML"]),
    ],
)
def test_errors_name_file_and_key(tmp_path: Path, text: str, words: list[str]) -> None:
    """A person finds the line that is wrong without guessing."""
    path = write(tmp_path, text)
    with pytest.raises(SettingsError) as caught:
        load_settings(path)
    said = f"{caught.value.message} {caught.value.hint}"
    assert str(path) in said
    for word in words:
        assert word in said


def test_file_that_is_no_text_is_an_error(tmp_path: Path) -> None:
    """Bytes that are no UTF-8, a directory, and a huge file are settings errors too."""
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe")
    huge = tmp_path / "huge.toml"
    huge.write_bytes(b"#" * 300_000)
    for path in (binary, tmp_path, huge):
        with pytest.raises(SettingsError):
            load_settings(path)
