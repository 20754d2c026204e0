"""What a policy file may say, and with which file, line and key a mistake is named."""

from __future__ import annotations

import tomllib
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phonelink_tui.config.archive_settings import KeepRule
from phonelink_tui.config.policy import KEYS, PolicyAction, PolicyFile
from phonelink_tui.config.policy_reading import FILE_BYTES, read_policy
from phonelink_tui.config.toml_lines import key_lines
from phonelink_tui.errors import PolicyFileError

PRESETS = Path(__file__).parents[2] / "examples" / "policies"

WHOLE = """\
banner = "Watched."
pair.allow = false

[read]      # [not] = "a table"
hours = [
    "mon-fri 08:00-18:00",  # ]
    "sat 10:00-12:00",
]
sentence = \"\"\"In the "office".\"\"\"

["send"]
'allow' = true

[recipients]
allow = ["+4930*", "a@example.org"]
deny = ["+49301234567"]

[outbound]
refuse = ['k-\\#*####']
[retention]
keep = "12w"
count = 10
"""


def read(text: str) -> PolicyFile:
    return read_policy(text.encode(), "policy.toml")


def test_every_rule_is_read_and_knows_its_line() -> None:
    """Tables, dotted and quoted keys, lists over several lines."""
    policy = read(WHOLE)
    assert policy.banner == "Watched."
    assert not policy.actions[PolicyAction.PAIR].allow
    assert [hours.words for hours in policy.actions[PolicyAction.READ].hours] == [
        "mon-fri 08:00-18:00",
        "sat 10:00-12:00",
    ]
    assert policy.actions[PolicyAction.READ].said == 'In the "office".'
    assert policy.actions[PolicyAction.SEND].allow
    assert PolicyAction.COPY not in policy.actions
    assert policy.recipients.allow is not None
    assert [person.words for person in policy.recipients.allow] == ["+4930*", "a@example.org"]
    assert policy.ceiling == KeepRule(84, 10)
    lines = {"banner": 1, "pair.allow": 2, "read": 4, "read.hours": 5, "read.sentence": 9, "send.allow": 12}
    lines |= {"recipients.deny": 16, "outbound.refuse": 19, "retention.keep": 21, "retention.count": 22}
    assert {key: policy.line_of(key) for key in lines} == lines


def test_an_empty_file_says_nothing() -> None:
    """No rule, nothing refused."""
    assert read("# nothing\n") == PolicyFile("policy.toml")


@pytest.mark.parametrize(
    ("text", "line", "words", "hint"),
    [
        ("\n[sned]\nallow = false", 2, "`sned` is no key", "`send`"),
        ("[send]\nalow = false", 2, "`send.alow` is no key", "`send.allow`"),
        ("[zzz]", 1, "`zzz` is no key", "Known: banner, pair"),
        ("send = false", 1, "`send` must be a table", "check"),
        ("[[send]]\nallow = false", 1, "`send` must be a table", "check"),
        ("[send]\n\nallow = 'no'", 3, "`send.allow` must be true or false", "check"),
        ("[send]\nallow = 0", 2, "true or false", "check"),
        ("[read]\nhours = ['8-18']", 2, '`read.hours` has "8-18", which must be days and times', "check"),
        ("[read]\nhours = []", 2, "must not be an empty list", "check"),
        ("[read]\nhours = [8]", 2, "list of texts", "check"),
        ("[recipients]\ndeny = ['030 1234567']", 2, "with + and country", "check"),
        ("[recipients]\nallow = ['*']", 2, "with + and country", "check"),
        ("[recipients]\nallow = []", 2, "empty list", "check"),
        ("[outbound]\nrefuse = ['**']", 2, "words in them", "check"),
        ("[outbound]\nrefuse = ['" + "x" * 101 + "']", 2, "at most 100", "check"),
        ("[retention]\nkeep = 'soon'", 2, "must be an age", "check"),
        ("[retention]\ncount = true", 2, "count of texts", "check"),
        ("banner = ''", 1, "sentence", "check"),
        ("banner = 'a\\nb'\n[send]\nsentence = \"a\\nb\"", 3, "one line", "check"),
        ("banner = '" + "x" * 161 + "'", 1, "at most 160", "check"),
        ("[send]\nallow = tru", 2, "no TOML", "check"),
    ],
)
def test_a_mistake_names_file_line_and_key(text: str, line: int, words: str, hint: str) -> None:
    """And says what to write."""
    with pytest.raises(PolicyFileError) as caught:
        read(text)
    assert caught.value.message.startswith(f"policy.toml:{line}: ")
    assert caught.value.line == line
    assert words in caught.value.message
    assert hint in caught.value.hint


def test_a_file_that_is_too_large_is_not_read() -> None:
    """Whatever is in it."""
    with pytest.raises(PolicyFileError, match="larger"):
        read_policy(b"#" * (FILE_BYTES + 1), "policy.toml")


values = st.recursive(
    st.one_of(
        st.booleans(), st.integers(), st.text(max_size=20), st.sampled_from(["mon 08:00-09:00", "90d"])
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)
names = st.one_of(
    st.sampled_from(["banner", *KEYS, "allow", "hours", "sentence", "deny"]), st.text(max_size=8)
)


def toml(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case str():
            return '"' + "".join(f"\\U{ord(c):08x}" for c in value if not 0xD800 <= ord(c) < 0xE000) + '"'
        case list():
            return "[" + ", ".join(map(toml, value)) + "]"
        case _:
            inside = {toml(key): toml(each) for key, each in value.items()}
            return "{" + ", ".join(f"{key} = {each}" for key, each in inside.items()) + "}"


@given(st.one_of(st.binary(max_size=200), st.dictionaries(names, values, max_size=4).map(toml)))
def test_nothing_but_its_own_error_comes_out(document: bytes | str) -> None:
    """Any bytes, and any TOML with keys that are nearly right."""
    raw = document if isinstance(document, bytes) else f"x = {document}".encode()
    for each in (raw, raw.removeprefix(b"x = {").removesuffix(b"}").replace(b", ", b"\n")):
        with suppress(PolicyFileError):
            assert read_policy(each, "policy.toml").path == "policy.toml"


@given(st.text(alphabet="abcdefgh\"'\\[]{}=#.,\n 01", max_size=120), st.integers(0, 3))
def test_lines_of_any_document(words: str, blank: int) -> None:
    """A key stands on the line where tomllib meets it, whatever the strings before it hold."""
    basic = '"""' + words.replace("\\", "\\\\").replace('"', '\\"') + '"""'
    literal = "'" + words.replace("'", "").replace("\n", "") + "'"
    table = f'[t."u.v"]\nb = [{literal},\n  {literal}]\nc = {{d = {literal}}}\n'
    text = f"a = {basic} # {words!r}\n" + "\n" * blank + table
    tomllib.loads(text)
    lines = key_lines(text)
    after = text[: -len(table)].count("\n") + 1
    assert lines == {
        ("a",): 1,
        ("t",): after,
        ("t", "u.v"): after,
        ("t", "u.v", "b"): after + 1,
        ("t", "u.v", "c"): after + 3,
    }


@pytest.mark.parametrize("preset", sorted(PRESETS.glob("*.toml")), ids=lambda path: path.stem)
def test_the_presets_are_policies(preset: Path) -> None:
    """Each of the four can be installed as it is."""
    assert read_policy(preset.read_bytes(), str(preset)).lines


def test_there_are_four_presets() -> None:
    """None is forgotten, none is left out of the test above."""
    assert {path.stem for path in PRESETS.glob("*")} == {
        "personal",
        "work-laptop",
        "shared-machine",
        "regulated",
    }
