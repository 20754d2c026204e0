"""How does a session through obexd begin and end, and who learns of it?"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from attrs import evolve

from phonelink_tui.domain.observed import Folder
from phonelink_tui.errors import (
    BluetoothUnavailable,
    DeadlineExceeded,
    LinkLost,
    ObexRefused,
    PhonelinkError,
    PhoneUnreachable,
    ProfileError,
)
from phonelink_tui.profiles.obexd.session import CREATE_S, PATIENCE_S
from phonelink_tui.profiles.ports import MessageAccess
from phonelink_tui.protocol.obex.codes import ResponseCode
from phonelink_tui.transport.together import beside
from phonelink_tui.virtual.phone import VirtualPhone
from tests.profiles.obexd.bench import ADAPTER, PHONE, Bench, not_paired
from tests.profiles.obexd.mischief import Refused

pytestmark = pytest.mark.needs("dbus-daemon", "dbus-daemon")

DBUS = "org.freedesktop.DBus.Error."


async def test_obexd_is_asked_for_this_phone_through_this_adapter(bench: Bench) -> None:
    """Destination, source and target; and the session goes when it is closed."""
    for target, opening in (("map", bench.backend.open_messages), ("pbap", bench.backend.open_phonebook)):
        access = await opening()
        assert bench.obexd.created[-1] == (PHONE, {"Target": target, "Source": ADAPTER})
        await access.aclose()
        await access.aclose()
        assert bench.obexd.sessions == {}
    assert bench.obexd.calls["RemoveSession"] == 2


def name_of(value: object) -> str:
    """Of a case, the same in every process."""
    if isinstance(value, type):
        return value.__name__
    return ascii(str(value))[:40] if isinstance(value, Refused) else "so"


OPENINGS: list[tuple[Refused, type[PhonelinkError], Callable[[PhonelinkError], bool]]] = [
    (Refused("OBEX Connect failed with 0x43"), ObexRefused, lambda e: e.code == ResponseCode.FORBIDDEN),  # type: ignore[attr-defined]
    (Refused("OBEX Connect failed with 0x53"), ObexRefused, lambda e: e.code == 0xD3),  # type: ignore[attr-defined]
    (Refused("Unable to find service record"), PhoneUnreachable, lambda e: not e.refused),  # type: ignore[attr-defined]
    (Refused("Connection refused (111)"), PhoneUnreachable, lambda e: e.refused),  # type: ignore[attr-defined]
    (Refused("Host is down (112)"), PhoneUnreachable, lambda e: not e.refused),  # type: ignore[attr-defined]
    (Refused("connect: No route to host (113)"), BluetoothUnavailable, lambda _: True),
    (Refused("Timed out waiting for response"), DeadlineExceeded, lambda _: True),
    (Refused("Transport got disconnected"), PhoneUnreachable, lambda _: True),
    (Refused(""), PhoneUnreachable, lambda _: True),
    (Refused("\x1b[31m" * 50), PhoneUnreachable, lambda e: "\x1b" not in e.message),
    (Refused("x", DBUS + "ServiceUnknown"), BluetoothUnavailable, lambda e: "not installed" in e.message),
    (Refused("x", DBUS + "Spawn.ExecFailed"), BluetoothUnavailable, lambda _: True),
    (Refused("x", DBUS + "NoReply"), BluetoothUnavailable, lambda _: True),
    (Refused("x", DBUS + "AccessDenied"), BluetoothUnavailable, lambda _: True),
    (Refused("x", DBUS + "UnknownMethod"), BluetoothUnavailable, lambda _: True),
    (Refused("x", "org.bluez.obex.Error.InvalidArguments"), PhoneUnreachable, lambda _: True),
]


@pytest.mark.parametrize(("refusal", "error", "holds"), OPENINGS, ids=name_of)
async def test_errors_at_opening(
    bench: Bench, refusal: Refused, error: type[PhonelinkError], holds: Callable[[PhonelinkError], bool]
) -> None:
    """What obexd says of a session that it cannot open becomes the error that the relay knows what to do about."""
    bench.obexd.mischief.refusals["CreateSession"] = [refusal]
    with pytest.raises(error) as caught:
        await bench.backend.open_messages()
    assert type(caught.value) is error
    assert holds(caught.value)
    assert list(bench.directory.iterdir()) == []


REQUESTS: list[tuple[Refused, type[PhonelinkError]]] = [
    (Refused("Forbidden"), ObexRefused),
    (Refused("Service Unavailable"), ObexRefused),
    (Refused("Version Not Supported"), ObexRefused),
    (Refused("<unknown>"), ProfileError),
    (Refused("Unable to open file"), ProfileError),
    (Refused(name="org.bluez.obex.Error.InvalidArguments"), ProfileError),
    (Refused(name="org.bluez.obex.Error.NotAuthorized"), ProfileError),
    (Refused("Timed out waiting for response"), DeadlineExceeded),
    (Refused("Transport got disconnected"), LinkLost),
    (Refused("Session closed by user"), LinkLost),
    (Refused("x", DBUS + "NoReply"), LinkLost),
    (Refused("x", DBUS + "ServiceUnknown"), LinkLost),
]


@pytest.mark.parametrize(("refusal", "error"), REQUESTS, ids=name_of)
async def test_errors_of_requests(bench: Bench, refusal: Refused, error: type[PhonelinkError]) -> None:
    """A no leaves the session usable; what only a dead or confused session says ends it."""
    access = await bench.backend.open_messages()
    bench.obexd.mischief.refusals["ListMessages"] = [refusal]
    with pytest.raises(error) as caught:
        await access.list_texts(Folder.INBOX, limit=1)
    assert type(caught.value) is error
    if issubclass(error, ProfileError):
        assert await access.list_texts(Folder.INBOX, limit=1)
    else:
        with pytest.raises(error):
            await access.run()
        with pytest.raises(LinkLost):
            await access.list_texts(Folder.INBOX, limit=1)
    await access.aclose()


@pytest.mark.parametrize("member", ["CreateSession", "SetFolder"])
async def test_obexd_that_answers_nothing_at_opening(bench: Bench, member: str) -> None:
    """Opening has a deadline, and leaves nothing behind."""
    bench.obexd.mischief.unanswered.add(member)
    began = asyncio.get_running_loop().time()
    with pytest.raises(DeadlineExceeded):
        await bench.backend.open_messages()
    assert asyncio.get_running_loop().time() - began < CREATE_S + PATIENCE_S
    assert list(bench.directory.iterdir()) == []


ASKING: dict[str, Callable[[MessageAccess, str], Awaitable[object]]] = {
    "ListMessages": lambda access, _: access.list_texts(Folder.INBOX, limit=1),
    "UpdateInbox": lambda access, _: access.refresh_inbox(),
    "Get": lambda access, handle: access.fetch_text(handle, Folder.INBOX),
    "Set": lambda access, handle: access.set_read(handle, read=True),
}


@pytest.mark.parametrize("member", ASKING)
async def test_obexd_that_answers_nothing(bench: Bench, member: str) -> None:
    """A request has a deadline; after it the session is over and closed at obexd."""
    access = await bench.backend.open_messages()
    rows = await access.list_texts(Folder.INBOX, limit=10)
    bench.obexd.mischief.unanswered.add(member)
    with pytest.raises(DeadlineExceeded):
        await ASKING[member](access, rows[0].handle)
    with pytest.raises(DeadlineExceeded):
        await access.run()
    await access.aclose()
    assert bench.obexd.sessions == {}


async def test_close_that_is_not_answered(bench: Bench) -> None:
    """Closing does not wait for obexd: the end of our bus connection closes the session all the same."""
    access = await bench.backend.open_messages()
    bench.obexd.mischief.unanswered.add("RemoveSession")
    began = asyncio.get_running_loop().time()
    await access.aclose()
    assert asyncio.get_running_loop().time() - began < 5
    async with asyncio.timeout(5):
        while bench.obexd.sessions:
            await asyncio.sleep(0.1)


@pytest.mark.parametrize("how", ["killed", "phone leaves", "session removed"])
async def test_end_is_told(bench: Bench, phone: VirtualPhone, how: str) -> None:
    """Whoever waits in `run` gets a lost link: obexd gone, the phone gone, or the session taken away."""
    access = await bench.backend.open_messages()
    book = await bench.backend.open_phonebook()
    act: Callable[[], object] = {
        "killed": bench.obexd.die,
        "phone leaves": phone.walk_away,
        "session removed": bench.obexd.end_sessions,
    }[how]
    asyncio.get_running_loop().call_later(1, act)
    for one in (access, book):
        with pytest.raises(LinkLost):
            async with asyncio.timeout(5):
                await one.run()
        await one.aclose()


async def test_obexd_killed_in_a_request(bench: Bench) -> None:
    """Whoever waits for an answer gets a lost link at once."""
    access = await bench.backend.open_messages()
    bench.obexd.mischief.unanswered.add("ListMessages")
    asyncio.get_running_loop().call_later(1, bench.obexd.die)
    began = asyncio.get_running_loop().time()
    with pytest.raises(LinkLost):
        async with beside(access.run()):
            await access.list_texts(Folder.INBOX, limit=1)
    assert asyncio.get_running_loop().time() - began < 3
    await access.aclose()


async def test_no_session_bus(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A login without a session bus, or with a dead one, says so."""
    for address in ("unix:path=/nonexistent/bus", "nonsense"):
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        with pytest.raises(BluetoothUnavailable, match="session bus"):
            await bench.backend.open_messages()
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS")
    with pytest.raises(BluetoothUnavailable, match="session bus"):
        await bench.backend.open_messages()
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    with pytest.raises(BluetoothUnavailable, match="session bus"):
        await bench.backend.open_messages()


async def test_no_obexd(bench: Bench) -> None:
    """Without an obexd that could be started it is said that there is none."""
    bench.obexd.die()
    with pytest.raises(BluetoothUnavailable, match="not installed"):
        await bench.backend.open_messages()


async def test_phone_that_is_not_paired(bench: Bench) -> None:
    """Where the phone is, is asked for at each opening, and what that raises comes out."""
    with pytest.raises(PhoneUnreachable, match="not paired"):
        await evolve(bench.backend, locate=not_paired).open_messages()
    assert bench.obexd.created == []


@pytest.mark.parametrize(("after_s", "error"), [(0, ObexRefused), (7, ObexRefused), (9, DeadlineExceeded)])
async def test_late_error_may_be_a_timeout(
    bench: Bench, phone: VirtualPhone, after_s: float, error: type[PhonelinkError]
) -> None:
    """An answer that obexd gave up may come yet, and would pass for the next one: such a session is over."""
    access = await bench.backend.open_messages()
    rows = await access.list_texts(Folder.INBOX, limit=1)
    bench.obexd.transfer_errors.append(("nothing", after_s, True))
    with pytest.raises(error):
        await access.fetch_text(rows[0].handle, Folder.INBOX)
    if error is ObexRefused:
        assert (await access.fetch_text(rows[0].handle, Folder.INBOX)).handle == rows[0].handle
    else:
        with pytest.raises(LinkLost):
            await access.list_texts(Folder.INBOX, limit=1)
    await access.aclose()


@pytest.mark.parametrize("member", ASKING)
async def test_request_given_up_in_the_middle(bench: Bench, member: str) -> None:
    """Whoever gives a request up ends the session: obexd goes on with it, and its answer must not meet another."""
    access = await bench.backend.open_messages()
    rows = await access.list_texts(Folder.INBOX, limit=10)
    bench.obexd.mischief.unanswered.add(member)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1):
            await ASKING[member](access, rows[0].handle)
    with pytest.raises(LinkLost):
        await access.run()
    await access.aclose()
