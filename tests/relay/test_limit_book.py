"""Limits of the app that follow from the disk: begun with their evidence, ended with it."""

from __future__ import annotations

from attrs import evolve

from phonelink_tui.domain.events import LimitationChanged, LinkChanged
from phonelink_tui.domain.keeping import NotKept
from phonelink_tui.domain.limitations import LimitKind
from phonelink_tui.relay.limit_book import LimitBook
from phonelink_tui.relay.store import Store
from tests.relay.desk import make_phone
from tests.relay.fakes import FakeClock


def test_a_damaged_archive_is_said_as_long_as_it_lies_there() -> None:
    """With its name; removed, the line ends by itself, and the disk is not asked again."""
    lies, asked = ["0123.archive.damaged-20261122T120000Z"], 0

    def look() -> tuple[str, ...]:
        nonlocal asked
        asked += 1
        return tuple(lies)

    phone = make_phone()
    store = Store(phone, FakeClock(), LimitBook(FakeClock(), None, look))
    (said,) = store.apply_limits()
    assert isinstance(said, LimitationChanged)
    assert (said.limitation.kind, said.active) == (LimitKind.HISTORY_SET_ASIDE, True)
    assert lies[0] in said.limitation.sentence
    assert "phonelink archive info" in said.limitation.spec.why
    assert store.apply(LinkChanged(phone)) == ()
    lies.clear()
    assert store.apply(LinkChanged(evolve(phone, battery_percent=50))) == (
        LimitationChanged(said.limitation, active=False),
    )
    before = asked
    store.apply(LinkChanged(phone))
    assert asked == before


def test_a_disk_that_refuses_is_another_cause() -> None:
    """The limit says that, and ends when the disk takes again."""
    store = Store(make_phone(), FakeClock(), LimitBook(FakeClock(), None))
    assert store.apply_limits() == ()
    (began,) = store.say_kept(NotKept.DISK)
    assert isinstance(began, LimitationChanged)
    assert "disk" in began.limitation.sentence
    assert store.say_kept(NotKept.DISK) == ()
    assert store.say_kept(None) == (LimitationChanged(began.limitation, active=False),)
