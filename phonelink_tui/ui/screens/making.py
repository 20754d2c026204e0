"""Which widgets does the screen have, and whom do they call?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Protocol

from phonelink_tui.ui.keymap import KeyMap
from phonelink_tui.ui.screens.desk import Widgets
from phonelink_tui.ui.settings import UiSettings
from phonelink_tui.ui.widgets.banners import BannerStack
from phonelink_tui.ui.widgets.composer import Composer
from phonelink_tui.ui.widgets.conversation_list import ConversationList
from phonelink_tui.ui.widgets.field import Field
from phonelink_tui.ui.widgets.line import Line
from phonelink_tui.ui.widgets.picker import Picker
from phonelink_tui.ui.widgets.question_bar import QuestionBar
from phonelink_tui.ui.widgets.queue_list import QueueList
from phonelink_tui.ui.widgets.text_panel import TextPanel
from phonelink_tui.ui.widgets.thread_pane import ThreadPane
from phonelink_tui.ui.width import has_odd_widths

JUMP_LINES: Final = 4
"""Lines a full conversation scrolls at once where every byte travels: the next few texts then cost a tenth."""


class Called(Protocol):
    """What the widgets call."""

    def do(self, action_id: str) -> None: ...

    def go_back(self) -> None: ...

    def make_room(self) -> None: ...

    def filter_by(self, words: str) -> None: ...

    def filter_key(self, key: str) -> None: ...

    def intent_key(self, key: str) -> bool: ...

    def back_to_text(self) -> None: ...


def make_widgets(screen: Called, keys: KeyMap, settings: UiSettings, environ: Mapping[str, str]) -> Widgets:
    """All widgets of a screen, as they fit the terminal that `environ` speaks of."""
    far = bool(environ.get("SSH_CONNECTION"))
    return Widgets(
        conversations=ConversationList(id="conversations"),
        filter=Field(on_text=screen.filter_by, on_command=screen.filter_key, hint="filter", id="filter"),
        list_head=Line(id="list-head", classes="head"),
        head=Line(id="head", classes="head"),
        app_banners=BannerStack(id="app-banners"),
        pane=ThreadPane(jump_lines=JUMP_LINES if far else 0, simple_width=has_odd_widths(environ), id="pane"),
        question=QuestionBar(
            on_typing=screen.back_to_text,
            on_intent=screen.intent_key,
            on_room=screen.make_room,
            id="question",
        ),
        composer_banners=BannerStack(id="composer-banners"),
        to=Line(id="to"),
        composer=Composer(
            keys.composer, enter=settings.enter.value, hint="Write, Enter sends", id="composer"
        ),
        queue_head=Line(id="queue-head", classes="head"),
        queue=QueueList(id="queue"),
        picker=Picker(on_close=screen.go_back, on_intent=screen.do, id="picker"),
        panel=TextPanel(id="panel"),
        hints=Line(id="hints"),
        status=Line(id="status"),
    )
