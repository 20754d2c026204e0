"""What does the whole app write for a key, a panel, a text? In bytes, and in shares of the whole screen.

Run from the project's directory: python -m tests.bench.screen_bytes
The shares are within one run, so that they can be compared between machines. Asserts nothing. At 100x30, dark and
in sixteen colours: a panel 44-67 and 51-69 %, a move of the focus 8 and 7 %, a key in the composer under 1 %, a text
in a full pane 30 and 38 %.
"""

from __future__ import annotations

import signal
import statistics
from collections.abc import Callable

from tests.terminal.pty_process import PtyProcess

ESC, REDRAW = b"\x1b", b"\x0c"
PANELS = {"help": b"\x1bOP", "status": b"\x1b[19~", "palette": b"\x10", "search": b"\x06", "go to": b"\x0f"}
QUIET_S = 0.4


def cost(process: PtyProcess, event: Callable[[], None]) -> int:
    """Bytes until nothing comes any more."""
    event()
    return len(process.read(limit_s=4, quiet_s=QUIET_S))


def typed(process: PtyProcess, keys: bytes, times: int = 1) -> float:
    """Median bytes of some keys, typed in one write."""
    return statistics.median(cost(process, lambda: process.type(keys)) for _ in range(times))


def table(theme: str) -> dict[str, float]:
    """Every event of one theme, in bytes."""
    with PtyProcess("tests.bench.whole_app", [theme]) as process:
        process.read_until(b"Ctrl+J")
        process.read(limit_s=4, quiet_s=0.8)
        costs = {"whole screen": typed(process, REDRAW)}
        for name, key in PANELS.items():
            costs[name] = typed(process, key)
            costs[f"{name}, closed"] = typed(process, ESC)
        costs["key in the composer"] = typed(process, b"a", 9)
        typed(process, b"\x15")
        costs["text in a full pane"] = statistics.median(
            cost(process, lambda: process.signal(signal.SIGUSR1)) for _ in range(9)
        )
        costs["to the list"] = typed(process, ESC)
        costs["move in the list"] = typed(process, b"j", 5)
        costs["next conversation"] = typed(process, b"J")
        return costs


def main() -> None:
    """Measure the themes."""
    for theme in ("dark", "terminal"):
        costs = table(theme)
        print(f"{theme}:")
        for name, size in costs.items():
            print(f"  {name:22s} {size:7.0f} B   {size / costs['whole screen']:6.1%}")


if __name__ == "__main__":
    main()
