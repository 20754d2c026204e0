"""Does every backend fulfil the contract of `MessageAccess`, however the phone writes?"""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from phonelink_tui.domain.observed import ChangeKind, Folder, OutgoingText, handle_key
from phonelink_tui.domain.phone import PhoneKind
from phonelink_tui.domain.text import clean, clean_line
from phonelink_tui.errors import LinkLost, ObexRefused, PhoneUnreachable
from phonelink_tui.profiles.ports import MessageAccess
from phonelink_tui.protocol.obex.codes import ResponseCode
from phonelink_tui.virtual.entries import Switch
from phonelink_tui.virtual.personas import IPHONE
from tests.backends.world import ALICE, BOB, TEXTS, World, lived, make_phone, opened, reach, soon
from tests.fast_time import START, now

NEWEST_FIRST = TEXTS[::-1]


async def test_inbox_is_listed_newest_first(world: World) -> None:
    """Each row has whose text it is, when it was sent, how it begins, whether it is read and has more."""
    async with opened(world.backend.open_messages()) as access:
        rows = await access.list_texts(Folder.INBOX, limit=100)
    assert [row.sender.address for row in rows] == [sender for sender, _, _ in NEWEST_FIRST]
    assert [row.at for row in rows] == [START - timedelta(minutes=m) for m in range(1, len(TEXTS) + 1)]
    assert [row.read for row in rows] == [bool(more.get("read")) for _, _, more in NEWEST_FIRST]
    photos = [bool(more.get("photo")) and world.phone.persona.has_mms for _, _, more in NEWEST_FIRST]
    assert [row.has_attachment for row in rows] == photos
    assert not any(row.outgoing for row in rows)
    for row, (_, text, _) in zip(rows, NEWEST_FIRST, strict=True):
        subject = " ".join(row.subject.split())
        assert bool(subject) == bool(text)
        assert " ".join(clean(text).split()).startswith(subject.rstrip("\ufffd…"))
    assert {row.sender.name for row in rows if row.sender.address == ALICE} == {"Alice Moreau"}


async def test_pages_hold_every_row_once(world: World) -> None:
    """Offsets and limits cut the listing without loss or repetition; behind the end there is nothing."""
    async with opened(world.backend.open_messages()) as access:
        whole = await access.list_texts(Folder.INBOX, limit=1024)
        pages = [await access.list_texts(Folder.INBOX, limit=2, offset=offset) for offset in (0, 2, 4, 6)]
    assert [len(page) for page in pages] == [2, 2, 1, 0]
    assert sum(pages, ()) == whole


async def test_times_filter(world: World) -> None:
    """`begin` and `end` are UTC whatever the phone's zone is."""
    begin, end = START - timedelta(minutes=4, seconds=30), START - timedelta(minutes=1, seconds=30)
    async with opened(world.backend.open_messages()) as access:
        await access.list_texts(Folder.INBOX, limit=1)  # where the phone tells its offset
        rows = await access.list_texts(Folder.INBOX, limit=100, begin=begin, end=end)
        none = await access.list_texts(Folder.INBOX, limit=100, begin=START)
    assert [row.at for row in rows] == [START - timedelta(minutes=m) for m in (2, 3, 4)]
    assert none == ()


async def test_bodies_are_whole(world: World) -> None:
    """Every body comes as it was written, and it is said whose text it is."""
    async with opened(world.backend.open_messages()) as access:
        rows = await access.list_texts(Folder.INBOX, limit=100)
        texts = [await access.fetch_text(row.handle, Folder.INBOX) for row in rows]
    assert [text.text for text in texts] == [clean(text) for _, text, _ in NEWEST_FIRST]
    assert [text.sender.address for text in texts] == [sender for sender, _, _ in NEWEST_FIRST]
    assert all(
        handle_key(text.handle) == handle_key(row.handle) for text, row in zip(texts, rows, strict=True)
    )


async def test_text_that_is_not_there_is_refused(world: World) -> None:
    """A handle of nothing is refused, and the session goes on."""
    async with opened(world.backend.open_messages()) as access:
        with pytest.raises(ObexRefused):
            await access.fetch_text("1234", Folder.INBOX)
        with pytest.raises(ObexRefused):
            await access.set_read("1234", read=True)
        assert len(await access.list_texts(Folder.INBOX, limit=100)) == len(TEXTS)


PUSHES = [
    (ALICE, "ok"),
    ("carol@example.com", "Two lines,\n\nand ünïcode 🎉"),
    (BOB, "BEGIN:MSG\nEND:MSG\n/END:MSG\n END:BMSG"),
    (ALICE, "x" * 3000),
]


async def test_push_reaches_one_person_as_written(world: World) -> None:
    """The phone takes exactly this text for exactly this person, once."""
    async with opened(world.backend.open_messages()) as access:
        handles = [await access.push_text(OutgoingText(clean_line(to), text)) for to, text in PUSHES]
    pushed = world.phone.pushed
    assert [(one.recipients, one.text) for one in pushed] == [((to,), text) for to, text in PUSHES]
    for handle, one in zip(handles, pushed, strict=True):
        assert handle == "" or handle_key(handle) == handle_key(f"{one.handle:x}")


async def test_read_state_is_written(world: World) -> None:
    """A text is marked both ways, on the phone and in its next listing."""
    async with opened(world.backend.open_messages()) as access:
        handle = (await access.list_texts(Folder.INBOX, limit=1))[0].handle
        for read in (True, False):
            await access.set_read(handle, read=read)
            stored = world.phone.text_with(int(handle, 16))
            assert stored is not None
            assert stored.read is read
            assert (await access.list_texts(Folder.INBOX, limit=1))[0].read is read


async def test_phones_that_cannot_refresh_are_no_error(world: World) -> None:
    """`refresh_inbox` is answered or not known, and the session goes on either way."""
    async with opened(world.backend.open_messages()) as access:
        await access.refresh_inbox()
        assert await access.list_texts(Folder.INBOX, limit=1)


async def test_own_texts_are_listed_as_own(world: World) -> None:
    """The sent folder lists what was written on the phone, and to whom."""
    async with opened(world.backend.open_messages()) as access:
        rows = await access.list_texts(Folder.SENT, limit=10)
    assert [(row.subject, row.outgoing) for row in rows] == [("Written on the phone", True)]
    assert [party.address for party in rows[0].recipients] == [ALICE]


async def test_changes_are_told_in_order(world: World) -> None:
    """A new text, its being read and its deletion come as changes that name it."""
    async with opened(world.backend.open_messages()) as access:
        stored = world.phone.receive_text(BOB, "news")
        new = await access.next_change()
        assert (new.kind, new.folder) == (ChangeKind.NEW, Folder.INBOX)
        assert (await access.fetch_text(new.handle, Folder.INBOX)).text == "news"
        world.phone.mark_read(stored.handle)
        read = await access.next_change()
        world.phone.delete_text(stored.handle)
        gone = await access.next_change()
    assert (read.kind, read.read) == (ChangeKind.READ_CHANGED, True)
    if world.phone.persona.kind is PhoneKind.ANDROID:
        assert (gone.kind, gone.folder) == (ChangeKind.SHIFTED, Folder.DELETED)
    else:
        assert gone.kind is ChangeKind.DELETED
    assert all(handle_key(change.handle) == handle_key(f"{stored.handle:x}") for change in (new, read, gone))


async def test_changes_during_requests(world: World) -> None:
    """Texts that arrive while requests are under way are all told, in order, and disturb no answer."""
    expected = []

    async def ask() -> None:
        for _ in range(5):
            rows = await access.list_texts(Folder.INBOX, limit=3)
            assert (await access.fetch_text(rows[0].handle, Folder.INBOX)).text in {
                rows[0].subject,
                *expected_texts,
            }

    async def arrive() -> None:
        for number in range(12):
            expected.append(world.phone.receive_text(BOB, f"text {number}").handle)
            await asyncio.sleep(0)

    expected_texts = {f"text {number}" for number in range(12)}
    async with opened(world.backend.open_messages()) as access:
        await asyncio.gather(ask(), arrive())
        told = [int((await access.next_change()).handle, 16) for _ in expected]
    assert told == expected


async def test_requests_of_several_callers_wait_their_turn(world: World) -> None:
    """Whoever asks at the same time gets the answer to his own question."""
    async with opened(world.backend.open_messages()) as access:
        rows = await access.list_texts(Folder.INBOX, limit=100)
        texts = await asyncio.gather(*(access.fetch_text(row.handle, Folder.INBOX) for row in rows))
    assert [text.text for text in texts] == [clean(text) for _, text, _ in NEWEST_FIRST]


async def test_closed_session_frees_the_phone(world: World) -> None:
    """One session after another: the phone takes the next as soon as one is closed, and reports to it."""
    for number in range(3):
        async with opened(world.backend.open_messages()) as access:
            world.phone.receive_text(ALICE, f"round {number}")
            change = await access.next_change()
            assert (await access.fetch_text(change.handle, Folder.INBOX)).text == f"round {number}"
    assert world.phone.counts["mas"] == 3


async def test_closed_session_answers_nothing(world: World) -> None:
    """After `aclose` a request is a lost link, not a wait."""
    async with opened(world.backend.open_messages()) as access:
        pass
    with pytest.raises(LinkLost):
        await access.list_texts(Folder.INBOX, limit=1)


async def test_second_computer(world: World, way: str) -> None:
    """An iPhone refuses a second computer and serves it once the first has left; Android serves both at once."""
    async with opened(world.backend.open_messages()) as access:
        if world.phone.persona.one_map_session:
            with pytest.raises((PhoneUnreachable, LinkLost)):
                await world.other.open_messages()
        elif way == "virtual":  # over TCP a phone has one place to call back
            async with opened(world.other.open_messages()) as second:
                world.phone.receive_text(BOB, "to both")
                told = [await one.next_change() for one in (access, second)]
                assert told[0] == told[1]
        assert await access.list_texts(Folder.INBOX, limit=100)
    async with opened(world.other.open_messages()) as second:
        assert await second.list_texts(Folder.INBOX, limit=100)


async def test_forbidden_until_the_switch_is_on(world: World) -> None:
    """Before the person has turned the switch the phone answers Forbidden; afterwards it serves."""
    world.phone.turn(Switch.MESSAGES, on=False)
    with pytest.raises(ObexRefused) as caught:
        await world.backend.open_messages()
    assert caught.value.code == ResponseCode.FORBIDDEN
    world.phone.turn(Switch.MESSAGES, on=True)
    async with opened(world.backend.open_messages()) as access:
        assert len(await access.list_texts(Folder.INBOX, limit=100)) == len(TEXTS)

    async def wait(access: MessageAccess) -> None:
        soon(lambda: world.phone.turn(Switch.MESSAGES, on=False))
        await access.next_change()

    with pytest.raises(LinkLost):
        await lived(world.backend.open_messages(), wait)


async def test_phone_that_leaves_ends_the_session(world: World) -> None:
    """Out of range: whoever waits for a change or an answer gets a lost link; back in range all is as before."""

    async def wait(access: MessageAccess) -> None:
        soon(world.phone.walk_away)
        await access.next_change()

    with pytest.raises(LinkLost):
        await lived(world.backend.open_messages(), wait)
    with pytest.raises((PhoneUnreachable, LinkLost)):
        await world.backend.open_messages()
    world.phone.come_back()
    async with opened(world.backend.open_messages()) as access:
        assert len(await access.list_texts(Folder.INBOX, limit=100)) == len(TEXTS)


async def test_phone_that_never_calls_back_is_looked_at(way: str) -> None:
    """Without event reports the session asks for a look at the inbox by itself, soon and again and again."""
    async with (
        reach(make_phone(IPHONE, "no_call_back"), way) as world,
        opened(world.backend.open_messages()) as access,
    ):
        began = now()
        changes = [await access.next_change() for _ in range(3)]
        assert now() - began < timedelta(seconds=60)
    assert {(change.kind, change.folder) for change in changes} == {(ChangeKind.OTHER, Folder.INBOX)}
