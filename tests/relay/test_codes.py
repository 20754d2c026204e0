"""A relay knows the codes that came, for a while, and says nothing of them in its log."""

from __future__ import annotations

import logging

import pytest

from phonelink_tui.domain.events import CodeCame
from phonelink_tui.relay.code_book import LIFE
from tests.relay.relay_bench import Bench


async def test_a_code_is_on_the_stream_and_in_the_snapshot(caplog: pytest.LogCaptureFixture) -> None:
    """Until it expires; readers that begin later find it too, and no line of the log holds it."""
    caplog.set_level(logging.DEBUG)
    bench = Bench()
    bench.arrive("A1", "Your code is 493201. Keep it.")
    async with bench.running():
        assert [e.found.code for e in bench.events if isinstance(e, CodeCame)] == ["493201"]
        assert [code.code for code in (await bench.relay.snapshot()).codes] == ["493201"]
        bench.clock.time += LIFE
        assert (await bench.relay.snapshot()).codes == ()
    assert "493201" not in caplog.text
