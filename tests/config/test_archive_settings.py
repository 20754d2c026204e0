"""What `[archive]` may say, and in which words it is refused."""

from __future__ import annotations

import tomllib

import pytest

from phonelink_tui.config.archive_settings import ArchiveSettings, KeepRule, parse_age
from phonelink_tui.config.settings import read_settings
from phonelink_tui.errors import SettingsError


def read(text: str) -> ArchiveSettings:
    return read_settings(tomllib.loads(text), "config.toml").archive


def test_every_rule_is_read() -> None:
    """By age and number, for all and for one, in memory only, and where the key is."""
    assert read("") == ArchiveSettings()
    assert read('[archive]\nkeep = "forever"') == ArchiveSettings()
    assert read('[archive]\nkeep = "memory"').memory
    settings = read(
        '[archive]\nkeep = "12w"\ncount = 5000\nkeyring = true\n'
        '[archive.threads]\n"+15550100" = "30d"\n"Bank" = 10\n"Mum" = "forever"'
    )
    own = {"+15550100": KeepRule(30), "Bank": KeepRule(count=10), "Mum": KeepRule()}
    assert settings == ArchiveSettings(keep=KeepRule(84, 5000), threads=own, keyring=True)
    assert (
        str(settings)
        == "84 days, the newest 5000 texts of a conversation; 3 conversations by a rule of their own"
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("archive = 3", "table"),
        ("[archive]\nkeep = 90", '"forever", "memory"'),
        ('[archive]\nkeep = "0d"', "90d"),
        ('[archive]\nkeep = "999y"', "36500"),
        ("[archive]\ncount = -1", "count"),
        ("[archive]\ncount = true", "count"),
        ('[archive]\nkeyring = "yes"', "keyring"),
        ('[archive]\nkep = "90d"', "`kep`"),
        ('[archive.threads]\nx = "soon"', "`x`"),
        ("[archive]\nthreads = 3", "threads"),
    ],
)
def test_what_is_wrong_is_named(text: str, words: str) -> None:
    """File, key, and what it must be."""
    with pytest.raises(SettingsError) as caught:
        read(text)
    assert "config.toml: `archive`" in caught.value.message
    assert words in caught.value.message


def test_ages() -> None:
    """Days, weeks, years."""
    assert [parse_age(age) for age in ("90d", "2w", "1y")] == [90, 14, 365]
