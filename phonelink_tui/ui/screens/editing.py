"""How is a long text written in the person's own editor? In a private file that is gone afterwards."""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from attrs import define
from textual.app import App, SuspendNotSupported

from phonelink_tui.domain.text import clean
from phonelink_tui.ui.screens.desk import Desk
from phonelink_tui.ui.screens.drafting import Drafting

FALLBACK: Final = "nano"
EDITORS: Final = ("VISUAL", "EDITOR")


@define(eq=False)
class Editing:
    """The hand that leaves the screen to an editor for a while."""

    desk: Desk
    drafting: Drafting
    environ: Mapping[str, str]

    async def edit(self, app: App[Any]) -> None:
        """Edit the draft; it comes back to the conversation it was written in, whatever is open by then.

        The file is 0600 in a directory of its own, in memory where `XDG_RUNTIME_DIR` says where that is.
        """
        composer = self.desk.widgets.composer
        target = composer.target
        if target is None or composer.closed:
            self.desk.stage.notice("Nothing can be written here.", "warn")
            return
        with TemporaryDirectory(
            prefix="phonelink-", dir=self.environ.get("XDG_RUNTIME_DIR") or None
        ) as folder:
            path = Path(folder) / "text.txt"
            path.touch(mode=0o600)
            path.write_text(composer.draft, encoding="utf-8")
            if not await self._run(app, path):
                return
            text = clean(path.read_text(encoding="utf-8", errors="replace")).strip()
        if composer.target == target:
            composer.set_draft(text)
        elif target.thread is not None:
            self.drafting.put(target.thread, text)
        self.desk.stage.paint_talk()

    async def _run(self, app: App[Any], path: Path) -> bool:
        command = shlex.split(next((e for name in EDITORS if (e := self.environ.get(name))), FALLBACK))
        try:
            with app.suspend():
                # Awaited: a blocking call here would hold the loop, and with it the relay's events.
                process = await asyncio.create_subprocess_exec(*command, str(path))
                status = await process.wait()
        except SuspendNotSupported:
            self.desk.stage.notice("This terminal cannot be left to an editor.", "warn")
            return False
        except OSError:
            self.desk.stage.notice(f"The editor “{command[0]}” could not be started; set EDITOR.", "bad")
            return False
        if status:
            self.desk.stage.notice("The editor reported an error; the draft is as it was.", "warn")
        return status == 0
