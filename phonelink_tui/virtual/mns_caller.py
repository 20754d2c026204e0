"""How does the phone tell of new texts? It connects back to us, and sends event reports. (MAP 1.4, 5.1, 5.2)"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any, Final

from phonelink_tui.errors import LinkLost, PhoneUnreachable, RemoteProtocolError
from phonelink_tui.protocol.map.constants import FOLDER_PATH, EventType, NotificationFilter
from phonelink_tui.protocol.map.event_report import Event, EventReport
from phonelink_tui.protocol.map.handles import MessageHandle
from phonelink_tui.protocol.map.requests import SendEvent, connect_mns
from phonelink_tui.protocol.obex.client import ClientConnection, ClientState
from phonelink_tui.protocol.obex.events import NEED_DATA, Connected, OperationDone
from phonelink_tui.protocol.obex.operations import Disconnect, Operation
from phonelink_tui.virtual.entries import (
    PhoneChange,
    PresenceChanged,
    StoredText,
    TextArrived,
    TextDeleted,
    TextMoved,
    TextReadChanged,
    TextSent,
)
from phonelink_tui.virtual.faults import FaultKind
from phonelink_tui.virtual.faulty_stream import BreakableStream, Sleep
from phonelink_tui.virtual.listings import message_type, written_handle
from phonelink_tui.virtual.odd import oddly_written
from phonelink_tui.virtual.personas import Persona
from phonelink_tui.virtual.phone import VirtualPhone

INSTANCE_ID: Final = 0
RECONNECT_PAUSE_S: Final = 2.0
ANSWER_DEADLINE_S: Final = 15.0
GOODBYE_DEADLINE_S: Final = 1.0

WAITING_EVENTS: Final = 1024
"""Events kept while the client cannot be reached; then the oldest are dropped."""

Spawn = Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]]


class MnsCaller:
    """The phone's notification client, for one message session.

    Args:
        phone: Whose events.
        call_out: Opens a connection to the client's notification server; raises PhoneUnreachable.
        spawn: Runs work in a task.
        sleep: Waits for so many seconds.

    While registered it connects, and connects again when the connection is lost; an event whose report was not
    answered is sent again.
    """

    def __init__(
        self,
        phone: VirtualPhone,
        call_out: Callable[[], Awaitable[BreakableStream]],
        spawn: Spawn,
        sleep: Sleep,
    ) -> None:
        self._phone = phone
        self._call_out = call_out
        self._spawn = spawn
        self._sleep = sleep
        self._mask = ~NotificationFilter(0)
        self._waiting: deque[Event] = deque(maxlen=WAITING_EVENTS)
        self._more = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._stream: BreakableStream | None = None
        self._unlisten: Callable[[], None] | None = None

    def register(self, *, on: bool) -> None:
        """The client wants event reports, or no longer. Switching off closes the connection."""
        if on and self._task is None and not self._phone.faults.has(FaultKind.NO_CALL_BACK):
            self._unlisten = self._phone.listen(self._apply)
            self._flood()
            self._task = self._spawn(self._run())
        elif not on and self._task is not None:
            self._task.cancel()
            self._task = None
            self._waiting.clear()
            if self._unlisten is not None:
                self._unlisten()

    def set_filter(self, mask: int) -> None:
        """The client chose which events it wants."""
        self._mask = NotificationFilter(mask)

    def _apply(self, change: PhoneChange) -> None:
        if change == PresenceChanged(False) and self._stream is not None:
            self._spawn(self._stream.abort())
        event = _event_of(self._phone.persona, change)
        if event is not None and _FILTER_BITS[EventType(event.type)] in self._mask:
            self._waiting.append(event)
            self._more.set()

    def _flood(self) -> None:
        events = int(self._phone.faults.draw(FaultKind.FLOOD) or 0)
        if self._phone.faults.happened(FaultKind.FLOOD):
            for number in range(events):
                handle = MessageHandle(f"{0xF000_0000_0000 + number:X}")
                self._waiting.append(Event(EventType.NEW_MESSAGE, handle, folder=_path("inbox")))

    async def _run(self) -> None:
        while True:
            try:
                stream = self._stream = await self._call_out()
                try:
                    await self._report(stream)
                finally:
                    self._stream = None
                    await stream.aclose()
            except (PhoneUnreachable, LinkLost, RemoteProtocolError, TimeoutError):
                await self._sleep(RECONNECT_PAUSE_S)

    async def _report(self, stream: BreakableStream) -> None:
        machine = ClientConnection()
        if not await _ask(machine, stream, connect_mns()):
            raise PhoneUnreachable("The notification server refused the phone.", refused=True)
        self._phone.counts["mns"] += 1
        try:
            while True:
                while self._waiting:
                    event = self._waiting[0]
                    await _ask(machine, stream, SendEvent(INSTANCE_ID, self._written(event)).encode())
                    self._phone.counts["event"] += 1
                    if self._waiting and self._waiting[0] is event:
                        self._waiting.popleft()
                self._more.clear()
                await self._more.wait()
        except asyncio.CancelledError:
            await _say_goodbye(machine, stream)
            raise

    def _written(self, event: Event) -> bytes:
        report = EventReport((event,), "1.1" if self._phone.persona.reports_delivery else "1.0").encode()
        return oddly_written(report) if self._phone.faults.has(FaultKind.ODD) else report


async def _say_goodbye(machine: ClientConnection, stream: BreakableStream) -> None:
    if machine.state is ClientState.READY:
        with suppress(LinkLost, TimeoutError):
            async with asyncio.timeout(GOODBYE_DEADLINE_S):
                await stream.send(machine.send(Disconnect()))


async def _ask(machine: ClientConnection, stream: BreakableStream, operation: Operation) -> bool:
    await stream.send(machine.send(operation))
    async with asyncio.timeout(ANSWER_DEADLINE_S):
        while True:
            event = machine.next_event()
            if due := machine.data_to_send():
                await stream.send(due)
            match event:
                case Connected():
                    return True
                case OperationDone():
                    return event.succeeded
                case _ if event is NEED_DATA:
                    data = await stream.receive()
                    if not data:
                        raise LinkLost("The computer closed the notification connection.")
                    machine.receive_data(data)


_FILTER_BITS: Final = {
    EventType.NEW_MESSAGE: NotificationFilter.NEW_MESSAGE,
    EventType.MESSAGE_DELETED: NotificationFilter.MESSAGE_DELETED,
    EventType.MESSAGE_SHIFT: NotificationFilter.MESSAGE_SHIFT,
    EventType.SENDING_SUCCESS: NotificationFilter.SENDING_SUCCESS,
    EventType.DELIVERY_SUCCESS: NotificationFilter.DELIVERY_SUCCESS,
    EventType.READ_STATUS_CHANGED: NotificationFilter.READ_STATUS_CHANGED,
}


def _event_of(persona: Persona, change: PhoneChange) -> Event | None:
    """The event a change is reported as; None where this phone keeps it to itself."""
    match change:
        case TextArrived(text):
            return _event(persona, EventType.NEW_MESSAGE, text)
        case TextDeleted(text):
            return _event(persona, EventType.MESSAGE_DELETED, text)
        case TextReadChanged(text):
            return _event(persona, EventType.READ_STATUS_CHANGED, text)
        case TextMoved(text, old_folder) if persona.keeps_sent:
            return _event(persona, EventType.MESSAGE_SHIFT, text, old_folder=_path(old_folder))
        case TextMoved(text, old_folder) if text.folder == "deleted":
            return _event(persona, EventType.MESSAGE_DELETED, text, folder=_path(old_folder))
        case TextSent(text, delivered) if persona.reports_delivery:
            kind = EventType.DELIVERY_SUCCESS if delivered else EventType.SENDING_SUCCESS
            return _event(persona, kind, text)
        case _:
            return None


def _event(
    persona: Persona, kind: EventType, text: StoredText, *, folder: str = "", old_folder: str | None = None
) -> Event:
    return Event(
        kind,
        MessageHandle(written_handle(persona, text.handle)),
        folder=folder or _path(text.folder),
        old_folder=old_folder,
        msg_type=message_type(persona, text),
        read_status=text.read if kind is EventType.READ_STATUS_CHANGED else None,
    )


def _path(folder: str) -> str:
    return "/".join((*FOLDER_PATH, folder))
