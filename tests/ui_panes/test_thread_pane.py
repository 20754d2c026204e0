"""Does the pane keep its place, follow the end only from the end, and tell what it must?"""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from textual.app import App, ComposeResult
from textual.message import Message

from phonelink_tui.domain.limitations import LimitKind, make_limitation
from phonelink_tui.domain.message import DeliveryState, MessageId, TextMessage
from phonelink_tui.domain.text import clean
from phonelink_tui.domain.thread import ThreadId
from phonelink_tui.ui.control_gate import ControlGate
from phonelink_tui.ui.thread_rows import Row, replaced_row, rows_after, thread_rows
from phonelink_tui.ui.widgets.thread_pane import ThreadPane
from tests.ui_panes.texts import CLOCK, message

THREAD = ThreadId("t")


class PaneApp(App[None]):
    """A pane alone on the screen."""

    def __init__(self, pane: ThreadPane) -> None:
        super().__init__()
        self.pane = pane
        self.told: list[str] = []

    def compose(self) -> ComposeResult:
        yield self.pane

    def on_thread_pane_reached_top(self, event: ThreadPane.ReachedTop) -> None:
        self.told.append(f"top {event.thread}")

    def on_thread_pane_new_below(self, event: ThreadPane.NewBelow) -> None:
        self.told.append(f"below {event.count}")


def texts(count: int, *, words: int = 1) -> list[TextMessage]:
    """Messages whose text names them, six minutes apart so that each has its head."""
    return [message(n, f"text-{n} " + "word " * words, minute=6 * n) for n in range(count)]


def rows_of(thread: Sequence[TextMessage], **options: MessageId | None) -> tuple[Row, ...]:
    return thread_rows(thread, CLOCK, first_unread=options.get("first_unread"))


def seen(pane: ThreadPane) -> list[str]:
    """The lines on the screen."""
    return [pane.render_line(y).text.rstrip() for y in range(pane.size.height)]


async def test_opens_at_the_end() -> None:
    """Without news the last message is at the bottom, and the top is not claimed to be reached."""
    app = PaneApp(ThreadPane())
    async with app.run_test(size=(80, 10)) as pilot:
        app.pane.show(rows_of(texts(50)), thread_id=THREAD, keep_position=False)
        await pilot.pause()
        assert "text-49" in seen(app.pane)[-1]
        assert app.pane.at_end
        assert app.told == []


async def test_opens_at_what_is_new() -> None:
    """With many unread messages the line of what is new is on top."""
    app = PaneApp(ThreadPane())
    async with app.run_test(size=(80, 10)) as pilot:
        rows = rows_of(texts(50), first_unread=MessageId("m20"))
        app.pane.show(rows, thread_id=THREAD, keep_position=False)
        await pilot.pause()
        assert seen(app.pane)[0] == "── new since you left ──"
        assert "text-20" in seen(app.pane)[1]


async def test_shown_before_it_has_a_size() -> None:
    """Rows that come before the first layout are there after it."""
    app = PaneApp(ThreadPane())
    app.pane.show(rows_of(texts(50)), thread_id=THREAD, keep_position=False)
    app.pane.append(tuple(rows_after(None, message(99, "the last"), CLOCK)))
    async with app.run_test(size=(80, 10)) as pilot:
        await pilot.pause()
        assert "the last" in seen(app.pane)[-1]


async def test_follows_the_end_from_the_end() -> None:
    """A new message scrolls a full pane that is at its end, and nothing is counted."""
    app = PaneApp(ThreadPane())
    async with app.run_test(size=(80, 10)) as pilot:
        app.pane.show(rows_of(texts(50)), thread_id=THREAD, keep_position=False)
        app.pane.append([Row(rows_of(texts(2))[1].kind, "new", "fresh", "12:00", "Bob")])
        await pilot.pause()
        assert "fresh" in seen(app.pane)[-1]
        assert app.told == []


async def test_stays_where_it_is_when_not_at_the_end() -> None:
    """What arrives below moves nothing and is counted until the end is seen again."""
    app = PaneApp(ThreadPane())
    async with app.run_test(size=(80, 10)) as pilot:
        app.pane.show(rows_of(texts(50)), thread_id=THREAD, keep_position=False)
        app.pane.reveal("m10")
        await pilot.pause()
        before = seen(app.pane)
        for number in (90, 91):
            app.pane.append(tuple(rows_after(None, message(number), CLOCK)))
        await pilot.pause()
        assert seen(app.pane) == before
        app.pane.to_end()
        await pilot.pause()
        assert app.told == ["below 1", "below 2", "below 0"]


@pytest.mark.parametrize("size", [(40, 10), (120, 10), (60, 20), (30, 8)])
async def test_the_top_message_stays_when_the_size_changes(size: tuple[int, int]) -> None:
    """Whatever folds anew above it, the message on top is on top."""
    app = PaneApp(ThreadPane())
    async with app.run_test(size=(80, 10)) as pilot:
        app.pane.show(rows_of(texts(60, words=30)), thread_id=THREAD, keep_position=False)
        app.pane.reveal("m25")
        await pilot.pause()
        await pilot.resize_terminal(*size)
        await pilot.pause()
        assert "text-25" in "".join(seen(app.pane)[:2])


@pytest.mark.parametrize("size", [(40, 10), (120, 10), (80, 7), (80, 20)])
async def test_the_end_stays_when_the_size_changes(size: tuple[int, int]) -> None:
    """A composer that grows by a line, or a narrower window, does not hide the last message."""
    app = PaneApp(ThreadPane())
    async with app.run_test(size=(80, 10)) as pilot:
        app.pane.show(rows_of(texts(60)), thread_id=THREAD, keep_position=False)
        await pilot.pause()
        await pilot.resize_terminal(*size)
        await pilot.pause()
        assert "text-59" in "".join(seen(app.pane)[-2:])


async def test_an_older_page_keeps_the_place() -> None:
    """Reaching the top is told once, and rows that come above push nothing away."""
    app = PaneApp(ThreadPane())
    thread = texts(80)
    async with app.run_test(size=(80, 10)) as pilot:
        app.pane.show(rows_of(thread[40:]), thread_id=THREAD, keep_position=False)
        app.pane.reveal(rows_of(thread[40:])[0].key)
        await pilot.pause()
        assert app.told == ["top t"]
        app.pane.reveal("m41")
        await pilot.pause()
        before = seen(app.pane)
        app.pane.show(rows_of(thread), thread_id=THREAD, keep_position=True)
        await pilot.pause()
        assert seen(app.pane) == before
        assert app.told == ["top t"]


async def test_a_short_thread_asks_for_what_is_older() -> None:
    """Where everything fits the top is reached at once."""
    app = PaneApp(ThreadPane())
    async with app.run_test(size=(80, 20)) as pilot:
        app.pane.show(rows_of(texts(3)), thread_id=THREAD, keep_position=False)
        await pilot.pause()
        assert app.told == ["top t"]


async def test_a_new_state_is_drawn_in_place() -> None:
    """The ladder moves on its row, also where the row becomes higher, and the end stays in view."""
    app = PaneApp(ThreadPane())
    queued = message(50, "mine", minute=300, own=True, state=DeliveryState.QUEUED)
    async with app.run_test(size=(80, 10)) as pilot:
        app.pane.show(rows_of([*texts(50), queued]), thread_id=THREAD, keep_position=False)
        await pilot.pause()
        assert seen(app.pane)[-1].endswith("mine  … queued")
        failed = message(
            *(50, "mine"),
            minute=300,
            own=True,
            state=DeliveryState.FAILED,
            detail="no answer from the phone " * 3,
        )
        old = app.pane.find("m50")
        assert old is not None
        assert app.pane.replace(replaced_row(old, failed, CLOCK))
        await pilot.pause()
        assert "✗ not sent: no answer from the phone" in " ".join("".join(seen(app.pane)[-3:]).split())
        assert app.pane.at_end
        assert not app.pane.replace(Row(old.kind, "unknown", "x"))


async def test_jumping_leaves_lines_free_and_uses_them() -> None:
    """With `jump_lines` the view moves once and the next messages fill what is free."""
    app = PaneApp(ThreadPane(jump_lines=3))
    async with app.run_test(size=(80, 10)) as pilot:
        app.pane.show(rows_of(texts(50)), thread_id=THREAD, keep_position=False)
        tops = []
        for number in range(5):
            app.pane.append([Row(rows_of(texts(1))[1].kind, f"n{number}", f"fresh-{number}", "12:00", "Bob")])
            await pilot.pause()
            tops.append(seen(app.pane)[0])
            assert f"fresh-{number}" in "".join(seen(app.pane))
        assert len(set(tops)) == 2


async def test_selected_text_is_what_is_seen() -> None:
    """The mouse copies lines as they stand on the screen."""
    app = PaneApp(ThreadPane())
    async with app.run_test(size=(80, 10)) as pilot:
        app.pane.show(
            rows_of([message(0, "first"), message(1, "second")]), thread_id=THREAD, keep_position=False
        )
        await pilot.pause()
        await pilot.mouse_down(app.pane, offset=(18, 1))
        await pilot.hover(app.pane, offset=(24, 2))
        await pilot.mouse_up(app.pane, offset=(24, 2))
        await pilot.pause()
        text = app.screen.get_selected_text() or ""
        assert [" ".join(line.split()) for line in text.split("\n")] == ["first", "09:01 second"]


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light", "ansi-dark", "ansi-light"])
async def test_states_differ_without_colour(theme: str) -> None:
    """In every theme, names, states, banners and new lines are told by words, and trouble by its style too."""
    app = PaneApp(ThreadPane())
    thread = [
        message(n, f"text-{n}", own=True, state=state, minute=6 * n) for n, state in enumerate(DeliveryState)
    ]
    async with app.run_test(size=(80, 20)) as pilot:
        app.theme = theme
        rows = thread_rows(
            thread, CLOCK, limitations=[make_limitation(LimitKind.ONE_SIDED)], first_unread=MessageId("m3")
        )
        app.pane.show(rows, thread_id=THREAD, keep_position=False)
        app.pane.reveal(rows[0].key)
        await pilot.pause()
        lines = seen(app.pane)
        assert lines[0] == "· What you send from the phone does not appear here."
        assert any("✗ not sent" in line for line in lines)
        assert any("? unknown, may have been sent" in line for line in lines)


async def test_hostile_names_and_texts_fit_the_pane() -> None:
    """Every drawn line is exactly as wide as the pane."""
    app = PaneApp(ThreadPane())
    app.get_line_filters = lambda: [ControlGate()]  # type: ignore[method-assign]
    text = clean("\u0dc1\u0dca\u200d\u0dbb\u0dd3 " * 30 + "\U0001f469\u200d\U0001f4bb" * 20 + "漢" * 50)
    async with app.run_test(size=(61, 30)) as pilot:
        app.pane.show(rows_of([message(0, text, name=text[:90])]), thread_id=THREAD, keep_position=False)
        await pilot.pause()
        assert {app.pane.render_line(y).cell_length for y in range(app.pane.size.height)} == {61}


def test_messages_of_the_pane_bubble() -> None:
    """Intents go up to the app."""
    assert all(
        issubclass(kind, Message) and kind.bubble for kind in (ThreadPane.ReachedTop, ThreadPane.NewBelow)
    )
