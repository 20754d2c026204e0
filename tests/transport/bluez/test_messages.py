"""Does a message session work through bluetoothd's D-Bus side, and what is said when it cannot?"""

from __future__ import annotations

import asyncio
import errno

import pytest

from phonelink_tui.domain.observed import ChangeKind, Folder, OutgoingText
from phonelink_tui.domain.text import RemoteText
from phonelink_tui.errors import (
    BluetoothReason,
    BluetoothUnavailable,
    BondRefused,
    LinkLost,
    ObexdInTheWay,
    PhonelinkError,
    PhoneUnreachable,
)
from phonelink_tui.profiles.map_client import MapClient
from phonelink_tui.profiles.pbap_client import PbapClient
from phonelink_tui.profiles.phone_clock import PhoneClock
from phonelink_tui.profiles.quirks import QUIRKS
from phonelink_tui.protocol.map.constants import Features, MessageTypes
from phonelink_tui.protocol.map.sdp_record import MNS_FEATURES_CAUTIOUS, MasRecord
from phonelink_tui.protocol.pbap.constants import Features as PbapFeatures
from phonelink_tui.protocol.pbap.sdp_record import PCE_FEATURES, PseRecord
from phonelink_tui.protocol.sdp_records import build_mas_record, build_pse_record
from phonelink_tui.transport.bluez import link as bluez_link
from phonelink_tui.transport.bluez.link import BluezLink, BluezSpec, open_bluez_link
from phonelink_tui.transport.bluez.names import MNS_UUID
from phonelink_tui.transport.bluez.sockets import Kind
from phonelink_tui.transport.link import Service
from phonelink_tui.transport.stream import ByteStream
from phonelink_tui.transport.together import beside
from phonelink_tui.virtual.personas import ANDROID
from phonelink_tui.virtual.phone import VirtualPhone
from tests.transport.bluez.fake_air import DEVICE, MAS_CHANNEL, PBAP_CHANNEL, PHONE_ADDRESS, FakeAir
from tests.transport.bluez.fake_bluetoothd import ADAPTER, COMPUTER, FakeBluetoothd, Refused

DONGLE = "/org/bluez/hci1"
DONGLE_ADDRESS = "00:AA:01:00:00:0D"

pytestmark = pytest.mark.needs("dbus-daemon", "dbus-daemon")

ALICE = "+15550101"
LONG = "a long answer ☕ " * 3000


async def open_messages(link: BluezLink) -> MapClient:
    """A message session."""
    async with asyncio.timeout(5):
        return await MapClient.open(link, PhoneClock(), QUIRKS[VirtualPhone().persona.kind])


async def serve_nothing(stream: ByteStream) -> None:
    """A call-back server that reads until the phone is done."""
    while await stream.receive():
        pass


MAP_IN_CONNECT = Features.FEATURES_IN_CONNECT | Features(0x0006027F)


@pytest.mark.parametrize(
    ("version", "in_record", "told"),
    [(0x0101, 0x21F, None), (0x0102, 0x21F, int(PCE_FEATURES)), (0x0102, None, None)],
    ids=["1.1", "1.2", "1.2 without"],
)
async def test_the_record_decides_whether_pbap_is_told_features(
    link: BluezLink, air: FakeAir, version: int, in_record: int | None, told: int | None
) -> None:
    """Only from PBAP 1.2 on, and only where the record has features of its own (PBAP 1.2.3, 6.4)."""
    features = None if in_record is None else PbapFeatures(in_record)
    air.records[1] = build_pse_record(
        PseRecord("Phonebook", PBAP_CHANNEL, version=version, features=features)
    )
    assert link.connect_features(Service.PBAP) is None
    await (await link.open_stream(Service.PBAP)).aclose()
    assert link.connect_features(Service.PBAP) == told
    assert link.connect_features(Service.MAS) is None


@pytest.mark.parametrize(("in_record", "told"), [(0x0006027F, None), (int(MAP_IN_CONNECT), 0x0006027F)])
async def test_the_record_decides_whether_map_is_told_features(
    link: BluezLink, air: FakeAir, in_record: int, told: int | None
) -> None:
    """Bit 19 asks for them; they are those of our own record (MAP 1.4, 6.3)."""
    air.records[0] = build_mas_record(MasRecord("MAS", MAS_CHANNEL, features=Features(in_record)))
    await (await link.open_stream(Service.MAS)).aclose()
    assert link.connect_features(Service.MAS) == told


async def test_text_in_and_out(link: BluezLink, phone: VirtualPhone) -> None:
    """Search, connection, registration, the phone's call, event, text and answer work; the answer is sent once."""
    client = await open_messages(link)
    async with asyncio.timeout(10), beside(client.run()):
        phone.receive_text(ALICE, "hello")
        change = await client.next_change()
        assert (change.kind, change.folder) == (ChangeKind.NEW, Folder.INBOX)
        assert (await client.fetch_text(change.handle, Folder.INBOX)).text == "hello"
        await client.push_text(OutgoingText(RemoteText(ALICE), LONG))
    await client.aclose()
    assert [pushed.text for pushed in phone.pushed] == [LONG]


async def test_record_is_published_only_while_it_is_served(
    link: BluezLink, bluetoothd: FakeBluetoothd
) -> None:
    """The record says channel, features and browse group, and goes with the session."""
    async with link.serve_call_backs(serve_nothing):
        _, _, options = bluetoothd.profiles[MNS_UUID]
    assert (options["Channel"], options["Role"], options["RequireAuthentication"]) == (17, "server", True)
    assert '<attribute id="0x0317"><uint32 value="0x0006027f"/>' in options["ServiceRecord"]
    assert '<uint8 value="0x11"/>' in options["ServiceRecord"]
    assert '<attribute id="0x0005"><sequence><uuid value="0x1002"/></sequence>' in options["ServiceRecord"]
    assert bluetoothd.profiles == {}


async def test_features_can_be_cautious(air: FakeAir, bluetoothd: FakeBluetoothd) -> None:
    """The spec's features are the record's."""
    spec = BluezSpec(address=PHONE_ADDRESS, features=MNS_FEATURES_CAUTIOUS)
    async with open_bluez_link(spec, dial=air.dial) as link, link.serve_call_backs(serve_nothing):
        _, _, options = bluetoothd.profiles[MNS_UUID]
    assert '<uint32 value="0x0000027f"/>' in options["ServiceRecord"]


async def test_contacts_come_over_the_same_link(link: BluezLink, phone: VirtualPhone) -> None:
    """Their server is found by its own record, beside a message session."""
    messages = await open_messages(link)
    async with asyncio.timeout(5):
        book = await PbapClient.open(link, PhoneClock())
        async with beside(book.run()), beside(messages.run()):
            owner, contacts = await book.owner(), await book.contacts()
        await book.aclose()
        await messages.aclose()
    assert owner is not None
    assert owner.addresses[0].value == phone.owner.addresses[0]
    assert [contact.name for contact in contacts] == [owner.name]


async def test_a_phone_that_does_not_call_back_gets_a_cautious_record(
    air: FakeAir, bluetoothd: FakeBluetoothd
) -> None:
    """Once: its session ends, and the next one declares less, whatever comes of it."""
    spec = BluezSpec(address=PHONE_ADDRESS, call_back_s=0.05)
    async with open_bluez_link(spec, dial=air.dial) as link:
        for declared, lives in (("0x0006027f", False), ("0x0000027f", True)):
            async with link.serve_call_backs(serve_nothing):
                _, _, options = bluetoothd.profiles[MNS_UUID]
                assert f'<uint32 value="{declared}"/>' in options["ServiceRecord"]
                stream = await link.open_stream(Service.MAS)
                if lives:
                    with pytest.raises(TimeoutError):
                        async with asyncio.timeout(0.2):
                            await stream.receive()
                else:
                    async with asyncio.timeout(5):
                        assert await stream.receive() == b""
                await stream.aclose()


async def test_a_phone_that_calls_back_keeps_the_full_record(
    air: FakeAir, bluetoothd: FakeBluetoothd
) -> None:
    """The session lives on, and the next one declares the same."""
    spec = BluezSpec(address=PHONE_ADDRESS, call_back_s=2)  # the call comes over a D-Bus daemon
    async with open_bluez_link(spec, dial=air.dial) as link:
        client = await open_messages(link)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(2.3), beside(client.run()):
                await asyncio.Event().wait()
        await client.aclose()
        async with link.serve_call_backs(serve_nothing):
            _, _, options = bluetoothd.profiles[MNS_UUID]
    assert '<uint32 value="0x0006027f"/>' in options["ServiceRecord"]


async def test_refused_computer_is_told_its_class(
    air: FakeAir, bluetoothd: FakeBluetoothd, link: BluezLink
) -> None:
    """Only where the phone refuses and the class is not hands-free; a granted phone serves any class."""
    bluetoothd.set(ADAPTER, "org.bluez.Adapter1", "Class", "u", COMPUTER)
    await (await link.open_stream(Service.MAS)).aclose()
    del air.records[1]
    with pytest.raises(PhonelinkError) as refused:
        await link.open_stream(Service.PBAP)
    assert isinstance(refused.value, BluetoothUnavailable)
    assert refused.value.reason is BluetoothReason.CLASS_OF_DEVICE
    assert "`sudo btmgmt --index 0 class 4 8`" in refused.value.message
    assert "--adapter hci0 --print-class-unit" in refused.value.hint


async def test_obexd_in_the_way(link: BluezLink, bluetoothd: FakeBluetoothd) -> None:
    """A record that another program has published already is an error with a name and a way out."""
    bluetoothd.profiles[MNS_UUID] = ("obexd", "/elsewhere", {})
    with pytest.raises(ObexdInTheWay) as refused:
        await open_messages(link)
    assert "obexd" in refused.value.hint


async def test_calls_of_others_are_turned_away(
    link: BluezLink, air: FakeAir, bluetoothd: FakeBluetoothd
) -> None:
    """Another paired device gets no connection to our notification server."""
    stranger = f"{ADAPTER}/dev_00_AA_01_09_09_09"
    air.pair(stranger, "00:AA:01:09:09:09")
    async with link.serve_call_backs(serve_nothing):
        with pytest.raises(Refused) as refused:
            await bluetoothd.connect_profile(MNS_UUID, stranger)
        assert refused.value.name == "org.bluez.Error.Rejected"
        (await bluetoothd.connect_profile(MNS_UUID, DEVICE)).close()


async def test_too_many_calls_are_turned_away(link: BluezLink, bluetoothd: FakeBluetoothd) -> None:
    """Only so many connections are served at once; one that ends makes room."""
    async with link.serve_call_backs(serve_nothing):
        calls = [await bluetoothd.connect_profile(MNS_UUID, DEVICE) for _ in range(4)]
        with pytest.raises(Refused):
            await bluetoothd.connect_profile(MNS_UUID, DEVICE)
        for call in calls:
            call.close()


async def test_leaving_ends_the_calls(link: BluezLink, bluetoothd: FakeBluetoothd) -> None:
    """The phone's connection ends for the phone too when it is served no longer."""
    async with link.serve_call_backs(serve_nothing):
        call = await bluetoothd.connect_profile(MNS_UUID, DEVICE)
        call.setblocking(False)
    async with asyncio.timeout(5):
        assert await asyncio.get_running_loop().sock_recv(call, 1) == b""
    call.close()


async def test_errors_inside_come_out_as_they_are(link: BluezLink) -> None:
    """What is raised while calls are served is not wrapped into a group."""
    with pytest.raises(LinkLost):
        async with link.serve_call_backs(serve_nothing):
            raise LinkLost("gone")


async def test_channel_is_asked_for_once_a_connection(bluetoothd: FakeBluetoothd) -> None:
    """The search is repeated after the phone went, and after a refusal, but not for every session."""
    phone = VirtualPhone(ANDROID)  # takes a session while another ends
    async with (
        FakeAir.in_range(bluetoothd, phone) as air,
        open_bluez_link(BluezSpec(address=PHONE_ADDRESS), dial=air.dial) as link,
    ):
        await visit(link)
        await visit(link)
        assert air.dialled[Kind.L2CAP] == 1
        bluetoothd.set(DEVICE, "org.bluez.Device1", "Connected", "b", False)
        async with asyncio.timeout(5):
            while air.dialled[Kind.L2CAP] == 1:
                await visit(link)
        await visit(link)
        assert air.dialled[Kind.L2CAP] == 2
        air.errnos.append(errno.ECONNREFUSED)
        with pytest.raises(PhoneUnreachable):
            await visit(link)
        await visit(link)
        assert air.dialled[Kind.L2CAP] == 3


async def visit(link: BluezLink) -> None:
    """A connection that is opened and closed."""
    await (await link.open_stream(Service.MAS)).aclose()


@pytest.mark.parametrize("number", [errno.EBUSY, errno.ECONNRESET])
async def test_connection_that_is_still_ending_is_waited_for(
    link: BluezLink, air: FakeAir, number: int
) -> None:
    """A session that was closed a moment ago is no other program's: the next one opens when it is gone."""
    await visit(link)
    air.errnos += [number, number]
    await visit(link)
    assert air.dialled[Kind.RFCOMM] == 4


async def test_connection_of_another_program_is_said_to_be(
    link: BluezLink, air: FakeAir, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that does not end is somebody else's; whatever else fails is not tried again."""
    monkeypatch.setattr(bluez_link, "SETTLING_PAUSES_S", (0.0, 0.0))
    await visit(link)
    air.errnos += [errno.EBUSY] * 3
    with pytest.raises(PhoneUnreachable, match="Another program"):
        await visit(link)
    assert air.dialled[Kind.RFCOMM] == 4
    await visit(link)
    air.errnos.append(errno.ECONNREFUSED)
    with pytest.raises(PhoneUnreachable, match="refused"):
        await visit(link)
    assert air.dialled[Kind.RFCOMM] == 6


async def test_the_server_of_texts_is_chosen(link: BluezLink, air: FakeAir) -> None:
    """A phone with a server for e-mail before that for texts is asked for texts."""
    mail = MasRecord("E-mail", MAS_CHANNEL + 1, message_types=MessageTypes.EMAIL)
    air.records.insert(0, build_mas_record(mail))
    stream = await link.open_stream(Service.MAS)
    await stream.aclose()


@pytest.mark.parametrize("service", list(Service))
async def test_missing_record(link: BluezLink, air: FakeAir, service: Service) -> None:
    """A phone that publishes no such service is told apart from one that is away, with where to switch it on."""
    air.records.clear()
    with pytest.raises(PhoneUnreachable) as missing:
        await link.open_stream(service)
    assert missing.value.refused
    assert "Settings" in missing.value.hint


async def test_phone_is_held_by_another(link: BluezLink, phone: VirtualPhone) -> None:
    """A phone serves one message session: the second is refused."""
    client = await open_messages(link)
    with pytest.raises(PhoneUnreachable) as refused:
        await link.open_stream(Service.MAS)
    assert refused.value.refused
    await client.aclose()


async def test_phone_is_away(link: BluezLink, phone: VirtualPhone) -> None:
    """Out of range is not a refusal."""
    phone.walk_away()
    with pytest.raises(PhoneUnreachable) as away:
        await link.open_stream(Service.MAS)
    assert not away.value.refused


async def test_phone_walks_away(link: BluezLink, phone: VirtualPhone) -> None:
    """A session ends with LinkLost when the phone goes, and a new one works when it is back."""
    client = await open_messages(link)
    phone.walk_away()
    with pytest.raises(LinkLost):
        await asyncio.wait_for(client.run(), 5)
    await client.aclose()
    phone.come_back()
    again = await open_messages(link)
    await again.aclose()


async def test_phone_is_not_paired(link: BluezLink, bluetoothd: FakeBluetoothd) -> None:
    """A device that is known, but not paired, is not used."""
    bluetoothd.set(DEVICE, "org.bluez.Device1", "Paired", "b", False)
    await until_raised(link, BondRefused, "not paired")


async def test_the_only_paired_phone(air: FakeAir) -> None:
    """Without an address the paired phone is meant; of two, none."""
    async with open_bluez_link(BluezSpec(), dial=air.dial) as link:
        stream = await link.open_stream(Service.MAS)
        await stream.aclose()
        air.pair(f"{ADAPTER}/dev_00_AA_01_09_09_09", "00:AA:01:09:09:09")
        await until_raised(link, PhoneUnreachable, "Several")


async def test_the_phone_is_paired_with_another_adapter(air: FakeAir, bluetoothd: FakeBluetoothd) -> None:
    """The adapter the phone is paired with is used for all of it, though another one comes first."""
    bluetoothd.add_adapter(DONGLE, DONGLE_ADDRESS)
    bluetoothd.set(DEVICE, "org.bluez.Device1", "Paired", "b", False)
    air.pair(f"{DONGLE}/dev_60_4B_90_72_E0_DB")
    async with open_bluez_link(BluezSpec(address=PHONE_ADDRESS), dial=air.dial) as link:
        assert await link.addresses() == (DONGLE_ADDRESS, PHONE_ADDRESS)
        await (await link.open_stream(Service.MAS)).aclose()
        await bluetoothd.until(lambda: len(bluetoothd.advertisements) == 1)
        assert bluetoothd.advertisements[0]["adapter"] == DONGLE
        bluetoothd.set(DONGLE, "org.bluez.Adapter1", "Powered", "b", False)
        await until_raised(link, BluetoothUnavailable, "off")
    async with open_bluez_link(BluezSpec("hci0", PHONE_ADDRESS), dial=air.dial) as link:
        await until_raised(link, BondRefused, "not paired")


async def test_adapter_off_and_on(link: BluezLink, bluetoothd: FakeBluetoothd) -> None:
    """An adapter that is off is said to be, and is used again when on."""
    bluetoothd.set(ADAPTER, "org.bluez.Adapter1", "Powered", "b", False)
    await until_raised(link, BluetoothUnavailable, "off")
    bluetoothd.set(ADAPTER, "org.bluez.Adapter1", "Powered", "b", True)
    await until_open(link)


async def test_adapter_unplugged(link: BluezLink, bluetoothd: FakeBluetoothd) -> None:
    """No adapter is another reason than one that is off."""
    bluetoothd.remove(ADAPTER)
    await until_raised(link, BluetoothUnavailable, "no Bluetooth adapter")


async def test_adapter_by_name(air: FakeAir) -> None:
    """An adapter that was named and is not there is not replaced by another."""
    async with open_bluez_link(BluezSpec(adapter="hci7"), dial=air.dial) as link:
        with pytest.raises(BluetoothUnavailable, match="hci7"):
            await link.open_stream(Service.MAS)


async def until_raised(link: BluezLink, kind: type[PhonelinkError], words: str) -> None:
    """Open MAS until that is refused with these words: a signal of bluetoothd may still be on its way."""
    async with asyncio.timeout(5):
        while True:
            try:
                await (await link.open_stream(Service.MAS)).aclose()
            except PhonelinkError as error:
                if isinstance(error, kind) and words in error.message:
                    return
            await asyncio.sleep(0)


async def until_open(link: BluezLink) -> None:
    """Open MAS until it opens."""
    async with asyncio.timeout(5):
        while True:
            try:
                await (await link.open_stream(Service.MAS)).aclose()
            except PhonelinkError:
                await asyncio.sleep(0)
            else:
                return
