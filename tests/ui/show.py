"""Run the app on a scripted relay with believable data: `python -m tests.ui.show [empty|away|gone] [list] [live]`."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence
from datetime import UTC

from attrs import evolve

from phonelink_tui.domain.events import (
    CommandChanged,
    CommandState,
    Event,
    MessageChanged,
    NotificationRemoved,
    ThreadChanged,
)
from phonelink_tui.domain.gap import Gap
from phonelink_tui.domain.keeping import NotKept
from phonelink_tui.domain.limitations import app_limitations
from phonelink_tui.domain.message import Audience, DeliveryState, Direction, TextMessage
from phonelink_tui.domain.notification import Category
from phonelink_tui.domain.phone import DownReason, LinkPhase
from phonelink_tui.domain.text import clean
from phonelink_tui.domain.thread import Thread, ThreadId
from phonelink_tui.relay.api import ActOnNotification, Command, MarkRead, SendText, Snapshot, StartThread
from phonelink_tui.ui.app import PhoneApp
from phonelink_tui.ui.settings import Start, UiSettings
from tests.ui.believable import NOW, a_notification, a_phone, a_text, a_thread, ago, some_contacts
from tests.ui.scripted_relay import ScriptedRelay

LINES = (
    "Are we still on for tonight?",
    "Yes! I booked the small place by the river, the one with the crooked door.",
    "Perfect. Can you bring the tickets, they are on the kitchen table under the newspaper",
    "Sure",
    "看到了，谢谢 🎉",
    "I might be ten minutes late: the 17:40 is cancelled and the next one stops everywhere.",
)


def world(state: str) -> ScriptedRelay:
    """The relay that is shown."""
    threads = [
        a_thread(1, "Alice Ahlgren", minutes=2, text=LINES[-1], unread=2, total=46),
        a_thread(2, "Bob Miller", minutes=31, text="ok", own=True),
        a_thread(
            3,
            "Family",
            minutes=55,
            text="Who takes the dog?",
            audience=Audience.GROUP,
            unread=5,
            group="Family",
        ),
        a_thread(
            4,
            "+1 555 010 0104",
            minutes=90,
            text="Your parcel is out for delivery",
            audience=Audience.UNKNOWN,
        ),
        a_thread(5, "DHL", minutes=200, text="Ihr Paket kommt heute", address="DHL"),
        a_thread(6, "Zoë Winter", minutes=60 * 26, text="Bis morgen!", address="zoe@example.org"),
        *(a_thread(i, f"Contact number {i}", minutes=60 * 24 * i) for i in range(7, 24)),
    ]
    texts: dict[ThreadId, Sequence[TextMessage]] = {t.id: [a_text(t, 1, t.last_text)] for t in threads}
    alice = threads[0]
    many = [
        a_text(alice, i, LINES[i % 6], minutes=300 - i * 6.5, own=i % 6 in (1, 3), read=i < 44)
        for i in range(46)
    ]
    many.append(a_text(alice, 90, "On my way", minutes=1, own=True, state=DeliveryState.QUEUED))
    texts[alice.id] = many
    notes = (
        a_notification(1, "Signal", "Carol", "Did you see the photos?", minutes=3),
        a_notification(2, "Bank", "Login", "Your code is 493 201. Do not share it.", minutes=4),
        a_notification(
            3,
            "Phone",
            "Mum",
            "Incoming call",
            minutes=0,
            category=Category.INCOMING_CALL,
            positive="Answer",
            negative="Decline",
        ),
        *(
            a_notification(10 + i, app, "Old", "Something", minutes=100 + i, pre_existing=True)
            for i, app in enumerate(("Mail", "Mail", "Mail", "News", "News", "Weather", "Chess"))
        ),
    )
    phone = a_phone()
    if state == "away":
        phone = a_phone(LinkPhase.WAITING, DownReason.OUT_OF_RANGE)
    if state == "empty":
        threads, notes, texts = [], (), {}
    gaps = (Gap("g", ago(200), ago(180), DownReason.LINK_LOST),)
    limits = tuple(app_limitations(phone, kept=NotKept.NO_KEY, previews_hidden_since=None))
    snapshot = Snapshot(
        0,
        phone,
        tuple(threads),
        notes,
        gaps,
        limits,
        some_contacts(),
        unsettled=tuple(m for m in texts.get(alice.id, ()) if m.state is DeliveryState.QUEUED),
    )
    relay = ScriptedRelay(snapshot, texts)
    by_id = {t.id: t for t in threads}
    relay.answer = lambda command: answer(relay, by_id, command)
    return relay


def answer(relay: ScriptedRelay, threads: dict[ThreadId, Thread], command: Command) -> list[Event]:
    """What the relay makes of a command."""
    if isinstance(command, MarkRead):
        row = threads[command.thread] = evolve(threads[command.thread], unread=0 if command.read else 1)
        return [ThreadChanged(row), CommandChanged(command.id, CommandState.DONE)]
    if isinstance(command, ActOnNotification):
        return [NotificationRemoved(command.notification)]
    if isinstance(command, StartThread):
        row = a_thread(99, command.recipient, address=command.recipient, total=0, text="")
        threads[row.id] = row
        relay.texts[row.id] = []
        return [ThreadChanged(row), CommandChanged(command.id, CommandState.DONE, (), row.id)]
    if isinstance(command, SendText) and command.thread is not None:
        row = threads[command.thread]
        if row.audience is Audience.UNKNOWN and not command.confirmed:
            ask = f"This may be a group message. Your text goes to {row.title} alone."
            return [CommandChanged(command.id, CommandState.ASKS, ("group_unknown",), ask)]
        if "fail" in command.text:
            return [CommandChanged(command.id, CommandState.REFUSED, ("secret",), "This looks like a key.")]
        number = 1000 + len(relay.texts[row.id])
        sent = evolve(a_text(row, number, command.text, own=True), at=NOW)
        relay.texts[row.id].append(sent)
        row = threads[row.id] = evolve(
            row,
            last_text=clean(command.text),
            last_at=NOW,
            last_direction=Direction.OUTGOING,
            total=row.total + 1,
        )
        return [
            MessageChanged(sent),
            ThreadChanged(row),
            CommandChanged(command.id, CommandState.DONE, message=sent.id),
        ]
    return []


async def live(relay: ScriptedRelay, every_s: float) -> None:
    """Bob writes now and then."""
    bob = a_thread(2, "Bob Miller", text="ok")
    for number in range(1000):
        await asyncio.sleep(every_s)
        text = evolve(a_text(bob, 50 + number, f"Number {number}: are you there?", read=False), at=NOW)
        relay.texts[bob.id].append(text)
        relay.say(
            MessageChanged(text),
            ThreadChanged(evolve(bob, last_text=text.text, last_at=NOW, unread=number + 1)),
        )


async def main(words: Sequence[str]) -> None:
    """Show it."""
    state = words[0] if words else ""
    relay = world(state)
    settings = UiSettings(
        zone=UTC, theme=os.environ.get("SHOW_THEME"), start=Start.LIST if "list" in words else Start.COMPOSER
    )
    app = PhoneApp(relay, settings, now=lambda: NOW)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(live(relay, 20 if "live" in words else 1e6))
        if state == "gone":
            asyncio.get_running_loop().call_later(2, relay.end)
        await app.run_async(mouse=False)
        task.cancel()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
