"""How long is a moment here? Limits are for two idle cores; a guest that is slower than those stretches them."""

from __future__ import annotations

import asyncio

READY_S = 29.0
"""From power-on until the scenarios are imported, on two idle cores."""

MOST = 5.0
"""A guest slower than that is not worth waiting for."""

STEP_S = 20.0
"""What one step of a radio gets."""

_factor = 1.0


def calibrate(ready_s: float) -> None:
    """Take the measure of this guest: the seconds it took to get ready."""
    global _factor  # one a guest, set before its first scenario and inherited by their processes
    _factor = min(MOST, max(1.0, ready_s / READY_S))


def stretched(seconds: float) -> float:
    """A limit of so many seconds, for this guest."""
    return seconds * _factor


def step() -> asyncio.Timeout:
    """The limit of one step of a radio, as a block.

    Not `asyncio.wait_for`: before Python 3.12 that loses a cancellation that comes at the moment of the result, and
    whoever was to end then never does.
    """
    return asyncio.timeout(stretched(STEP_S))
