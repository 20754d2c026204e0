"""Answer texts by itself, and obey the guard: it answers only where no person would be asked anything.

    python examples/auto_reply.py

Everything dangerous is decided in the relay. A group, an unknown sender, a sender that may be a group: the
relay answers REFUSED or ASKS, and this program does not confirm. It answers each conversation once.
"""

import asyncio

from phonelink_tui.composition.attaching import open_relay
from phonelink_tui.config.paths import find_paths
from phonelink_tui.config.phone_spec import parse_spec
from phonelink_tui.domain.events import CommandChanged, CommandState, MessageChanged
from phonelink_tui.domain.message import DeliveryState, Direction
from phonelink_tui.domain.thread import ThreadId
from phonelink_tui.relay.api import SendText

REPLY = "I am driving and will answer tonight."
PHONE = "virtual:first-day?speed=10"
SECONDS = 6


async def main() -> None:
    answered: set[ThreadId] = set()
    tally = {"accepted": 0, "left alone": 0}
    async with open_relay(parse_spec(PHONE), find_paths()) as relay, relay.events() as events:
        try:
            async with asyncio.timeout(SECONDS):
                async for stamped in events:
                    match stamped.event:
                        case MessageChanged(message=text) if text.direction is Direction.OUTGOING:
                            tally["accepted"] += text.state is DeliveryState.ACCEPTED
                        case MessageChanged(message=text, live=True) if text.thread not in answered:
                            answered.add(text.thread)
                            assert text.sender is not None
                            command = SendText(f"auto-{text.id}", REPLY, text.sender.value, text.thread)
                            await relay.execute(command)
                        case CommandChanged(state=CommandState.ASKS | CommandState.REFUSED, sentence=why):
                            tally["left alone"] += 1
                            print("left alone:", why)
        except TimeoutError:
            print(tally)
    assert tally["accepted"] >= 1, "Alice is in the book and writes privately: she gets an answer"
    assert tally["left alone"] >= 1, "the hikers are a group: they get none"


if __name__ == "__main__":
    asyncio.run(main())
