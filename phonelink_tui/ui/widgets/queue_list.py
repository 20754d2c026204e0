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
        f"queue--{part}" for part in ("cursor", "app", "text", "dim", "label", "urgent", "chosen")
    }

    def key_of(self, row: QueueRow) -> str:
        """The id of the notification, or `digest`."""
        return row.key

    def lines_per_row(self, width: int) -> int:
        """Three lines, whatever the width."""
        return 3

    def paint(self, row: QueueRow, line: int, width: int, *, marked: bool) -> list[Segment]:
        """One line of a row."""
        bar = self._ink(CURSOR if marked else " ", "cursor")
        if line == 0:
            when = f" {row.when} "
            part = "chosen" if marked else ("urgent" if row.urgent else "app")
            head = f"{row.app}  {row.title}" if row.title else row.app
            return [
                bar,
                self._ink(" " + fit(head, width - 2 - len(when)), part),
                self._ink(when, "chosen" if marked else "dim"),
            ]
        if line == 1:
            return [bar, self._ink(" " + fit(row.text, width - 3) + " ", "text")]
        return [bar, self._ink(" " + fit(row.labels, width - 3) + " ", "label")]

    def _ink(self, text: str, part: str) -> Segment:
        return Segment(text, self.get_component_rich_style(f"queue--{part}"))
