"""How are contacts and calls read from a phone by obexd? PhonebookAccess over org.bluez.obex."""

from __future__ import annotations

from typing import Final

from dbus_fast import Variant

from phonelink_tui.domain.call import Call
from phonelink_tui.domain.contact import Contact
from phonelink_tui.errors import ProfileError
from phonelink_tui.profiles import pbap_mapping
from phonelink_tui.profiles.obexd import names
from phonelink_tui.profiles.obexd.session import ObexdSession, Way
from phonelink_tui.profiles.pbap_client import CALLS, PAGE_CARDS, all_cards, decoded
from phonelink_tui.profiles.phone_clock import PhoneClock
from phonelink_tui.profiles.ports import GoOn, always
from phonelink_tui.protocol import limits
from phonelink_tui.protocol.pbap.call_history import call_records
from phonelink_tui.protocol.pbap.constants import COMBINED_CALLS_PATH, OWNER_CARD

_PHONE: Final = "int"
_CONTACTS: Final = "pb"
_CALLS: Final = "cch"

_CONTACT_FIELDS: Final = ["VERSION", "FN", "N", "TEL", "EMAIL", "ORG"]
_CALL_FIELDS: Final = [*_CONTACT_FIELDS, "X-IRMC-CALL-DATETIME"]


class ObexdPhonebook:
    """An open phonebook session of obexd's. Made by `open`; used once."""

    def __init__(self, session: ObexdSession, clock: PhoneClock) -> None:
        self._session = session
        self._clock = clock

    @classmethod
    async def open(cls, way: Way, clock: PhoneClock) -> ObexdPhonebook:
        """Let obexd connect; see `ObexdMessages.open`."""
        return cls(await ObexdSession.open(way, "pbap", lambda *_: None), clock)

    async def run(self) -> None:
        """See `PhonebookAccess.run`."""
        await self._session.run()

    async def owner(self) -> Contact | None:
        """See `PhonebookAccess.owner`. None where the phone has no such card, or will not give it alone."""
        try:
            await self._select(_CONTACTS)
            filters = _filters(_CONTACT_FIELDS)
            body = await self._session.fetch(
                names.PHONEBOOK_ACCESS,
                "Pull",
                "ssa{sv}",
                lambda file: [OWNER_CARD, file, filters],
                limits.OBEX_BODY_BYTES,
            )
        except ProfileError:
            return None
        cards = await decoded(body)
        return pbap_mapping.contact(cards[0]) if cards else None

    async def contacts(self, go_on: GoOn = always) -> tuple[Contact, ...]:
        """See `PhonebookAccess.contacts`."""
        await self._select(_CONTACTS)
        cards = [card async for card in all_cards(self._page, go_on)]
        return tuple(known for card in cards if (known := pbap_mapping.contact(card)) is not None)

    async def calls(self) -> tuple[Call, ...]:
        """See `PhonebookAccess.calls`."""
        try:
            await self._select(_CALLS)
            body = await self._pull_all(_filters(_CALL_FIELDS, MaxCount=CALLS))
        except ProfileError:
            return ()  # a switch of its own on newer iPhones
        records = call_records(await decoded(body), COMBINED_CALLS_PATH)
        return tuple(c for r in records if (c := pbap_mapping.call(r, self._clock)) is not None)

    async def aclose(self) -> None:
        """Close the session."""
        await self._session.aclose()

    async def _select(self, book: str) -> None:
        await self._session.call(names.PHONEBOOK_ACCESS, "Select", "ss", [_PHONE, book])

    async def _page(self, offset: int) -> bytes:
        try:
            return await self._pull_all(_filters(_CONTACT_FIELDS, MaxCount=PAGE_CARDS, Offset=offset))
        except ProfileError:
            if offset == 0:
                raise
            return b""  # some phones refuse an offset behind the last card

    async def _pull_all(self, filters: dict[str, Variant]) -> bytes:
        return await self._session.fetch(
            names.PHONEBOOK_ACCESS, "PullAll", "sa{sv}", lambda file: [file, filters], limits.OBEX_BODY_BYTES
        )


def _filters(fields: list[str], **counts: int) -> dict[str, Variant]:
    """obexd answers a key that it does not know with nonsense: the count is MaxCount here, not MaxListCount."""
    return {
        "Format": Variant("s", "vcard30"),
        "Fields": Variant("as", fields),
        **{name: Variant("q", count) for name, count in counts.items()},
    }
