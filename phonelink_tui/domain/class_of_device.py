"""What does a Class of Device make of this computer in a phone's eyes? Pure."""

from __future__ import annotations

from typing import Final

MAJOR_AND_MINOR: Final = 0x1FFC
HANDS_FREE: Final = 0x0408
"""Major class audio/video, minor hands-free: what iPhones were seen to open messages for."""


def is_hands_free(class_of_device: int) -> bool:
    """Whether major and minor class are Audio/Video, Hands-free (0x..0408), whatever services stand before."""
    return class_of_device & MAJOR_AND_MINOR == HANDS_FREE


def hands_free_command(adapter: str) -> str:
    """What root runs to make this computer one, until bluetoothd starts again.

    Args:
        adapter: For example `hci0`. Without an index btmgmt takes the first adapter, which may be another.
    """
    return f"btmgmt --index {adapter.removeprefix('hci')} class 4 8"
