"""A conversation of thousands of texts is read up and down again in a bounded window."""

from __future__ import annotations

from phonelink_tui.domain.events import MessageChanged
from phonelink_tui.relay.api import SendText
from phonelink_tui.ui.window import MOST
from tests.ui.believable import a_text
from tests.ui.scripted_relay import ScriptedRelay
from tests.ui.stage import ALICE, Stage, a_relay, incoming, on_stage

COUNT = 1350


def long_relay() -> ScriptedRelay:
    relay = a_relay(ALICE)
    relay.texts[ALICE.id] = [a_text(ALICE, n, f"text {n}", minutes=5000 - n) for n in range(COUNT)]
    return relay


async def up(stage: Stage) -> None:
    await stage.press("escape", "tab")
    for _ in range(COUNT // 100 + 2):
        await stage.press("g")
    assert stage.shown[0] == "text 0"
    assert len(stage.shown) <= MOST


async def test_it_is_read_up_and_down() -> None:
    """Nothing is skipped on the way down; the place in view stays when a page comes."""
    async with on_stage(long_relay()) as stage:
        await up(stage)
        seen: list[str] = []
        for _ in range(400):
            await stage.press("pagedown")
            rows = [stage.pane.render_line(y).text for y in range(stage.pane.size.height)]
            seen += [word for row in rows if "text " in row for word in [row.split("text ")[1].strip()]]
            if f"{COUNT - 1}" in seen:
                break
        numbers = sorted({int(n) for n in seen})
        assert numbers[-1] == COUNT - 1
        assert numbers == list(range(numbers[0], COUNT))


async def test_the_end_and_an_answer_are_one_key_away() -> None:
    """G, or sending, reads the newest page; what came meanwhile was counted in the head."""
    async with on_stage(long_relay()) as stage:
        await up(stage)
        events = incoming(ALICE, 9000, "new one")
        arrived = events[0]
        assert isinstance(arrived, MessageChanged)
        stage.relay.texts[ALICE.id].append(arrived.message)
        await stage.say(*events)
        assert "1 new below" in stage.line("head")
        await stage.press("G")
        assert stage.shown[-1] == "new one"
        assert stage.pane.at_end
        assert "new below" not in stage.line("head")
        await up(stage)
        await stage.press("i")
        await stage.type("hi")
        await stage.press("enter")
        await stage.settle()
        assert stage.relay.told(SendText)
        assert stage.pane.at_end
