"""A phone's folders behind the message port, and sessions that end when told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

from phonelink_tui.domain.call import Call
from phonelink_tui.domain.contact import Contact
from phonelink_tui.domain.notification import NotificationAction
from phonelink_tui.domain.observed import (
    FetchedText,
    Folder,
    FolderChange,
    ListedText,
    NotificationGone,
    ObservedNotification,
    OutgoingText,
    handle_key,
)
from phonelink_tui.domain.phone import Capability, PhoneTraits
from phonelink_tui.domain.text import RemoteText, clean
from phonelink_tui.errors import LinkLost, ObexRefused, PhonelinkError, PhoneUnreachable
from phonelink_tui.profiles.ports import GoOn, MessageAccess, NotificationAccess, PhonebookAccess, always


class Session:
    """What all sessions have: an end."""

    def __init__(self) -> None:
        self.closed = False
        self._end: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def run(self) -> None:
        await asyncio.shield(self._end)

    def end(self, error: PhonelinkError | None = None) -> None:
        """The session ends."""
        if not self._end.done():
            self._end.set_exception(error or LinkLost("The link was lost."))

    async def aclose(self) -> None:
        self.closed = True
        self._end.cancel()


class Folders:
    """What lies on the phone, and what was asked of it; outlives its sessions."""

    def __init__(self) -> None:
        self.rows: dict[Folder, list[ListedText]] = {Folder.INBOX: [], Folder.SENT: []}
        """Newest first."""
        self.bodies: dict[str, FetchedText] = {}
        """By handle; others are not found."""
        self.failing: dict[str, Callable[[], PhonelinkError]] = {}
        """What fetching a handle raises."""
        self.listed: list[tuple[Folder, int, int]] = []
        """Folder, limit and offset of every listing."""
        self.fetched: list[str] = []
        self.pushed: list[OutgoingText] = []
        self.marked: list[tuple[str, bool]] = []
        self.most_rows = 1024
        """The phone answers so many rows at most, whatever is asked."""
        self.ignores_offset = False
        self.ignores_period = False
        self.offsets = 1 << 16
        self.breaks_at: int | None = None
        """The listing with this number (from 0) fails, and so do all later ones."""
        self.refreshed: list[int] = []
        """How many listings there were before each wish that the phone look at its inbox."""
        self.refuse_refresh: int | None = None
        self.refuses_folder: Folder | None = None
        self.refuse_push: int | None = None
        self.refuse_mark: int | None = None

    def add(self, row: ListedText, body: FetchedText | None = None) -> None:
        """A text arrives, or is sent: it is the newest of its folder."""
        self.rows[row.folder].insert(0, row)
        if body is not None:
            self.bodies[handle_key(row.handle)] = body


class ScriptedMessages(Session):
    """A MessageAccess to `Folders`."""

    def __init__(self, folders: Folders) -> None:
        super().__init__()
        self.folders = folders
        self._changes: asyncio.Queue[FolderChange] = asyncio.Queue()

    def report(self, change: FolderChange) -> None:
        """The phone reports an event."""
        self._changes.put_nowait(change)

    async def list_texts(
        self,
        folder: Folder,
        *,
        limit: int,
        offset: int = 0,
        begin: datetime | None = None,
        end: datetime | None = None,
    ) -> tuple[ListedText, ...]:
        assert offset < self.folders.offsets, "an offset beyond what the field holds"
        self.folders.listed.append((folder, limit, offset))
        await asyncio.sleep(0)
        if folder is self.folders.refuses_folder:
            raise ObexRefused(0xD0, "not now")
        number = len(self.folders.listed) - 1
        if self.folders.breaks_at is not None and number >= self.folders.breaks_at:
            self.end()
            raise LinkLost("The link was lost.")
        first = 0 if self.folders.ignores_offset else offset
        rows = self.folders.rows[folder]
        if end is not None and not self.folders.ignores_period:
            rows = [row for row in rows if row.at is None or row.at < end]
        return tuple(rows[first : first + min(limit, self.folders.most_rows)])

    async def fetch_text(self, handle: str, folder: Folder) -> FetchedText:
        self.folders.fetched.append(handle)
        await asyncio.sleep(0)
        if handle_key(handle) in self.folders.failing:
            error = self.folders.failing[handle_key(handle)]()
            if not isinstance(error, ObexRefused):
                self.end(error)
            raise error
        if handle_key(handle) not in self.folders.bodies:
            raise ObexRefused(0xC4, "not found")
        return self.folders.bodies[handle_key(handle)]

    async def push_text(self, text: OutgoingText) -> str:
        await asyncio.sleep(0)
        if self.folders.refuse_push is not None:
            raise ObexRefused(self.folders.refuse_push, "the phone forbids it")
        self.folders.pushed.append(text)
        return f"F{len(self.folders.pushed):X}"

    async def set_read(self, handle: str, *, read: bool) -> None:
        await asyncio.sleep(0)
        if self.folders.refuse_mark is not None:
            raise ObexRefused(self.folders.refuse_mark, "not found")
        self.folders.marked.append((handle, read))

    async def refresh_inbox(self) -> None:
        self.folders.refreshed.append(len(self.folders.listed))
        if self.folders.refuse_refresh is not None:
            raise ObexRefused(self.folders.refuse_refresh, "not now")

    async def next_change(self) -> FolderChange:
        return await self._changes.get()


class ScriptedNotifications(Session):
    """A NotificationAccess."""

    def __init__(self) -> None:
        super().__init__()
        self.performed: list[tuple[int, NotificationAction]] = []
        self.refuse: PhonelinkError | None = None
        self.battery: int | None = 80
        self.probes = 0
        self._events: asyncio.Queue[ObservedNotification | NotificationGone] = asyncio.Queue()

    def tell(self, seen: ObservedNotification | NotificationGone) -> None:
        """The phone shows or removes a notification."""
        self._events.put_nowait(seen)

    async def next_event(self) -> ObservedNotification | NotificationGone:
        seen = await self._events.get()
        self._events.task_done()
        return seen

    async def replayed(self) -> None:
        await self._events.join()

    async def perform(self, uid: int, action: NotificationAction) -> None:
        await asyncio.sleep(0)
        if self.refuse is not None:
            raise self.refuse
        self.performed.append((uid, action))

    async def battery_percent(self) -> int | None:
        return self.battery

    async def probe(self) -> None:
        self.probes += 1
        if self.refuse is not None:
            raise self.refuse


class ScriptedPhonebook(Session):
    """A PhonebookAccess."""

    def __init__(
        self,
        owner: Contact | None = None,
        contacts: tuple[Contact, ...] = (),
        calls: tuple[Call, ...] | PhonelinkError = (),
    ) -> None:
        super().__init__()
        self._owner = owner
        self._contacts = contacts
        self._calls = calls

    async def owner(self) -> Contact | None:
        return self._owner

    async def contacts(self, go_on: GoOn = always) -> tuple[Contact, ...]:
        """In pages of two."""
        read = 0
        while read < len(self._contacts):
            await asyncio.sleep(0)
            read = min(read + 2, len(self._contacts))
            if not go_on(read):
                break
        return self._contacts[:read]

    async def calls(self) -> tuple[Call, ...]:
        if isinstance(self._calls, PhonelinkError):
            raise self._calls
        return self._calls


class ScriptedBackend:
    """A PhoneBackend whose sessions are kept for the test; unreachable while `away`."""

    def __init__(self, traits: PhoneTraits, folders: Folders | None = None) -> None:
        self.phone_id = "phone-1"
        self.phone_name: RemoteText = clean("Phone")
        self.traits = traits
        self.way = ""
        self.offers = (
            frozenset(Capability)
            if traits.notifications
            else frozenset(Capability) - {Capability.NOTIFICATIONS}
        )
        self.folders = folders or Folders()
        self.away = False
        self.messages: list[ScriptedMessages] = []
        self.notifications: list[ScriptedNotifications] = []
        self.phonebook: Callable[[], ScriptedPhonebook] = ScriptedPhonebook

    async def open_messages(self) -> MessageAccess:
        self._check()
        self.messages.append(ScriptedMessages(self.folders))
        return self.messages[-1]

    async def open_notifications(self) -> NotificationAccess:
        self._check()
        self.notifications.append(ScriptedNotifications())
        return self.notifications[-1]

    async def open_phonebook(self) -> PhonebookAccess:
        self._check()
        return self.phonebook()

    def _check(self) -> None:
        if self.away:
            raise PhoneUnreachable("The phone is out of reach.")
