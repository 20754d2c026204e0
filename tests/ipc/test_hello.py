"""Do two versions that meet agree, or say which of them is to be upgraded?"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from phonelink_tui import __version__
from phonelink_tui.errors import IpcError
from phonelink_tui.ipc.hello import decode_client_hello, decode_relay_hello, encode_client_hello, encode_hello
from tests.ipc import samples
from tests.ipc.conftest import served
from tests.ipc.fake_relay import FakeRelay
from tests.ipc.raw import converse, hello

OLDER: dict[str, Any] = {"v": 0, "min_v": 0, "program": "0.0.9"}
NEWER: dict[str, Any] = {"v": 9, "min_v": 9, "program": "9.0"}


def test_program_is_that_of_the_package() -> None:
    """What both sides say is the version that pip installs."""
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())
    assert project["project"]["version"] == __version__


@pytest.mark.parametrize(
    ("versions", "sentence", "hint"),
    [
        (OLDER, "The relay (0.0.9) is older than this program", "End the relay"),
        (NEWER, "The relay (9.0) is newer than this program", "Upgrade phonelink-tui here"),
    ],
)
def test_client_says_which_side_to_upgrade(versions: dict[str, Any], sentence: str, hint: str) -> None:
    """One line names both versions, the hint the older side."""
    frame = {**encode_hello(samples.snapshot(), samples.NOON), **versions}
    with pytest.raises(IpcError) as caught:
        decode_relay_hello(frame)
    assert caught.value.message.startswith(sentence)
    assert caught.value.message.endswith(f"({__version__}).")
    assert caught.value.hint.startswith(hint)


@pytest.mark.parametrize(
    ("versions", "sentence", "hint"),
    [
        (OLDER, "This program (0.0.9) is older than the relay", "Upgrade"),
        (NEWER, "This program (9.0) is newer than the relay", "End the relay"),
    ],
)
async def test_relay_says_it_in_words_for_the_client(
    fake: FakeRelay, versions: dict[str, Any], sentence: str, hint: str
) -> None:
    """An old or new client is told once, then the connection is closed."""
    async with served(fake) as server:
        frames = await converse(server.socket(), hello(**versions), end=False)
    assert [frame["type"] for frame in frames] == ["hello", "error"]
    assert frames[1]["error"]["message"].startswith(sentence)
    assert frames[1]["error"]["hint"].startswith(hint)


@pytest.mark.parametrize("versions", [{"v": 9, "min_v": 1}, {"v": 1, "min_v": 0}, {"later": ["field"]}])
def test_versions_that_overlap_agree(versions: dict[str, Any]) -> None:
    """A newer side that still understands us, an older habit, and fields of tomorrow are no obstacle."""
    assert decode_relay_hello({**encode_hello(samples.snapshot(), samples.NOON), **versions}).rev == 0
    assert decode_client_hello({**encode_client_hello(frozenset()), **versions}).roles == ()


@pytest.mark.parametrize("versions", [{"v": "1"}, {"v": None}, {"v": True}, {"min_v": 1.5}, {"min_v": []}])
def test_versions_that_are_none_are_refused(versions: dict[str, Any]) -> None:
    """A version is a whole number."""
    with pytest.raises(IpcError):
        decode_client_hello({**encode_client_hello(frozenset()), **versions})
