"""Which files are believed, and what happens with those that are not?"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from phonelink_tui.config.policy import Policy, PolicyAction
from phonelink_tui.config.policy_file import MACHINE_FILE, PolicyPlace, load_policy, policy_places, root_uid
from phonelink_tui.config.policy_source import PolicySource

NOW = datetime(2026, 11, 16, 12, 0, tzinfo=UTC)
ME = frozenset({os.getuid()})
NOBODY = frozenset({65_534 if os.getuid() != 65_534 else 65_533})


@pytest.fixture
def place(tmp_path: Path) -> PolicyPlace:
    directory = tmp_path / "etc"
    directory.mkdir(mode=0o755)
    path = directory / "policy.toml"
    path.write_text("[copy]\nallow = false\n")
    path.chmod(0o644)
    return PolicyPlace(path, ME)


def refused(policy: Policy) -> set[PolicyAction]:
    return {action for action in PolicyAction if policy.judge(action, NOW) is not None}


def test_no_file_is_no_policy(tmp_path: Path) -> None:
    """Neither the directory nor the file need be there."""
    assert load_policy((PolicyPlace(tmp_path / "none" / "policy.toml", ME),)) == Policy()
    assert load_policy((PolicyPlace(tmp_path / "policy.toml", ME),)) == Policy()


def test_a_file_of_its_owner_counts(place: PolicyPlace) -> None:
    """What it refuses, and no more."""
    assert refused(load_policy((place,))) == {PolicyAction.COPY}


@pytest.mark.parametrize("mode", [0o664, 0o646, 0o666])
def test_a_file_that_others_may_write_refuses_everything(place: PolicyPlace, mode: int) -> None:
    """By the group or by everybody."""
    place.path.chmod(mode)
    policy = load_policy((place,))
    assert "written by others" in policy.broken
    assert refused(policy) == set(PolicyAction)


@pytest.mark.parametrize("mode", [0o775, 0o757, 0o777])
@pytest.mark.parametrize("there", [True, False])
def test_a_directory_that_others_may_write_refuses_everything(
    place: PolicyPlace, mode: int, there: bool
) -> None:
    """They could put another file there, or take it away."""
    if not there:
        place.path.unlink()
    place.path.parent.chmod(mode)
    policy = load_policy((place,))
    assert str(place.path.parent) in policy.broken
    assert refused(policy) == set(PolicyAction)


def test_a_file_of_somebody_else_refuses_everything(place: PolicyPlace) -> None:
    """It must be root's."""
    assert "not root's" in load_policy((PolicyPlace(place.path, NOBODY),)).broken


def test_what_cannot_be_read_refuses_everything(place: PolicyPlace) -> None:
    """A directory, a pipe, a link to nothing, and what is no policy; a pipe holds up nothing."""
    place.path.unlink()
    place.path.mkdir()
    assert "no file" in load_policy((place,)).broken
    place.path.rmdir()
    os.mkfifo(place.path, 0o644)
    assert "no file" in load_policy((place,)).broken
    place.path.unlink()
    place.path.symlink_to("nowhere.toml")
    assert "leads nowhere" in load_policy((place,)).broken
    place.path.unlink()
    place.path.write_text("[sned]\n")
    place.path.chmod(0o644)
    policy = load_policy((place,))
    assert f"{place.path}:1: `sned`" in policy.broken
    assert refused(policy) == set(PolicyAction)
    inside = PolicyPlace(place.path / "policy.toml", ME)
    assert refused(load_policy((inside,))) == set(PolicyAction)


@pytest.mark.skipif(os.getuid() == 0, reason="root reads everything")
def test_a_file_without_leave_to_read_refuses_everything(place: PolicyPlace) -> None:
    """It might refuse anything."""
    place.path.chmod(0)
    assert refused(load_policy((place,))) == set(PolicyAction)


def test_a_link_is_judged_by_what_it_leads_to(place: PolicyPlace, tmp_path: Path) -> None:
    """Some systems keep `/etc` as links."""
    kept = tmp_path / "kept.toml"
    place.path.rename(kept)
    place.path.symlink_to(kept)
    assert refused(load_policy((place,))) == {PolicyAction.COPY}
    kept.chmod(0o666)
    assert refused(load_policy((place,))) == set(PolicyAction)


def test_a_variable_adds_a_file_and_moves_none(place: PolicyPlace, tmp_path: Path) -> None:
    """The machine's stays where it is and must be root's; a named one that is missing refuses everything."""
    machine, more = policy_places({"PHONELINK_POLICY": str(place.path), "XDG_CONFIG_HOME": str(tmp_path)})
    assert (machine.path, machine.owners, machine.required) == (MACHINE_FILE, frozenset({root_uid()}), False)
    assert (more.path, more.required) == (place.path, True)
    assert refused(load_policy((more,))) == {PolicyAction.COPY}
    place.path.unlink()
    assert "not there" in load_policy((more,)).broken
    assert policy_places({"PHONELINK_POLICY": ""}) == policy_places({}) == (machine,)


def test_a_policy_that_changes_is_read_again(place: PolicyPlace) -> None:
    """Also one that goes, or comes; what did not change is no news."""
    source = PolicySource(lambda: load_policy((place,)), lambda: NOW, zone=UTC)
    assert source.judge(PolicyAction.COPY) is not None
    assert not source.look()
    place.path.unlink()
    assert source.look()
    assert source.judge(PolicyAction.COPY) is None
    place.path.write_text("[pair]\nallow = false\n")
    place.path.chmod(0o644)
    assert source.look()
    assert source.judge(PolicyAction.PAIR) is not None
