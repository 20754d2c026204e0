"""What does a relay cost under load? `python -m tests.bench.load_relay`; one JSON object a line.

    burst    5,000 events at once to 50 clients: every client has all or a Resync, and how late a turn of the
             relay's loop comes meanwhile, which is how late a key's command is taken up
    stalled  100 readers of which half never read: what the relay's memory grows by

The readers are a process of their own, as terminals are.
"""

from __future__ import annotations

import asyncio
import gc
import json
import socket
import statistics
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from phonelink_tui.domain.events import MessageChanged
from phonelink_tui.ipc.background import background
from phonelink_tui.ipc.hello import encode_client_hello
from phonelink_tui.ipc.role import ALL_ROLES
from phonelink_tui.ipc.shared import listening, serve_shared
from phonelink_tui.ipc.wire import REPLY_BYTES, EventsRequest, encode_line, encode_request
from tests.ipc import samples
from tests.ipc.fake_relay import FakeRelay

BURST = 5_000
CLIENTS = 50
READERS = 100
TURN = 10
"""Events between two turns of the loop: a relay reads a phone's reports one by one."""

ATTACH = encode_line(encode_client_hello(ALL_ROLES)) + encode_line(encode_request(EventsRequest(1)))


async def read_to(path: str, last: int, attached: asyncio.Barrier) -> tuple[int, bool]:
    """Resyncs of one reader until it has the last event, and whether anything was missing without one."""
    reader, writer = await asyncio.open_unix_connection(path, limit=REPLY_BYTES)
    writer.write(ATTACH)
    resyncs = before = 0
    whole = True
    while before < last:
        frame = json.loads(await reader.readline())
        if frame["type"] == "reply":
            await attached.wait()
        elif frame["type"] == "resync":
            resyncs, before = resyncs + 1, frame["rev"]
        elif frame["type"] != "hello":
            whole = whole and frame["rev"] == before + 1
            before = frame["rev"]
    writer.close()
    return resyncs, whole


async def readers(path: str, last: int, reading: int, stalled: int) -> None:
    """The other process: readers that read, and ones that never do."""
    socks = [socket.socket(socket.AF_UNIX) for _ in range(stalled)]
    for sock in socks:
        sock.connect(path)
        sock.sendall(ATTACH)
    attached = asyncio.Barrier(reading + 1)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(read_to(path, last, attached)) for _ in range(reading)]
        await attached.wait()
        print("attached", flush=True)
    results = [task.result() for task in tasks]
    resynced = sum(bool(resyncs) for resyncs, _ in results)
    print(
        json.dumps(
            {
                "with_all": reading - resynced,
                "with_resync": resynced,
                "missing": sum(not w for _, w in results),
            }
        )
    )


@asynccontextmanager
async def loaded(
    last: int, reading: int, stalled: int
) -> AsyncIterator[tuple[FakeRelay, asyncio.StreamReader]]:
    """A relay, and the readers once they have attached."""
    fake = FakeRelay()
    async with AsyncExitStack() as stack:
        path = Path(stack.enter_context(TemporaryDirectory())) / "run" / "relay.sock"
        listener = stack.enter_context(listening(path))
        await stack.enter_async_context(background(serve_shared(fake, listener)))
        words = [str(path), str(last), str(reading), str(stalled)]
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.bench.load_relay", *words, stdout=asyncio.subprocess.PIPE
        )
        assert process.stdout is not None
        await process.stdout.readline()
        yield fake, process.stdout
        await process.wait()


async def burst(fake: FakeRelay, count: int) -> None:
    for number in range(count):
        fake.emit(MessageChanged(samples.text(number % 50)))
        if number % TURN == TURN - 1:
            await asyncio.sleep(0)


async def lateness(late_ms: list[float]) -> None:
    """A turn every 2 ms: how much later it comes."""
    while True:
        due = time.perf_counter() + 0.002
        await asyncio.sleep(0.002)
        late_ms.append((time.perf_counter() - due) * 1000)


async def burst_to_clients() -> dict[str, object]:
    late_ms: list[float] = []
    async with loaded(BURST, CLIENTS, 0) as (fake, said), background(lateness(late_ms)):
        began, cpu = time.perf_counter(), time.process_time()
        await burst(fake, BURST)
        emitted_s, cpu_s = time.perf_counter() - began, time.process_time() - cpu
        result = json.loads(await said.readline())
        served_s = time.perf_counter() - began
    late_ms.sort()
    return {
        "load": "burst",
        "clients": CLIENTS,
        "events": BURST,
        **result,
        "emitted_s": round(emitted_s, 2),
        "relay_cpu_s": round(cpu_s, 2),
        "served_s": round(served_s, 2),
        "turn_late_ms_median": round(statistics.median(late_ms), 1),
        "turn_late_ms_p99": round(late_ms[int(len(late_ms) * 0.99)], 1),
        "turn_late_ms_max": round(late_ms[-1], 1),
    }


async def stalled_readers(events: int = 10_000) -> dict[str, object]:
    stalled = READERS // 2
    async with loaded(events, READERS - stalled, stalled) as (fake, said):
        gc.collect()
        before = rss_bytes()
        await burst(fake, events)
        result = json.loads(await said.readline())
        gc.collect()
        grown = rss_bytes() - before
    return {
        "load": "stalled",
        "readers": READERS,
        "never_read": stalled,
        "events": events,
        **result,
        "grown_mib": round(grown / 2**20, 1),
        "kib_each": round(grown / 1024 / stalled),
    }


def rss_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


async def main() -> None:
    if len(sys.argv) > 1:
        path, *numbers = sys.argv[1:]
        await readers(path, *map(int, numbers))
        return
    for load in (burst_to_clients, stalled_readers):
        print(json.dumps(await load()), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
