"""Is this computer what phones serve, and what makes it so?"""

from __future__ import annotations

import pytest

from phonelink_tui.domain.class_of_device import hands_free_command


@pytest.mark.parametrize(("adapter", "index"), [("hci0", "0"), ("hci1", "1"), ("hci12", "12")])
def test_the_command_is_for_the_adapter_that_is_used(adapter: str, index: str) -> None:
    """Without an index btmgmt sets the class of the first one. (BlueZ, tools/btmgmt.c)"""
    assert hands_free_command(adapter) == f"btmgmt --index {index} class 4 8"
