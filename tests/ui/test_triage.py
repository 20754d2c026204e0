"""Notifications: each act is for exactly the one under the cursor, and dismissing can be undone."""

from __future__ import annotations

from phonelink_tui.domain.events import NotificationChanged
from phonelink_tui.domain.notification import Category, NotificationAction
from phonelink_tui.relay.api import ActOnNotification, Snapshot
from phonelink_tui.ui.actions import Place
from phonelink_tui.ui.widgets.queue_list import QueueList
from phonelink_tui.ui.widgets.text_panel import TextPanel
from tests.ui.believable import a_notification, a_phone
from tests.ui.scripted_relay import ScriptedRelay
from tests.ui.stage import Stage, a_relay, on_stage

BANK = a_notification(1, "Bank", "Login", "Your code is 493 201.", minutes=1)
CHAT = a_notification(2, "Chat", "Alice", "Dinner?", minutes=2)
CALL = a_notification(
    3,
    "Phone",
    "Mum",
    "Incoming call",
    minutes=0,
    category=Category.INCOMING_CALL,
    positive="Answer",
    negative="Decline",
)
OLD = tuple(a_notification(10 + n, "Mail", "Old", "x", pre_existing=True, minutes=60 + n) for n in range(3))


def relay_with(*notifications: object) -> ScriptedRelay:
    return a_relay(snapshot=Snapshot(0, a_phone(), (), tuple(notifications), (), ()))  # type: ignore[arg-type]


def apps(stage: Stage) -> list[str]:
    return [row.app for row in stage.one(QueueList).shown]


async def test_what_was_there_before_is_one_row() -> None:
    """News first; Enter on the digest shows its rows and folds them again."""
    async with on_stage(relay_with(BANK, CHAT, *OLD)) as stage:
        assert apps(stage) == ["Bank", "Chat", "3 from before"]
        await stage.press("f3", "G", "enter")
        assert apps(stage) == ["Bank", "Chat", "3 from before", "Mail", "Mail", "Mail"]
        await stage.press("enter")
        assert len(apps(stage)) == 3


async def test_the_newest_is_under_the_cursor_when_the_queue_opens() -> None:
    """News above the digest is what a key pressed at once is for, also where the digest was there first."""
    async with on_stage(relay_with(*OLD)) as stage:
        await stage.press("f3", "escape")
        await stage.say(NotificationChanged(BANK))
        assert apps(stage) == ["Bank", "3 from before"]
        await stage.press("f3")
        assert stage.one(QueueList).cursor == 0


async def test_dismissing_waits_and_can_be_undone() -> None:
    """The row goes at once, the phone is told after the grace; u within it brings the row back."""
    async with on_stage(relay_with(BANK, CHAT)) as stage:
        await stage.press("f3", "x")
        assert apps(stage) == ["Chat"]
        assert stage.relay.told(ActOnNotification) == []
        await stage.press("u")
        assert apps(stage) == ["Bank", "Chat"]
        await stage.press("g", "x")
        await stage.pilot.pause(3.2)
        told = stage.relay.told(ActOnNotification)
        assert [(c.notification, c.action) for c in told] == [(BANK.id, NotificationAction.NEGATIVE)]


async def test_quitting_within_the_grace_tells_the_phone() -> None:
    """What was dismissed stays dismissed."""
    async with on_stage(relay_with(BANK)) as stage:
        await stage.press("f3", "x", "q")
        assert [c.notification for c in stage.relay.told(ActOnNotification)] == [BANK.id]


async def test_x_never_declines_a_call() -> None:
    """The second button of a ringing call is pressed on purpose only."""
    async with on_stage(relay_with(CALL)) as stage:
        await stage.press("f3", "x")
        assert apps(stage) == ["Phone"]
        assert "Decline" in stage.line("hints")
        await stage.press("minus")
        assert [c.action for c in stage.relay.told(ActOnNotification)] == [NotificationAction.NEGATIVE]


async def test_the_act_is_for_the_row_that_was_seen() -> None:
    """A notification that arrives above does not move the cursor to another one."""
    async with on_stage(relay_with(CHAT)) as stage:
        await stage.press("f3")
        await stage.say(NotificationChanged(BANK))
        await stage.press("minus")
        assert [c.notification for c in stage.relay.told(ActOnNotification)] == [CHAT.id]


async def test_a_button_that_the_phone_does_not_offer() -> None:
    """Nothing is sent."""
    async with on_stage(relay_with(BANK)) as stage:
        await stage.press("f3", "plus")
        assert stage.relay.told(ActOnNotification) == []
        assert "no such button" in stage.line("hints")


async def test_replying_to_a_text() -> None:
    """r opens the one conversation whose name the notification carries."""
    async with on_stage(relay_with(CHAT)) as stage:
        await stage.press("ctrl+down", "f3", "r")
        assert stage.open == "Alice"
        assert stage.place() is Place.COMPOSER


async def test_the_code_is_what_is_copied() -> None:
    """From a notification that speaks of one; the words say where it went."""
    async with on_stage(relay_with(BANK)) as stage:
        await stage.press("f3", "y")
        assert stage.app.clipboard == "493201"
        assert "your terminal" in stage.line("hints")


async def test_a_notification_in_full() -> None:
    """Enter opens it beside the queue; Escape closes it."""
    async with on_stage(relay_with(BANK)) as stage:
        await stage.press("f3", "enter")
        assert stage.one(TextPanel).topic == "notification"
        await stage.press("escape")
        assert stage.place() is Place.QUEUE


async def test_letters_of_the_queue_act_nowhere_else() -> None:
    """x in the list dismisses nothing."""
    async with on_stage(relay_with(BANK)) as stage:
        await stage.press("escape", "x", "plus", "minus")
        assert stage.relay.told(ActOnNotification) == []
        assert apps(stage) == ["Bank"]
