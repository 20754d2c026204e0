"""Does a shared relay stay as it is through a day of comings and goings, and do all its readers agree?

`python -m tests.bench.long_run --minutes 60`: the flaky train, over and over, at speed 2; a relay as a process,
two `tail --json` and the app on a terminal attached to it. Every sample is one JSON line on stdout; at the end both
tails must have told the same, and what they told must be what a new reader is told.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import pty
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
from pathlib import Path
from typing import Any

from attrs import define, field

ME = [sys.executable, "-m", "phonelink_tui"]
SCENARIO = Path(__file__).parents[2] / "phonelink_tui/virtual/scenarios/flaky-train.toml"


@define
class Tail:
    """One `tail --json` and what it told."""

    process: subprocess.Popen[str]
    revs: dict[int, str] = field(factory=dict)
    """Each event as it was told, by its revision."""
    resyncs: int = 0
    newest: dict[str, Any] = field(factory=dict)
    """The last state of each text, by its id."""

    def read(self) -> None:
        """Until it ends."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            told = json.loads(line)
            if told["type"] == "resync":
                self.resyncs += 1
            elif told["type"] != "hello":
                self.revs[told["rev"]] = line
                if told["type"] == "message" and not told.get("gone"):
                    self.newest[told["id"]] = told


def start(*words: str) -> subprocess.Popen[str]:
    return subprocess.Popen([*ME, *words], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


def start_app() -> tuple[subprocess.Popen[bytes], int]:
    """The app on a terminal of its own, and our end of that."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
    app = subprocess.Popen(ME, stdin=slave, stdout=slave, stderr=slave, start_new_session=True)
    os.close(slave)
    threading.Thread(target=_drain, args=(master,), daemon=True).start()
    return app, master


def _drain(master: int) -> None:
    try:
        while os.read(master, 65536):
            pass
    except OSError:
        return


def ask(*words: str) -> list[dict[str, Any]]:
    """A command's lines."""
    done = subprocess.run([*ME, *words, "--json"], capture_output=True, text=True, timeout=120, check=False)
    return [json.loads(line) for line in done.stdout.splitlines()]


def sample(pid: int) -> dict[str, int]:
    """Memory, descriptors and threads of a process."""
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return {
        "rss_kib": int(status["VmRSS"].split()[0]),
        "threads": int(status["Threads"]),
        "fds": len(os.listdir(f"/proc/{pid}/fd")),
    }


def run(minutes: float, speed: float, every_s: float) -> int:
    """The whole of it; the number of disagreements."""
    home = Path(os.environ["XDG_RUNTIME_DIR"])
    story = home / "story.toml"
    story.write_text("repeat = true\n" + SCENARIO.read_text())
    relay = start("relay", "run", "--phone", f"virtual:{story}?seed=7&speed={speed:g}")
    deadline = time.monotonic() + 60
    while not ask("relay", "status"):
        assert time.monotonic() < deadline, "the relay did not begin"
        time.sleep(0.5)
    tails = [Tail(start("tail", "--json")) for _ in range(2)]
    readers = [threading.Thread(target=tail.read) for tail in tails]
    for reader in readers:
        reader.start()
    app, master = start_app()
    began = time.monotonic()
    while time.monotonic() - began < minutes * 60:
        time.sleep(every_s)
        (told,) = ask("relay", "status")
        line = {"s": round(time.monotonic() - began), "rev": told["rev"], "relay": sample(relay.pid)}
        print(json.dumps(line | {"app": sample(app.pid)}), flush=True)
    alive = app.poll() is None
    texts = {
        text["id"]: text
        for thread in ask("threads")
        for text in ask("messages", thread["id"], "--limit", "10000")
    }
    subprocess.run([*ME, "relay", "stop"], check=False, timeout=60, capture_output=True)
    for reader, tail in zip(readers, tails, strict=True):
        reader.join(30)
        tail.process.kill()
    relay.wait(30)
    app.kill()
    os.close(master)
    common = range(max(min(t.revs) for t in tails), min(max(t.revs) for t in tails) + 1)
    differing = [rev for rev in common if tails[0].revs.get(rev) != tails[1].revs.get(rev)]
    stale = [
        id_ for id_, told in tails[0].newest.items() if id_ in texts and told["text"] != texts[id_]["text"]
    ]
    result = {
        "simulated_h": round(minutes * speed / 60, 1),
        "events": len(common),
        "differing": len(differing),
        "texts": len(texts),
        "stale": len(stale),
        "resyncs": [tail.resyncs for tail in tails],
        "app_alive": alive,
    }
    print(json.dumps(result), flush=True)
    return len(differing) + len(stale) + (not alive)


def main() -> int:
    """As a script: in directories of its own."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--minutes", type=float, default=60.0)
    options.add_argument("--speed", type=float, default=2.0)
    options.add_argument("--every", type=float, default=15.0, help="seconds between samples")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as home:
        for name in ("XDG_RUNTIME_DIR", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "HOME"):
            os.environ[name] = home
        os.environ["TERM"] = "xterm-256color"
        return 1 if run(chosen.minutes, chosen.speed, chosen.every) else 0


if __name__ == "__main__":
    sys.exit(main())
