"""Which texts give a one-time code, and which only look like it; and what never reaches the disk."""

from __future__ import annotations

import re
import time

import hypothesis.strategies as st
import pytest
from hypothesis import given

from phonelink_tui.domain.code import FoundCode, find_code, tells_code
from tests.archive.desk import incoming, outgoing

GIVEN = [
    # English
    ("G-502371 is your Village Square verification code.", "502371"),
    ("118 204 is your login code.", "118204"),
    ("Meadow Bank: 481 920 is your login code. It is valid for 5 minutes.", "481920"),
    ("Meadow Bank: 118 204 is your login code. It replaces the one from before.", "118204"),
    ("Your PIN: 4821", "4821"),
    ("Your code is 123456. Do not share it. We will never call you.", "123456"),
    ("123456 is your Amazonia OTP. Don't share it with anyone.", "123456"),
    ("Your verification code for Meadow Bank is 90210.", "90210"),
    ("Use 774411 as your code to log in.", "774411"),
    ("Use 774411 to verify your account. Expires in 10 minutes.", "774411"),
    ("Enter this code to sign in:\n\n884213", "884213"),
    ("Your one-time code is below.\n 559 113 \nIt expires at 18:30.", "559113"),
    ("[Cloudbox] Security code: 2580", "2580"),
    ("Your order 20261122 code: 7734", "7734"),
    ("Pick-up code 7734. Locker 12, Mill Street.", "7734"),
    ("<#> Your chat code: 123-456\nYou can also tap this link: v.example/123456", "123456"),
    ("Your code is *123456*.", "123456"),
    ("Verification code\n\n4821 0937", "48210937"),
    ("OTP for txn of INR 2,499.00 on card ending 1234 is 665544. Valid till 18:30.", "665544"),
    ("Your Vapor Guard code is 5XK2P", "5XK2P"),
    ("Passcode: ABC-12D", "ABC12D"),
    # German, Dutch, Scandinavian
    ("Dein Code lautet 90-41-77. Gib ihn niemandem.", "904177"),
    ("Ihr Bestätigungscode: 481920. Gültig 5 Minuten.", "481920"),
    ("Die mobileTAN für Ihre Überweisung über 149,00 EUR auf das Konto DE12 lautet: 338291", "338291"),
    ("123456 ist dein Anmeldecode", "123456"),
    ("Je verificatiecode is 554433", "554433"),
    ("Din engångskod är 445566", "445566"),
    ("Din kode er 778899", "778899"),
    ("Vahvistuskoodisi on 121314", "121314"),
    # Romance
    ("Votre code de vérification est 908172", "908172"),
    ("908172 est votre code de connexion", "908172"),
    ("Tu código de verificación es: 665544", "665544"),
    ("665544 es tu código de acceso", "665544"),
    ("O seu código de confirmação é 223344", "223344"),
    ("Il tuo codice è 998877", "998877"),
    ("Codul tău este 556677", "556677"),
    # Slavic, Greek, Turkish
    ("Kod do logowania 412907. Nie podawaj go nikomu.", "412907"),
    ("Twój kod to 412907", "412907"),
    ("Váš ověřovací kód je 334455", "334455"),
    ("Ваш код: 771122. Никому не сообщайте.", "771122"),
    ("Код подтверждения 7711", "7711"),
    ("Ο κωδικός σας είναι: 889900", "889900"),
    ("Doğrulama kodunuz: 123321", "123321"),
    # without spaces
    ("【云盒】验证码123456，5分钟内有效，请勿泄露。", "123456"),
    ("【云盒】您的验证码是:661234", "661234"),
    ("認証コード:445566\nこのコードを他人に教えないでください", "445566"),
    ("[웹발신] 인증번호[778812]를 입력해주세요", "778812"),
    ("رمز التحقق: 445511", "445511"),
    ("קוד האימות שלך: 112233", "112233"),
    ("Mã xác thực của bạn là 335577", "335577"),
]

NOT_GIVEN = [
    "Dinner at 1930?",
    "The code of conduct has 1200 pages",
    "The code of conduct is 2000 words long",
    "Your code costs €4821",
    "Your code costs 4821 EUR",
    "The door code is 2580#, the party starts at 1930, bus 4711 stops outside",
    "Your order 20261122-88 over 149.00 has been shipped, tracking 00340434161094042557.",
    "Approve the sign-in with number 42?",
    "Use code 2026 for 20% off your next order",
    "Promo code SAVE2000 until Sunday",
    "Ihr Gutscheincode: 48219900",
    "Your zip code: 90210",
    "Code postal 75011 Paris",
    "Kod pocztowy 00950",
    "The area code is 0171, call 5550100",
    "Your code was sent to +1 555 010 0123",
    "Call 5550100 with your code",
    "We sent a code to the phone ending in 4821",
    "Your code expires at 1830",
    "Your code expires in 3600 seconds",
    "Verification code policy updated 22.11.2026",
    "Verification code policy, version 2026",
    "Your verification codes are in the app. Bus 4711 stops outside.",
    "Enter the code from your app for order 556677",
    "Flight code BA2490 is boarding",
    "Postcode 1012 AB",
    "PIN it to the wall: 12 nails",
    "Shopping list: 2026 calendars, 1000 pins",
    "code",
    "123456",
    "",
    "@ #123456",
    "@nohost #123456",
    "write to @alice #winter2026",
]


@pytest.mark.parametrize(("text", "code"), GIVEN)
def test_a_code_is_found(text: str, code: str) -> None:
    """As it is to be typed; and each such text stays off the disk."""
    assert find_code(text) == FoundCode(code)
    assert tells_code(incoming("m1", text))


@pytest.mark.parametrize("text", NOT_GIVEN)
def test_what_only_looks_like_a_code_is_none(text: str) -> None:
    """Prices, dates, times, phone, order and account numbers, and codes for everybody."""
    assert find_code(text) is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("@cloudbox.example #884213", FoundCode("884213", "cloudbox.example")),
        ("Your code is 111111.\n\n@Example.com #747723", FoundCode("747723", "example.com")),
        ("747723 is your code.\n@example.com #747723 @shop.example", FoundCode("747723", "example.com")),
        ("747723 is your code. @example.com #747723", FoundCode("747723", "example.com")),
        ("@example.com #A1b-22", FoundCode("A1b-22", "example.com")),
        ("@example.com #747723\nYour code is 222222", FoundCode("222222")),
        ("Your code is 222222 @example..com #747723", FoundCode("222222")),
    ],
)
def test_a_code_bound_to_a_host(text: str, found: FoundCode) -> None:
    """The last line says for where; what it says counts before everything else."""
    assert find_code(text) == found


def test_what_is_cut_is_not_taken() -> None:
    """Half a code is worse than none; what stands before the cut is whole."""
    assert find_code("Your code is 1234", cut=True) is None
    assert find_code("Your code is 123 4", cut=True) is None
    assert find_code("Your code is 123456. It is va", cut=True) == FoundCode("123456")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("The door code is 2580#, the party starts at 1930", True),
        ("My code? It was 4821, I think", True),
        ("Dinner at 1930?", False),
        ("The code of conduct has 12 pages", False),
        ("We met while shopping in 2026", False),
    ],
)
def test_what_may_be_a_code_stays_off_the_disk(text: str, *, told: bool) -> None:
    """Rather one too many: a word for a code, and a number long enough."""
    assert tells_code(incoming("m1", text)) is told


def test_a_text_of_our_own_is_none() -> None:
    """Whatever it says: that it left must be known after a restart."""
    assert not tells_code(outgoing("m1", "My code is 4821"))


FRAGMENTS = st.sampled_from(
    [
        "code",
        " ",
        "is ",
        "Your ",
        "123456",
        "118 204",
        "€",
        "@",
        "#",
        ".example ",
        "\n",
        ": ",
        "4821",
        "-",
        "验证码",
    ]
)


@given(st.one_of(st.text(max_size=400), st.lists(FRAGMENTS, max_size=60).map("".join)))
def test_a_code_stands_in_its_text(text: str) -> None:
    """Whatever the text: a short word of ASCII letters and digits that it holds, in this order; or none."""
    found = find_code(text)
    if found is not None:
        assert re.fullmatch(r"[A-Za-z0-9-]{3,32}", found.code)
        assert re.search(r"[-\s]?".join(map(re.escape, found.code)), text)
        assert tells_code(incoming("m1", text))


@given(
    st.integers(10**3, 10**8 - 1),
    st.sampled_from(["€{}", "{} EUR", "+{}", "order {}", "{}.50", "12/{}", "{} km"]),
)
def test_a_number_of_another_kind_is_none(number: int, kind: str) -> None:
    """However near to the word."""
    assert find_code("Your code is " + kind.format(number)) is None


LONG = {
    "names and numbers": "code 1234 " * 2000,
    "digits": "1" * 20_000,
    "names": "code" * 5000,
    "hosts": "@a" * 10_000,
    "groups": "-".join(["12"] * 7000),
    "mixed": "A1" * 10_000,
    "spaces": "code " + " " * 20_000,
    "no code": "x" * 19_000 + "@a.b #",
    "verbs": "use " * 5000,
    "dots": "a." * 150 + "@" + "a." * 160,
}


@pytest.mark.parametrize("name", LONG)
def test_a_long_text_takes_no_long_time(name: str) -> None:
    """Bounded by what is looked at, whatever it is made of."""
    started = time.perf_counter()
    for _ in range(10):
        find_code(LONG[name])
    assert time.perf_counter() - started < 1
