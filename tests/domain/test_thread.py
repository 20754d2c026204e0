"""Ids of threads: stable for those who share a secret, and telling nothing to those who do not."""

from __future__ import annotations

import hypothesis.strategies as st
from hypothesis import given

from phonelink_tui.domain.message import Audience
from phonelink_tui.domain.observed import handle_key
from phonelink_tui.domain.thread import ThreadKey, thread_id

KEYS = st.builds(ThreadKey, st.text(max_size=9), st.sampled_from(Audience), st.text(max_size=20))


def test_ids_are_the_same_in_every_run() -> None:
    """Pinned, for archives and scripts keep them."""
    key = ThreadKey("phone-1", Audience.PRIVATE, "tel:+15550100")
    assert thread_id(key, b"secret") == "5a00e6935dc3db22"


@given(KEYS, KEYS, st.binary(min_size=1, max_size=64), st.binary(min_size=1, max_size=64))
def test_ids_tell_threads_apart_and_nothing_else(
    one: ThreadKey, other: ThreadKey, secret: bytes, another: bytes
) -> None:
    """Equal for equal keys, different for different ones, and unlinkable under another secret."""
    same = "\0".join((one.phone_id, one.audience, one.address_key)) == "\0".join(
        (other.phone_id, other.audience, other.address_key)
    )
    assert (thread_id(one, secret) == thread_id(other, secret)) == same
    assert (thread_id(one, secret) == thread_id(one, another)) == (secret == another)
    assert len(thread_id(one, secret)) == 16


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1), st.integers(0, 5))
def test_handles_are_equal_as_numbers(one: int, other: int, zeros: int) -> None:
    """Zeros in front and the case of letters are no difference; no handle is not the handle zero."""
    spelled = "0" * zeros + f"{one:x}"
    assert handle_key(spelled) == handle_key(f"{one:X}")
    assert (handle_key(f"{one:X}") == handle_key(f"{other:016x}")) == (one == other)
    assert handle_key("") == ""
    assert handle_key("000") == handle_key("0") != ""
