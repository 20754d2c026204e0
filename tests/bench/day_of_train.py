"""Do memory, descriptors and tasks of a relay stay as they are through a day of comings and goings?

`python -m tests.bench.day_of_train --hours 24`: relay and phone in one process on a clock that jumps, so that every
pause of the relay has its true length in the simulated day. One JSON line for each simulated hour.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import sys
from pathlib import Path
from typing import Any

from attrs import evolve

from phonelink_tui.config.phone_spec import VirtualSpec
from phonelink_tui.virtual.embed import make_phone as phone_of
from phonelink_tui.virtual.scenario_runner import ScenarioRunner
from tests.end_to_end.house import living
from tests.fast_time import FastLoop, now

HOUR_S = 3600.0


def sizes() -> dict[str, int]:
    """Of this process: relay and phone together."""
    gc.collect()
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return {
        "tasks": len(asyncio.all_tasks()),
        "fds": len(os.listdir("/proc/self/fd")),
        "objects": len(gc.get_objects()),
        "rss_kib": int(status["VmRSS"].split()[0]),
    }


async def day(hours: int, *, texts: bool) -> list[dict[str, Any]]:
    """The samples; without texts nothing is kept but gaps."""
    phone, scenario = phone_of(VirtualSpec("flaky-train", seed=1), clock=now)
    acts = tuple(act for act in scenario.acts if texts or act.act.NAME != "text")
    endless = evolve(scenario, acts=acts, people=scenario.people if texts else (), repeat=True)
    runner = ScenarioRunner(endless, phone, seed=1, speed=1.0)
    found: list[dict[str, Any]] = []
    async with living(phone) as house, asyncio.TaskGroup() as tasks:
        life = tasks.create_task(runner.run())
        for hour in range(1, hours + 1):
            await asyncio.sleep(HOUR_S)
            snapshot = await house.relay.snapshot()
            kept = sum(thread.total for thread in snapshot.threads)
            found.append(
                {"h": hour, "rev": snapshot.rev, "texts": kept, "gaps": len(snapshot.gaps), **sizes()}
            )
            house.watch.events.clear()
            print(json.dumps(found[-1]), flush=True)
        life.cancel()
    return found


def main() -> int:
    """As a script; 1 where tasks or descriptors grew, or objects though no text came."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--hours", type=int, default=24)
    options.add_argument("--texts", action="store_true", help="with the scenario's texts, which are kept")
    chosen = options.parse_args()
    with asyncio.Runner(loop_factory=FastLoop) as runner:
        found = runner.run(day(chosen.hours, texts=chosen.texts))
    half = found[len(found) // 2 :]
    grew = max(s["tasks"] for s in half) > 32 or half[-1]["fds"] > half[0]["fds"]
    return 1 if grew else 0


if __name__ == "__main__":
    sys.exit(main())
