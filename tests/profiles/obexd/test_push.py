"""Is a text handed to obexd sent at most once, and is what is told about it true, wherever it goes wrong?"""

from __future__ import annotations

import asyncio

import pytest

from phonelink_tui.domain.observed import OutgoingText
from phonelink_tui.domain.text import clean_line
from phonelink_tui.errors import (
    DeadlineExceeded,
    LinkLost,
    ObexRefused,
    OutcomeUnknown,
    PhonelinkError,
    ProfileError,
)
from phonelink_tui.profiles.obexd.dbus_errors import UNTOLD
from phonelink_tui.profiles.ports import MessageAccess
from phonelink_tui.virtual.phone import VirtualPhone
from tests.backends.world import ALICE
from tests.profiles.obexd.bench import Bench
from tests.profiles.obexd.mischief import Death, Odd, Refused

pytestmark = pytest.mark.needs("dbus-daemon", "dbus-daemon")

TEXT = OutgoingText(clean_line(ALICE), "Dinner?")
PUSH = "PushMessage"


async def push_end(access: MessageAccess) -> PhonelinkError | None:
    """How a push ended."""
    try:
        await access.push_text(TEXT)
    except PhonelinkError as error:
        return error
    return None


async def test_text_arrives_once_and_leaves_no_file(bench: Bench, phone: VirtualPhone) -> None:
    """The phone has the text; the file is gone as soon as obexd has opened it, the directory with the session."""
    access = await bench.backend.open_messages()
    assert await push_end(access) is None
    (at,) = bench.directory.iterdir()
    assert list(at.iterdir()) == []
    await access.aclose()
    assert list(bench.directory.iterdir()) == []
    assert [one.text for one in phone.pushed] == [TEXT.text]


@pytest.mark.parametrize(
    ("death", "ending", "sent"),
    [
        (Death.BEFORE_ANSWER, OutcomeUnknown, 0),
        (Death.AFTER_ANSWER, OutcomeUnknown, 0),
        (Death.BEFORE_STATUS, OutcomeUnknown, 1),
        (Death.AFTER_STATUS, type(None), 1),
    ],
)
async def test_obexd_killed(
    bench: Bench, phone: VirtualPhone, death: Death, ending: type[object], sent: int
) -> None:
    """Killed after it had the call, nothing is known until it has said `complete`; then the session is over."""
    access = await bench.backend.open_messages()
    bench.obexd.mischief.deaths[PUSH] = death
    assert isinstance(await push_end(access), ending)
    with pytest.raises(LinkLost):
        await access.run()
    assert isinstance(await push_end(access), LinkLost)
    await access.aclose()
    assert len(phone.pushed) == sent


async def test_obexd_gone_before_the_call(bench: Bench, phone: VirtualPhone) -> None:
    """A call that can reach nobody is certainly not sent, and does not start another obexd."""
    access = await bench.backend.open_messages()
    bench.obexd.die()
    with pytest.raises(LinkLost):
        await access.run()
    assert type(await push_end(access)) is LinkLost
    await access.aclose()
    assert phone.pushed == []


@pytest.mark.parametrize(
    ("refusal", "ending"),
    [
        (Refused("Unable to open file"), ProfileError),
        (Refused(name="org.bluez.obex.Error.InvalidArguments"), ProfileError),
        (Refused("Session not connected"), LinkLost),
        (Refused("x", "org.freedesktop.DBus.Error.UnknownMethod"), ObexRefused),
        (Refused("x", "org.freedesktop.DBus.Error.ServiceUnknown"), LinkLost),
        (Refused("x", "org.freedesktop.DBus.Error.NoReply"), OutcomeUnknown),
        (Refused("x", "org.freedesktop.DBus.Error.Disconnected"), OutcomeUnknown),
        (Refused("x", "org.freedesktop.DBus.Error.TimedOut"), OutcomeUnknown),
    ],
)
async def test_errors_in_place_of_a_transfer(
    bench: Bench, phone: VirtualPhone, refusal: Refused, ending: type[PhonelinkError]
) -> None:
    """obexd's own errors prove that nothing begins; the bus's, in its place, prove nothing."""
    access = await bench.backend.open_messages()
    bench.obexd.mischief.refusals[PUSH] = [refusal]
    assert type(await push_end(access)) is ending
    await access.aclose()
    assert phone.pushed == []


async def test_refused_by_the_phone(bench: Bench, phone: VirtualPhone) -> None:
    """`error` at once, with the session still there, is the phone's no: certainly not sent, and it goes on."""
    access = await bench.backend.open_messages()
    bench.obexd.push_folders.append("nowhere")
    error = await push_end(access)
    assert isinstance(error, ObexRefused)
    assert error.code == UNTOLD
    assert phone.pushed == []
    assert await push_end(access) is None
    await access.aclose()
    assert len(phone.pushed) == 1


@pytest.mark.parametrize("fault", ["lose_push"])
async def test_lost_with_the_last_packet_out(bench: Bench, phone: VirtualPhone) -> None:
    """`error` together with the end of the session is a lost link: unknown."""
    access = await bench.backend.open_messages()
    assert isinstance(await push_end(access), OutcomeUnknown)
    await access.aclose()
    assert len(phone.pushed) == 1


@pytest.mark.parametrize(
    ("told", "after_s", "alive", "ending"),
    [
        ("all", 0, True, ObexRefused),
        ("all", 8, True, ObexRefused),
        ("all", 9.5, True, OutcomeUnknown),
        ("all", 0, False, OutcomeUnknown),
        ("part", 0, True, ObexRefused),
        ("part", 9.5, True, DeadlineExceeded),
        ("part", 0, False, LinkLost),
        ("nothing", 0, True, ObexRefused),
        ("nothing", 0, False, OutcomeUnknown),
        ("nothing", 9.5, True, OutcomeUnknown),
    ],
)
async def test_what_an_error_proves(
    bench: Bench, told: str, after_s: float, alive: bool, ending: type[PhonelinkError]
) -> None:
    """By when it comes, whether the session outlives it, and how much of the text obexd had read."""
    access = await bench.backend.open_messages()
    bench.obexd.transfer_errors.append((told, after_s, alive))
    assert type(await push_end(access)) is ending
    goes_on = ending is ObexRefused
    assert (await push_end(access) is None) is goes_on
    await access.aclose()


@pytest.mark.parametrize("odd", [Odd.VANISH, Odd.SILENT, Odd.ENDLESS])
async def test_no_word_is_unknown(bench: Bench, odd: Odd) -> None:
    """A transfer that goes without a word, never ends, or goes on and on: unknown, within a deadline."""
    access = await bench.backend.open_messages()
    bench.obexd.mischief.odds[PUSH] = odd
    async with asyncio.timeout(120):
        if odd is Odd.ENDLESS:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(60):
                    await access.push_text(TEXT)
        else:
            assert isinstance(await push_end(access), OutcomeUnknown)
        assert isinstance(await push_end(access), LinkLost)
        await access.aclose()


async def test_no_answer_is_unknown(bench: Bench) -> None:
    """A call never answered may have been carried out."""
    access = await bench.backend.open_messages()
    bench.obexd.mischief.unanswered.add(PUSH)
    assert isinstance(await push_end(access), OutcomeUnknown)
    await access.aclose()


@pytest.mark.parametrize("answer", [("", []), ("s", ["no path"]), ("u", [7]), ("o", ["/elsewhere"])])
async def test_odd_answers_are_unknown(bench: Bench, answer: tuple[str, list[object]]) -> None:
    """An answer without a transfer that can be followed proves nothing."""
    access = await bench.backend.open_messages()
    bench.obexd.mischief.answers[PUSH] = answer
    assert isinstance(await push_end(access), OutcomeUnknown)
    await access.aclose()


async def test_given_up_in_the_middle(bench: Bench) -> None:
    """Whoever gives a push up ends the session: nobody else can tell how it went."""
    access = await bench.backend.open_messages()
    bench.obexd.mischief.odds[PUSH] = Odd.SILENT
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1):
            await access.push_text(TEXT)
    with pytest.raises(LinkLost):
        await access.refresh_inbox()
    await access.aclose()


@pytest.mark.parametrize("fault", ["stall:1500"])
async def test_phone_that_falls_silent(bench: Bench, phone: VirtualPhone) -> None:
    """The deadline is ours, long before obexd's own: unknown, or certainly not sent, and never twice."""
    access = await bench.backend.open_messages()
    began = asyncio.get_running_loop().time()
    ends: list[PhonelinkError | None] = []
    while not ends or ends[-1] is None:
        ends.append(await push_end(access))
    assert isinstance(ends[-1], OutcomeUnknown | DeadlineExceeded)
    assert asyncio.get_running_loop().time() - began < 30
    await access.aclose()
    assert len(phone.pushed) in (len(ends) - 1, len(ends))
