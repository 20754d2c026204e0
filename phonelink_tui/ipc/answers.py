"""What does a relay answer to each request, and to whom? As JSON, without waiting for anybody."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from phonelink_tui.domain.message import TextMessage
from phonelink_tui.errors import IpcError, RelayError
from phonelink_tui.ipc import wire
from phonelink_tui.ipc.about import HookCounts, Host, RelayStatus, Unlocking, overview
from phonelink_tui.ipc.hello import PhoneName, require_role
from phonelink_tui.ipc.outgoing import ANSWER_BYTES
from phonelink_tui.ipc.role import Role
from phonelink_tui.relay.api import (
    MESSAGES_PAGE,
    SEARCH_HITS,
    MessagePage,
    ReadOn,
    RelayApi,
    Snapshot,
    StopReading,
)

QUERY_CHARS: Final = 1000

_TEXT_BYTES: Final = 1000
"""A text as JSON, without its words; measured 600 to 800."""

_ALLOWED_TO: Final[dict[type, tuple[Role, ...]]] = {StopReading: (Role.READ,), ReadOn: (Role.READ,)}
"""Commands that change nothing on the phone and of which nothing goes out: what they are about is reading."""


class Answers:
    """Answers requests, each only to those whose role allows it."""

    def __init__(
        self,
        api: RelayApi,
        host: Host,
        on_stop: Callable[[], None] | None,
        hooks: Callable[[], HookCounts],
        clients: Callable[[], int],
    ) -> None:
        self._api = api
        self._host = host
        self._on_stop = on_stop
        self._hooks = hooks
        self._clients = clients
        self._snapshots: dict[bool, tuple[Snapshot, bytes]] = {}

    async def answer(self, request: wire.Request | wire.UnknownRequest, roles: frozenset[Role]) -> bytes:
        """The result as JSON.

        Raises:
            RoleRefused: The connection lacks the role.
            PhonelinkError: What the relay said.
        """
        headers = Role.READ not in roles
        match request:
            case wire.SnapshotRequest():
                require_role(roles, Role.READ, Role.HEADERS)
                return await self._snapshot(headers=headers)
            case wire.MessagesRequest(thread=thread, before=before):
                require_role(roles, Role.READ, Role.HEADERS)
                limit = _within(request.limit, MESSAGES_PAGE)
                page = await self._api.messages(thread, before=before, limit=limit)
                return wire.encode_result(_cut(page), headers=headers)
            case wire.SearchRequest():
                require_role(roles, Role.READ)
                limit = _within(request.limit, SEARCH_HITS)
                hits = await self._api.search(request.query[:QUERY_CHARS], limit=limit)
                return wire.encode_result(hits[: _fitting(hits)], headers=False)
            case wire.ExecuteRequest(command=command):
                require_role(roles, Role.SEND, *_ALLOWED_TO.get(type(command), ()))
                return wire.encode_result(await self._api.execute(command), headers=False)
            case wire.StatusRequest():
                require_role(roles, *Role)
                return wire.encode_result(await self._status(), headers=False)
            case wire.WeekRequest():
                require_role(roles, *Role)
                return wire.encode_result(await self._api.week(), headers=False)
            case wire.StopRequest():
                require_role(roles, Role.SEND)
                return self._stop()
            case wire.UnlockRequest(passphrase=passphrase):
                require_role(roles, Role.SEND)
                return await self._unlock(passphrase)
            case _:
                raise IpcError("The relay does not know this request.", "It may be older than this program.")

    async def _snapshot(self, *, headers: bool) -> bytes:
        """Encoded once for all who ask while nothing changes: after a burst many ask at once."""
        snapshot = await self._api.snapshot()
        known = self._snapshots.get(headers)
        if known is None or known[0] != snapshot:
            known = snapshot, wire.encode_result(snapshot, headers=headers)
            self._snapshots[headers] = known
        return known[1]

    async def _status(self) -> RelayStatus:
        snapshot = await self._api.snapshot()
        return RelayStatus(
            pid=self._host.pid,
            since=self._host.since,
            phone=PhoneName(snapshot.phone.id, snapshot.phone.name, self._host.spec),
            clients=self._clients(),
            rev=snapshot.rev,
            epoch=snapshot.epoch,
            overview=overview(snapshot),
            hooks=self._hooks(),
        )

    async def _unlock(self, passphrase: str) -> bytes:
        if not isinstance(self._api, Unlocking):
            raise RelayError(
                "This relay keeps no history.", "The background relay can: `phonelink relay run`."
            )
        await self._api.unlock(passphrase)
        return b"null"

    def _stop(self) -> bytes:
        if self._on_stop is None:
            raise RelayError("This relay is private: it ends with its program.")
        self._on_stop()
        return b"null"


def _within(limit: int, most: int) -> int:
    return max(1, min(limit, most))


def _fitting(texts: Iterable[TextMessage]) -> int:
    """How many of these, from the first, fit into an answer; one at least."""
    size = count = 0
    for text in texts:
        size += _TEXT_BYTES + 4 * len(text.text)
        if size > ANSWER_BYTES and count:
            break
        count += 1
    return count


def _cut(page: MessagePage) -> MessagePage:
    """The newest texts of a page that fit into an answer; what is before them is another page."""
    count = _fitting(reversed(page.messages))
    if count == len(page.messages):
        return page
    kept = page.messages[-count:]
    return MessagePage(kept, kept[0].id)
