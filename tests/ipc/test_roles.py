"""Does every connection get what its role allows, and nothing beyond?"""

from __future__ import annotations

import json
from typing import Any, get_args

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phonelink_tui.cli.exit_codes import exit_code
from phonelink_tui.domain.events import Event, MessageChanged, Stamped
from phonelink_tui.domain.text import RemoteText, clean
from phonelink_tui.errors import RoleRefused
from phonelink_tui.ipc.client import RelayClient, connect
from phonelink_tui.ipc.events import decode_event, encode_event
from phonelink_tui.ipc.role import ALL_ROLES, Role
from phonelink_tui.ipc.values import HEADER_FIELDS, from_json, to_json
from phonelink_tui.relay.api import MarkRead, MessagePage, ReadOn, Snapshot, StopReading
from tests.ipc import samples
from tests.ipc.conftest import served
from tests.ipc.fake_relay import FakeRelay
from tests.ipc.strategies import values_of

SECRET = "sécret"
VALUES: st.SearchStrategy[Any] = st.one_of(
    [values_of(cls) for cls in (*get_args(Event), Snapshot, MessagePage)]
)
ASKS = {
    "snapshot": lambda client: client.snapshot(),
    "messages": lambda client: client.messages(samples.ALICE_THREAD),
    "search": lambda client: client.search("text"),
    "execute": lambda client: client.execute(MarkRead("c1", samples.ALICE_THREAD)),
    "stop": lambda client: client.execute(StopReading("c1")),
    "go on": lambda client: client.execute(ReadOn("c1")),
    "status": lambda client: client.status(),
    "events": lambda client: client.events().__aenter__(),
}
ALLOWED = {
    Role.HEADERS: {"snapshot", "messages", "status", "events"},
    Role.READ: {"snapshot", "messages", "status", "events", "search", "stop", "go on"},
    Role.SEND: {"execute", "status", "stop", "go on"},
}


def with_secrets(value: Any, kept: bool = False) -> Any:
    """The value with a secret in each remote text that a reader of headers must not see."""
    if attrs.has(type(value)):
        names = HEADER_FIELDS.get(type(value), frozenset())
        changes = {}
        for field in attrs.fields(type(value)):
            inner = getattr(value, field.name)
            remote = field.type is RemoteText or RemoteText in get_args(field.type)
            if remote and field.name not in names and inner is not None:
                changes[field.name] = clean(SECRET)
            elif not remote:
                changes[field.name] = with_secrets(inner)
        return attrs.evolve(value, **changes)
    if isinstance(value, tuple):
        return tuple(with_secrets(each) for each in value)
    return value


@settings(max_examples=100)
@given(VALUES)
def test_no_written_text_leaves_for_headers(value: Any) -> None:
    """Whatever event, snapshot or page: a reader of headers gets no remote text but the names that are listed."""
    secret = with_secrets(value)
    if isinstance(value, get_args(Event)):
        sent = encode_event(Stamped(1, samples.NOON, secret), headers=True)
        assert decode_event(sent) is not None
    else:
        sent = to_json(secret, headers=True)
        from_json(sent, type(value))
    assert SECRET not in json.dumps(sent, ensure_ascii=False)


def test_every_body_is_what_the_property_hides() -> None:
    """The property above is not empty: text, title and preview are remote text, and none of them is listed."""
    sent = json.dumps(to_json(with_secrets(samples.snapshot())), ensure_ascii=False)
    assert sent.count(SECRET) >= 6
    assert not {"text", "last_text", "subtitle"} & {
        name for names in HEADER_FIELDS.values() for name in names
    }


@pytest.mark.parametrize("ask", ASKS)
@pytest.mark.parametrize("role", [*Role, None])
async def test_role_decides(fake: FakeRelay, role: Role | None, ask: str) -> None:
    """Each request is answered for the roles that allow it, and refused with exit code 4 for all others."""
    roles = frozenset({role}) if role else frozenset()
    async with served(fake) as server, connect(server.socket(), roles=roles) as client:
        if role is not None and ask in ALLOWED[role]:
            await ASKS[ask](client)
        else:
            with pytest.raises(RoleRefused) as caught:
                await ASKS[ask](client)
            assert exit_code(caught.value) == 4
    taken = role is not None and ask in ALLOWED[role] and ask in ("execute", "stop", "go on")
    assert bool(fake.commands) == taken


async def test_headers_and_readers_share_a_relay(fake: FakeRelay) -> None:
    """Of one event, one reader gets who and when, the other also what; pages and snapshots alike."""
    async with (
        served(fake) as server,
        connect(server.socket(), roles=frozenset({Role.HEADERS})) as headers,
        connect(server.socket(), roles=ALL_ROLES) as reader,
        headers.events() as short,
        reader.events() as long,
    ):
        fake.emit(MessageChanged(samples.text(1, words=SECRET)))
        one, other = (await anext(short)).event, (await anext(long)).event
        assert isinstance(one, MessageChanged)
        assert isinstance(other, MessageChanged)
        assert (one.message.text, other.message.text) == ("", SECRET)
        assert attrs.evolve(one.message, text=other.message.text) == other.message

        async def previews(client: RelayClient) -> set[str]:
            page = await client.messages(samples.ALICE_THREAD)
            threads = (await client.snapshot()).threads
            return {*(text.text for text in page.messages), *(thread.last_text for thread in threads)}

        assert await previews(headers) == {""}
        assert await previews(reader) == {"hello", "text 0", "text 1", "text 2"}
