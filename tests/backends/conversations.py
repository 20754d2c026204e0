"""What is said in one session, step by step, and how did each step end?"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Final, Protocol, TypeVar

from attrs import define, field, frozen

from phonelink_tui.domain.observed import ChangeKind, Folder, OutgoingText, handle_key
from phonelink_tui.domain.text import RemoteText
from phonelink_tui.errors import (
    DeadlineExceeded,
    LinkLost,
    ObexRefused,
    OutcomeUnknown,
    PhonelinkError,
    PhoneUnreachable,
    ProfileError,
    RemoteProtocolError,
)
from phonelink_tui.profiles.ports import MessageAccess, PhonebookAccess
from phonelink_tui.transport.gatt import GattClient
from phonelink_tui.transport.link import CallBack, PhoneLink, Service
from phonelink_tui.transport.stream import ByteStream
from phonelink_tui.virtual.phone import VirtualPhone
from tests.backends.world import ALICE, BOB, World
from tests.fast_time import START

STEP_S: Final = 60.0
"""Six packets' patience; no step of the conversations below asks for more packets that could each be late."""

NAMED: Final = (PhoneUnreachable, LinkLost, DeadlineExceeded, RemoteProtocolError, ProfileError)
"""What a session may end in, or refuse with. A push may be unknown besides."""

CERTAINLY_NOT: Final = (PhoneUnreachable, LinkLost, DeadlineExceeded, RemoteProtocolError, ObexRefused)
"""What a push may end in that certainly did not leave."""


class Session(Protocol):
    """What all three sessions have in common."""

    async def run(self) -> None: ...
    async def aclose(self) -> None: ...


WAITS: Final = frozenset({"replay", "press", "change"})
"""Steps that wait for what the phone tells by itself."""

S = TypeVar("S", bound=Session)
Step = tuple[str, Callable[[S], Awaitable[object]]]


@frozen
class Outcome:
    """How a step ended: with a result, or an error."""

    step: str
    result: object = None
    error: PhonelinkError | None = None


@define
class Meter:
    """Counts the bytes of sessions, and where each step began."""

    up: int = 0
    down: int = 0
    marks: dict[str, tuple[int, int]] = field(factory=dict)
    """By step: (bytes up, bytes down) before it."""

    def mark(self, step: str) -> None:
        self.marks[step] = (self.up, self.down)


async def converse(
    opening: Callable[[], Awaitable[S]], steps: Sequence[Step[S]], meter: Meter | None = None
) -> list[Outcome]:
    """Open a session and do the steps until one ends it; how each ended. Ends the session.

    A step that lasts longer than `STEP_S`, or ends in an error that no port names, fails the test.
    """
    meter = meter or Meter()
    meter.mark("open")
    session: S | None = None

    async def open_session() -> None:
        nonlocal session
        session = await opening()

    ended: list[PhonelinkError] = []
    outcomes = [await _end("open", open_session, ended)]
    if session is None:
        return outcomes
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_to_its_end(session, ended))
        for name, step in steps:
            meter.mark(name)
            outcome = await _end(name, partial(step, session), ended)
            outcomes.append(outcome)
            if outcome.error is not None and not isinstance(outcome.error, ProfileError):
                break
        meter.mark("close")
        async with asyncio.timeout(STEP_S):
            await session.aclose()
    return outcomes


async def _end(name: str, work: Callable[[], Awaitable[object]], ended: list[PhonelinkError]) -> Outcome:
    try:
        async with asyncio.timeout(STEP_S):
            return Outcome(name, await work())
    except TimeoutError:
        # Whoever waits for what the phone tells by itself is cut by the end of the session, as in the relay.
        if ended and name in WAITS:
            return Outcome(name, error=ended[0])
        raise AssertionError(f"{name} has no deadline") from None
    except OutcomeUnknown as error:
        assert name == "push", f"{name} is unknown"
        return Outcome(name, error=error)
    except NAMED as error:
        return Outcome(name, error=error)


async def _to_its_end(session: Session, ended: list[PhonelinkError]) -> None:
    try:
        await session.run()
    except PhonelinkError as error:
        ended.append(error)


def message_steps(phone: VirtualPhone, push: str) -> list[Step[MessageAccess]]:
    """All that can be asked of a message session."""

    async def rows(access: MessageAccess) -> object:
        return await access.list_texts(Folder.INBOX, limit=100)

    async def body(access: MessageAccess) -> object:
        handle = f"{phone.folder(Folder.INBOX)[1].handle:X}"
        return (await access.fetch_text(handle, Folder.INBOX)).text

    async def mark(access: MessageAccess) -> object:
        await access.set_read(f"{phone.folder(Folder.INBOX)[0].handle:X}", read=True)
        return phone.folder(Folder.INBOX)[0].read

    async def change(access: MessageAccess) -> object:
        arrived = phone.receive_text(BOB, "news", at=START)
        while True:
            change = await access.next_change()
            if change.kind is ChangeKind.OTHER:
                return True  # a phone that reports nothing is looked at
            if handle_key(change.handle) == handle_key(f"{arrived.handle:x}"):
                return True

    async def send(access: MessageAccess) -> object:
        await access.push_text(OutgoingText(RemoteText(ALICE), push))
        return True

    async def refresh(access: MessageAccess) -> object:
        await access.refresh_inbox()
        return True

    return [
        ("list", rows),
        ("body", body),
        ("change", change),
        ("push", send),
        ("mark", mark),
        ("refresh", refresh),
        ("list again", rows),
    ]


def book_steps() -> list[Step[PhonebookAccess]]:
    """All that can be asked of a phonebook session."""

    async def owner(access: PhonebookAccess) -> object:
        return await access.owner()

    async def contacts(access: PhonebookAccess) -> object:
        return await access.contacts()

    async def calls(access: PhonebookAccess) -> object:
        return len(await access.calls())

    return [("owner", owner), ("contacts", contacts), ("calls", calls)]


async def again(world: World, opening: Callable[[], Awaitable[S]], steps: Sequence[Step[S]]) -> list[Outcome]:
    """A conversation with a phone on which nothing goes wrong any more; an old session may take a moment to end."""
    world.phone.faults.clear()
    outcomes: list[Outcome] = []
    for _ in range(5):
        outcomes = await converse(opening, steps)
        if outcomes[0].error is None:
            break
        await asyncio.sleep(1)
    return outcomes


class MeteredLink:
    """A link whose streams to one service are counted."""

    def __init__(self, link: PhoneLink, service: Service, meter: Meter) -> None:
        self._link = link
        self._service = service
        self._meter = meter

    async def open_stream(self, service: Service) -> ByteStream:
        stream = await self._link.open_stream(service)
        return _MeteredStream(stream, self._meter) if service is self._service else stream

    def connect_features(self, service: Service) -> int | None:
        return self._link.connect_features(service)

    def serve_call_backs(self, serve: CallBack) -> AbstractAsyncContextManager[None]:
        return self._link.serve_call_backs(serve)

    def attach_gatt(self, on_lost: Callable[[], None]) -> AbstractAsyncContextManager[GattClient]:
        return self._link.attach_gatt(on_lost)


class _MeteredStream:
    def __init__(self, stream: ByteStream, meter: Meter) -> None:
        self._stream = stream
        self._meter = meter

    async def receive(self) -> bytes:
        data = await self._stream.receive()
        self._meter.down += len(data)
        return data

    async def send(self, data: bytes) -> None:
        self._meter.up += len(data)
        await self._stream.send(data)

    async def aclose(self) -> None:
        await self._stream.aclose()
