"""What is the app while there is no phone? The start screen, and the pairing that is chosen there."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import PurePath
from typing import ClassVar

from textual.app import App
from textual.binding import BindingType
from textual.filter import LineFilter, Monochrome, NoColor

from phonelink_tui.domain.pairing import PairEnd, PairingView
from phonelink_tui.errors import PhonelinkError
from phonelink_tui.relay.api import Pairing, StartChoice
from phonelink_tui.ui.control_gate import ControlGate
from phonelink_tui.ui.screens.pairing import PairingScreen
from phonelink_tui.ui.screens.starting import StartScreen
from phonelink_tui.ui.settings import UiSettings
from phonelink_tui.ui.signals import EXIT_SIGNALS
from phonelink_tui.ui.themes import OURS, choose_theme

OpenPairing = Callable[[], AbstractAsyncContextManager[Pairing]]


class StartApp(App[StartChoice], inherit_bindings=False):
    """Ends with what was chosen. A pairing under way is undone before it ends, whatever ends it.

    Args:
        message: Why there is no phone.
        open_pairing: Begins a pairing.
        settings: What the person set about the screen.
    """

    CSS_PATH: ClassVar[list[str | PurePath]] = ["styles/start.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = []
    ENABLE_COMMAND_PALETTE = False
    TITLE = "phonelink"

    def __init__(self, message: str, open_pairing: OpenPairing, settings: UiSettings | None = None) -> None:
        super().__init__()
        self.animation_level = "none"
        settings = settings or UiSettings()
        self._open_pairing = open_pairing
        self._start = StartScreen(message, self._chosen)
        self._gate = ControlGate()
        self._pairing_screen: PairingScreen | None = None
        self._over: asyncio.Event | None = None
        self._leaving: int | None = None
        for theme in OURS:
            self.register_theme(theme)
        self.theme = choose_theme(settings.theme, os.environ)

    def get_default_screen(self) -> StartScreen:
        """Where it begins."""
        return self._start

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Whatever a widget draws goes through the gate, as in the app itself."""
        filters = super().get_line_filters()
        if self.native_ansi_color:
            filters = [NoColor() if isinstance(one, Monochrome) else one for one in filters]
        return [*filters, self._gate]

    def on_load(self) -> None:
        """Leave in good order when the terminal goes away."""
        if not self.is_headless:
            loop = asyncio.get_running_loop()
            for number in EXIT_SIGNALS:
                loop.add_signal_handler(number, self._signalled, number)

    def _chosen(self, letter: str) -> None:
        match letter:
            case "d":
                self.exit(StartChoice(demo=True))
            case "q":
                self.exit(StartChoice())
            case _ if self._pairing_screen is None:
                self.run_worker(self._pair(), name="pairing")

    async def _pair(self) -> None:
        try:
            async with self._open_pairing() as pairing:
                self._over = asyncio.Event()
                self._pairing_screen = PairingScreen(pairing, self._seen)
                await self.push_screen(self._pairing_screen)
                await self._over.wait()
        except PhonelinkError as failure:
            self._start.say(f"{failure.message} {failure.hint}")
        finally:
            ended, self._pairing_screen = self._pairing_screen, None
        view = ended.view if ended is not None else None
        if self._leaving is not None:
            self.exit(StartChoice(return_code=self._leaving), return_code=self._leaving)
        elif view is not None and view.end is PairEnd.PAIRED and view.phone is not None:
            self.exit(StartChoice(address=view.phone.address))
        elif ended is not None:
            await self.pop_screen()

    def _seen(self, _view: PairingView) -> None:
        if self._over is not None:
            self._over.set()

    def _signalled(self, number: signal.Signals) -> None:
        self._leaving = 128 + number
        if self._pairing_screen is None or self._over is None:
            self.exit(StartChoice(return_code=self._leaving), return_code=self._leaving)
        else:
            self._over.set()
