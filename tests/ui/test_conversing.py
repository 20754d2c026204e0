"""Opening, reading and moving between conversations; what is where at which width."""

from __future__ import annotations

import pytest
from attrs import evolve

from phonelink_tui.domain.events import Event, LimitationChanged, LinkChanged, MessageChanged, ThreadChanged
from phonelink_tui.domain.limitations import LimitKind, make_limitation
from phonelink_tui.domain.phone import DownReason, LinkPhase
from phonelink_tui.relay.api import MarkRead, MarkThread, RetryNow
from phonelink_tui.ui.actions import Place
from phonelink_tui.ui.settings import Start, UiSettings
from phonelink_tui.ui.widgets.banners import BannerStack
from phonelink_tui.ui.widgets.picker import Picker
from phonelink_tui.ui.widgets.text_panel import TextPanel
from tests.ui.believable import a_phone, a_text, a_thread
from tests.ui.stage import ALICE, BOB, CAROL, a_relay, incoming, on_stage


def titles(rows: object) -> list[str]:
    return [row.name for row in rows]  # type: ignore[attr-defined]


async def test_the_app_opens_in_the_composer() -> None:
    """Of the first conversation, which stays unread until a key is pressed."""
    async with on_stage() as stage:
        assert stage.place() is Place.COMPOSER
        assert stage.open == "Alice"
        assert stage.relay.told(MarkRead) == []
        await stage.press("a")
        assert [c.thread for c in stage.relay.told(MarkRead)] == [ALICE.id]


async def test_quitting_reads_nothing() -> None:
    """Who only leaves has seen nothing."""
    async with on_stage() as stage:
        await stage.press("ctrl+q")
        assert stage.relay.told(MarkRead) == []


async def test_the_setting_starts_in_the_list() -> None:
    """Then letters act from the first key."""
    async with on_stage(settings=UiSettings(start=Start.LIST)) as stage:
        assert stage.place() is Place.LIST
        await stage.press("j")
        assert stage.conversations.cursor == 1


async def test_letters_are_text_in_the_composer() -> None:
    """None of the list's letters acts there."""
    async with on_stage() as stage:
        await stage.type("jkgGqxmMcirtu?b/:")
        assert stage.composer.draft == "jkgGqxmMcirtu?b/:"
        assert stage.open == "Alice"


async def test_type_ahead_from_the_list() -> None:
    """`i` and the words behind it: the first letter acts, the others are text."""
    async with on_stage(settings=UiSettings(start=Start.LIST)) as stage:
        await stage.pilot.press("i", *"thanks")
        await stage.settle()
        assert stage.composer.draft == "thanks"


async def test_moving_and_opening() -> None:
    """j moves without opening, Enter opens and writes; the row is marked read."""
    async with on_stage() as stage:
        await stage.press("escape", "g", "j")
        assert stage.open == "Alice"
        await stage.press("enter")
        assert stage.open == "Carol"
        assert stage.place() is Place.COMPOSER
        assert CAROL.id in [c.thread for c in stage.relay.told(MarkRead)]


async def test_unread_and_all_read() -> None:
    """m turns the row under the cursor, M all of them."""
    async with on_stage() as stage:
        await stage.press("escape", "G", "m")
        assert [(c.thread, c.unread) for c in stage.relay.told(MarkThread)] == [(BOB.id, True)]
        await stage.press("M")
        assert {c.thread for c in stage.relay.told(MarkRead) if c.read} == {ALICE.id, CAROL.id}


async def test_the_key_of_the_announcement_opens_what_it_announced() -> None:
    """Whatever else is unread, and wherever that stands in the list."""
    async with on_stage() as stage:
        await stage.press("a")
        await stage.say(*incoming(BOB, 1, "are you there?"))
        await stage.say(*incoming(CAROL, 2, "are you here?"))
        assert stage.line("hints").startswith(" ● Carol: are you here?")
        assert "Alt+A opens it" in stage.line("hints")
        await stage.press("alt+a")
        assert stage.open == "Carol"


async def test_an_arrival_is_announced_where_it_disturbs_nobody() -> None:
    """On the hint line, with its sender; the list shows it; the text being typed stays."""
    async with on_stage() as stage:
        await stage.type("dear")
        await stage.say(*incoming(BOB, 1, "are you there?"))
        assert "Bob: are you there?" in stage.line("hints")
        assert stage.composer.draft == "dear"
        assert next(row for row in stage.conversations.shown if row.name == "Bob").unread == 1


async def test_an_arrival_in_view_is_shown_in_view() -> None:
    """Without a notice; it is read when the person presses a key."""
    async with on_stage() as stage:
        await stage.press("a")
        before = len(stage.relay.told(MarkRead))
        await stage.say(*incoming(ALICE, 1, "one more"))
        assert stage.shown[-1] == "one more"
        assert "one more" not in stage.line("hints")
        assert len(stage.relay.told(MarkRead)) == before
        await stage.press("b")
        assert len(stage.relay.told(MarkRead)) == before + 1


async def test_older_pages_load_at_the_top() -> None:
    """Until there are none; what is seen stays in place."""
    relay = a_relay(evolve(ALICE, unread=0))
    relay.texts[ALICE.id] = [a_text(ALICE, n, f"text {n}", minutes=500 - n) for n in range(250)]
    async with on_stage(relay) as stage:
        assert len(stage.shown) == 100
        await stage.press("ctrl+home")
        assert len(stage.shown) == 200
        await stage.press("ctrl+home")
        assert len(stage.shown) == 250
        assert stage.pane.rows[0].kind == "history-start"


async def test_the_switcher_finds_by_a_part_of_the_name() -> None:
    """And letters typed behind its Enter are text for whom it opened."""
    async with on_stage() as stage:
        await stage.pilot.press("ctrl+o", *"car", "enter", *"hi")
        await stage.settle()
        assert stage.open == "Carol"
        assert stage.composer.draft == "hi"


async def test_escape_closes_the_switcher_and_nothing_else() -> None:
    """The keys are where they were."""
    async with on_stage() as stage:
        await stage.press("ctrl+o")
        assert stage.place() is Place.FIELD
        await stage.press("x", "escape")
        assert stage.place() is Place.COMPOSER
        assert stage.open == "Alice"


async def test_search_opens_the_conversation_at_the_text() -> None:
    """Also when the text is on an older page."""
    relay = a_relay(ALICE, BOB)
    relay.texts[BOB.id] = [
        a_text(BOB, n, f"needle {n}" if n == 3 else "hay", minutes=900 - n) for n in range(250)
    ]
    async with on_stage(relay) as stage:
        await stage.press("ctrl+f")
        await stage.type("needle")
        await stage.settle()
        assert len(stage.one(Picker).list.shown) == 1
        await stage.press("enter")
        await stage.settle()
        assert stage.open == "Bob"
        assert "needle 3" in stage.shown


async def test_the_filter_narrows_the_list() -> None:
    """As one types; Escape shows all again."""
    async with on_stage() as stage:
        await stage.press("escape", "backslash")
        await stage.type("bo")
        assert titles(stage.conversations.shown) == ["Bob"]
        await stage.press("escape")
        assert len(stage.conversations.shown) == 3
        await stage.press("backslash")
        await stage.type("bo")
        await stage.press("enter")
        assert stage.open == "Bob"
        assert len(stage.conversations.shown) == 3


async def test_help_is_for_where_one_is() -> None:
    """F1 from the composer, ? from the list; Escape goes back there."""
    async with on_stage() as stage:
        await stage.press("f1")
        assert stage.one(TextPanel).is_open
        await stage.press("escape")
        assert stage.place() is Place.COMPOSER
        await stage.press("escape", "question_mark")
        assert stage.one(TextPanel).is_open
        await stage.press("question_mark")
        assert not stage.one(TextPanel).is_open
        assert stage.place() is Place.LIST


async def test_the_palette_does_what_it_says() -> None:
    """By a part of the title."""
    async with on_stage() as stage:
        await stage.press("ctrl+p")
        await stage.type("how everything")
        await stage.press("enter")
        assert stage.one(TextPanel).topic == "status"


async def test_a_limit_is_shown_explained_and_acted_on() -> None:
    """b goes to it, ? says why, Enter does what it offers."""
    away = a_phone(LinkPhase.WAITING, DownReason.OUT_OF_RANGE)
    async with on_stage() as stage:
        banners = stage.screen.query_one("#app-banners", BannerStack)
        assert not banners.display
        await stage.say(
            LinkChanged(away), LimitationChanged(make_limitation(LimitKind.PHONE_AWAY), active=True)
        )
        assert [b.sentence for b in banners.banners] == ["The phone is out of reach."]
        assert "○ away" in stage.line("status")
        await stage.press("escape", "b", "question_mark")
        assert banners.explained
        await stage.press("enter")
        assert len(stage.relay.told(RetryNow)) == 1
        await stage.say(
            LinkChanged(a_phone()), LimitationChanged(make_limitation(LimitKind.PHONE_AWAY), active=False)
        )
        assert not banners.display


async def test_a_lasting_banner_can_be_put_away() -> None:
    """Escape on it; the status panel keeps it. A passing one stays."""
    kept, away = make_limitation(LimitKind.NOT_KEPT), make_limitation(LimitKind.PHONE_AWAY)
    async with on_stage() as stage:
        banners = stage.screen.query_one("#app-banners", BannerStack)
        await stage.say(LimitationChanged(kept, active=True), LimitationChanged(away, active=True))
        assert len(banners.banners) == 2
        await stage.press("escape", "b", "b", "escape")
        assert [b.kind for b in banners.banners] == [LimitKind.PHONE_AWAY]
        await stage.press("b", "escape")
        assert [b.kind for b in banners.banners] == [LimitKind.PHONE_AWAY]


async def test_everything_can_be_hidden() -> None:
    """F9 covers all, letters do nothing meanwhile, F9 brings the same place back."""
    async with on_stage() as stage:
        await stage.type("dear")
        await stage.press("f9")
        assert stage.place() is Place.HIDDEN
        await stage.type("xj")
        await stage.press("enter")
        await stage.press("f9")
        assert stage.composer.draft == "dear"
        assert stage.place() is Place.COMPOSER


@pytest.mark.parametrize(
    ("size", "at_start", "after_escape"),
    [
        ((160, 45), {"side", "talk", "notifications"}, {"side", "talk", "notifications"}),
        ((100, 30), {"side", "talk"}, {"side", "talk"}),
        ((80, 24), {"talk"}, {"side"}),
        ((60, 16), {"talk"}, {"side"}),
    ],
)
async def test_panes_by_width(size: tuple[int, int], at_start: set[str], after_escape: set[str]) -> None:
    """As many as fit; the same keys at every width."""
    async with on_stage(size=size) as stage:

        def seen() -> set[str]:
            ids = ("side", "talk", "notifications")
            return {i for i in ids if stage.screen.query_one(f"#{i}").display}

        assert seen() == at_start
        await stage.press("escape")
        assert seen() == after_escape
        await stage.press("enter")
        assert seen() == at_start
        assert stage.composer.region.bottom <= size[1] - 2
        assert stage.composer.region.height >= 1


async def test_tab_goes_around() -> None:
    """Composer, notifications, list, conversation, and back."""
    async with on_stage() as stage:
        places = []
        for _ in range(4):
            await stage.press("tab")
            places.append(stage.place())
        assert places == [Place.QUEUE, Place.LIST, Place.THREAD, Place.COMPOSER]


async def test_nothing_to_show_is_told() -> None:
    """Without a conversation the screen says what goes on and what to do; the first text opens."""
    async with on_stage(a_relay(a_thread(1, "x"))) as stage:
        assert stage.open == "x"
    relay = a_relay()
    relay.state = evolve(relay.state, threads=())
    async with on_stage(relay) as stage:
        assert stage.composer.closed
        assert "nobody" in stage.line("to")
        events: list[Event] = [ThreadChanged(ALICE), MessageChanged(a_text(ALICE, 0, "hi"))]
        await stage.say(*events)
        assert stage.open == "Alice"
        assert not stage.composer.closed


async def test_bad_key_settings_are_told() -> None:
    """In the status line and its panel; the app starts."""
    settings = UiSettings(keys={"nav.down": "k", "no.such": "x", "nav.up": "p"})
    async with on_stage(settings=settings) as stage:
        assert "settings" in stage.line("status")
        await stage.press("escape", "j")
        cursor = stage.conversations.cursor
        await stage.press("p")
        assert stage.conversations.cursor == cursor - 1
