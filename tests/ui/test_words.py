"""What the lines, rows and banners say, as values; no terminal."""

from __future__ import annotations

from datetime import UTC, timedelta

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from phonelink_tui.domain.code import find_code
from phonelink_tui.domain.events import CommandChanged, CommandState, Progress
from phonelink_tui.domain.limitations import (
    LIMITS,
    LimitClass,
    LimitKind,
    app_limitations,
    make_limitation,
)
from phonelink_tui.domain.message import Audience, DeliveryState
from phonelink_tui.domain.phone import Capability, DownReason, LinkPhase, Phone
from phonelink_tui.domain.thread import Reply
from phonelink_tui.relay.api import Ask
from phonelink_tui.ui.banner_text import SIGNS, banner, banners
from phonelink_tui.ui.cells import cut, fit
from phonelink_tui.ui.empty import empty_words
from phonelink_tui.ui.keymap import key_map
from phonelink_tui.ui.layout import Pane, panes
from phonelink_tui.ui.list_rows import age, list_rows
from phonelink_tui.ui.projection import Projection
from phonelink_tui.ui.queue_rows import queue_rows
from phonelink_tui.ui.sending import Question, Returned, Sending
from phonelink_tui.ui.status_line import PHASES, REASONS, StatusFacts, status_line
from phonelink_tui.ui.themes import choose_theme, theme_after
from tests.ui.believable import NOW, a_notification, a_phone, a_text, a_thread, ago
from tests.ui.stage import ALICE


def status(facts: StatusFacts, width: int = 200) -> str:
    return "".join(text for text, _ in status_line(facts, width, NOW, UTC))


def test_the_status_line_says_all_where_there_is_room() -> None:
    """Phone, battery, each capability with glyph and word, and since when nothing is missing."""
    line = status(StatusFacts(a_phone()))
    assert line == (
        "Anna's iPhone 82%  texts ● ready  alerts ● ready  contacts ● ready  complete since 11:40"
    )


def test_the_status_line_gives_way() -> None:
    """Narrower, the least important words go first; what is wrong keeps its word."""
    away = StatusFacts(a_phone(LinkPhase.WAITING, DownReason.OUT_OF_RANGE))
    assert "texts ○ away" in status(away, 58)
    assert "next try 12:31:05" in status(away, 80)
    assert cell_len(status(StatusFacts(a_phone()), 60)) <= 60


def test_what_waits_is_counted() -> None:
    """Unknown ones apart: they may have been sent."""
    queued = a_text(ALICE, 1, "x", own=True, state=DeliveryState.QUEUED)
    unknown = evolve(queued, state=DeliveryState.UNKNOWN)
    assert "↑ 2 waiting ? 1 unknown" in status(StatusFacts(a_phone(), (queued, queued, unknown)))


def test_progress_is_counted() -> None:
    """With the total where it is known."""
    assert "first sync 3/10" in status(StatusFacts(a_phone(), progress=Progress("first sync", 3, 10)))
    assert "contacts 3" in status(StatusFacts(a_phone(), progress=Progress("contacts", 3, None)))


def test_a_silent_phone_says_when_it_was_last_heard() -> None:
    """Ready is a claim that ages."""
    phone = a_phone()
    state = evolve(phone.capabilities[Capability.MESSAGES], proof_at=NOW - timedelta(minutes=20))
    phone = evolve(phone, capabilities={**phone.capabilities, Capability.MESSAGES: state})
    assert "texts ◌ ready, last sign 12:10" in status(StatusFacts(phone))


def test_every_state_has_its_glyph_and_word() -> None:
    """No state is told by colour alone, and none twice."""
    assert set(PHASES) == set(LinkPhase)
    assert set(REASONS) == set(DownReason)
    assert len({glyph for glyph, _, _ in PHASES.values()}) == len(PHASES)
    assert set(SIGNS) == set(LimitClass)


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0, "12:30"), (700, "00:50"), (60 * 24, "Sat"), (60 * 24 * 6, "Mon"), (60 * 24 * 8, "14 Nov")],
)
def test_ages_are_clock_times(minutes: int, words: str) -> None:
    """So that an idle screen never changes."""
    assert age(ago(minutes), NOW, UTC) == words


def test_the_list_tells_groups_drafts_and_what_cannot_be_answered() -> None:
    """In words."""
    rows = list_rows(
        [
            a_thread(1, "Ann", own=True, text="ok"),
            a_thread(2, "Family", audience=Audience.GROUP),
            a_thread(3, "Who", audience=Audience.UNKNOWN),
            a_thread(4, "DHL", address="DHL", reply=Reply.CLOSED),
        ],
        NOW,
        UTC,
        drafts={a_thread(1, "Ann").id},
    )
    assert [row.mark for row in rows] == ["", "group", "group?", "no reply"]
    assert [row.draft for row in rows] == [True, False, False, False]
    assert rows[0].text == "You: ok"
    assert rows[1].text.startswith("Family: ")


def test_the_digest_names_its_apps() -> None:
    """And is not there when there was nothing before us."""
    before = [a_notification(n, app, "t", "x") for n, app in enumerate(["Mail", "Mail", "A", "B", "C"])]
    assert queue_rows([], before, NOW, UTC)[0].text == "Mail 2, A 1, B 1, 1 more apps"
    assert queue_rows([], [], NOW, UTC) == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Your code is 493201.", "493201"),
        ("493 201 is your verification code", "493201"),
        ("G-123456 is your Google verification code.", "123456"),
        ("Ihr Kod: 1234", "1234"),
        ("Call me at 5550100", None),
        ("Your code costs $1234", None),
        ("Meet at 1930", None),
    ],
)
def test_codes_are_guessed_only_where_a_word_says_so(text: str, code: str | None) -> None:
    """And prices are none."""
    found = find_code(text)
    assert (found.code if found else None) == code


def test_banners_come_in_the_order_of_what_can_be_done() -> None:
    """Passing ones first, structural ones last, one of each kind."""
    kinds = (LimitKind.ONE_SIDED, LimitKind.NOT_KEPT, LimitKind.PHONE_AWAY, LimitKind.PHONE_AWAY)
    shown = banners([make_limitation(kind) for kind in kinds], NOW, UTC)
    assert [b.kind for b in shown] == [LimitKind.PHONE_AWAY, LimitKind.NOT_KEPT, LimitKind.ONE_SIDED]


def test_a_banner_says_since_when_and_whose_limit_it_is() -> None:
    """The evidence too."""
    shown = banner(make_limitation(LimitKind.PHONE_AWAY, since=ago(20), evidence="no answer"), NOW, UTC)
    assert shown.sentence == "The phone is out of reach. Since 12:10."
    assert LIMITS[LimitKind.PHONE_AWAY].whose.value in shown.why
    assert "no answer" in shown.why


@pytest.mark.parametrize("phase", list(LinkPhase))
def test_an_empty_screen_always_says_what_to_do(phase: LinkPhase) -> None:
    """Whatever the phone does, a key that helps is named."""
    projection = Projection(
        phone=a_phone(phase, DownReason.OUT_OF_RANGE if phase is LinkPhase.WAITING else None)
    )
    heading, lines = empty_words(projection, key_map())
    assert heading
    assert any("F1" in line for line in lines)


def test_panes_fit_the_width() -> None:
    """All from 140 columns, two from 100, else the one that is looked at."""
    assert panes(140, Pane.TALK) == frozenset(Pane)
    assert panes(100, Pane.TALK) == {Pane.LIST, Pane.TALK}
    assert panes(139, Pane.QUEUE) == {Pane.LIST, Pane.QUEUE}
    assert panes(99, Pane.QUEUE) == {Pane.QUEUE}
    assert panes(200, Pane.TALK, alone=True) == {Pane.TALK}
    assert all(pane in panes(width, pane) for pane in Pane for width in (40, 100, 200))


@given(st.text(max_size=40), st.integers(0, 30))
@settings(max_examples=100)
def test_a_fitted_text_has_its_width(text: str, width: int) -> None:
    """Wide and combining characters too."""
    one_line = " ".join(text.split())
    if one_line.isprintable():
        assert cell_len(fit(one_line, width)) == width
        assert cell_len(cut(one_line, width)) <= max(width, 0)


def test_sending_repeats_only_what_was_asked() -> None:
    """Confirming grows by what the relay asked; unknown reasons are no confirmation."""
    ids = iter("12")
    sending = Sending(lambda: next(ids))
    send = sending.submit("hi", "+15550100", ALICE.id)
    asked = sending.outcome(CommandChanged("1", CommandState.ASKS, (Ask.SHORT_CODE, "future")))
    assert isinstance(asked, Question)
    assert "+15550100" in asked.sentence
    again = sending.confirm()
    assert again == evolve(send, confirmed=frozenset({Ask.SHORT_CODE}))
    second = sending.outcome(CommandChanged("1", CommandState.ASKS, (Ask.GROUP_UNKNOWN,), "Sure?"))
    assert isinstance(second, Question)
    third = sending.confirm()
    assert third is not None
    assert third.confirmed == {Ask.SHORT_CODE, Ask.GROUP_UNKNOWN}
    assert sending.outcome(CommandChanged("1", CommandState.DONE)) is None
    assert sending.relay_gone() == []


def test_a_failure_after_queueing_gives_nothing_back() -> None:
    """The text is a row then; before, it is a draft again."""
    ids = iter("12")
    sending = Sending(lambda: next(ids))
    sending.submit("a", "x", None)
    sending.submit("b", "x", None)
    queued = a_text(ALICE, 1, "a").id
    assert sending.outcome(CommandChanged("1", CommandState.FAILED, message=queued)) is None
    assert isinstance(sending.outcome(CommandChanged("2", CommandState.FAILED)), Returned)
    assert sending.outcome(CommandChanged("3", CommandState.FAILED)) is None


def test_no_color_means_the_terminals_own_colours() -> None:
    """Set and not empty; a theme asked for by name wins."""
    assert choose_theme(None, {"NO_COLOR": "1"}) == "ansi-dark"
    assert choose_theme(None, {"NO_COLOR": ""}) == "phonelink-dark"
    assert choose_theme("light", {"NO_COLOR": "1"}) == "phonelink-light"
    assert choose_theme("no such", {}) == "phonelink-dark"


def test_the_themes_go_around() -> None:
    """Four of them."""
    seen = ["phonelink-dark"]
    for _ in range(4):
        seen.append(theme_after(seen[-1]))
    assert len(set(seen)) == 4
    assert seen[-1] == seen[0]


def quiet_phone() -> Phone:
    """Connected, and silent for twenty minutes."""
    phone = a_phone()
    states = {
        c: evolve(s, proof_at=NOW - timedelta(minutes=20, seconds=10)) for c, s in phone.capabilities.items()
    }
    return evolve(phone, capabilities=states)


def test_silence_does_not_push_away_what_matters_more() -> None:
    """At 100 columns "ready" and "complete since" stay; a glyph of its own is left of the silence."""
    line = status(StatusFacts(quiet_phone()), 98)
    assert line == (
        "Anna's iPhone 82%  texts ◌ ready  alerts ◌ ready  contacts ● ready  complete since 11:40"
    )
    assert "texts ◌ ready, last sign 12:09" in status(StatusFacts(quiet_phone()), 200)
    assert "last sign 12:09  complete since 11:40" in status(StatusFacts(quiet_phone()), 110)


def test_a_book_that_is_left_alone_is_no_warning() -> None:
    """It is read once."""
    assert "contacts ● ready" in status(StatusFacts(quiet_phone()))


def test_evidence_is_told_in_words() -> None:
    """Not as the stable words of the stream."""
    phone = a_phone(LinkPhase.WAITING, DownReason.OUT_OF_RANGE)
    (away,) = app_limitations(phone, kept=None, previews_hidden_since=None)
    why = banner(away, NOW, UTC).why
    assert "the phone did not answer, when asked for texts" in why
    assert "messages:" not in why
