"""What do a key and a message cost, against stock widgets in the same run? Prints a table; asserts nothing.

Run from the project's directory: python -m tests.bench.thread_and_composer
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

from tests.terminal.pty_process import PtyProcess

KEY, F2 = b"a", b"\x1bOQ"
THEMES = ("textual-dark", "ansi-dark")


def started(kind: str, count: int, theme: str, log: Path) -> PtyProcess:
    """A bench app that is ready and quiet."""
    process = PtyProcess(
        "tests.bench.bench_app", [kind, str(count), str(log)], environment={"TEXTUAL_THEME": theme}
    )
    process.read_until(log.exists, limit_s=120)
    process.read(limit_s=20, quiet_s=0.8)
    return process


def cost(process: PtyProcess, keys: bytes, times: int, quiet_s: float) -> tuple[float, float]:
    """Median bytes and mean CPU milliseconds of one event, which ends when nothing came for `quiet_s`."""
    sizes = []
    before = process.cpu_s()
    for _ in range(times):
        process.type(keys)
        sizes.append(len(process.read(limit_s=6, quiet_s=quiet_s)))
    return statistics.median(sizes), (process.cpu_s() - before) * 1000 / times


def row(name: str, kind: str, count: int, theme: str) -> None:
    """Measure one app."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        with started(kind, count, theme, log) as process:
            # A thousand widgets need a while before the first byte of an answer.
            quiet_s = 0.6 if kind == "stock" else 0.12
            key_bytes, key_ms = cost(process, KEY, 25, quiet_s)
            append_bytes, append_ms = cost(process, F2, 25, quiet_s)
            before, now = process.cpu_s(), time.monotonic()
            idle = len(process.read(limit_s=3, quiet_s=4))
            idle_percent = (process.cpu_s() - before) * 100 / (time.monotonic() - now)
            notes = log.read_text().replace("\n", "  ")
        print(
            f"{name:34s} key {key_bytes:6.0f} B {key_ms:6.1f} ms   message {append_bytes:6.0f} B {append_ms:7.1f} ms"
            f"   idle {idle} B {idle_percent:.1f} %   {notes}",
            flush=True,
        )


def main() -> None:
    """Measure all of them."""
    for theme in THEMES:
        row(f"stock, 1,000, {theme}", "stock", 1_000, theme)
        row(f"ours, jumping, {theme}", "jump", 5_000, theme)
        for count in (60, 5_000, 100_000):
            row(f"ours, {count:,}, {theme}", "ours", count, theme)


if __name__ == "__main__":
    main()
