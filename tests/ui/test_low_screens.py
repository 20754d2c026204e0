"""Who gives way on a low or narrow screen? Never the line a person types into."""

from __future__ import annotations

import pytest
from attrs import evolve

from phonelink_tui.domain.limitations import LimitKind, make_limitation
from phonelink_tui.domain.message import Audience
from phonelink_tui.relay.api import Snapshot
from phonelink_tui.ui.actions import Place
from phonelink_tui.ui.layout import room
from phonelink_tui.ui.widgets.banners import BannerStack
from phonelink_tui.ui.widgets.question_bar import Answer, QuestionBar
from tests.ui.believable import a_phone, a_thread
from tests.ui.stage import a_relay, on_stage

SIZES = ((20, 4), (20, 5), (24, 6), (30, 8), (40, 10), (60, 16), (80, 24), (100, 7), (160, 12))
KINDS = (LimitKind.PHONE_AWAY, LimitKind.NOT_KEPT, LimitKind.PREVIEWS_HIDDEN, LimitKind.HELD_ELSEWHERE)
WHO = a_thread(1, "Alice Ahlgren-Longname", audience=Audience.UNKNOWN)


def snapshot() -> Snapshot:
    """An app with much to say above and below the conversation."""
    state = Snapshot(0, a_phone(), (), (), (), ())
    return evolve(state, limitations=tuple(make_limitation(kind) for kind in KINDS))


@pytest.mark.parametrize("size", SIZES)
async def test_the_composer_is_seen_on_every_screen(size: tuple[int, int]) -> None:
    """All lines of a long text as far as it may grow, and to whom it goes, whatever the banners have to say."""
    async with on_stage(a_relay(WHO, snapshot=snapshot()), size=size) as stage:
        screen = stage.screen.region
        await stage.type("hi")
        assert screen.contains_region(stage.composer.region)
        await stage.press(*["ctrl+j", "x"] * 8)
        assert stage.composer.size.height == room(size[1]).composer
        assert screen.contains_region(stage.composer.region)
        assert screen.contains_region(stage.screen.query_one("#to").region)


@pytest.mark.parametrize("size", SIZES)
async def test_a_question_and_a_banner_that_is_read_leave_the_composer(size: tuple[int, int]) -> None:
    """They take the room of what is not read at that moment."""
    async with on_stage(a_relay(WHO, snapshot=snapshot()), size=size) as stage:
        await stage.press("escape", "b", "question_mark")
        assert stage.place() is Place.BANNER
        banners = stage.screen.query_one("#app-banners", BannerStack)
        assert banners.explained
        assert banners.size.height >= 1
        await stage.press("escape", "i")
        stage.one(QuestionBar).ask("Sure?", (Answer(("y",), "yes", lambda: None),))
        await stage.settle()
        assert stage.screen.region.contains_region(stage.one(QuestionBar).region)
        assert stage.screen.region.contains_region(stage.composer.region)


@pytest.mark.parametrize("height", range(5, 60))
@pytest.mark.parametrize("asking", [0, 2, 9])
@pytest.mark.parametrize("reading", [False, True])
@pytest.mark.parametrize("due", [0, 1, 3, 9])
def test_the_parts_fit_the_height(height: int, asking: int, reading: bool, due: int) -> None:
    """Counted for every height."""
    it = room(height, asking=asking, reading=reading, due=due)
    banners = max(it.read + it.composer_banners, it.app_banners + max(it.read, it.composer_banners))
    assert it.app_banners >= min(due, 3) or height < 16 or asking or reading
    assert 2 + it.composer + it.question + banners + it.head + it.hints + it.status <= height
    assert it.composer >= 1
    assert it.question >= min(asking, 1)


async def test_lines_of_a_banner_hang() -> None:
    """Its sign stands alone in the first columns, also where it says why."""
    limits = (make_limitation(LimitKind.PREVIEWS_HIDDEN, evidence="notifications without text"),)
    state = evolve(Snapshot(0, a_phone(), (), (), (), ()), limitations=limits)
    async with on_stage(a_relay(snapshot=state), size=(40, 30)) as stage:
        await stage.press("escape", "b", "question_mark")
        lines = [text for _, text in stage.screen.query_one("#app-banners", BannerStack).lines(38)]
        assert lines[0].startswith("! The phone hides")
        assert len(lines) >= 4
        assert all(line.startswith("  ") for line in lines[1:])


async def test_a_banner_with_the_keys_is_in_view() -> None:
    """Though there is no room for all of them."""
    kept = snapshot()
    async with on_stage(a_relay(WHO, snapshot=kept), size=(30, 10)) as stage:
        await stage.press("escape", *"bbbb")
        stack = stage.screen.query_one("#app-banners", BannerStack)
        current = stack.current
        assert current is not None
        shown = " ".join(stack.render_line(y).text.strip() for y in range(stack.size.height))
        assert current.sentence[:12] in shown
