"""SDP data elements: do bytes and values agree, and does nonsense stay bounded?"""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phonelink_tui.errors import LimitExceeded, LocalProtocolError, RemoteProtocolError
from phonelink_tui.protocol import limits
from phonelink_tui.protocol.sdp_elements import (
    Element,
    ElementType,
    decode_element,
    encode_element,
    full_uuid,
    sequence,
    text,
    uint,
    uuid16,
)
from tests.protocol.toml_vectors import Vector, load, wire


def _integer(size: int) -> st.SearchStrategy[Element]:
    unsigned = st.integers(0, 256**size - 1).map(lambda value: uint(value, size))
    half = 256**size // 2
    return unsigned | st.integers(-half, half - 1).map(lambda value: Element(ElementType.INT, value, size))


_LEAVES = st.one_of(
    st.just(Element(ElementType.NIL)),
    st.sampled_from([1, 2, 4, 8, 16]).flatmap(_integer),
    st.sampled_from([2, 4, 16])
    .flatmap(lambda size: st.binary(min_size=size, max_size=size))
    .map(lambda value: Element(ElementType.UUID, value)),
    st.builds(
        Element,
        st.sampled_from([ElementType.TEXT, ElementType.URL, ElementType(17)]),
        st.binary(max_size=300),
    ),
    st.integers(0, 1).map(lambda value: Element(ElementType.BOOL, value)),
)
elements = st.recursive(
    _LEAVES,
    lambda inner: st.builds(
        Element,
        st.sampled_from([ElementType.SEQUENCE, ElementType.ALTERNATIVE]),
        st.lists(inner, max_size=4).map(tuple),
    ),
    max_leaves=12,
)


@pytest.mark.parametrize("vector", [*load("sdp.toml", "element"), *load("sdp.toml", "record")])
def test_element_vectors(vector: Vector) -> None:
    """Each vector is read and written back byte for byte; cut at any length it is the phone's error."""
    data = wire(vector)
    assert encode_element(decode_element(data)) == data
    for length in range(len(data)):
        with pytest.raises(RemoteProtocolError):
            decode_element(data[:length])


@pytest.mark.parametrize("vector", load("sdp.toml", "bad_element"))
def test_malformed_elements_are_the_phones_error(vector: Vector) -> None:
    """Impossible sizes and lengths raise RemoteProtocolError."""
    with pytest.raises(RemoteProtocolError):
        decode_element(wire(vector))


@given(elements)
@settings(max_examples=150)
def test_round_trip(element: Element) -> None:
    """Any element within the nesting bound survives being written and read."""
    encoded = encode_element(element)
    try:
        assert decode_element(encoded) == element
    except LimitExceeded:
        assert encoded.count(b"\x35") + encoded.count(b"\x3d") > limits.SDP_NESTING


@given(st.binary(max_size=60) | elements.map(encode_element), st.integers(0, 59), st.integers(0, 255))
@settings(max_examples=200)
def test_any_bytes_are_an_element_or_the_phones_error(data: bytes, at: int, byte: int) -> None:
    """Nothing but RemoteProtocolError comes out of the element decoder, for mutations too."""
    try:
        decode_element(data[:at] + bytes([byte]) + data[at + 1 :])
    except RemoteProtocolError:
        return


def test_nesting_and_size_are_bounded() -> None:
    """Deep sequences and long data are refused."""
    nested = sequence()
    for _ in range(limits.SDP_NESTING - 1):
        nested = sequence(nested)
    assert decode_element(encode_element(nested)) == nested
    with pytest.raises(LimitExceeded):
        decode_element(encode_element(sequence(nested)))
    longest = encode_element(Element(ElementType.TEXT, b"a" * limits.SDP_RESPONSE_BYTES))
    with pytest.raises(LimitExceeded):
        decode_element(longest)
    with pytest.raises(LocalProtocolError):
        encode_element(Element(ElementType.TEXT, b"a" * (limits.SDP_RESPONSE_BYTES + 1)))


def test_typed_access() -> None:
    """Each view gives its value for its own type and nothing for another."""
    assert (uint(5, 1).number, text("a").number, Element(ElementType.BOOL, 1).number) == (5, None, None)
    assert (text("a\0").text, uint(5, 1).text) == ("a", "")
    assert sequence(text("a")).elements == (text("a"),)
    assert text("a").elements == ()
    full = UUID("00001132-0000-1000-8000-00805f9b34fb")
    assert uuid16(0x1132).uuid == full_uuid(b"\0\0\x11\x32") == full_uuid(full.bytes) == full
    assert text("a").uuid is None


@pytest.mark.parametrize(
    "element",
    [
        uint(256, 1),
        uint(-1, 4),
        uint(1, 3),
        Element(ElementType.UUID, b"abc"),
        Element(ElementType.NIL, b"a"),
    ],
    ids=repr,
)
def test_impossible_elements_are_our_bug(element: Element) -> None:
    """What does not fit its type is refused before it reaches the wire."""
    with pytest.raises(LocalProtocolError):
        encode_element(element)
