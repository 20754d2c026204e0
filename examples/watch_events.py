"""Watch everything a phone does, as typed events: what the app itself reads.

    python examples/watch_events.py [SPEC] [SECONDS]

SPEC is what `phonelink --phone` takes, for example `tcp:127.0.0.1:4040`; without it, the embedded phone.
"""

import asyncio
import sys

from phonelink_tui.composition.attaching import open_relay
from phonelink_tui.config.paths import find_paths
from phonelink_tui.config.phone_spec import parse_spec
from phonelink_tui.domain.events import GapChanged, LinkChanged, MessageChanged, NotificationChanged, Stamped
from phonelink_tui.relay.api import Snapshot, follow


def on_snapshot(snapshot: Snapshot) -> None:
    print(f"{snapshot.phone.name}: {len(snapshot.threads)} conversations, revision {snapshot.rev}")


def on_event(stamped: Stamped) -> None:
    match stamped.event:
        case MessageChanged(message=text, live=True):
            print(f"{stamped.rev:4} {text.audience:8} {text.sender_name}: {text.text}")
        case NotificationChanged(notification=notification, live=True) if not notification.text_message:
            print(f"{stamped.rev:4} {notification.app_name}: {notification.title}")
        case LinkChanged(phone=phone):
            print(f"{stamped.rev:4}", {str(c): str(state.phase) for c, state in phone.capabilities.items()})
        case GapChanged(gap=gap):
            print(f"{stamped.rev:4} gap: {gap.started_at:%H:%M:%S} to {gap.ended_at}")


async def main(spec: str, seconds: float) -> None:
    async with open_relay(parse_spec(spec), find_paths()) as relay:
        try:
            async with asyncio.timeout(seconds):
                await follow(relay, on_snapshot, on_event)
        except TimeoutError:
            print("that was all for now")


if __name__ == "__main__":
    words = [*sys.argv[1:], *["virtual:first-day?speed=10", "5"][len(sys.argv) - 1 :]]
    asyncio.run(main(words[0], float(words[1])))
