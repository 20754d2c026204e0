"""Who is the same person: exact identity, never by suffix."""

from __future__ import annotations

import hypothesis.strategies as st
import pytest
from hypothesis import given

from phonelink_tui.domain.address import ADDRESS_CHARS, AddressKind, identify, region_of

KINDS = [
    ("+15550100", None, AddressKind.PHONE, "tel:+15550100"),
    ("+1 (555) 010-0123", None, AddressKind.PHONE, "tel:+15550100123"),
    ("(212) 555-2368", "US", AddressKind.PHONE, "tel:+12125552368"),
    ("212.555.2368", "US", AddressKind.PHONE, "tel:+12125552368"),
    ("(212) 555-2368", None, AddressKind.PHONE, "tel:2125552368"),
    ("020 7946 0018", "GB", AddressKind.PHONE, "tel:+442079460018"),
    ("0044 20 7946 0018", "GB", AddressKind.PHONE, "tel:+442079460018"),
    ("030 1234567", "DE", AddressKind.PHONE, "tel:+49301234567"),
    ("02 1234 5678", "IT", AddressKind.PHONE, "tel:+390212345678"),
    ("(212) 555-2368", "XX", AddressKind.PHONE, "tel:2125552368"),
    ("123456789012345", "US", AddressKind.PHONE, "tel:123456789012345"),
    ("55501", None, AddressKind.SHORT_CODE, "short:55501"),
    ("55501", "US", AddressKind.SHORT_CODE, "short:55501"),
    ("12", None, AddressKind.ALPHANUMERIC, "name:12"),
    ("+12345", None, AddressKind.ALPHANUMERIC, "name:+12345"),
    ("1" * 16, None, AddressKind.ALPHANUMERIC, "name:" + "1" * 16),
    ("--", None, AddressKind.ALPHANUMERIC, "name:--"),
    ("DHL", "DE", AddressKind.ALPHANUMERIC, "name:DHL"),
    ("1-800-FLOWERS", "US", AddressKind.ALPHANUMERIC, "name:1-800-FLOWERS"),
    ("*100#", None, AddressKind.ALPHANUMERIC, "name:*100#"),
    ("123\u0664\u0665\u0666\u0667", None, AddressKind.ALPHANUMERIC, "name:123\u0664\u0665\u0666\u0667"),
    ("Alice@Example.com", None, AddressKind.EMAIL, "email:alice@example.com"),
    ("alice@example", None, AddressKind.ALPHANUMERIC, "name:alice@example"),
    ("a@example.com;b@example.com", None, AddressKind.ALPHANUMERIC, "name:a@example.com;b@example.com"),
    ("", None, AddressKind.NONE, "none:"),
    (" \n ", "US", AddressKind.NONE, "none:"),
]


@pytest.mark.parametrize(("raw", "region", "kind", "key"), KINDS)
def test_each_spelling_has_its_kind_and_its_identity(
    raw: str, region: str | None, kind: AddressKind, key: str
) -> None:
    """Numbers by E.164 where the region is known, else by their digits; everything else literally."""
    address = identify(raw, region)
    assert (address.kind, address.key) == (kind, key)
    answerable = {AddressKind.PHONE, AddressKind.EMAIL, AddressKind.SHORT_CODE}
    assert address.answerable == (kind in answerable)


def test_numbers_that_end_alike_are_different_people() -> None:
    """A text to the wrong one cannot be taken back."""
    numbers = ["+12125552368", "+13125552368", "+442125552368", "5552368", "2125552368"]
    assert len({identify(n).key for n in numbers}) == len(numbers)


def test_a_national_number_is_another_one_in_another_country() -> None:
    """And an international one the same everywhere."""
    regions = ["US", "GB", "DE", None]
    assert len({identify("2125552368", region).key for region in regions}) == len(regions)
    assert len({identify("+12125552368", region).key for region in regions}) == 1


ADDRESSES = st.one_of(
    st.text(max_size=40),
    st.text("0123456789+-() ./\u00a0\u0661", max_size=24),
    st.emails(),
    st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True),
)
REGIONS = st.sampled_from([None, "US", "DE", "IT", "GB", "XX"])


@given(ADDRESSES, REGIONS)
def test_identifying_again_changes_nothing(raw: str, region: str | None) -> None:
    """What was identified once is the same address ever after; nothing hostile gets through."""
    address = identify(raw, region)
    assert identify(address.value, region) == address
    assert len(address.value) <= ADDRESS_CHARS
    assert "\n" not in address.value
    assert "\x1b" not in address.value


@given(st.from_regex(r"\+[1-9][0-9]{7,14}", fullmatch=True), REGIONS, st.randoms(use_true_random=False))
def test_decoration_is_no_difference(number: str, region: str | None, rng: object) -> None:
    """However a number is grouped, it is the same."""
    digits = [number[0]]
    for digit in number[1:]:
        digits.append(rng.choice(["", " ", "-", ".", "/"]) + digit)  # type: ignore[attr-defined]
    decorated = "".join(digits)
    if len(decorated) <= 33:
        assert identify(decorated, region).key == identify(number, region).key


@given(st.emails())
def test_the_case_of_an_email_address_is_no_difference(email: str) -> None:
    """Nobody has two of them for it."""
    assert identify(email.upper()).key == identify(email.lower()).key


@pytest.mark.parametrize(
    ("number", "region"),
    [
        ("+12125552368", "US"),
        ("+442079460018", "GB"),
        ("+80012345678", None),
        ("+15550100", None),
        ("2125552368", None),
        ("DHL", None),
        ("", None),
    ],
)
def test_the_region_of_a_number(number: str, region: str | None) -> None:
    """Only of a whole number of one country."""
    assert region_of(number) == region
