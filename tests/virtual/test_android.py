"""Does the Android persona do what Androids do where they differ?"""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from phonelink_tui.domain.observed import Folder
from phonelink_tui.protocol.map.bmessage import BMessage, BMessageBody, pushed_text
from phonelink_tui.protocol.map.bmessage_vcard import BMessageVCard
from phonelink_tui.protocol.map.constants import EventType, ExcludedTypes, MessageType
from phonelink_tui.protocol.map.requests import (
    PushMessage,
    SetNotificationFilter,
    SetNotificationRegistration,
    UpdateInbox,
    connect_mas,
)
from phonelink_tui.protocol.obex.codes import HeaderId, ResponseCode
from phonelink_tui.protocol.obex.events import Connected
from phonelink_tui.transport.link import Service
from phonelink_tui.virtual.personas import ANDROID
from phonelink_tui.virtual.phone import VirtualPhone
from phonelink_tui.virtual.radio import VirtualLink, open_link
from tests.virtual.client import EventCollector, MapClient, tel
from tests.virtual.conftest import ALICE, BOB, MakePhone, messages


@pytest.fixture
def phone(make_phone: MakePhone) -> VirtualPhone:
    """An Android."""
    return make_phone(ANDROID)


@pytest.fixture
async def link(phone: VirtualPhone) -> AsyncIterator[VirtualLink]:
    """A link to it."""
    async with open_link(phone) as link:
        yield link


async def test_connect_reply_has_the_usual_order(link: VirtualLink) -> None:
    """Connection ID and Who, no Target."""
    async with MapClient(await link.open_stream(Service.MAS)) as client:
        answer = await client.ask(connect_mas())
    assert isinstance(answer, Connected)
    assert [header.id for header in answer.headers] == [HeaderId.CONNECTION_ID, HeaderId.WHO]


async def test_group_texts_are_mms_with_all_recipients(phone: VirtualPhone, link: VirtualLink) -> None:
    """Listing and bMessage name everybody, and line breaks of the subject are kept."""
    phone.receive_text(ALICE, "one\ntwo", members=[BOB])
    phone.receive_text(ALICE, "only you")
    async with messages(link) as client:
        private, group = (await client.list()).entries
        fetched = await client.fetch(group.handle)
        sms_only = await client.list(filter_message_type=int(ExcludedTypes.MMS))
    own = phone.owner.addresses[0]
    assert (private.type, group.type) == ("SMS_GSM", "MMS")
    assert group.recipient_addressing == f"{own};{BOB}"
    assert group.subject == "one\ntwo"
    assert len(group.handle.text) == 16
    assert [vcard.tels for vcard in fetched.recipients] == [(own,), (BOB,)]
    assert fetched.originator is not None
    assert fetched.originator.tels == (ALICE,)
    assert [row.handle for row in sms_only.entries] == [private.handle]


async def test_own_texts_stand_in_sent(phone: VirtualPhone, link: VirtualLink) -> None:
    """What the owner wrote on the phone, and what was pushed, are listed there."""
    phone.write_text([BOB], "from the phone")
    async with messages(link) as client:
        await client.push("from here", tel(ALICE))
        rows = (await client.list("sent")).entries
    assert [(row.subject, row.recipient_addressing, row.sent) for row in rows] == [
        ("from here", ALICE, True),
        ("from the phone", BOB, True),
    ]


async def test_delivery_is_reported_step_by_step(link: VirtualLink) -> None:
    """MessageShift, SendingSuccess, DeliverySuccess, with the handle of the push."""
    collector = EventCollector()
    async with link.serve_call_backs(collector.serve), messages(link) as client:
        await client.call(SetNotificationRegistration(True))
        answer = await client.push("out", tel(ALICE))
        events = [await collector.next() for _ in range(3)]
    assert [event.type for event in events] == [
        EventType.MESSAGE_SHIFT,
        EventType.SENDING_SUCCESS,
        EventType.DELIVERY_SUCCESS,
    ]
    assert events[0].old_folder == "telecom/msg/outbox"
    assert {event.handle.text for event in events if event.handle} == {answer.headers.name}


async def test_filtered_events_are_not_reported(phone: VirtualPhone, link: VirtualLink) -> None:
    """Only what the notification filter lets through comes."""
    collector = EventCollector()
    async with link.serve_call_backs(collector.serve), messages(link) as client:
        await client.call(SetNotificationRegistration(True))
        await client.call(SetNotificationFilter(1))
        await client.push("out", tel(ALICE))
        phone.receive_text(BOB, "in")
        event = await collector.next()
    assert event.type == EventType.NEW_MESSAGE


async def test_refusals_of_a_push(link: VirtualLink) -> None:
    """No Charset is CC, another folder C6, no text C0; UpdateInbox is D1."""
    data = pushed_text("hi", [tel(ALICE)]).encode()
    empty = pushed_text("  ", [tel(ALICE)]).encode()
    async with messages(link) as client:
        assert (await client.call(PushMessage(data, "outbox", charset=None))).code == 0xCC
        assert (await client.call(PushMessage(data, "inbox"))).code == ResponseCode.NOT_ACCEPTABLE
        assert (await client.call(PushMessage(empty, "outbox"))).code == ResponseCode.BAD_REQUEST
        assert (await client.call(PushMessage(b"nonsense", "outbox"))).code == ResponseCode.BAD_REQUEST
        assert (await client.call(UpdateInbox())).code == ResponseCode.NOT_IMPLEMENTED


async def test_a_push_loses_crlf_and_keeps_lf(phone: VirtualPhone, link: VirtualLink) -> None:
    """Lines that end with CRLF are joined."""
    body = BMessageBody((b"one\r\ntwo\nthree",))
    message = BMessage(folder="telecom/msg/outbox", envelopes=((tel(ALICE),),), body=body)
    async with messages(link) as client:
        assert (await client.call(PushMessage(message.encode(), "outbox"))).succeeded
    assert phone.pushed[0].text == "onetwo\nthree"


@pytest.mark.parametrize(
    ("kind", "sent_to"), [(MessageType.SMS_GSM, [(ALICE,), (BOB,)]), (MessageType.MMS, [(ALICE, BOB)])]
)
async def test_several_recipients_are_one_mms_or_many_sms(
    phone: VirtualPhone, link: VirtualLink, kind: MessageType, sent_to: list[tuple[str, ...]]
) -> None:
    """An MMS goes to all together, an SMS to each."""
    data = pushed_text("hi", [tel(ALICE), tel(BOB)], type=kind).encode()
    async with messages(link) as client:
        assert (await client.call(PushMessage(data, "outbox"))).succeeded
    assert [entry.recipients for entry in phone.pushed] == sent_to


async def test_addresses_have_no_tags(phone: VirtualPhone, link: VirtualLink) -> None:
    """An e-mail recipient arrives whole."""
    async with messages(link) as client:
        await client.push("hi", BMessageVCard(emails=("alice@example.com",)))
    assert phone.pushed[0].recipients == ("alice@example.com",)


async def test_two_sessions_at_once(phone: VirtualPhone, link: VirtualLink) -> None:
    """An Android serves several."""
    phone.receive_text(ALICE, "hi")
    async with messages(link) as one, messages(link) as two:
        assert len((await one.list()).entries) == len((await two.list()).entries) == 1
    assert phone.folder(Folder.INBOX)
