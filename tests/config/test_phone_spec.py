"""Do the words after `--phone` name the phone that was meant, and nothing by mistake?"""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phonelink_tui.config.phone_spec import BluetoothSpec, PhoneSpec, TcpSpec, VirtualSpec, parse_spec
from phonelink_tui.domain.phone import PhoneKind
from phonelink_tui.errors import UsageError

CASES: dict[str, PhoneSpec] = {
    "bluez": BluetoothSpec(),
    "bluez:hci1/00:11:22:33:44:aa": BluetoothSpec(adapter="hci1", address="00:11:22:33:44:AA"),
    "obexd/00:11:22:33:44:55": BluetoothSpec(through_obexd=True, address="00:11:22:33:44:55"),
    "tcp:localhost:4040": TcpSpec("localhost", 4040),
    "tcp:[::1]:4040,pbap=5,mns=6,persona=android": TcpSpec("::1", 4040, 5, 6, PhoneKind.ANDROID),
    "virtual": VirtualSpec(),
    "virtual:first-day": VirtualSpec("first-day"),
    "virtual:x?persona=android&seed=7&speed=2.5&fault=drop:9&fault=slow": VirtualSpec(
        "x", PhoneKind.ANDROID, 7, 2.5, ("drop:9", "slow")
    ),
    "virtual?fault=a%26b": VirtualSpec(faults=("a&b",)),
}


@pytest.mark.parametrize("text", CASES)
def test_specs_are_understood_and_said_again(text: str) -> None:
    """Each form is read, and what is handed to the relay's process is the same phone."""
    assert parse_spec(text) == CASES[text]
    assert parse_spec(str(CASES[text])) == CASES[text]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "phone",
        "bluez:",
        "bluez/00:11",
        "bluez?x=1",
        "tcp:",
        "tcp:host",
        "tcp:host:99999",
        "tcp:host:1,x=2",
        "tcp:host:1,pbap=",
        "virtual:a b",
        "virtual?persona=windows",
        "virtual?seed=x",
        "virtual?nonsense",
        "virtual?speed=0",
        "virtual/x",
        "virtual:" + "x" * 2000,
    ],
)
def test_wrong_specs_are_usage_errors(text: str) -> None:
    """What is not understood is refused with a hint, not guessed."""
    with pytest.raises(UsageError) as caught:
        parse_spec(text)
    assert caught.value.hint


@given(
    st.sampled_from(list(CASES)),
    st.integers(0, 40),
    st.integers(0, 2),
    st.text(max_size=20) | st.text("abc019:/,=&?%[].", max_size=4),
)
def test_any_words_are_a_phone_or_a_usage_error(word: str, at: int, out: int, put: str) -> None:
    """No words raise anything else, and what is understood is said again the same."""
    with suppress(UsageError):
        spec = parse_spec(word[:at] + put + word[at + out :])
        assert parse_spec(str(spec)) == spec
