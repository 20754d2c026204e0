"""Does the phone's message server answer as phones do?"""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from phonelink_tui.domain.observed import Folder
from phonelink_tui.errors import LinkLost, PhoneUnreachable
from phonelink_tui.protocol.map.bmessage_vcard import BMessageVCard
from phonelink_tui.protocol.map.constants import EventType, ParameterMask, StatusIndicator
from phonelink_tui.protocol.map.datetimes import MapDateTime
from phonelink_tui.protocol.map.handles import MessageHandle
from phonelink_tui.protocol.map.listing import decode_folder_listing
from phonelink_tui.protocol.map.parameters import MapParameters, decode_map_parameters
from phonelink_tui.protocol.map.requests import (
    FolderStep,
    GetFolderListing,
    GetMessage,
    GetMessagesListing,
    SetFolder,
    SetMessageStatus,
    SetNotificationRegistration,
    UpdateInbox,
    connect_mas,
    connect_mns,
)
from phonelink_tui.protocol.obex.codes import HeaderId, ResponseCode
from phonelink_tui.protocol.obex.events import Connected, OperationDone
from phonelink_tui.transport.link import Service
from phonelink_tui.transport.stream import ByteStream
from phonelink_tui.virtual.entries import Switch
from phonelink_tui.virtual.phone import VirtualPhone
from phonelink_tui.virtual.radio import VirtualLink
from tests.virtual.client import DEADLINE_S, EventCollector, MapClient, tel
from tests.virtual.conftest import ALICE, BOB, messages


async def test_connect_reply_has_the_headers_of_a_real_iphone(link: VirtualLink) -> None:
    """Target first, then a Connection ID that is not 1, then Who."""
    async with MapClient(await link.open_stream(Service.MAS)) as client:
        answer = await client.ask(connect_mas())
    assert isinstance(answer, Connected)
    assert [header.id for header in answer.headers] == [
        HeaderId.TARGET,
        HeaderId.CONNECTION_ID,
        HeaderId.WHO,
    ]
    assert answer.connection_id != 1


async def test_a_listing_shows_what_an_iphone_shows(phone: VirtualPhone, link: VirtualLink) -> None:
    """One row: SMS_GSM, a flattened subject, a naive local time, the name from the book, a short handle."""
    stored = phone.receive_text(ALICE, "Dinner\nat seven?")
    async with messages(link) as client:
        listing = await client.list()
    (row,) = listing.entries
    assert row.subject == "Dinner at seven?"
    assert row.sender_name == "Alice Moreau"
    assert row.sender_addressing == ALICE
    assert row.type == "SMS_GSM"
    assert row.read is False
    assert row.datetime is not None
    assert row.datetime.encode() == "20261122T130001"
    assert row.handle.number == stored.handle
    assert len(row.handle.text) == 15


async def test_listing_is_newest_first_and_cut_to_the_slice(phone: VirtualPhone, link: VirtualLink) -> None:
    """MaxListCount and ListStartOffset cut a list that is newest first."""
    for number in range(5):
        phone.receive_text(ALICE, f"text {number}")
    async with messages(link) as client:
        listing = await client.list(max_list_count=2, list_start_offset=1)
    assert [row.subject for row in listing.entries] == ["text 3", "text 2"]


async def test_listing_filters(phone: VirtualPhone, link: VirtualLink) -> None:
    """Read status and originator leave rows out."""
    phone.receive_text(ALICE, "old", read=True)
    phone.receive_text(ALICE, "new")
    phone.receive_text(BOB, "from Bob")
    async with messages(link) as client:
        unread = await client.list(filter_read_status=1)
        from_bob = await client.list(filter_originator="bob")
    assert [row.subject for row in unread.entries] == ["from Bob", "new"]
    assert [row.subject for row in from_bob.entries] == ["from Bob"]


async def test_a_message_has_tags_on_its_addresses(phone: VirtualPhone, link: VirtualLink) -> None:
    """`TEL:7:` and `EMAIL:7:` in the originator, the body unflattened, no recipients."""
    by_phone = phone.receive_text(ALICE, "one\ntwo 🐢")
    by_mail = phone.receive_text("alice@example.com", "three")
    async with messages(link) as client:
        first = await client.fetch(MessageHandle(f"{by_phone.handle:x}"))
        second = await client.fetch(MessageHandle(f"{by_mail.handle:x}"))
    assert first.originator is not None
    assert first.originator.tels == ("7:" + ALICE,)
    assert first.originator.name == "Alice Moreau"
    assert first.body is not None
    assert first.body.text == "one\ntwo 🐢"
    assert first.recipients == ()
    assert second.originator is not None
    assert second.originator.emails == ("7:alice@example.com",)


async def test_groups_leave_no_trace_in_messages(phone: VirtualPhone, link: VirtualLink) -> None:
    """A group text is listed as if its sender had written privately."""
    phone.receive_text(ALICE, "Hello all", members=[BOB], group_name="Family")
    async with messages(link) as client:
        (row,) = (await client.list()).entries
    assert row.type == "SMS_GSM"
    assert row.recipient_addressing == phone.owner.addresses[0]
    assert row.conversation_id == "0"


async def test_a_pushed_text_is_counted_once_and_leaves_no_sent_row(
    phone: VirtualPhone, link: VirtualLink
) -> None:
    """A push is accepted with a handle; the sent folder of an iPhone stays empty."""
    async with messages(link) as client:
        answer = await client.push("Yes!\nAt seven.", tel(ALICE))
        sent = await client.list("sent")
    assert answer.code == ResponseCode.SUCCESS
    assert answer.headers.name
    assert [(entry.recipients, entry.text) for entry in phone.pushed] == [((ALICE,), "Yes!\nAt seven.")]
    assert sent.entries == ()


@pytest.mark.parametrize(
    ("written", "reached"),
    [("7:alice@example.com", "alice@example.com"), ("alice@example.com", "ice@example.com")],
)
async def test_an_iphone_drops_two_characters_of_an_email_recipient(
    phone: VirtualPhone, link: VirtualLink, written: str, reached: str
) -> None:
    """The first two characters are taken for the tag, whatever they are."""
    async with messages(link) as client:
        await client.push("hi", BMessageVCard(emails=(written,)))
    assert phone.pushed[0].recipients == (reached,)


async def test_a_text_to_oneself_comes_back(phone: VirtualPhone, link: VirtualLink) -> None:
    """What is sent to the own number arrives in the inbox."""
    async with messages(link) as client:
        await client.push("note to self", tel(phone.owner.addresses[0]))
        (row,) = (await client.list()).entries
    assert row.subject == "note to self"


async def test_folders_are_entered_level_by_level(link: VirtualLink) -> None:
    """Two levels at once, as with `inbox` from the root, are refused with D0."""
    async with MapClient(await link.open_stream(Service.MAS)) as client:
        await client.ask(connect_mas())
        assert (await client.call(SetFolder(FolderStep.DOWN, "inbox"))).code == 0xD0
        for name in ("telecom", "msg", "inbox"):
            assert (await client.call(SetFolder(FolderStep.DOWN, name))).succeeded
        assert (await client.list("")).entries == ()
        assert (await client.call(SetFolder(FolderStep.UP))).succeeded
        assert (await client.list("sent")).entries == ()


async def test_read_status_is_set_on_the_phone(phone: VirtualPhone, link: VirtualLink) -> None:
    """Reading here reads there, and takes the notification away."""
    stored = phone.receive_text(ALICE, "hello")
    async with messages(link) as client:
        done = await client.call(
            SetMessageStatus(MessageHandle(f"{stored.handle:x}"), StatusIndicator.READ, True)
        )
        unknown = await client.call(SetMessageStatus(MessageHandle("1"), StatusIndicator.READ, True))
    assert done.succeeded
    assert unknown.code == ResponseCode.NOT_FOUND
    assert phone.folder(Folder.INBOX)[0].read
    assert phone.centre.entries == ()


async def test_unknown_handles_and_update_inbox(link: VirtualLink) -> None:
    """No such text is Not Found; UpdateInbox is harmless on an iPhone."""
    async with messages(link) as client:
        assert (await client.call(GetMessage(MessageHandle("ABC")))).code == ResponseCode.NOT_FOUND
        assert (await client.call(UpdateInbox())).succeeded


async def test_forbidden_until_the_switch_is_on(phone: VirtualPhone, link: VirtualLink) -> None:
    """CONNECT is answered C3 while messages are off."""
    phone.turn(Switch.MESSAGES, on=False)
    async with MapClient(await link.open_stream(Service.MAS)) as client:
        answer = await client.ask(connect_mas())
    assert isinstance(answer, OperationDone)
    assert answer.code == ResponseCode.FORBIDDEN
    phone.turn(Switch.MESSAGES, on=True)
    async with messages(link) as client:
        assert (await client.list()).entries == ()


async def test_turning_messages_off_ends_the_session(phone: VirtualPhone, link: VirtualLink) -> None:
    """An open session is closed when the person turns the switch."""
    async with messages(link) as client:
        phone.turn(Switch.MESSAGES, on=False)
        assert await client.stream.receive() == b""


async def test_a_second_session_is_refused_until_the_first_is_closed(link: VirtualLink) -> None:
    """One message session at a time; closing makes room at once."""
    async with messages(link):
        with pytest.raises(PhoneUnreachable) as caught:
            await link.open_stream(Service.MAS)
        assert caught.value.refused
    async with messages(link):
        pass


async def test_registration_makes_the_phone_call_back(phone: VirtualPhone, link: VirtualLink) -> None:
    """After registration the phone connects to us and reports a new text."""
    collector = EventCollector()
    async with link.serve_call_backs(collector.serve), messages(link) as client:
        assert (await client.call(SetNotificationRegistration(True))).succeeded
        stored = phone.receive_text(ALICE, "hello")
        event = await collector.next()
        phone.mark_read(stored.handle)
        second = await collector.next()
    assert event.type == EventType.NEW_MESSAGE
    assert event.folder == "telecom/msg/inbox"
    assert event.msg_type == "SMS_GSM"
    assert event.handle is not None
    assert event.handle.number == stored.handle
    assert second.type == EventType.READ_STATUS_CHANGED


async def test_deregistration_closes_the_call_back(link: VirtualLink) -> None:
    """The notification connection ends with the registration."""
    collector = EventCollector()
    async with link.serve_call_backs(collector.serve), messages(link) as client:
        await client.call(SetNotificationRegistration(True))
        async with asyncio.timeout(DEADLINE_S):
            await collector.opened.wait()
        await client.call(SetNotificationRegistration(False))
        async with asyncio.timeout(DEADLINE_S):
            await collector.closed.wait()


async def test_pushes_make_no_new_message_event(phone: VirtualPhone, link: VirtualLink) -> None:
    """What this computer pushed is not reported back as new."""
    collector = EventCollector()
    async with link.serve_call_backs(collector.serve), messages(link) as client:
        await client.call(SetNotificationRegistration(True))
        await client.push("out", tel(ALICE))
        phone.receive_text(BOB, "in")
        event = await collector.next()
    assert event.handle is not None
    assert event.handle.number == phone.folder(Folder.INBOX)[0].handle


async def test_walking_away_breaks_every_stream(phone: VirtualPhone, link: VirtualLink) -> None:
    """A lost radio link is LinkLost for who reads, unreachable for who connects, and ends."""
    collector = EventCollector()
    async with link.serve_call_backs(collector.serve), messages(link) as client:
        phone.walk_away()
        with pytest.raises(LinkLost):
            await client.stream.receive()
        with pytest.raises(PhoneUnreachable) as caught:
            await link.open_stream(Service.MAS)
        assert not caught.value.refused
        phone.come_back()
        async with messages(link) as again:
            assert (await again.list()).entries == ()


async def test_folder_listing_and_its_size(link: VirtualLink) -> None:
    """Five folders at telecom/msg, none below; MaxListCount 0 asks for the number."""
    async with messages(link) as client:
        folders = await client.call(GetFolderListing())
        size = await client.call(GetFolderListing(MapParameters(max_list_count=0)))
        await client.call(SetFolder(FolderStep.DOWN, "inbox"))
        below = await client.call(GetFolderListing())
    assert set(decode_folder_listing(folders.body or b"").folders) == {folder.value for folder in Folder}
    assert decode_map_parameters(size.parameters).folder_listing_size == 5
    assert decode_folder_listing(below.body or b"").folders == ()


async def test_size_of_a_listing_and_the_phones_clock(phone: VirtualPhone, link: VirtualLink) -> None:
    """MaxListCount 0 gives ListingSize, NewMessage and MSETime, and no body."""
    phone.receive_text(ALICE, "hi")
    async with messages(link) as client:
        answer = await client.call(GetMessagesListing("inbox", MapParameters(max_list_count=0)))
    told = decode_map_parameters(answer.parameters)
    assert answer.body is None
    assert (told.listing_size, told.new_message) == (1, 1)
    assert told.mse_time is not None
    assert told.mse_time.encode().endswith("+0100")


async def test_a_mask_and_a_subject_length_cut_rows(phone: VirtualPhone, link: VirtualLink) -> None:
    """Only the attributes asked for, and a subject that ends at a character."""
    phone.receive_text(ALICE, "żółw")
    mask = int(ParameterMask.SUBJECT | ParameterMask.READ)
    async with messages(link) as client:
        (row,) = (await client.list(parameter_mask=mask, subject_length=3)).entries
    assert (row.subject, row.read) == ("ż", False)
    assert row.sender_addressing is None
    assert row.datetime is None


async def test_a_period_is_compared_with_the_phones_clock(phone: VirtualPhone, link: VirtualLink) -> None:
    """Begin is included, end is not; an offset is understood."""
    for _ in range(3):
        phone.receive_text(ALICE, "hi")
    second = phone.folder(Folder.INBOX)[1]
    local = MapDateTime(phone.local(second.at).replace(tzinfo=None))
    utc = MapDateTime(second.at.replace(tzinfo=None), timedelta(0))
    async with messages(link) as client:
        since = await client.list(filter_period_begin=local)
        before = await client.list(filter_period_end=utc)
    assert len(since.entries) == 2
    assert len(before.entries) == 1


async def test_deleting_and_undeleting(phone: VirtualPhone, link: VirtualLink) -> None:
    """A deleted text is in `deleted` and comes back from there."""
    handle = MessageHandle(f"{phone.receive_text(ALICE, 'hi').handle:x}")
    async with messages(link) as client:
        await client.call(SetMessageStatus(handle, StatusIndicator.DELETED, True))
        deleted = await client.list("deleted")
        await client.call(SetMessageStatus(handle, StatusIndicator.DELETED, False))
        back = await client.list()
    assert [row.handle for row in deleted.entries] == [row.handle for row in back.entries] == [handle]


async def test_another_target_is_not_acceptable(link: VirtualLink) -> None:
    """A message server is no notification server."""
    async with MapClient(await link.open_stream(Service.MAS)) as client:
        answer = await client.ask(connect_mns())
    assert isinstance(answer, OperationDone)
    assert answer.code == ResponseCode.NOT_ACCEPTABLE


async def test_lost_radio_breaks_the_call_back_too(phone: VirtualPhone, link: VirtualLink) -> None:
    """Walking away is LinkLost for the notification server, not a polite end."""
    collector = EventCollector()
    lost = asyncio.Event()

    async def serve(stream: ByteStream) -> None:
        collector.opened.set()
        try:
            while await stream.receive():
                await stream.send(
                    bytes.fromhex("a0001f100010004a0013bb582b41420c11dbb0de0800200c9a66cb00000007")
                )
        except LinkLost:
            lost.set()

    async with link.serve_call_backs(serve), messages(link) as client:
        await client.call(SetNotificationRegistration(True))
        async with asyncio.timeout(DEADLINE_S):
            await collector.opened.wait()
            phone.walk_away()
            await lost.wait()
