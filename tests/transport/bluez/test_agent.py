"""Does the agent answer for one phone, in time, with a person's word?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from phonelink_tui.transport.bluez import agent
from phonelink_tui.transport.bluez.agent import serving_agent
from phonelink_tui.transport.bluez.bus import Bus, open_bus
from tests.transport.bluez.fake_air import DEVICE
from tests.transport.bluez.fake_bluetoothd import ADAPTER, FakeBluetoothd, Refused

pytestmark = pytest.mark.needs("dbus-daemon", "dbus-daemon")

STRANGER = f"{ADAPTER}/dev_00_AA_01_09_09_09"
REJECTED = "org.bluez.Error.Rejected"
CANCELED = "org.bluez.Error.Canceled"


@pytest.fixture
async def bus(bluetoothd: FakeBluetoothd) -> AsyncIterator[Bus]:
    """Our connection."""
    async with open_bus() as bus:
        yield bus


def saying(answer: bool, asked: list[int | None]) -> Callable[[int | None], Awaitable[bool]]:
    """A person who says the same to everything."""

    async def ask(number: int | None) -> bool:
        asked.append(number)
        return answer

    return ask


async def call(bluetoothd: FakeBluetoothd, member: str, signature: str, *body: object) -> None:
    """bluetoothd asks the agent."""
    owner, path, _ = bluetoothd.agents[-1]
    await bluetoothd.call_program(owner, path, f"org.bluez.Agent1.{member}", signature, list(body))


async def test_numbers_are_compared(bus: Bus, bluetoothd: FakeBluetoothd) -> None:
    """The person sees the number; yes lets the pairing go on, and no ends it."""
    asked: list[int | None] = []
    async with serving_agent(bus, lambda path: path == DEVICE, saying(True, asked)):
        assert bluetoothd.agents[-1][2] == "DisplayYesNo"
        assert bluetoothd.calls["RequestDefaultAgent"] == 1
        await call(bluetoothd, "RequestConfirmation", "ou", DEVICE, 123456)
        await call(bluetoothd, "RequestAuthorization", "o", DEVICE)
        await call(bluetoothd, "AuthorizeService", "os", DEVICE, "1133")
    assert asked == [123456, None]
    assert bluetoothd.agents == []
    async with serving_agent(bus, lambda path: path == DEVICE, saying(False, asked)):
        with pytest.raises(Refused, match=REJECTED):
            await call(bluetoothd, "RequestConfirmation", "ou", DEVICE, 1)


@pytest.mark.parametrize(
    ("member", "signature", "rest"),
    [
        ("RequestConfirmation", "ou", (1,)),
        ("RequestAuthorization", "o", ()),
        ("AuthorizeService", "os", ("x",)),
    ],
)
async def test_strangers_are_rejected(
    bus: Bus, bluetoothd: FakeBluetoothd, member: str, signature: str, rest: tuple[object, ...]
) -> None:
    """Nobody is asked about another device."""
    asked: list[int | None] = []
    async with serving_agent(bus, lambda path: path == DEVICE, saying(True, asked)):
        with pytest.raises(Refused, match=REJECTED):
            await call(bluetoothd, member, signature, STRANGER, *rest)
    assert asked == []


async def test_who_may_ask_is_not_yet_served(bus: Bus, bluetoothd: FakeBluetoothd) -> None:
    """Asking to pair shows digits to a person; using a service is asked of nobody, and so is for fewer."""
    async with serving_agent(bus, lambda path: True, saying(True, []), lambda path: path == DEVICE):
        await call(bluetoothd, "RequestConfirmation", "ou", STRANGER, 1)
        await call(bluetoothd, "AuthorizeService", "os", DEVICE, "1133")
        with pytest.raises(Refused, match=REJECTED):
            await call(bluetoothd, "AuthorizeService", "os", STRANGER, "1133")


async def test_question_is_withdrawn(bus: Bus, bluetoothd: FakeBluetoothd) -> None:
    """Cancel ends the question that is open; while it is open there is no second one."""
    open_question = asyncio.Event()

    async def never(_number: int | None) -> bool:
        open_question.set()
        await asyncio.Event().wait()
        return True

    async with serving_agent(bus, lambda path: True, never), asyncio.TaskGroup() as group:
        asking = group.create_task(refusal(call(bluetoothd, "RequestConfirmation", "ou", DEVICE, 1)))
        await asyncio.wait_for(open_question.wait(), 5)
        with pytest.raises(Refused, match=REJECTED):
            await call(bluetoothd, "RequestConfirmation", "ou", DEVICE, 2)
        await call(bluetoothd, "Cancel", "")
        assert await asking == CANCELED


async def test_nobody_answers(bus: Bus, bluetoothd: FakeBluetoothd, monkeypatch: pytest.MonkeyPatch) -> None:
    """A question has a deadline."""
    monkeypatch.setattr(agent, "QUESTION_S", 0.02)

    async def never(_number: int | None) -> bool:
        await asyncio.Event().wait()
        return True

    async with serving_agent(bus, lambda path: True, never):
        assert await refusal(call(bluetoothd, "RequestConfirmation", "ou", DEVICE, 1)) == CANCELED


async def refusal(called: Awaitable[None]) -> str:
    """The name of the error a call is answered with."""
    try:
        await called
    except Refused as refused:
        return refused.name
    return ""
