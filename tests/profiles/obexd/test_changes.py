"""Which changes on the phone does obexd let us know of, and what do its values do when they are hostile?"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta

import pytest
from dbus_fast import Variant
from hypothesis import given, settings
from hypothesis import strategies as st

from phonelink_tui.domain.observed import ChangeKind, Folder, FolderChange
from phonelink_tui.errors import LimitExceeded, ProfileError
from phonelink_tui.profiles.map_client import CALL_BACK_S, POLL_S
from phonelink_tui.profiles.map_mapping import listed
from phonelink_tui.profiles.obexd.messages import QUEUED_CHANGES
from phonelink_tui.profiles.obexd.properties import (
    changed_text,
    entry,
    flag,
    handle_in,
    new_text,
    number,
    path_of,
    word,
)
from phonelink_tui.profiles.phone_clock import PhoneClock
from phonelink_tui.protocol import limits
from phonelink_tui.protocol.map.handles import MessageHandle
from phonelink_tui.virtual.phone import VirtualPhone
from tests.backends.world import ALICE, BOB, opened
from tests.fast_time import now
from tests.hostile_texts import HOSTILE
from tests.profiles.obexd.bench import Bench

needs_bus = pytest.mark.needs("dbus-daemon", "dbus-daemon")

SESSION = "/org/bluez/obex/client/session0"
HANDLE = MessageHandle("2A")


@needs_bus
async def test_new_read_deleted(bench: Bench, phone: VirtualPhone) -> None:
    """A new text is new; its being read is some change of it, for obexd takes that for new; a deletion is told."""
    async with opened(bench.backend.open_messages()) as access:
        stored = phone.receive_text(BOB, "news")
        new = await access.next_change()
        phone.mark_read(stored.handle)
        read = await access.next_change()
        phone.delete_text(stored.handle)
        gone = await access.next_change()
    handle = f"{stored.handle:X}"
    assert new == FolderChange(ChangeKind.NEW, handle, Folder.INBOX)
    assert read == FolderChange(ChangeKind.OTHER, handle, Folder.INBOX)
    assert gone == FolderChange(ChangeKind.DELETED, handle, Folder.DELETED)


@needs_bus
async def test_listings_tell_no_changes(bench: Bench, phone: VirtualPhone) -> None:
    """Objects that a listing makes, and properties that it changes, are no events."""
    async with opened(bench.backend.open_messages()) as access:
        await access.list_texts(Folder.INBOX, limit=10)
        (session,) = bench.obexd.sessions
        bench.obexd.signal_message(session, 7, {"Read": Variant("b", True)}, added=False)
        bench.obexd.signal_message(session, 8, {"Status": Variant("s", "complete")}, added=True)
        phone.receive_text(ALICE, "news")
        assert (await access.next_change()).kind is ChangeKind.NEW


@needs_bus
async def test_text_not_listed_in_this_session(bench: Bench, phone: VirtualPhone) -> None:
    """A text known from an earlier session is read and marked: obexd is made to list it, once."""
    handle = f"{phone.folder(Folder.INBOX)[1].handle:X}"
    access = await bench.backend.open_messages()
    assert (await access.fetch_text(handle, Folder.INBOX)).handle == handle
    await access.set_read(handle, read=True)
    assert bench.obexd.calls["ListMessages"] == 1
    for _ in range(3):
        with pytest.raises(ProfileError):
            await access.fetch_text("99", Folder.INBOX)
    assert bench.obexd.calls["ListMessages"] == 1
    await access.aclose()


@needs_bus
async def test_looks_stop_with_the_first_report(bench: Bench, phone: VirtualPhone) -> None:
    """Until obexd has passed a report on, the inbox is looked at now and then; afterwards it is not."""
    async with opened(bench.backend.open_messages()) as access:
        began = now()
        assert (await access.next_change()).kind is ChangeKind.OTHER
        assert now() - began == pytest.approx(timedelta(seconds=CALL_BACK_S), abs=timedelta(seconds=1))
        phone.receive_text(BOB, "news")
        assert (await access.next_change()).kind is ChangeKind.NEW
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(20 * POLL_S):
                await access.next_change()


@needs_bus
async def test_flood_becomes_a_look(bench: Bench) -> None:
    """More changes than anybody takes: they are dropped, and the inbox is to be looked at."""
    async with opened(bench.backend.open_messages()) as access:
        (session,) = bench.obexd.sessions
        for one in range(QUEUED_CHANGES + 1):
            bench.obexd.signal_message(session, one, {"Status": Variant("s", "notification")}, added=True)
            await asyncio.sleep(
                0.001
            )  # dbus-fast (5.2.0) closes a connection whose socket is full for a moment
        await access.refresh_inbox()  # answered after all of them
        assert await access.next_change() == FolderChange(ChangeKind.OTHER, "", Folder.INBOX)


@needs_bus
@pytest.mark.parametrize(
    "answer",
    [
        ("s", ["no listing"]),
        ("", []),
        ("a{sv}", [{"/elsewhere/message1": Variant("s", "x")}]),
        ("a{oa{sv}}", [{"/elsewhere/message1": {}}]),
        ("a{oa{sv}}", [{f"{SESSION}/message99999999999999999999": {}}]),
    ],
)
async def test_listing_of_another_shape(bench: Bench, answer: tuple[str, list[object]]) -> None:
    """What is no row is left out or refused; no handle is made up, and the session goes on."""
    access = await bench.backend.open_messages()
    bench.obexd.mischief.answers["ListMessages"] = answer
    with suppress(ProfileError):
        assert await access.list_texts(Folder.INBOX, limit=1) == ()
    assert await access.list_texts(Folder.INBOX, limit=1)
    await access.aclose()


@needs_bus
async def test_listing_without_end(bench: Bench) -> None:
    """More rows than any listing has end the session."""
    access = await bench.backend.open_messages()
    (session,) = bench.obexd.sessions
    rows: dict[str, dict[str, Variant]] = {
        f"{session}/message{one}": {} for one in range(limits.LISTING_ENTRIES + 1)
    }
    bench.obexd.mischief.answers["ListMessages"] = ("a{oa{sv}}", [rows])
    with pytest.raises(LimitExceeded):
        await access.list_texts(Folder.INBOX, limit=1)
    await access.aclose()


@pytest.mark.parametrize(
    ("path", "handle"),
    [
        (f"{SESSION}/message42", "2A"),
        (f"{SESSION}/message18446744073709551615", "F" * 16),
        (f"{SESSION}/message0", "0"),
        (f"{SESSION}/message18446744073709551616", None),
        (f"{SESSION}/message", None),
        (f"{SESSION}/message2A", None),
        (f"{SESSION}/message-1", None),
        (f"{SESSION}/message٤٢", None),
        (f"{SESSION}/message1/part", None),
        (f"{SESSION}1/message1", None),
        (f"{SESSION}/transfer1", None),
        ("/message1", None),
        (SESSION, None),
    ],
)
def test_handles_in_paths(path: str, handle: str | None) -> None:
    """obexd writes a handle in decimal; what is none becomes none."""
    found = handle_in(SESSION, path)
    assert (found.text if found else None) == handle
    if found is not None:
        assert path_of(SESSION, found) == path


@pytest.mark.parametrize(
    "value",
    [
        None,
        7,
        -1,
        2**63,
        3.5,
        b"bytes",
        [1],
        {"a": 1},
        True,
        "text",
        Variant("x", -5),
        Variant("as", ["x"]),
        Variant("v", Variant("s", "x")),
    ],
)
def test_values_of_another_type(value: object) -> None:
    """A property of a type that it has not is as good as absent."""
    names = (
        "Subject",
        "Timestamp",
        "Sender",
        "SenderAddress",
        "Recipient",
        "AttachmentSize",
        "Read",
        "Status",
    )
    properties = dict.fromkeys((*names, "Folder", "RecipientAddress"), value)
    row = listed(entry(HANDLE, properties), Folder.INBOX, PhoneClock())
    assert row.at is None
    new_text(HANDLE, properties, known=False)
    changed = changed_text(HANDLE, properties)
    assert changed is not None
    assert changed.folder is None


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_texts_are_cleaned(text: str) -> None:
    """No control character of a phone's comes out of a row."""
    properties = {name: Variant("s", text) for name in ("Subject", "Sender", "SenderAddress", "Recipient")}
    row = listed(entry(HANDLE, properties), Folder.INBOX, PhoneClock())
    told = f"{row.subject}{row.sender.name}{row.sender.address}{[str(one.name) for one in row.recipients]}"
    assert not any((ord(one) < 32 and one != "\n") or 0x7F <= ord(one) < 0xA0 for one in told)


def test_huge_texts_are_cut() -> None:
    """A value of a megabyte costs no more than its beginning."""
    properties = {"Subject": Variant("s", "x" * 1_000_000)}
    assert word(properties, "Subject") == "x" * limits.DBUS_TEXT_CHARS


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(
    st.dictionaries(
        st.sampled_from(["Folder", "Status", "Read", "Subject", "AttachmentSize", "Timestamp"]), anything
    )
)
@settings(max_examples=100)
def test_any_values(properties: dict[str, object]) -> None:
    """Whatever the values are, there is a row and perhaps a change, and never an exception."""
    listed(entry(HANDLE, properties), Folder.SENT, PhoneClock())
    new_text(HANDLE, properties, known=True)
    changed_text(HANDLE, properties)
    for name in properties:
        assert isinstance(word(properties, name), str | None)
        assert (number(properties, name) or 0) >= 0
        assert flag(properties, name) in (True, False, None)
