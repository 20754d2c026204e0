"""A relay with an archive, over TCP, that kills itself or loses its link at the n-th step of sending one text.

python -m tests.end_to_end.relay_that_breaks SPEC DIRECTORY kill|cut N TEXT

Steps are what an outsider can tell apart: bytes handed to the phone, bytes come from it, each commit of the
archive, right before and right after. First it tells what became of the texts of earlier runs, as lines of JSON.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import apsw

from phonelink_tui.archive.files import archive_files
from phonelink_tui.archive.key_sources import Secret, SecretKind
from phonelink_tui.archive.opening import open_archive
from phonelink_tui.config.phone_spec import TcpSpec, parse_spec
from phonelink_tui.domain.events import CommandChanged, MessageChanged
from phonelink_tui.domain.message import DeliveryState, TextMessage
from phonelink_tui.domain.phone import IPHONE_TRAITS, Capability, LinkPhase
from phonelink_tui.domain.text import clean_line
from phonelink_tui.errors import LinkLost
from phonelink_tui.profiles.link_backend import LinkBackend
from phonelink_tui.profiles.phone_clock import PhoneClock
from phonelink_tui.relay.api import Ask, SendText, follow
from phonelink_tui.relay.service import Relay, RelaySettings
from phonelink_tui.transport.gatt import GattClient
from phonelink_tui.transport.link import CallBack, Service
from phonelink_tui.transport.stream import ByteStream
from phonelink_tui.transport.tcp import LOOPBACK, Endpoint, TcpLink

TO = "+15550101"
SECRET = Secret(SecretKind.KEYRING, b"0123456789abcdef0123456789abcdef")
FINAL = frozenset(DeliveryState) - {DeliveryState.HELD, DeliveryState.QUEUED, DeliveryState.HANDED_OVER}


class Steps:
    """Counts steps once armed, and breaks at the chosen one."""

    def __init__(self, how: str, at: int) -> None:
        self.how = how
        self.left = at
        self.armed = False
        self.broken = False
        self.lock = threading.Lock()

    def step(self, *, on_link: bool = False) -> None:
        """One more; kills this process, or raises LinkLost where the link can be cut."""
        with self.lock:
            if not self.armed or self.broken or (self.how == "cut" and not on_link):
                return
            self.left -= 1
            if self.left > 0:
                return
            self.broken = True
        if self.how == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        raise LinkLost("cut")


class BreakingStream:
    """A stream that counts."""

    def __init__(self, stream: ByteStream, steps: Steps) -> None:
        self.stream = stream
        self.steps = steps

    async def count(self) -> None:
        """A step; a link that is cut is closed."""
        try:
            self.steps.step(on_link=True)
        except LinkLost:
            await self.stream.aclose()
            raise

    async def receive(self) -> bytes:
        data = await self.stream.receive()
        await self.count()
        return data

    async def send(self, data: bytes) -> None:
        await self.count()
        half = len(data) // 2
        await self.stream.send(data[:half])
        await self.count()
        await self.stream.send(data[half:])
        await self.count()

    async def aclose(self) -> None:
        await self.stream.aclose()


class BreakingLink:
    """A link whose message stream counts."""

    def __init__(self, link: TcpLink, steps: Steps) -> None:
        self.link = link
        self.steps = steps

    async def open_stream(self, service: Service) -> ByteStream:
        stream = await self.link.open_stream(service)
        return BreakingStream(stream, self.steps) if service is Service.MAS else stream

    def connect_features(self, service: Service) -> int | None:
        return self.link.connect_features(service)

    def serve_call_backs(self, serve: CallBack) -> AbstractAsyncContextManager[None]:
        return self.link.serve_call_backs(serve)

    def attach_gatt(self, on_lost: Callable[[], None]) -> AbstractAsyncContextManager[GattClient]:
        return self.link.attach_gatt(on_lost)


def tell(**facts: object) -> None:
    """One line."""
    print(json.dumps(facts), flush=True)


def watch_commits(steps: Steps) -> None:
    """Each commit of the archive is two steps: right before it, and when it is on the disk."""

    def hook(db: apsw.Connection) -> None:
        def before() -> bool:
            steps.step()
            return False

        def after(_db: apsw.Connection, _name: str, _pages: int) -> int:
            steps.step()
            return 0

        db.set_commit_hook(before)
        db.set_wal_hook(after)

    apsw.connection_hooks.append(hook)


class Eye:
    """What is seen on the stream."""

    def __init__(self) -> None:
        self.texts: dict[str, TextMessage] = {}
        self.ready = False
        self.done: set[str] = set()
        self.news = asyncio.Event()

    async def watch(self, relay: Relay) -> None:
        """Follow until the end."""

        def snapshot(found: object) -> None:
            self.news.set()

        def event(stamped: object) -> None:
            match getattr(stamped, "event", None):
                case MessageChanged(message=message):
                    self.texts[message.id] = message
                case CommandChanged(id=id_):
                    self.done.add(id_)
                case _:
                    pass
            self.news.set()

        await follow(relay, snapshot, event)

    async def until(self, holds: Callable[[], object]) -> None:
        """Wait for it."""
        async with asyncio.timeout(30):
            while not holds():
                self.news.clear()
                await self.news.wait()


async def run(spec: TcpSpec, directory: Path, steps: Steps, text: str) -> None:
    """See the module."""
    link = TcpLink(
        Endpoint(spec.host, spec.port),
        Endpoint(spec.host, spec.pbap_port or 0),
        Endpoint(LOOPBACK, spec.mns_port or 0),
    )
    backend = LinkBackend(
        BreakingLink(link, steps),
        "tcp:breaks",
        clean_line("A phone"),
        IPHONE_TRAITS,
        frozenset({Capability.MESSAGES}),
        PhoneClock(),
    )
    files = archive_files(directory, "tcp:breaks")
    async with open_archive(files, SECRET, "tcp:breaks", lambda: datetime.now(UTC)) as opened:
        assert opened.set_aside is None
        relay = Relay(
            backend,
            RelaySettings(b"test"),
            now=lambda: datetime.now(UTC),
            rng=Random(1),
            archive=opened.archive,
        )
        await relay.begin()
        eye = Eye()
        async with asyncio.TaskGroup() as tasks:
            watching = tasks.create_task(eye.watch(relay))
            await eye.until(lambda: True)
            life = tasks.create_task(relay.run())
            await connected(relay)
            for message in await own_texts(relay):
                tell(earlier=message.text, state=message.state)
            steps.armed = True
            await relay.execute(SendText(f"c-{text}", text, TO, confirmed=frozenset(Ask)))
            await eye.until(lambda: f"c-{text}" in eye.done)
            tell(acknowledged=text)
            await eye.until(lambda: any(m.text == text and m.state in FINAL for m in eye.texts.values()))
            await opened.archive.commit()
            steps.armed = False
            (state,) = (m.state for m in eye.texts.values() if m.text == text)
            tell(text=text, state=state, broken=steps.broken)
            await relay.close()
            life.cancel()
            watching.cancel()


async def connected(relay: Relay) -> None:
    """Wait until messages are connected and nothing of ours waits any more."""
    async with asyncio.timeout(30):
        while True:
            snapshot = await relay.snapshot()
            waits = [m for m in snapshot.unsettled if m.state not in FINAL]
            if snapshot.phone.phase(Capability.MESSAGES) is LinkPhase.READY and not waits:
                return
            await asyncio.sleep(0.02)


async def own_texts(relay: Relay) -> list[TextMessage]:
    """All texts of ours that this relay knows, from whatever run."""
    found: list[TextMessage] = []
    for thread in (await relay.snapshot()).threads:
        before = None
        while True:
            page = await relay.messages(thread.id, before=before, limit=200)
            found += [m for m in page.messages if m.recipient is not None]
            before = page.before
            if before is None:
                break
    return found


def main() -> None:
    """See the module."""
    spec, directory, how, at, text = sys.argv[1:]
    steps = Steps(how, int(at))
    watch_commits(steps)
    parsed = parse_spec(spec)
    assert isinstance(parsed, TcpSpec)
    asyncio.run(run(parsed, Path(directory), steps, text))


if __name__ == "__main__":
    main()
