"""Is what the README says still true?"""

from __future__ import annotations

import re
from pathlib import Path

from phonelink_tui.ui.help_text import key_table_markdown
from phonelink_tui.virtual.scenario import load_scenario

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")


def test_the_key_table_is_the_registry() -> None:
    """The table of keys is generated from the actions; after a change there it is generated again."""
    shown = re.search(r"<!-- keys: .*?-->\n(.*?)\n<!-- end of keys -->", README, re.DOTALL)
    assert shown is not None
    assert shown[1].strip() == key_table_markdown().strip()


def test_the_named_scenarios_exist() -> None:
    """Every scenario the README names can be loaded."""
    listed = re.search(r"Scenarios: (.*?), or a TOML file", README, re.DOTALL)
    assert listed is not None
    names = re.findall(r"`([a-z-]+)`", listed[1])
    assert len(names) == 8
    assert all(load_scenario(name).title for name in names)


def test_linked_files_exist() -> None:
    """No link of the README points nowhere."""
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert (Path(__file__).parent.parent / target).exists(), target
