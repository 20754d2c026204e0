"""Whoever comes back is told what changed, in one line; the relay is told that somebody is here."""

from __future__ import annotations

from attrs import evolve

from phonelink_tui.domain.address import identify
from phonelink_tui.domain.call import Call, CallKind
from phonelink_tui.domain.events import LinkChanged, MessageChanged, MessageGone, ThreadChanged
from phonelink_tui.domain.gap import Gap
from phonelink_tui.domain.message import MessageId
from phonelink_tui.domain.phone import Capability, DownReason, Phone
from phonelink_tui.domain.text import clean_line
from phonelink_tui.relay.api import Looked, Snapshot, Unseen
from phonelink_tui.ui.widgets.banners import BannerStack
from tests.ui.believable import a_notification, a_phone, a_text, ago
from tests.ui.stage import ALICE, BOB, CAROL, Stage, a_relay, on_stage

MISSED = Call(CallKind.MISSED, identify("+15550100009"), clean_line("Mum"), ago(30))
GAPS = (
    Gap("1", ago(300), ago(290), DownReason.LINK_LOST),
    Gap("2", ago(120), ago(60), DownReason.OUT_OF_RANGE),
)


def caught_up() -> Phone:
    phone = a_phone()
    state = evolve(phone.capabilities[Capability.MESSAGES], caught_up=True)
    return evolve(phone, capabilities={**phone.capabilities, Capability.MESSAGES: state})


def a_snapshot(minutes_away: float) -> Snapshot:
    notes = (a_notification(1, "Bank", "Login", "x", minutes=5),)
    unseen = (Unseen(MessageId("u1"), ALICE.id), *(Unseen(MessageId(f"u{n}"), CAROL.id) for n in (2, 3)))
    return Snapshot(
        0, a_phone(), (), notes, GAPS, (), (), (MISSED,), looked_at=ago(minutes_away), unseen=unseen
    )


def banners(stage: Stage) -> list[str]:
    return [b.sentence for b in stage.screen.query_one("#app-banners", BannerStack).banners]


async def test_a_digest_after_an_absence() -> None:
    """Texts, notifications, missed calls and the time without connection; it grows while more comes in."""
    async with on_stage(a_relay(snapshot=a_snapshot(600))) as stage:
        (line,) = banners(stage)
        assert "3 unread texts in 2 conversations, 1 notification, 1 missed call" in line
        assert "not connected 2 times, the longest 10:30–11:30" in line
        texts = [a_text(BOB, n, "hello", read=False) for n in (7, 8)]
        await stage.say(
            *(MessageChanged(text, live=False) for text in texts), ThreadChanged(evolve(BOB, unread=9))
        )
        assert "5 unread texts in 3 conversations" in banners(stage)[0]
        await stage.say(MessageGone(texts[0].id, BOB.id), ThreadChanged(evolve(BOB, unread=8)))
        assert "4 unread texts in 3 conversations" in banners(stage)[0]
        await stage.press("escape", "b", "escape")
        assert banners(stage) == []


async def test_it_is_not_rewritten_by_reading() -> None:
    """Once all is here and a key was pressed, the line stands until it is put away."""
    async with on_stage(a_relay(snapshot=a_snapshot(600))) as stage:
        await stage.say(LinkChanged(caught_up()))
        await stage.press("escape")
        await stage.say(ThreadChanged(evolve(CAROL, unread=0)), ThreadChanged(evolve(ALICE, unread=0)))
        assert "3 unread texts in 2 conversations" in banners(stage)[0]


async def test_a_short_absence_says_nothing() -> None:
    """Nor does a relay that does not know."""
    for snapshot in (a_snapshot(5), evolve(a_snapshot(5), looked_at=None)):
        async with on_stage(a_relay(snapshot=snapshot)) as stage:
            assert banners(stage) == []


async def test_the_relay_is_told_that_somebody_is_here() -> None:
    """Once a minute at most, and at quitting; not where nobody touched a key."""
    async with on_stage() as stage:
        assert stage.relay.told(Looked) == []
        await stage.press("a", "b", "backspace", "backspace")
        assert len(stage.relay.told(Looked)) == 1
        await stage.press("ctrl+q")
        assert len(stage.relay.told(Looked)) == 2
