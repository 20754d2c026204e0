"""By which sentences of ours is a cause known later, when only the sentence is left? A session's state keeps it."""

from __future__ import annotations

from typing import Final

UNPAIRED: Final = "The pairing with the phone does not work."
BUSY: Final = "Bluetooth is busy with something else."
