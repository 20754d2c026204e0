"""When are messages brought by obexd, and is it said?"""

from __future__ import annotations

import pytest
from attrs import evolve

from phonelink_tui.domain.observed import Folder
from phonelink_tui.domain.phone import TRAITS, Capability, PhoneKind, PhoneTraits
from phonelink_tui.domain.text import RemoteText, clean_line
from phonelink_tui.errors import BluetoothUnavailable, ObexdInTheWay, PhonelinkError, PhoneUnreachable
from phonelink_tui.profiles.obexd.backend import NativeOrObexd
from phonelink_tui.profiles.ports import MessageAccess, NotificationAccess, PhoneBackend, PhonebookAccess
from tests.backends.world import opened
from tests.profiles.obexd.bench import Bench, not_paired

pytestmark = pytest.mark.needs("dbus-daemon", "dbus-daemon")

IN_THE_WAY = ObexdInTheWay("Another program receives the phone's reports already.")


class Native:
    """Our own sessions, which fail, or else are lent ones."""

    def __init__(self, failure: PhonelinkError | None, lent: PhoneBackend) -> None:
        self.failure = failure
        self._lent = lent
        self.phone_id = "bluez:test"
        self.phone_name: RemoteText = clean_line("A phone")
        self.traits: PhoneTraits = TRAITS[PhoneKind.ANDROID]
        self.way = ""
        self.offers = frozenset(Capability)

    async def open_messages(self) -> MessageAccess:
        """See `PhoneBackend.open_messages`."""
        self._fail()
        return await self._lent.open_messages()

    async def open_phonebook(self) -> PhonebookAccess:
        """See `PhoneBackend.open_phonebook`."""
        self._fail()
        return await self._lent.open_phonebook()

    async def open_notifications(self) -> NotificationAccess:
        """See `PhoneBackend.open_notifications`."""
        return await self._lent.open_notifications()

    def _fail(self) -> None:
        if self.failure is not None:
            raise self.failure


async def test_obexd_that_is_in_the_way_is_used(bench: Bench) -> None:
    """Messages and contacts come through it, the traits are its, and the reason is told once."""
    told: list[ObexdInTheWay | None] = []
    backend = NativeOrObexd(Native(IN_THE_WAY, bench.backend), bench.backend, told.append)
    before = backend.traits
    for _ in range(2):
        async with opened(backend.open_messages()) as access:
            assert await access.list_texts(Folder.INBOX, limit=1)
    async with opened(backend.open_phonebook()) as book:
        assert await book.contacts()
    assert told == [IN_THE_WAY]
    assert (before.reports_delivery, backend.traits.reports_delivery) == (True, False)
    assert "obexd" in backend.way
    assert (backend.phone_id, backend.offers) == ("bluez:test", frozenset(Capability))


@pytest.mark.parametrize("failure", [PhoneUnreachable("Away."), BluetoothUnavailable("Off.")])
async def test_other_failures_are_no_reason(bench: Bench, failure: PhonelinkError) -> None:
    """A phone that is away is not looked for through obexd."""
    native = Native(failure, bench.backend)
    backend = NativeOrObexd(native, bench.backend, lambda _: None)
    with pytest.raises(type(failure)):
        await backend.open_messages()
    with pytest.raises(type(failure)):
        await backend.open_phonebook()
    assert bench.obexd.created == []


async def test_something_else_in_the_way(bench: Bench) -> None:
    """What receives the reports is not an obexd of this login: the first reason is the one told."""
    bench.obexd.die()
    backend = NativeOrObexd(Native(IN_THE_WAY, bench.backend), bench.backend, lambda _: None)
    with pytest.raises(ObexdInTheWay):
        await backend.open_messages()


async def test_failure_of_obexd_is_its_own(bench: Bench) -> None:
    """Through obexd too a phone may be away, and that is what is told."""
    away = evolve(bench.backend, locate=not_paired)
    with pytest.raises(PhoneUnreachable):
        await NativeOrObexd(Native(IN_THE_WAY, bench.backend), away, lambda _: None).open_messages()


async def test_back_to_our_own(bench: Bench) -> None:
    """Once nothing is in the way any more, the next session is our own again, and that is told."""
    told: list[ObexdInTheWay | None] = []
    native = Native(IN_THE_WAY, bench.backend)
    backend = NativeOrObexd(native, bench.backend, told.append)
    failures: list[PhonelinkError | None] = [IN_THE_WAY, None, None]
    for failure in failures:
        native.failure = failure
        async with opened(backend.open_messages()):
            pass
    assert told == [IN_THE_WAY, None]
    assert backend.traits.reports_delivery
    assert backend.way == ""
