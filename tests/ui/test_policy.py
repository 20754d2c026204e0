"""What a person sees of the administrator's rules: in place, always, and in the administrator's words."""

from __future__ import annotations

import pytest
from attrs import evolve

from phonelink_tui.domain.events import LimitationChanged, Resync
from phonelink_tui.domain.limitations import LimitKind, make_limitation
from phonelink_tui.domain.thread import Reply
from phonelink_tui.relay.api import Snapshot
from phonelink_tui.ui.widgets.banners import BannerStack
from tests.ui.believable import a_phone
from tests.ui.scripted_relay import ScriptedRelay
from tests.ui.stage import ALICE, Stage, a_relay, on_stage

BANNER = "This computer belongs to Example Ltd. Whatever is done on it may be looked at by others."


def ruled(*kinds: LimitKind, closed: bool = False) -> ScriptedRelay:
    limits = tuple(make_limitation(kind, said=words(kind), evidence="policy.toml:7") for kind in kinds)
    row = evolve(ALICE, reply=Reply.CLOSED, reply_reason="policy") if closed else ALICE
    return a_relay(row, snapshot=evolve(Snapshot(0, a_phone(), (), (), (), ()), limitations=limits))


def words(kind: LimitKind) -> str:
    return BANNER if kind is LimitKind.POLICY_BANNER else f"Refused ({kind.value}): “Ask IT.”"


def stack(stage: Stage, id_: str = "app-banners") -> BannerStack:
    return stage.screen.query_one(f"#{id_}", BannerStack)


async def test_limits_of_the_policy_stand_first_and_stay() -> None:
    """On top, before what was missed; Escape does not put them away, and `?` says whose and where."""
    relay = ruled(LimitKind.NOT_KEPT, LimitKind.POLICY_BANNER, LimitKind.POLICY_READ)
    async with on_stage(relay) as stage:
        kinds = [banner.kind for banner in stack(stage).banners]
        assert kinds == [LimitKind.POLICY_BANNER, LimitKind.POLICY_READ, LimitKind.NOT_KEPT]
        await stage.press("escape", "b", "b", "question_mark")
        told = " ".join(text.strip() for _, text in stack(stage).lines(400))
        assert "the administrator of this computer. It is written in policy.toml:7." in told
        await stage.press("escape")
        assert [banner.kind for banner in stack(stage).banners] == kinds
        assert "§ policy" in stage.line("status")


async def test_the_badge_tells_of_rules_that_refuse_nothing_yet() -> None:
    """They take no line of their own; the status panel names them."""
    async with on_stage(ruled(LimitKind.POLICY_RULES)) as stage:
        assert stack(stage).banners == ()
        assert "§ policy" in stage.line("status")
    async with on_stage() as stage:
        assert "§" not in stage.line("status")


async def test_nothing_is_written_where_nothing_is_sent() -> None:
    """The reason stands above the composer."""
    async with on_stage(ruled(LimitKind.POLICY_SEND, closed=True)) as stage:
        assert [banner.sentence for banner in stack(stage, "composer-banners").banners] == [
            words(LimitKind.POLICY_SEND)
        ]
        await stage.type("hi")
        assert stage.composer.draft == ""
        assert stack(stage).banners == ()


async def test_a_denied_recipient_is_said_in_their_conversation() -> None:
    """In the administrator's words."""
    row = evolve(ALICE, reply=Reply.CLOSED, reply_reason="policy", reply_said="Not her: “Ask IT.”")
    async with on_stage(a_relay(row)) as stage:
        assert "Not her: “Ask IT.”" in [b.sentence for b in stack(stage, "composer-banners").banners]


@pytest.mark.parametrize("by", ["relay", "this computer"])
async def test_nothing_is_copied(by: str) -> None:
    """Neither by the key nor by any widget; the notice says who forbids it."""
    relay = ruled(LimitKind.POLICY_COPY) if by == "relay" else a_relay()
    local = "" if by == "relay" else "Nothing may be copied: “Ask IT.”"
    async with on_stage(relay, copy_refused=lambda: local) as stage:
        await stage.press("escape", "y")
        assert "“Ask IT.”" in stage.line("hints")
        stage.app.copy_to_clipboard("by a widget")
        assert stage.app.clipboard == ""


async def test_no_text_is_shown_where_none_may_be_read() -> None:
    """The open conversation closes when the hour comes, and the screen says why."""
    relay = ruled()
    async with on_stage(relay) as stage:
        assert stage.open == "Alice"
        limit = make_limitation(LimitKind.POLICY_READ, said=words(LimitKind.POLICY_READ))
        relay.state = evolve(relay.state, threads=(), limitations=(limit,))
        await stage.say(LimitationChanged(limit, active=True), Resync())
        assert stage.conversations.current is None
        assert "No texts are shown here." in str(stage.screen.query_one("#empty").render())
        assert stage.shown == []


@pytest.mark.parametrize("size", [(160, 45), (80, 24), (60, 16), (60, 12)])
async def test_the_banner_of_the_administrator_is_always_whole(size: tuple[int, int]) -> None:
    """Others give way to it, as far as the composer leaves room."""
    relay = ruled(LimitKind.NOT_KEPT, LimitKind.PREVIEWS_HIDDEN, LimitKind.POLICY_BANNER)
    async with on_stage(relay, size=size) as stage:
        due = stack(stage).due(stack(stage).size.width)
        shown = [stack(stage).render_line(y).text for y in range(stack(stage).size.height)]
        assert len(shown) >= due >= 1
        assert " ".join("".join(shown[:due]).replace("§", "").split()) == BANNER
        assert stage.screen.region.contains_region(stage.composer.region)


async def test_the_banner_stays_when_the_relay_is_gone() -> None:
    """What is shown is still on that computer."""
    relay = ruled(LimitKind.POLICY_BANNER)
    async with on_stage(relay) as stage:
        relay.end()
        await stage.settle()
        assert [banner.kind for banner in stack(stage).banners] == [LimitKind.POLICY_BANNER, None]
