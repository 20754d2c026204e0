"""How do obexd's transfers stand? Followed by signal: one that ends takes its object with it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, Final

from attrs import define

from phonelink_tui.profiles.obexd import names
from phonelink_tui.profiles.obexd.properties import number, word

REMEMBERED: Final = 64
"""Transfers of a session. One at a time is ours, and its end may be told before the answer that names it."""


@define
class Transfer:
    """What was told of one transfer."""

    status: str = ""
    transferred: int | None = None
    """Bytes read from our file, or written to it; told each second while they change, and at the end."""
    gone: bool = False

    @property
    def has_ended(self) -> bool:
        """Whether nothing more will be told."""
        return self.gone or self.status in (names.COMPLETE, names.FAILED)


class Transfers:
    """The transfers of one session, by object path."""

    def __init__(self) -> None:
        self._by_path: OrderedDict[str, Transfer] = OrderedDict()

    def get(self, path: str) -> Transfer:
        """What is known; nothing, of one never heard of."""
        return self._by_path.get(path) or Transfer()

    def change(self, path: str, changed: Mapping[str, Any]) -> bool:
        """Properties changed, as in the signal; whether it is a step forward."""
        transfer = self._remember(path)
        before = transfer.status, transfer.transferred
        if not transfer.has_ended:  # the first end told is the end
            transfer.status = word(changed, names.STATUS) or transfer.status
        transferred = number(changed, names.TRANSFERRED)
        transfer.transferred = transferred if transferred is not None else transfer.transferred
        return before != (transfer.status, transfer.transferred)

    def remove(self, path: str) -> None:
        """The object is gone."""
        self._remember(path).gone = True

    def _remember(self, path: str) -> Transfer:
        transfer = self._by_path.setdefault(path, Transfer())
        while len(self._by_path) > REMEMBERED:
            self._by_path.popitem(last=False)
        return transfer
