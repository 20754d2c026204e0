"""What does the policy of this computer refuse before, or without, a relay of this computer?"""

from __future__ import annotations

from pathlib import Path

import pytest

from phonelink_tui.composition import entry
from phonelink_tui.composition.attaching import Wish, open_relay
from phonelink_tui.composition.keeping import check_passphrase
from phonelink_tui.composition.policing import ONLY_HERE, copy_refused, roles_elsewhere
from phonelink_tui.config.archive_settings import ArchiveSettings
from phonelink_tui.config.paths import Paths
from phonelink_tui.config.relay_choice import parse_relay
from phonelink_tui.errors import PolicyError
from phonelink_tui.ipc.role import ALL_ROLES, Role


@pytest.fixture
def policy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A policy besides the machine's, to be written."""
    path = tmp_path / "policy.toml"
    path.touch(0o644)
    monkeypatch.setenv("PHONELINK_POLICY", str(path))
    return path


async def test_no_pairing_begins(policy: Path) -> None:
    """Neither on the command line nor on the start screen, which both begin it here."""
    policy.write_text('[pair]\nallow = false\nsentence = "The front desk does that."')
    with pytest.raises(PolicyError, match="front desk"):
        async with entry.open_pairing(None, Paths(None, None, None)):
            raise AssertionError("it began")


def test_no_passphrase_is_taken_where_nothing_may_be_kept(policy: Path, tmp_path: Path) -> None:
    """The administrator is quoted, not the settings."""
    policy.write_text("[store]\nallow = false")
    with pytest.raises(PolicyError):
        check_passphrase("phone", Paths(None, tmp_path, None), ArchiveSettings(), "secret")


def test_copying_is_judged_here_too(policy: Path) -> None:
    """A relay elsewhere knows nothing of the clipboard of this computer."""
    assert copy_refused() == ""
    policy.write_text("[copy]\nallow = false")
    assert "Nothing may be copied" in copy_refused()


@pytest.mark.parametrize(
    ("text", "roles", "left"),
    [
        ("", ALL_ROLES, ALL_ROLES),
        ("[read]\nallow = false", ALL_ROLES, None),
        ("[read]\nallow = false", {Role.SEND}, {Role.SEND}),
        ("[notifications]\nallow = false", {Role.READ}, None),
        ("[notifications]\nallow = false", {Role.HEADERS}, {Role.HEADERS}),
        ("[send]\nallow = false", {Role.HEADERS, Role.SEND}, None),
        ("[send]\nallow = false", {Role.READ}, {Role.READ}),
        ('[recipients]\ndeny = ["+1900*"]', ALL_ROLES, ALL_ROLES - {Role.SEND}),
        ('[outbound]\nrefuse = ["x"]', {Role.SEND}, None),
        ("[sned]", {Role.HEADERS}, None),
    ],
)
def test_a_relay_elsewhere_is_asked_for_no_more_than_is_allowed_here(
    policy: Path, text: str, roles: frozenset[Role], left: frozenset[Role] | None
) -> None:
    """None: for nothing at all."""
    policy.write_text(text)
    if left is not None:
        assert roles_elsewhere(frozenset(roles)) == left
        return
    with pytest.raises(PolicyError):
        roles_elsewhere(frozenset(roles))


async def test_no_connection_is_made_to_show_what_may_not_be_shown(policy: Path, tmp_path: Path) -> None:
    """It is refused before the socket is looked for."""
    policy.write_text("[read]\nallow = false")
    for choice in (str(tmp_path / "relay.sock"), "ssh:nowhere.invalid"):
        with pytest.raises(PolicyError):
            async with open_relay(None, Paths(None, None, None), Wish(parse_relay(choice))):
                raise AssertionError("it was opened")
    policy.write_text('[outbound]\nrefuse = ["x"]')
    with pytest.raises(PolicyError) as caught:
        async with open_relay(
            None, Paths(None, None, None), Wish(parse_relay("ssh:nowhere.invalid"), frozenset({Role.SEND}))
        ):
            raise AssertionError("it was opened")
    assert caught.value.message == ONLY_HERE
