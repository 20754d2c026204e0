"""How are the phone's notifications drawn? Three lines a row: app and time, what it says, the phone's buttons."""

from __future__ import annotations

from typing import ClassVar, Final

from rich.segment import Segment

from phonelink_tui.ui.cells import fit
from phonelink_tui.ui.queue_rows import QueueRow
from phonelink_tui.ui.widgets.row_list import RowList

CURSOR: Final = "▌"


class QueueList(RowList[QueueRow]):
    """The queue: news on top, the digest below."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"queue--{part}" for part in ("app", "text", "dim", "label", "urgent", "chosen")
    }

    EMPTY = "Nothing new on the phone."

    def key_of(self, row: QueueRow) -> str:
        """The id of the notification, or `digest`."""
        return row.key

    def lines_per_row(self, width: int) -> int:
        """Three lines, whatever the width."""
        return 3

    def paint(self, row: QueueRow, line: int, width: int, *, marked: bool) -> list[Segment]:
        """One line of a row."""
        if line == 1:
            return [self._ink(f"  {fit(row.text, width - 3)} ", "text")]
        if line == 2:
            return [self._ink(f"  {fit(row.labels, width - 3)} ", "label")]
        when = f" {row.when} "
        head = fit(f"{row.app}  {row.title}" if row.title else row.app, width - 2 - len(when))
        if marked:
            return [self._ink(f"{CURSOR} {head}{when}", "chosen")]
        return [self._ink(f"  {head}", "urgent" if row.urgent else "app"), self._ink(when, "dim")]

    def _ink(self, text: str, part: str) -> Segment:
        return Segment(text, self.get_component_rich_style(f"queue--{part}"))
