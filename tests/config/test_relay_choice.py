"""Which words name a relay, and which phone is the same as another?"""

from __future__ import annotations

from pathlib import Path

import pytest

from phonelink_tui.config.phone_spec import parse_spec, same_phone
from phonelink_tui.config.relay_choice import AUTO, RelayChoice, RelayKind, parse_relay
from phonelink_tui.errors import UsageError


@pytest.mark.parametrize(
    ("words", "choice"),
    [
        ("auto", AUTO),
        ("private", RelayChoice(RelayKind.PRIVATE)),
        ("/run/relay.sock", RelayChoice(RelayKind.PATH, "/run/relay.sock")),
        ("./relay.sock", RelayChoice(RelayKind.PATH, str(Path.cwd() / "relay.sock"))),
        ("ssh:robin@desk.example", RelayChoice(RelayKind.SSH, "robin@desk.example")),
        ("ssh:desk", RelayChoice(RelayKind.SSH, "desk")),
    ],
)
def test_words_name_a_relay(words: str, choice: RelayChoice) -> None:
    """Two words, a path, or a host as ssh takes it."""
    assert parse_relay(words) == choice


@pytest.mark.parametrize(
    "words",
    [
        "",
        "Auto",
        "desk",
        "ssh:",
        "ssh:-oProxyCommand=x",
        "ssh:a@-b",
        "ssh:a b",
        "ssh:a;b",
        "ssh:a/b",
        "/a\0b",
    ],
)
def test_other_words_are_refused(words: str) -> None:
    """Nothing that ssh would take for an option or a shell for a command gets there."""
    with pytest.raises(UsageError):
        parse_relay(words)


@pytest.mark.parametrize(
    ("asked", "owned", "phone_id", "same"),
    [
        ("bluez", "bluez:hci0/00:11:22:33:44:55", "", True),
        ("bluez/00:11:22:33:44:55", "obexd/00:11:22:33:44:55", "", True),
        ("bluez/00:11:22:33:44:55", "bluez", "00:11:22:33:44:55", True),
        ("bluez/00:11:22:33:44:56", "bluez", "00:11:22:33:44:55", False),
        ("bluez/00:11:22:33:44:55", "bluez/00:11:22:33:44:56", "", False),
        ("bluez:hci1", "bluez:hci0", "", False),
        ("bluez", "virtual", "", False),
        ("virtual:codes", "virtual:codes", "", True),
        ("virtual:codes", "virtual", "", False),
        ("tcp:127.0.0.1:4040", "tcp:127.0.0.1:4040,persona=iphone", "", True),
    ],
)
def test_same_phone(asked: str, owned: str, phone_id: str, same: bool) -> None:
    """Over Bluetooth a phone is its address, whichever way it is reached; elsewhere the whole name counts."""
    assert same_phone(parse_spec(asked), parse_spec(owned), phone_id) is same
