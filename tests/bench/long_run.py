"""Do two terminals, a script and the disk agree with the phone after an hour of faults and of `kill -9`?

`python -m tests.bench.long_run --minutes 60 [--seed N]`: a relay that keeps its history, a phone in another process,
two apps on terminals of their own, one `tail --json`, and `send`. Links are cut, the phone walks away, refuses and
restarts, the relay is killed at any moment and started again. At the end, with everything quiet: every text that the
phone received is there once, every accepted text is at the phone once, an unknown one at most once, a failed one
never, and pages, file, script and both screens show the same. One JSON line a sample, the counts last; exit 1 where
somebody disagrees.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import IO, Any, Final

from phonelink_tui.errors import PhonelinkError
from tests.bench.agreement import Accounts, Seen
from tests.bench.crew import Crew
from tests.bench.lasting_phone import read_journal
from tests.bench.person import NotSeen, Person
from tests.bench.tail_reader import TailReader, read_pages, texts_of

PEOPLE: Final = {
    "Alice Moreau": "+15550100",
    "Ben Okafor": "+15550101",
    "Carol Diaz": "+15550102",
    "Dmitri Petrov": "+15550103",
}
SETTINGS: Final = "bell = false\nhold_s = 2\n"
WORDS: Final = (
    *("the", "train", "is", "late", "again", "and", "nobody", "says", "why,", "see", "you", "at"),
    *("café", "près", "du", "pont", "then"),
)
FAULTS: Final = (
    *("drop:{n}", "drop_up:{n}", "stall:{n}", "lose_push", "refuse:2", "refuse_push*1", "no_call_back*1"),
    *("drop:{n}*3,drop_up:{n}*2", "fragment:1-40*1,delay:0.01-0.03*200"),
)
WALK, FAULT, RENUMBER, KILL_RELAY, STOP_RELAY, KILL_PHONE, KILL_TAIL = range(7)
WEIGHTS: Final = {
    WALK: 20,
    FAULT: 30,
    RENUMBER: 4,
    KILL_RELAY: 25,
    STOP_RELAY: 4,
    KILL_PHONE: 8,
    KILL_TAIL: 9,
}
QUIET_S: Final = 300.0
"""How long all may take to be settled after the last fault."""


class Run:
    """One run: the processes, what was written, and what went wrong."""

    def __init__(self, crew: Crew, home: Path, seed: int) -> None:
        self.crew, self.home, self.seed = crew, home, seed
        self.over = threading.Event()
        self.failure: list[str] = []
        self.done: Counter[str] = Counter()
        self.exits: dict[str, int] = {}
        self.typed: list[str] = []
        self.journal = home / "journal"
        self.socket = home / "run" / "phonelink-tui" / "relay.sock"
        self.log: IO[str] = (home / "relay.log").open("a")
        self.ports = free_ports()
        self.numbers: Counter[str] = Counter()
        self.lock = threading.Lock()
        self.phone = self.start_phone()
        self.relay = self.start_relay()
        self.tail = TailReader(crew, self.socket)
        self.people = [Person(hand, crew.environment, home / f"diary-{hand}") for hand in "ab"]
        for person in self.people:
            crew.adopt(person.pty.pid)

    # Processes

    def start_phone(self) -> subprocess.Popen[str]:
        """A phone with what its journal holds; returns once it listens."""
        words = ["tests.bench.lasting_phone", str(self.journal), str(self.home / "people.toml")]
        phone = self.crew.start([*words, *map(str, self.ports)], stdin=subprocess.PIPE, errors=self.log)
        assert phone.stdout is not None
        if "listening" not in phone.stdout.readline():
            raise RuntimeError("the phone did not begin")
        threading.Thread(target=self.hear, args=(phone,), daemon=True).start()
        return phone

    def hear(self, phone: subprocess.Popen[str]) -> None:
        """Half of the texts that the phone took are answered."""
        assert phone.stdout is not None
        chance = random.Random(self.seed)
        for line in phone.stdout:
            told = read_line(line)
            if told["type"] == "pushed" and chance.random() < 0.5 and not self.over.is_set():
                self.act(act="text", **{"from": told["to"][0]}, text=self.text("r", chance))
            elif told["type"] == "error":
                self.failure.append(f"the phone was told wrong things: {told}")

    def act(self, **what: object) -> None:
        """Let something happen on the phone; while it is off nothing does."""
        with suppress(OSError, ValueError), self.lock:
            assert self.phone.stdin is not None
            self.phone.stdin.write(json.dumps(what) + "\n")
            self.phone.stdin.flush()

    def start_relay(self) -> subprocess.Popen[str]:
        """A relay over the phone; returns once it serves."""
        mas, pbap, mns = self.ports
        spec = f"tcp:127.0.0.1:{mas},pbap={pbap},mns={mns}"
        relay = self.crew.start(["phonelink_tui", "relay", "run", "--phone", spec], errors=self.log)
        end = time.monotonic() + 60
        while not serves(self.socket):
            if relay.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"the relay did not begin: {relay.poll()}")
            time.sleep(0.05)
        return relay

    # What is written

    def text(self, kind: str, chance: random.Random) -> str:
        """A text that none is equal to."""
        with self.lock:
            self.numbers[kind] += 1
            number = self.numbers[kind]
        return " ".join([f"{kind}{number:05}", *chance.choices(WORDS, k=chance.randint(0, 14))])

    def receive(self) -> None:
        """Texts arrive, also while the phone is out of reach."""
        chance = random.Random(self.seed + 1)
        while not self.over.wait(chance.uniform(2, 9)):
            sender = chance.choice([*PEOPLE.values()])
            self.act(act="text", **{"from": sender}, text=self.text("p", chance))

    def script(self) -> None:
        """`send`, again and again."""
        chance = random.Random(self.seed + 2)
        while not self.over.wait(chance.uniform(4, 15)):
            text = self.text("w", chance)
            words = ["send", chance.choice([*PEOPLE.values()]), "-m", text, "--yes", "--timeout", "20"]
            if chance.random() < 0.5:
                words += ["--expires", "+2m"]  # taken up also while the phone is away
            self.exits[text.split()[0]] = self.crew.run("phonelink_tui", *words, limit_s=300).returncode

    def person(self, number: int) -> None:
        """Somebody at the first or second terminal, writing to this one and that."""
        person, chance = self.people[number], random.Random(self.seed + 3 + number)
        person.see(lambda rows: "Conversations" in rows[0], 60)
        while not self.over.is_set():
            try:
                person.tidy()
                if not person.draft() or not person.is_own(person.draft()):
                    person.open(chance.choice([*PEOPLE]))
                    person.tidy()
                if not person.draft() and not person.is_alone():
                    text = self.text(person.hand, chance)
                    self.typed.append(text.split()[0])
                    person.write(text)
            except NotSeen as missed:
                self.done["missed"] += 1
                person.note(f"not seen: {str(missed)[:60]}")
                if person.pty.exit_status is not None:
                    raise
                person.back()
            end = time.monotonic() + chance.uniform(2, 8)
            while time.monotonic() < end and not self.over.is_set():
                person.look(0.5)

    # What goes wrong

    def story(self) -> None:
        """One fault after another."""
        chance = random.Random(self.seed + 9)
        while not self.over.wait(chance.uniform(4, 22)):
            (kind,) = chance.choices([*WEIGHTS], [*WEIGHTS.values()])
            self.faults()[kind](chance)

    def faults(self) -> dict[int, Callable[[random.Random], None]]:
        """Each kind, and what it does."""
        return {
            WALK: self.walk,
            FAULT: self.fault,
            RENUMBER: lambda _: self.act(act="renumber"),
            KILL_RELAY: self.kill_relay,
            STOP_RELAY: self.stop_relay,
            KILL_PHONE: self.kill_phone,
            KILL_TAIL: lambda _: self.tail.interrupt(),
        }

    def walk(self, chance: random.Random) -> None:
        """Out of reach and back."""
        self.done["walks"] += 1
        self.act(act="walk_away")
        self.over.wait(chance.uniform(0.2, 12))
        self.act(act="return")

    def fault(self, chance: random.Random) -> None:
        """One of those that the phone knows."""
        self.done["faults"] += 1
        self.act(act="fault", fault=chance.choice(FAULTS).format(n=chance.randint(20, 6000)))

    def kill_relay(self, chance: random.Random) -> None:
        """`kill -9`, at any moment."""
        self.done["relay_kills"] += 1
        self.crew.kill(self.relay)
        self.over.wait(chance.choice([0, 0, 1, 6]))
        self.relay = self.start_relay()

    def stop_relay(self, chance: random.Random) -> None:
        """Told to end in good order."""
        self.done["relay_stops"] += 1
        self.relay.terminate()
        if (code := self.relay.wait(60)) != 0:
            self.failure.append(f"the relay ended with {code}")
        self.crew.forget(self.relay.pid)
        self.relay = self.start_relay()

    def kill_phone(self, chance: random.Random) -> None:
        """The phone restarts: other handles, the same texts."""
        self.done["phone_kills"] += 1
        with self.lock:
            self.crew.kill(self.phone)
        self.over.wait(chance.uniform(0, 5))
        phone = self.start_phone()
        with self.lock:
            self.phone = phone

    # The course

    def guarded(self, work: Callable[[], None]) -> Callable[[], None]:
        """What raises ends the run."""

        def run() -> None:
            try:
                work()
            except Exception as error:  # noqa: BLE001 - whatever it is, it is told at the end
                self.failure.append(f"{type(error).__name__}: {error}")
                self.over.set()

        return run

    def live(self, minutes: float, every_s: float) -> None:
        """Everything at the same time, then nothing more."""
        works = [self.receive, self.script, self.story, lambda: self.person(0), lambda: self.person(1)]
        threads = [threading.Thread(target=self.guarded(work), daemon=True) for work in works]
        tail = threading.Thread(target=self.guarded(self.tail.run), daemon=True)
        for thread in (*threads, tail):
            thread.start()
        began = time.monotonic()
        while (s := time.monotonic() - began) < minutes * 60 and not self.over.wait(every_s):
            say(
                s=round(s),
                relay=sample(self.relay.pid),
                apps=[sample(p.pty.pid) for p in self.people],
                **self.done,
            )
        self.over.set()
        for thread in threads:
            thread.join(200)
            if thread.is_alive():
                self.failure.append("a thread of the run did not end")

    def settle(self) -> dict[str, list[Seen]]:
        """No faults any more; the pages, once all is settled and nothing has changed for a while."""
        self.act(act="fault", fault="")
        self.act(act="return")
        end = time.monotonic() + QUIET_S
        before: dict[str, list[Seen]] = {}
        while time.monotonic() < end:
            time.sleep(3)
            for person in self.people:
                person.look()
            with suppress(PhonelinkError, TimeoutError):
                pages = asyncio.run(read_pages(self.socket))
                waiting = {"held", "queued", "handed_over"} & {t.state for t in texts_of(pages)}
                received = sum(line["type"] == "received" for line in read_journal(self.journal))
                have = sum(not text.outgoing for text in texts_of(pages))
                if pages == before and not waiting and have == received:
                    return pages
                before = pages
        self.failure.append(f"not settled after {QUIET_S} s")
        return before

    def read_screens(self) -> dict[str, list[list[list[str]]]]:
        """What both apps show of every conversation, page by page."""
        found: dict[str, list[list[list[str]]]] = {}
        for number, person in enumerate(self.people):
            read: dict[str, list[list[str]]] = {}
            person.tidy()
            for name in PEOPLE:
                for place in (0, 1):
                    with suppress(NotSeen):
                        head = person.open(name, place)
                        if head not in read:
                            read[head] = person.read_conversation()
            found[f"app {number + 1}"] = [*read.values()]
        return found

    def judge(self) -> dict[str, Any]:
        """What everybody tells, compared."""
        for person in self.people:
            with suppress(NotSeen):
                person.tidy()
        self.settle()
        screens = self.read_screens()
        pages = self.settle()
        drafts = [person.draft() for person in self.people] + self.kept_drafts()
        self.tail.ending.set()
        self.relay.terminate()
        self.relay.wait(60)
        out = self.home / "texts.jsonl"
        phone = ["--phone", f"tcp:127.0.0.1:{self.ports[0]},pbap={self.ports[1]},mns={self.ports[2]}"]
        code = self.crew.run("phonelink_tui", *phone, "archive", "export", "--out", str(out)).returncode
        if code:
            self.failure.append(f"the archive could not be exported: {code}")
            return {}
        lines = [json.loads(line) for line in out.read_text().splitlines()]
        accounts = Accounts(
            read_journal(self.journal),
            pages,
            [Seen.of(line) for line in lines if line["type"] == "message"],
            self.tail.texts,
            screens,
            self.exits,
            [token for token in self.typed if not any(token in each.withdrawn for each in self.people)],
            drafts,
        )
        counts = accounts.check()
        self.failure += accounts.wrong + [f"the tail skipped: {hole}" for hole in self.tail.holes]
        tail = {name: getattr(self.tail, name) for name in ("events", "starts", "resumed", "resyncs")}
        return counts | {"tail": tail, **self.done}

    def kept_drafts(self) -> list[str]:
        """What the relay has as drafts."""
        done = self.crew.run("phonelink_tui", "threads", "--json")
        return [json.loads(line)["draft"] for line in done.stdout.splitlines()]


def read_line(line: str) -> dict[str, Any]:
    """What a phone said; what a kill cut off is nothing."""
    try:
        told: dict[str, Any] = json.loads(line)
    except ValueError:
        return {"type": ""}
    return told


def free_ports() -> list[int]:
    """Three ports that nobody has at the moment."""
    found = []
    for _ in range(3):
        with closing(socket.socket()) as free:
            free.bind(("127.0.0.1", 0))
            found.append(free.getsockname()[1])
    return found


def serves(path: Path) -> bool:
    """Whether a relay listens there."""
    with closing(socket.socket(socket.AF_UNIX)) as client:
        return client.connect_ex(str(path)) == 0


def sample(pid: int) -> dict[str, int]:
    """Memory, descriptors and threads of a process; nothing while it restarts."""
    with suppress(OSError):
        status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
        if "VmRSS" in status:
            return {
                "rss_kib": int(status["VmRSS"].split()[0]),
                "threads": int(status["Threads"]),
                "fds": len(os.listdir(f"/proc/{pid}/fd")),
            }
    return {}


def say(**what: object) -> None:
    """One line."""
    print(json.dumps(what), flush=True)


def environment_in(home: Path) -> dict[str, str]:
    """Variables of all processes, with directories of their own below `home`."""
    key = home / "key"
    key.write_bytes(os.urandom(32))
    key.chmod(0o600)
    places = {f"XDG_{name}_HOME": str(home / name.lower()) for name in ("CONFIG", "STATE", "DATA", "CACHE")}
    for place in (*places.values(), str(home / "run")):
        Path(place).mkdir(mode=0o700)
    settings = home / "config" / "phonelink-tui" / "config.toml"
    settings.parent.mkdir()
    settings.write_text(SETTINGS)
    people = [f'[[people]]\nname = "{name}"\naddresses = ["{who}"]\n' for name, who in PEOPLE.items()]
    (home / "people.toml").write_text('title = "A long run"\nlength_s = 1\n' + "".join(people))
    return {
        **{name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ},
        **places,
        "HOME": str(home),
        "XDG_RUNTIME_DIR": str(home / "run"),
        "PHONELINK_KEY_FILE": str(key),
        "TERM": "xterm-256color",
    }


def run(home: Path, minutes: float, seed: int, every_s: float) -> int:
    """The whole of it; the number of disagreements."""
    with Crew(environment_in(home)) as crew:
        course = Run(crew, home, seed)
        course.live(minutes, every_s)
        say(judging=True, failures=course.failure)
        counts = course.judge()
        for wrong in course.failure:
            say(wrong=wrong)
        say(minutes=minutes, seed=seed, **counts)
        for person in course.people:
            person.pty.close()
        return len(course.failure)


def main() -> int:
    """As a script, in a directory of its own, which stays where something was wrong."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--minutes", type=float, default=60.0)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--every", type=float, default=15.0, help="seconds between samples")
    chosen = options.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    home = Path(tempfile.mkdtemp(prefix="long-run-"))
    say(home=str(home), pid=os.getpid())
    wrong = run(home, chosen.minutes, chosen.seed, chosen.every)
    if wrong:
        say(kept=str(home))
        return 1
    shutil.rmtree(home)
    return 0


if __name__ == "__main__":
    sys.exit(main())
