"""Is what does not run over the air named rightly, each with a reason?"""

from __future__ import annotations

from pathlib import Path

import pytest

from phonelink_tui.virtual.personas import ANDROID, IPHONE
from tests.backends.world import OBEXD_KEEPS
from tests.e2e.guest.contract_cases import OBEXD, OUR_OWN, SUITE, Cases

CLONE = Path(__file__).parents[2]


@pytest.mark.parametrize("cases", [OUR_OWN, OBEXD])
def test_what_is_left_out_exists(cases: Cases, monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that got another name would run over the air unnoticed, or its reason would speak of nothing."""
    monkeypatch.chdir(CLONE)
    source = "".join(path.read_text() for path in SUITE.glob("test_*.py"))
    for name, reason in (*cases.leaves_out.items(), *OBEXD_KEEPS.items()):
        assert reason
        assert (SUITE / name).exists() if name.endswith(".py") else f"async def {name}(" in source, name
    assert {"test_messages.py", "test_phonebook.py", "test_sampled_faults.py"} <= set(cases.files)


def test_each_way_keeps_its_own() -> None:
    """One phone that writes plainly, the way itself, and the faults that a radio can have."""
    assert OBEXD.keeps("test_a", {"way": "obexd", "shape": "whole", "persona": IPHONE})
    assert not OUR_OWN.keeps("test_a", {"way": "obexd"})
    assert not OBEXD.keeps("test_a", {"persona": ANDROID})
    assert not OBEXD.keeps("test_a", {"shape": "odd"})
    assert OUR_OWN.keeps("test_a", {"fault": "drop"})
    assert not OUR_OWN.keeps("test_a", {"fault": "delay:1-4"})
    assert not OUR_OWN.keeps("test_phone_that_never_calls_back_is_looked_at", {})
