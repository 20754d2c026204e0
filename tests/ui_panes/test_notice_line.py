"""Does the hint line keep what matters of a long notice?"""

from __future__ import annotations

from textual.app import App, ComposeResult

from phonelink_tui.ui.screens.notice import NoticeLine
from phonelink_tui.ui.widgets.line import Line


class LineApp(App[None]):
    """One line."""

    def compose(self) -> ComposeResult:
        """See `App.compose`."""
        yield Line(id="line")


async def test_the_key_of_a_long_notice_stays() -> None:
    """The words are cut, also behind the keys of a panel; what opens it is not."""
    app = LineApp()
    async with app.run_test(size=(60, 3)):
        line = app.query_one(Line)
        for panel, stays in ((False, lambda: False), (True, lambda: True)):
            notices = NoticeLine(line, lambda: [("Esc", "close")], stays)
            notices.say("Alice: " + "word " * 40, "name", "  ] opens it")
            shown = line.render_line(0).text
            assert shown.rstrip().endswith("…  ] opens it")
            assert ("Esc close" in shown) is panel
            assert len(shown.rstrip()) <= 60
