"""What is the app? One screen over one relay; it owns the terminal and nothing else.

The relay it talks to must live in another process: a terminal that stops reading stops this loop.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import PurePath
from typing import ClassVar, Final

from attrs import evolve
from textual import events
from textual.binding import BindingType
from textual.filter import LineFilter, Monochrome, NoColor
from textual.worker import Worker, WorkerState

from phonelink_tui.config.clock import utc_now
from phonelink_tui.domain.limitations import LimitKind
from phonelink_tui.domain.message import TextMessage
from phonelink_tui.relay.api import Attached, Attachment, Home, RelayApi
from phonelink_tui.ui.bridge import Bridge
from phonelink_tui.ui.control_gate import ControlGate
from phonelink_tui.ui.keymap import key_map
from phonelink_tui.ui.projection import Projection, Touched
from phonelink_tui.ui.screens.messages import MessagesScreen
from phonelink_tui.ui.settings import UiSettings
from phonelink_tui.ui.signals import install_exit_signals
from phonelink_tui.ui.simple_width import SimpleWidth
from phonelink_tui.ui.themes import OURS, choose_theme, theme_after
from phonelink_tui.ui.typed_order import Typed, TypedOrder
from phonelink_tui.ui.width import has_odd_widths

AHEAD_S: Final = 2.0
"""What is typed before the first conversations are here waits so long for them; it is a matter of milliseconds."""


class PhoneApp(TypedOrder[None], inherit_bindings=False):
    """The terminal messenger.

    Args:
        api: The relay.
        settings: What the person set about the screen.
        now: The clock; tests give their own.
        copy_refused: Why nothing may be copied on this computer at this moment; empty where it may.
    """

    CSS_PATH: ClassVar[list[str | PurePath]] = ["styles/layout.tcss", "styles/ink.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = []
    ENABLE_COMMAND_PALETTE = False
    TITLE = "phonelink"

    def __init__(
        self,
        api: RelayApi,
        settings: UiSettings | None = None,
        *,
        now: Callable[[], datetime] = utc_now,
        copy_refused: Callable[[], str] = str,
    ) -> None:
        super().__init__()
        self._begun = False
        self.hold_typed()
        self._copy_refused = copy_refused
        self.animation_level = "none"
        attachment = api.attachment if isinstance(api, Attached) else Attachment()
        settings = settings or UiSettings()
        if attachment.home is not Home.PRIVATE:
            settings = evolve(settings, relay_outlives=True)
        keys = key_map(settings.keys)
        self._gates: list[LineFilter] = [ControlGate()]
        if has_odd_widths(os.environ):
            self._gates.append(SimpleWidth())
        self._projection = Projection()
        self._bridge = Bridge(api, self._projection, self._changed, self._hits, now=now)
        self._messages = MessagesScreen(
            self._projection,
            self._bridge,
            settings,
            keys,
            now,
            leave=self._leave,
            environ=os.environ,
            attachment=attachment,
            copy_refused=self.copy_refused,
        )
        for theme in OURS:
            self.register_theme(theme)
        self.theme = choose_theme(settings.theme, os.environ)
        self.set_keymap(dict(keys.overrides))

    def get_default_screen(self) -> MessagesScreen:
        """The one screen."""
        return self._messages

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Whatever a widget draws goes through the gate.

        With `NO_COLOR`, Textual (8.x, `App.__init__`) chooses its filter before our theme is set: `Monochrome`,
        which takes the terminal's default colours for black on black.
        """
        filters = super().get_line_filters()
        if self.native_ansi_color:
            filters = [NoColor() if isinstance(one, Monochrome) else one for one in filters]
        return [*filters, *self._gates]

    def on_mount(self) -> None:
        """Follow the relay from now on. What is typed before its first word waits for that, but not for ever."""
        self.set_timer(AHEAD_S, self._begin)
        self.run_worker(self._bridge.run(), name="bridge", exit_on_error=False)

    def on_load(self) -> None:
        """Leave in good order when the terminal goes away."""
        if not self.is_headless:
            install_exit_signals(self)

    def person_typed(self, event: Typed) -> None:
        """Somebody sits in front of the screen."""
        if isinstance(event, events.Key):
            self._messages.person_was_here(event.key)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """The bridge broke, which is a bug: say so instead of standing still in silence."""
        if event.worker.name == "bridge" and event.state is WorkerState.ERROR:
            error = event.worker.error
            self._projection.relay_gone = (
                f"An error in this program: {type(error).__name__}. Quit and start again."
            )
            self._messages.paint(Touched.ALL)

    def copy_refused(self) -> str:
        """Why nothing may be copied, by the relay's computer or this one; empty where it may."""
        limits = self._projection.limitations
        told = limits.get((LimitKind.POLICY_COPY, "")) or limits.get((LimitKind.POLICY_UNUSABLE, ""))
        return told.sentence if told is not None else self._copy_refused()

    def copy_to_clipboard(self, text: str) -> None:
        """Every way to the clipboard ends here, those of Textual's own widgets too."""
        if not self.copy_refused():
            super().copy_to_clipboard(text)

    def action_next_theme(self) -> None:
        """The next theme."""
        self.theme = theme_after(self.theme)

    def action_suspend_process(self) -> None:
        """Back to the shell, where the terminal allows it."""
        if not self.is_headless:
            super().action_suspend_process()

    def _changed(self, touched: Touched) -> None:
        self._messages.call_later(self._messages.paint, touched)
        if not self._begun and (self._projection.phone is not None or self._projection.relay_gone):
            self._messages.call_later(self.call_later, self._begin)  # behind the painting

    async def _begin(self) -> None:
        if not self._begun:
            self._begun = True
            await self.release_typed()

    def _hits(self, query: str, hits: tuple[TextMessage, ...]) -> None:
        self._messages.call_later(self._messages.take_hits, query, hits)

    def _leave(self) -> None:
        self.run_worker(self._leave_drained(), name="leave", exit_on_error=False)

    async def _leave_drained(self) -> None:
        await self._bridge.drained()
        self.exit(return_code=0)


def run_app(
    api: RelayApi, settings: UiSettings | None = None, *, now: Callable[[], datetime] = utc_now
) -> int:
    """Run the app on this terminal until it is left.

    The caller has checked that there is a terminal. Blocks, with an event loop of its own; inside a running
    loop use `await PhoneApp(api, settings).run_async(mouse=settings.mouse)`.

    Returns:
        The exit code: 0, 1 after a bug, 128 + n after signal n.
    """
    settings = settings or UiSettings()
    app = PhoneApp(api, settings, now=now)
    app.run(mouse=settings.mouse)
    return app.return_code or 0
