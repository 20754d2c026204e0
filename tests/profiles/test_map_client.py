"""Texts over MAP, against a MAP server of a few lines: opening, reading, pushing, and every way it can end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from phonelink_tui.domain.observed import ChangeKind, Folder, FolderChange, OutgoingText
from phonelink_tui.domain.text import RemoteText
from phonelink_tui.errors import (
    LinkLost,
    LocalProtocolError,
    ObexRefused,
    OutcomeUnknown,
    PhonelinkError,
    ProfileError,
)
from phonelink_tui.profiles import map_client
from phonelink_tui.profiles.map_client import MapClient
from phonelink_tui.profiles.obex_session import ObexSession
from phonelink_tui.profiles.phone_clock import PhoneClock
from phonelink_tui.profiles.quirks import Quirks
from phonelink_tui.protocol.map.bmessage import pushed_text
from phonelink_tui.protocol.map.bmessage_vcard import BMessageVCard
from phonelink_tui.protocol.map.constants import EventType
from phonelink_tui.protocol.map.datetimes import MapDateTime
from phonelink_tui.protocol.map.event_report import Event, EventReport
from phonelink_tui.protocol.map.handles import MessageHandle
from phonelink_tui.protocol.map.listing import MessageEntry
from phonelink_tui.protocol.map.parameters import MapParameters, decode_map_parameters
from phonelink_tui.protocol.map.requests import (
    FolderStep,
    GetMessagesListing,
    PushMessage,
    SendEvent,
    SetFolder,
    SetMessageStatus,
    SetNotificationRegistration,
    UpdateInbox,
    connect_mns,
)
from phonelink_tui.protocol.obex.codes import ResponseCode
from phonelink_tui.protocol.obex.operations import Answer, Connect, Operation
from phonelink_tui.transport.stream import memory_pair
from phonelink_tui.transport.together import beside
from tests.profiles.tiny_phone import TinyMse
from tests.profiles.wired import Break, FakeLink, WiredStream, to_its_end

HELLO = OutgoingText(RemoteText("+15550100"), "See you at 7")


@asynccontextmanager
async def opened(mse: TinyMse, link: FakeLink | None = None) -> AsyncIterator[MapClient]:
    client = await MapClient.open(
        link or FakeLink(lambda _: WiredStream(mse.respond)), PhoneClock(), Quirks("7:", update_inbox=True)
    )
    try:
        async with beside(to_its_end(client.run)):
            yield client
    finally:
        await client.aclose()


async def test_opening_registers_and_enters_the_folder_level_by_level() -> None:
    """Registration first, then root, telecom, msg: iPhones refuse two levels at once."""
    mse = TinyMse()
    async with opened(mse):
        assert mse.asked == [
            SetNotificationRegistration(on=True),
            SetFolder(FolderStep.ROOT),
            SetFolder(FolderStep.DOWN, "telecom"),
            SetFolder(FolderStep.DOWN, "msg"),
        ]


@pytest.mark.parametrize("knows", [True, False])
async def test_closing_ends_the_registration_and_takes_leave(*, knows: bool) -> None:
    """As obexd and AOSP's client do; only a registration that was accepted is ended."""
    mse = TinyMse()
    if not knows:
        mse.refuse[SetNotificationRegistration] = ResponseCode.NOT_IMPLEMENTED
    stream = WiredStream(mse.respond)
    async with opened(mse, FakeLink(lambda _: stream)):
        pass
    registrations = [one for one in mse.asked if isinstance(one, SetNotificationRegistration)]
    assert [one.on for one in registrations] == ([True, False] if knows else [True])
    assert (stream.left, stream.closed) == (True, True)


@pytest.mark.parametrize("features", [None, 0x0006027F])
async def test_features_go_into_connect_where_the_record_asks_for_them(features: int | None) -> None:
    """Nothing is told to a phone that did not ask."""
    told: list[int | None] = []
    mse = TinyMse()

    def respond(operation: Operation) -> Answer:
        if isinstance(operation, Connect):
            told.append(decode_map_parameters(operation.headers.parameters).map_supported_features)
        return mse.respond(operation)

    link = FakeLink(lambda _: WiredStream(respond))
    link.features = features
    async with opened(mse, link):
        assert told == [features]


@pytest.mark.parametrize("request_type", [Connect, SetNotificationRegistration, SetFolder])
async def test_a_refused_opening_closes_everything(request_type: type) -> None:
    """Forbidden anywhere on the way in is told as such, and nothing stays open."""
    mse = TinyMse()
    mse.refuse[request_type] = ResponseCode.FORBIDDEN
    stream = WiredStream(mse.respond)
    link = FakeLink(lambda _: stream)
    with pytest.raises(ObexRefused) as refused:
        await MapClient.open(link, PhoneClock(), Quirks())
    assert refused.value.code == ResponseCode.FORBIDDEN
    assert stream.closed
    assert not link.listens


async def test_a_server_that_knows_no_event_reports_is_used_without() -> None:
    """obexd's own server refuses the registration as not implemented; listing and reading work all the same."""
    mse = TinyMse()
    mse.refuse[SetNotificationRegistration] = ResponseCode.NOT_IMPLEMENTED
    async with opened(mse) as client:
        assert await client.list_texts(Folder.INBOX, limit=1) == ()


async def test_rows_are_asked_for_in_the_phones_time_and_come_back_in_utc() -> None:
    """The offset a listing tells is learnt, and used from then on."""
    mse = TinyMse()
    noon = datetime(2026, 11, 22, 12, 0)  # noqa: DTZ001 - the phone's clock
    mse.rows["inbox"] = [MessageEntry(MessageHandle("A"), subject="hi", datetime=MapDateTime(noon))]
    mse.reply = MapParameters(mse_time=MapDateTime(noon, timedelta(hours=2)))
    async with opened(mse) as client:
        rows = await client.list_texts(Folder.INBOX, limit=50)
        begin = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
        await client.list_texts(Folder.INBOX, limit=1, offset=3, begin=begin, end=begin)
        last = mse.asked[-1]
    assert [(r.handle, r.subject, r.at) for r in rows] == [
        ("A", "hi", datetime(2026, 11, 22, 10, 0, tzinfo=UTC))
    ]
    assert isinstance(last, GetMessagesListing)
    assert (last.folder, last.parameters.max_list_count, last.parameters.list_start_offset) == ("inbox", 1, 3)
    assert last.parameters.filter_period_begin == MapDateTime(datetime(2026, 11, 22, 11, 0))  # noqa: DTZ001


async def test_a_body_is_read_and_an_unreadable_one_costs_only_itself() -> None:
    """The session goes on after a message that cannot be read, or is not there."""
    mse = TinyMse()
    mse.bodies = {
        1: pushed_text("the whole text", [BMessageVCard(tels=("+15550100",))]).encode(),
        2: b"BEGIN:NONSENSE\r\n",
    }
    async with opened(mse) as client:
        with pytest.raises(ProfileError):
            await client.fetch_text("2", Folder.INBOX)
        with pytest.raises(ObexRefused):
            await client.fetch_text("3", Folder.INBOX)
        with pytest.raises(LocalProtocolError):
            await client.fetch_text("not a handle", Folder.INBOX)
        assert (await client.fetch_text("1", Folder.INBOX)).text == "the whole text"


async def test_a_push_goes_into_the_outbox_and_brings_a_handle() -> None:
    """One recipient, one text, the phone's own name for it."""
    mse = TinyMse()
    async with opened(mse) as client:
        assert await client.push_text(HELLO) == "0000000000000001"
        push = mse.asked[-1]
    assert isinstance(push, PushMessage)
    assert (push.folder, push.charset) == ("outbox", 1)
    assert mse.pushed[0].body is not None
    assert mse.pushed[0].body.text == HELLO.text
    assert [card.tels for card in mse.pushed[0].recipients] == [("+15550100",)]


async def test_read_marks_and_refreshing_are_one_request_each() -> None:
    """Not knowing how to refresh is no error; being forbidden is."""
    mse = TinyMse()
    async with opened(mse) as client:
        await client.set_read("A", read=True)
        await client.refresh_inbox()
        mse.refuse[UpdateInbox] = ResponseCode.NOT_IMPLEMENTED
        await client.refresh_inbox()
        mse.refuse[UpdateInbox] = ResponseCode.FORBIDDEN
        with pytest.raises(ObexRefused):
            await client.refresh_inbox()
    assert SetMessageStatus(MessageHandle("A"), 0, True) in mse.asked


async def test_events_become_changes_and_the_end_of_the_channel_ends_the_session() -> None:
    """What the phone reports comes out; a session that has become deaf is over."""
    mse = TinyMse()
    link = FakeLink(lambda _: WiredStream(mse.respond))
    client = await MapClient.open(link, PhoneClock(), Quirks())
    ours, theirs = memory_pair()
    phone = ObexSession(theirs)
    ended: list[PhonelinkError] = []

    async def follow() -> None:
        try:
            await client.run()
        except PhonelinkError as error:
            ended.append(error)

    async with asyncio.TaskGroup() as tasks:
        following = tasks.create_task(follow())
        tasks.create_task(link.call_back(ours))
        async with beside(phone.run()):
            await phone.connect(connect_mns())
            event = Event(EventType.NEW_MESSAGE, MessageHandle("B"), folder="TELECOM/MSG/INBOX")
            await phone.request(SendEvent(0, EventReport((event,)).encode()).encode())
            assert await client.next_change() == FolderChange(ChangeKind.NEW, "B", Folder.INBOX)
        await phone.aclose()
        await following
    assert isinstance(ended[0], LinkLost)
    await client.aclose()
    assert not link.listens


async def test_a_phone_that_does_not_call_back_is_polled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without event reports somebody has to look now and then."""
    monkeypatch.setattr(map_client, "CALL_BACK_S", 0.001)
    monkeypatch.setattr(map_client, "POLL_S", 0.001)
    async with opened(TinyMse()) as client:
        for _ in range(3):
            assert await client.next_change() == FolderChange(ChangeKind.OTHER, "", Folder.INBOX)


@pytest.mark.parametrize("how", [Break.AT_ONCE, Break.CLOSED])
async def test_the_truth_about_a_push_at_every_byte_of_the_conversation(how: Break) -> None:
    """From CONNECT to the last answer: a text is pushed again only when it certainly had not left, never twice."""
    whole = WiredStream(TinyMse().respond)
    async with opened(TinyMse(), FakeLink(lambda _: whole)) as client:
        await client.push_text(HELLO)
        up_bytes, down_bytes = whole.sent_bytes, whole.received_bytes
    cuts = [(n, None) for n in range(up_bytes)] + [(None, n) for n in range(down_bytes)]
    said = set()
    for up, down in cuts[::3]:
        mse = TinyMse()
        outcome = await _pushed(mse, up, down, how)
        said.add(type(outcome))
        if isinstance(outcome, OutcomeUnknown):
            assert len(mse.pushed) <= 1
            continue
        assert not mse.pushed, (up, down)
        assert await _pushed(mse, None, None, how) is None
        assert len(mse.pushed) == 1
    assert {OutcomeUnknown, LinkLost} <= said


async def _pushed(mse: TinyMse, up: int | None, down: int | None, how: Break) -> PhonelinkError | None:
    link = FakeLink(lambda _: WiredStream(mse.respond, up=up, down=down, how=how))
    try:
        async with opened(mse, link) as client:
            await client.push_text(HELLO)
    except PhonelinkError as error:
        return error
    return None
