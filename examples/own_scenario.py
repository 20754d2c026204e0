"""Run a scenario of one's own without a screen, and read what the product made of it.

python examples/own_scenario.py
"""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

SCENARIO = Path(__file__).with_name("own_scenario.toml")


def main() -> None:
    command = [sys.executable, "-m", "phonelink_tui", "demo", "--headless", "--seconds", "20", "--scenario"]
    run = subprocess.run([*command, str(SCENARIO)], stdout=subprocess.PIPE, check=True, text=True)
    events = [json.loads(line) for line in run.stdout.splitlines()]
    texts = {e["id"]: e for e in events if e["type"] == "message"}
    for text in texts.values():
        print(f"{text['audience']:8} {text['sender_name']}: {text['text']}")
    print(dict(Counter(e["type"] for e in events)))
    assert sorted(text["audience"] for text in texts.values()) == ["group", "private"]
    assert events[-1]["reason"] == "scenario"


if __name__ == "__main__":
    main()
