"""Which texts are in which folder, under which handle?"""

from __future__ import annotations

import random
from typing import Final

from attrs import evolve

from phonelink_tui.domain.observed import Folder
from phonelink_tui.virtual.entries import StoredText

_SMS_ROW: Final = 0x04 << 56
_MMS_ROW: Final = 0x01 << 56


class TextStore:
    """The folders of one phone.

    Args:
        row_handles: Handles are a type byte and a row number, as Android makes them; else 60 random bits,
            15 digits when written, as seen on iPhones.
        chance: Where random handles come from.
    """

    def __init__(self, *, row_handles: bool, chance: random.Random) -> None:
        self._row_handles = row_handles
        self._chance = chance
        self._rows = 0
        self._texts: dict[int, StoredText] = {}
        self._folders: dict[Folder, tuple[StoredText, ...]] = {}

    def new_handle(self, *, mms: bool) -> int:
        """A handle no text has had."""
        if self._row_handles:
            self._rows += 1
            return (_MMS_ROW if mms else _SMS_ROW) | self._rows
        while True:
            handle = self._chance.randrange(1 << 56, 1 << 60)
            if handle not in self._texts:
                return handle

    def get(self, handle: int) -> StoredText | None:
        """The text with this handle."""
        return self._texts.get(handle)

    def folder(self, folder: Folder) -> tuple[StoredText, ...]:
        """The texts of a folder, newest first; of equal times the later one first."""
        if folder not in self._folders:
            found = [text for text in reversed(self._texts.values()) if text.folder is folder]
            self._folders[folder] = tuple(sorted(found, key=lambda text: text.at, reverse=True))
        return self._folders[folder]

    def put(self, text: StoredText) -> StoredText:
        """Add a text, or replace the one with its handle."""
        old = self._texts.get(text.handle)
        self._texts[text.handle] = text
        self._folders.pop(text.folder, None)
        if old is not None:
            self._folders.pop(old.folder, None)
        return text

    def move(self, text: StoredText, folder: Folder) -> StoredText:
        """Put a text into another folder."""
        return self.put(evolve(text, folder=folder))

    def renumber(self) -> int:
        """Give every text another handle, as if the phone had built its index anew; returns how many there are."""
        texts = list(self._texts.values())
        for text in texts:
            handle = self.new_handle(mms=bool(text.attachment_bytes) or len(text.recipients) > 1)
            del self._texts[text.handle]
            self._texts[handle] = evolve(text, handle=handle)
        self._folders.clear()
        return len(texts)

    def forget(self, text: StoredText) -> None:
        """Take a text away."""
        del self._texts[text.handle]
        self._folders.pop(text.folder, None)
