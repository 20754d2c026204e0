"""A process that writes is killed at any moment: what it was told is durable is there, and the file is whole."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from phonelink_tui.archive.facts import Kept
from phonelink_tui.archive.opening import inspect
from phonelink_tui.domain.message import MessageId
from tests.archive.desk import SECRET, files_in, opened

KILLS = 12
SEED = 20261122

WRITER = """
import asyncio, sys
from pathlib import Path
from phonelink_tui.archive.facts import HandleGiven, OutboxRow, OutboxStep
from tests.archive.desk import ALICE, files_in, incoming, opened, outgoing

async def write(directory, begin):
    async with opened(files_in(directory)) as archive:
        print("open", flush=True)
        n = begin
        while True:
            for n in range(n + 1, n + 1 + n % 7 + 1):
                message = incoming(f"k{n}", f"text {n} " + "x" * (n % 400), minutes=n % 50)
                archive.put([message, HandleGiven(message.id, f"{n:X}")])
            own = outgoing(f"o{n}", f"own {n}", minutes=n)
            archive.put([own, OutboxRow(own.id, OutboxStep.HANDED_OVER, ALICE, command=f"c{n}")])
            await archive.commit()
            print(n, flush=True)

asyncio.run(write(Path(sys.argv[1]), int(sys.argv[2])))
"""


@pytest.mark.timeout(240)
async def test_kill_at_any_moment(tmp_path: Path) -> None:
    """Everything `commit` acknowledged is there after each kill, and a full check finds nothing."""
    rng = random.Random(SEED)
    files = files_in(tmp_path)
    last = 0
    acknowledged_own: set[MessageId] = set()
    for _ in range(KILLS):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path), str(last)], stdout=subprocess.PIPE, text=True
        ) as writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "open\n"
            time.sleep(rng.uniform(0.0, 0.3))
            writer.kill()
            told = [
                int(line) for line in writer.stdout.read().splitlines(keepends=True) if line.endswith("\n")
            ]
        last = max([last, *told])
        acknowledged_own.update(MessageId(f"o{n}") for n in told)
        assert inspect(files, SECRET, check=True).problems == ()
        async with opened(files) as archive:
            ids = [MessageId(f"k{n}") for n in range(1, last + 1)]
            kept = await archive.messages(ids)
            assert {k.message.id for k in kept} >= set(ids)
            assert all(k.handle for k in kept)
            loaded: Kept = await archive.load()
            assert {row.id for row, _ in loaded.outbox} >= acknowledged_own
    assert last > 0
