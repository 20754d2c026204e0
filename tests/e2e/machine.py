"""How is one guest booted, watched and ended?"""

from __future__ import annotations

import asyncio
import shlex
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from tests.e2e.cache import REPOSITORY, Cache, locked
from tests.e2e.initramfs import build_initramfs
from tests.e2e.plan import PLAN_FILE, REPORT_FILE, BluezRoot, Outcome, Plan, Report, read_report, write_json

CPUS = 2
MEMORY_MB = 1536
CONSOLE_TAIL_LINES = 30
ECHOED = ("guest:", "scenario ")
"""How the guest's console lines begin that a person wants to see; all others are in console.log."""

SILENCE_LIMIT_S = 600.0
"""A guest that says nothing for so long hangs; it says something after each attempt of a scenario, and limits
those by its own clock and speed."""

LIMIT_S = 2700.0
"""No boot is worth more."""

NINE_P = "local,security_model=none,multidevs=remap"


async def boot(
    cache: Cache,
    bluez: BluezRoot,
    scenarios: list[str],
    say: Callable[[str], None] = print,
) -> Report:
    """Boot once, run the scenarios, return what happened; every scenario asked for is in the report.

    The share, with the report and a directory of logs a scenario, stays in the cache as `out/<bluez>`.
    """
    out = cache.root / "out"
    out.mkdir(exist_ok=True)
    with locked(out / f"{bluez['name']}.lock"):
        share = out / bluez["name"]
        shutil.rmtree(share, ignore_errors=True)
        share.mkdir()
        write_json(share / PLAN_FILE, Plan(bluez=bluez, tools=str(cache.tools), scenarios=scenarios))
        (share / "command").write_text(_guest_command(cache))
        (share / "initramfs.cpio").write_bytes(build_initramfs(cache))
        start = time.monotonic()
        ended = await _watch(_qemu_argv(cache, share), share / "console.log", say)
        reason = "the guest ended early" if ended else f"the guest said nothing for {SILENCE_LIMIT_S:.0f} s"
        report = _completed(share, scenarios, reason, say)
        report["wall_s"] = round(time.monotonic() - start, 1)
        write_json(share / REPORT_FILE, report)
    return report


def _completed(share: Path, scenarios: list[str], reason: str, say: Callable[[str], None]) -> Report:
    """The guest's report, with the scenarios it did not live to report."""
    report = read_report(share)
    reported = {outcome["name"] for outcome in report["scenarios"]}
    console = (share / "console.log").read_text(errors="replace").splitlines()
    detail = "\n".join([reason, *console[-CONSOLE_TAIL_LINES:]])
    for name in scenarios:
        if name not in reported:
            say(f"scenario {name}: not run ({reason})")
            report["scenarios"].append(
                Outcome(name=name, result="not run", duration_s=0.0, attempts=0, detail=detail)
            )
    return report


def _guest_command(cache: Cache) -> str:
    environment = {
        "HOME": "/run",
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "LC_ALL": "C.UTF-8",
        "PYTHONUNBUFFERED": "1",
    }
    words = [f"{name}={value}" for name, value in environment.items()]
    words += [str(cache.python), "-m", "tests.e2e.guest"]
    return f"cd {shlex.quote(str(REPOSITORY))} && exec env -i {shlex.join(words)}\n"


def _qemu_argv(cache: Cache, share: Path) -> list[str]:
    options = {
        "-accel": "tcg,thread=multi",
        # Emulated, a fifth level of page tables and the wide registers that libc then uses cost more than they give.
        "-cpu": "max,-la57,-avx,-avx2",
        "-M": "q35",
        "-smp": str(CPUS),
        "-m": str(MEMORY_MB),
        "-display": "none",
        "-serial": "stdio",
        "-kernel": str(cache.kernel_image),
        "-initrd": str(share / "initramfs.cpio"),
        # A host that is busy for a moment lets the kernel take its timer for broken, and panic: it is not to check.
        # Nor is it to distrust the TSC: its other clock, the HPET, is an exit from the emulation at each look (ready
        # after 71 s, and 40 s with the TSC).
        "-append": "console=ttyS0 panic=-1 mitigations=off quiet loglevel=3"
        " no_timer_check tsc=reliable clocksource=tsc",
    }
    shares = [
        f"{NINE_P},path=/,mount_tag=hostroot,readonly=on",
        f"{NINE_P},path={share},mount_tag=share",
    ]
    argv = ["qemu-system-x86_64", "-nodefaults", "-no-user-config", "-no-reboot"]
    argv += [word for pair in options.items() for word in pair]
    return argv + [word for one in shares for word in ("-virtfs", one)]


async def _watch(argv: list[str], log: Path, say: Callable[[str], None]) -> bool:
    """Copy the console to `log` and what matters to `say`; False if the guest had to be ended."""
    guest = await asyncio.create_subprocess_exec(
        *argv,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert guest.stdout is not None
    clock = asyncio.get_running_loop().time
    end = clock() + LIMIT_S
    try:
        async with asyncio.timeout_at(min(end, clock() + SILENCE_LIMIT_S)) as deadline:
            with log.open("wb") as console:
                async for line in guest.stdout:
                    console.write(line)
                    console.flush()
                    text = line.decode(errors="replace").rstrip()
                    if text.startswith(ECHOED):
                        deadline.reschedule(min(end, clock() + SILENCE_LIMIT_S))
                        say(text)
            await guest.wait()
    except TimeoutError:
        return False
    else:
        return True
    finally:
        if guest.returncode is None:
            guest.kill()
            await guest.wait()
