"""How are notifications read from a phone? NotificationAccess over ANCS."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any, Final

from bleak.exc import BleakCharacteristicNotFoundError, BleakError

from phonelink_tui.domain.notification import NotificationAction
from phonelink_tui.domain.observed import NotificationGone, ObservedNotification
from phonelink_tui.errors import DeadlineExceeded, LinkLost, PhonelinkError, RemoteProtocolError
from phonelink_tui.profiles.ancs_mapping import ACTIONS, observe
from phonelink_tui.profiles.gatt_errors import refused, translate
from phonelink_tui.profiles.phone_clock import PhoneClock
from phonelink_tui.protocol.ancs.constants import (
    CONTROL_POINT_UUID,
    DATA_SOURCE_UUID,
    NOTIFICATION_SOURCE_UUID,
    AppAttributeId,
    EventFlags,
    EventId,
    NotificationAttributeId,
)
from phonelink_tui.protocol.ancs.consumer import AncsConsumer
from phonelink_tui.protocol.ancs.control_point import GetAppAttributes, PerformNotificationAction
from phonelink_tui.protocol.ancs.data_source import AppAttributes, NotificationAttributes
from phonelink_tui.protocol.ancs.events import ActionPerformed, CommandFailed, ConsumerEvent, FetchDropped
from phonelink_tui.protocol.ancs.notification_source import NotificationEvent
from phonelink_tui.transport.gatt import GattClient
from phonelink_tui.transport.link import PhoneLink

COMMAND_S: Final = 15.0
"""A command without an answer by then never gets one."""

SUBSCRIBE_S: Final = 20.0
"""For both subscriptions; they may have to wait for the link to be encrypted."""

BATTERY_LEVEL_UUID: Final = "00002a19-0000-1000-8000-00805f9b34fb"

PROBE_APP: Final = "com.apple.MobileSMS"
"""Every iPhone has it, so the question for its name is always answered."""

APP_NAMES: Final = 500
"""App names remembered in one session; then they are asked for again."""


class AncsClient:
    """An open notification session. Made by `open`; used once."""

    def __init__(self, clock: PhoneClock) -> None:
        self._clock = clock
        self._stack = AsyncExitStack()
        self._consumer = AncsConsumer()
        self._wake = asyncio.Event()
        self._ended: PhonelinkError | None = None
        self._events: dict[int, NotificationEvent] = {}
        self._to_fetch: deque[int] = deque()
        self._fetching = False
        self._unnamed: dict[str, list[NotificationAttributes]] = {}
        self._names: dict[str, str] = {}
        self._out: asyncio.Queue[ObservedNotification | NotificationGone] = asyncio.Queue()
        self._probes: list[asyncio.Future[None]] = []
        self._actions: dict[PerformNotificationAction, list[asyncio.Future[None]]] = {}
        self._client: GattClient

    @classmethod
    async def open(cls, link: PhoneLink, clock: PhoneClock) -> AncsClient:
        """Attach, subscribe (Data Source first), prove readiness by one answered request.

        Raises:
            AncsRefused: Nobody has allowed it on the phone yet.
            PhoneUnreachable, BluetoothUnavailable, LinkLost, DeadlineExceeded, RemoteProtocolError.
        """
        session = cls(clock)
        try:
            await session._attach(link)
        except BaseException:
            await session.aclose()
            raise
        return session

    async def run(self) -> None:
        """See `NotificationAccess.run`."""
        try:
            while True:
                await self._step()
        except PhonelinkError as error:
            self._end(error)
            raise

    async def next_event(self) -> ObservedNotification | NotificationGone:
        """See `NotificationAccess.next_event`."""
        return await self._out.get()

    async def perform(self, uid: int, action: NotificationAction) -> None:
        """See `NotificationAccess.perform`."""
        command = PerformNotificationAction(uid, ACTIONS[action])
        answer = self._new_future()
        self._actions.setdefault(command, []).append(answer)
        self._consumer.perform(uid, ACTIONS[action])
        self._wake.set()
        await self._in_time(answer)

    async def battery_percent(self) -> int | None:
        """See `NotificationAccess.battery_percent`."""
        try:
            async with asyncio.timeout(COMMAND_S):
                value = await self._client.read_gatt_char(BATTERY_LEVEL_UUID)
        except (BleakCharacteristicNotFoundError, TimeoutError):
            return None
        except BleakError as error:
            failure = translate(error)
            if isinstance(failure, LinkLost):
                raise failure from error
            return None
        return value[0] if len(value) == 1 and value[0] <= 100 else None

    async def probe(self) -> None:
        """See `NotificationAccess.probe`."""
        answer = self._new_future()
        self._probes.append(answer)
        self._consumer.request_app_name(PROBE_APP)
        self._wake.set()
        await self._in_time(answer)

    async def aclose(self) -> None:
        """Detach; the phone's other links stay."""
        self._end(LinkLost("The session was closed."))
        await self._stack.aclose()

    async def _attach(self, link: PhoneLink) -> None:
        self._client = await self._stack.enter_async_context(link.attach_gatt(self._on_lost))
        try:
            async with asyncio.timeout(SUBSCRIBE_S):
                await self._client.start_notify(DATA_SOURCE_UUID, self._listener("data"))
                await self._client.start_notify(NOTIFICATION_SOURCE_UUID, self._listener("notification"))
        except BleakError as error:
            raise translate(error) from error
        except TimeoutError:
            raise DeadlineExceeded("The phone did not let us listen in time.") from None
        await self._prove()

    async def _prove(self) -> None:
        """Ask for an answer, and work until it is there. A `run` cancelled here could be half through a write."""
        answer = self._new_future()
        answer.add_done_callback(self._on_proved)
        self._probes.append(answer)
        self._consumer.request_app_name(PROBE_APP)
        while not answer.done():
            await self._step()
        await answer

    def _on_proved(self, answer: asyncio.Future[None]) -> None:
        self._wake.set()
        if not answer.cancelled():
            answer.exception()  # where the session has ended meanwhile, `_step` tells it

    async def _step(self) -> None:
        """Handle what came, then write one command or wait. Raises what ended the session."""
        if self._ended is not None:
            raise self._ended
        self._wake.clear()
        self._handle_events()
        if not await self._write_command():
            await self._wait()

    def _listener(self, source: str) -> Callable[[Any, bytearray], None]:
        receive = {
            "data": self._consumer.receive_data_source,
            "notification": self._consumer.receive_notification_source,
        }[source]

        def on_value(_characteristic: Any, value: bytearray) -> None:
            try:
                receive(bytes(value))
            except RemoteProtocolError as error:
                self._end(error)
            self._wake.set()

        return on_value

    def _on_lost(self) -> None:
        self._end(LinkLost("The link for notifications was lost."))

    def _end(self, error: PhonelinkError) -> None:
        if self._ended is None:
            self._ended = error
        waiting = [*self._probes, *(f for futures in self._actions.values() for f in futures)]
        for future in waiting:
            if not future.done():
                future.set_exception(self._ended)
        self._wake.set()

    def _new_future(self) -> asyncio.Future[None]:
        if self._ended is not None:
            raise self._ended
        return asyncio.get_running_loop().create_future()

    async def _in_time(self, answer: asyncio.Future[None]) -> None:
        """The consumer gives commands up by itself; this deadline is for a session nobody runs."""
        try:
            async with asyncio.timeout(3 * COMMAND_S):
                await answer
        except TimeoutError:
            raise DeadlineExceeded("The phone did not answer in time.") from None

    async def _wait(self) -> None:
        """Until a value or a wish comes; a command in flight has its deadline."""
        deadline = COMMAND_S if self._awaiting_reply() else None
        try:
            async with asyncio.timeout(deadline):
                await self._wake.wait()
        except TimeoutError:
            self._consumer.command_timed_out()

    def _awaiting_reply(self) -> bool:
        return self._fetching or bool(self._unnamed) or bool(self._probes) or bool(self._actions)

    async def _write_command(self) -> bool:
        """Write the next command, if it is time for one; whether it was."""
        if self._to_fetch and not self._fetching:
            uid = self._to_fetch.popleft()
            if self._consumer.is_live(uid):
                self._fetching = True
                self._consumer.request_attributes(uid)
            return True
        value = self._consumer.data_to_write()
        if value is None:
            return False
        try:
            async with asyncio.timeout(COMMAND_S):
                await self._client.write_gatt_char(CONTROL_POINT_UUID, value, response=True)
        except BleakError as error:
            failure = translate(error)
            code = getattr(failure, "code", None)
            if code is None:
                raise failure from error
            self._consumer.command_failed(code)
        except TimeoutError:
            self._consumer.command_timed_out()
        else:
            self._consumer.command_written()
        return True

    def _handle_events(self) -> None:
        while (event := self._consumer.next_event()) is not None:
            self._handle(event)

    def _handle(self, event: ConsumerEvent) -> None:
        match event:
            case NotificationEvent():
                self._on_notification(event)
            case NotificationAttributes():
                self._fetching = False
                self._on_attributes(event)
            case AppAttributes():
                self._on_app_name(event.app_id, event.values.get(AppAttributeId.DISPLAY_NAME, ""))
            case ActionPerformed():
                self._settle(PerformNotificationAction(event.uid, event.action), None)
            case CommandFailed():
                self._on_failed(event)
            case FetchDropped():
                self._fetching = False

    def _on_notification(self, event: NotificationEvent) -> None:
        if event.event_id == EventId.REMOVED:
            if self._events.pop(event.uid, None) is not None:
                self._out.put_nowait(NotificationGone(event.uid))
            self._fetching = False
            return
        self._events[event.uid] = event
        if event.uid not in self._to_fetch:
            if event.flags & EventFlags.PRE_EXISTING:
                self._to_fetch.append(event.uid)
            else:
                self._to_fetch.appendleft(event.uid)

    def _on_attributes(self, attributes: NotificationAttributes) -> None:
        app_id = attributes.values.get(NotificationAttributeId.APP_IDENTIFIER, "")
        if not app_id or app_id in self._names:
            self._emit(attributes, self._names.get(app_id, ""))
            return
        first = app_id not in self._unnamed
        self._unnamed.setdefault(app_id, []).append(attributes)
        if first:
            self._consumer.request_app_name(app_id)

    def _on_app_name(self, app_id: str, name: str) -> None:
        if app_id == PROBE_APP:
            self._answer_probes(None)
        if len(self._names) >= APP_NAMES:
            self._names.clear()
        self._names[app_id] = name
        for attributes in self._unnamed.pop(app_id, []):
            self._emit(attributes, name)

    def _on_failed(self, event: CommandFailed) -> None:
        error: PhonelinkError = (
            refused(event.att_code)
            if event.att_code is not None
            else DeadlineExceeded("The phone did not answer in time.")
        )
        match event.command:
            case PerformNotificationAction():
                self._settle(event.command, error)
            case GetAppAttributes(app_id=app_id):
                if app_id == PROBE_APP and self._probes:
                    self._answer_probes(error)
                self._on_app_name_failed(app_id)
            case _:
                self._fetching = False

    def _on_app_name_failed(self, app_id: str) -> None:
        for attributes in self._unnamed.pop(app_id, []):
            self._emit(attributes, "")

    def _emit(self, attributes: NotificationAttributes, app_name: str) -> None:
        event = self._events.get(attributes.uid)
        if event is not None:
            self._out.put_nowait(observe(event, attributes, app_name, self._clock))

    def _answer_probes(self, error: PhonelinkError | None) -> None:
        probes, self._probes = self._probes, []
        for probe in probes:
            _resolve(probe, error)

    def _settle(self, command: PerformNotificationAction, error: PhonelinkError | None) -> None:
        waiting = self._actions.get(command, [])
        if waiting:
            _resolve(waiting.pop(0), error)
        if not waiting:
            self._actions.pop(command, None)


def _resolve(future: asyncio.Future[None], error: PhonelinkError | None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(None)
    else:
        future.set_exception(error)
