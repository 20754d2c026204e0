"""How are notifications read from a phone? NotificationAccess over ANCS."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any, Final

from bleak.exc import BleakCharacteristicNotFoundError, BleakError

from phonelink_tui.domain.notification import NotificationAction
from phonelink_tui.domain.observed import NotificationGone, ObservedNotification
from phonelink_tui.errors import (
    AncsRefused,
    DeadlineExceeded,
    LimitExceeded,
    LinkLost,
    PhonelinkError,
    RemoteProtocolError,
)
from phonelink_tui.profiles.ancs_mapping import ACTIONS, observe
from phonelink_tui.profiles.ancs_patience import COMMAND_S, REPLAY_QUIET_S, SUBSCRIBE_S, patience_s
from phonelink_tui.profiles.app_names import AppNames
from phonelink_tui.profiles.gatt_errors import refused, translate
from phonelink_tui.profiles.phone_clock import PhoneClock
from phonelink_tui.protocol import limits
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
from phonelink_tui.protocol.ancs.control_point import (
    GetAppAttributes,
    GetNotificationAttributes,
    PerformNotificationAction,
)
from phonelink_tui.protocol.ancs.data_source import AppAttributes, NotificationAttributes
from phonelink_tui.protocol.ancs.events import ActionPerformed, CommandFailed, ConsumerEvent, FetchDropped
from phonelink_tui.protocol.ancs.notification_source import NotificationEvent
from phonelink_tui.transport.gatt import GattClient
from phonelink_tui.transport.link import PhoneLink
from phonelink_tui.transport.together import beside

BATTERY_LEVEL_UUID: Final = "00002a19-0000-1000-8000-00805f9b34fb"

PROBE_APP: Final = "com.apple.MobileSMS"
"""Every iPhone has it, so the question for its name is always answered."""

UNTAKEN: Final = 2 * limits.ANCS_LIVE_NOTIFICATIONS
"""Notifications told and not yet taken: all that can be live, once added and once removed. Beyond that the session
ends; the next one tells again what is still on the phone."""


class AncsClient:
    """An open notification session. Made by `open`; used once."""

    def __init__(
        self, clock: PhoneClock, names: AppNames | None = None, *, command_s: float = COMMAND_S
    ) -> None:
        self._clock = clock
        self._command_s = command_s
        self._stack = AsyncExitStack()
        self._consumer = AncsConsumer()
        self._wake = asyncio.Event()
        self._ended: PhonelinkError | None = None
        self._events: dict[int, NotificationEvent] = {}
        self._to_fetch: OrderedDict[int, None] = OrderedDict()
        self._may_fetch = False
        self._fetching: int | None = None
        self._deadline: float | None = None  # of the command written last, answered or not
        self._unnamed: dict[str, list[tuple[NotificationEvent, NotificationAttributes]]] = {}
        self._names = names or AppNames()
        self._replay_over = asyncio.Event()
        self._out: asyncio.Queue[ObservedNotification | NotificationGone] = asyncio.Queue(UNTAKEN)
        self._probes: list[asyncio.Future[None]] = []
        self._actions: dict[PerformNotificationAction, list[asyncio.Future[None]]] = {}
        self._client: GattClient

    @classmethod
    async def open(
        cls,
        link: PhoneLink,
        clock: PhoneClock,
        names: AppNames | None = None,
        *,
        command_s: float = COMMAND_S,
    ) -> AncsClient:
        """Attach, subscribe (Data Source first), prove readiness by one answered request.

        Args:
            link: How the phone is reached.
            clock: Turns the phone's local times into UTC.
            names: Those of apps that earlier sessions learned, and learns more.
            command_s: How long the phone may take for one command.

        Raises:
            AncsRefused: Nobody has allowed it on the phone yet.
            PhoneUnreachable, BluetoothUnavailable, LinkLost, DeadlineExceeded, RemoteProtocolError.
        """
        session = cls(clock, names, command_s=command_s)
        try:
            await session._attach(link)
        except BaseException:
            await session.aclose()
            raise
        return session

    async def run(self) -> None:
        """See `NotificationAccess.run`."""
        try:
            while self._ended is None:
                self._wake.clear()
                self._handle_events()
                if not await self._write_command():
                    await self._wait()
            raise self._ended
        except PhonelinkError as error:
            self._end(error)
            raise

    async def next_event(self) -> ObservedNotification | NotificationGone:
        """See `NotificationAccess.next_event`."""
        seen = await self._out.get()
        self._out.task_done()
        return seen

    async def replayed(self) -> None:
        """See `NotificationAccess.replayed`."""
        await self._replay_over.wait()
        await self._out.join()

    async def perform(self, uid: int, action: NotificationAction) -> None:
        """See `NotificationAccess.perform`."""
        command = PerformNotificationAction(uid, ACTIONS[action])
        answer = self._new_future()
        self._consumer.perform(uid, ACTIONS[action])
        self._actions.setdefault(command, []).append(answer)
        self._wake.set()
        await self._in_time(answer)

    async def battery_percent(self) -> int | None:
        """See `NotificationAccess.battery_percent`."""
        try:
            async with asyncio.timeout(self._command_s):
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
        self._consumer.request_app_name(PROBE_APP)
        self._probes.append(answer)
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
        # Nothing but the probe is written meanwhile: leaving cancels `run`, and must not cut a write in two.
        async with beside(self.run()):
            await self.probe()
        self._may_fetch = True

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
            self._handle_events()  # at once: hundreds of values may come before `run` gets its turn
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
            async with asyncio.timeout(3 * self._command_s):
                await answer
        except TimeoutError:
            raise DeadlineExceeded("The phone did not answer in time.") from None

    async def _wait(self) -> None:
        """Until a value or a wish comes, the command in flight has had its time, or the replay is over."""
        quiet_until = self._replay_quiet_until()
        try:
            async with asyncio.timeout_at(quiet_until or self._deadline):
                await self._wake.wait()
        except TimeoutError:
            if quiet_until is not None:
                self._replay_over.set()
                return
            self._deadline = None
            self._consumer.command_timed_out()

    def _replay_quiet_until(self) -> float | None:
        """When the replay counts as over, should nothing come; None while there is something to ask, or it is."""
        asking = self._fetching is not None or self._to_fetch or self._unnamed
        if self._replay_over.is_set() or not self._may_fetch or asking:
            return None
        return asyncio.get_running_loop().time() + REPLAY_QUIET_S

    async def _write_command(self) -> bool:
        """Write the next command, if it is time for one; whether anything was done."""
        if self._ask_for_next():
            return True
        value = self._consumer.data_to_write()
        if value is None:
            return False
        self._deadline = asyncio.get_running_loop().time() + patience_s(
            value, self._command_s, proving=bool(self._probes)
        )
        try:
            async with asyncio.timeout_at(self._deadline):
                await self._client.write_gatt_char(CONTROL_POINT_UUID, value, response=True)
        except BleakError as error:
            failure = translate(error)
            if not isinstance(failure, AncsRefused):
                raise failure from error
            self._consumer.command_failed(failure.code)
        except TimeoutError:
            self._consumer.command_timed_out()
        else:
            self._consumer.command_written()
        return True

    def _ask_for_next(self) -> bool:
        """One fetch at a time, the newest notification first, the replay at the beginning of a session last."""
        if not self._may_fetch or self._fetching is not None or not self._to_fetch:
            return False
        self._fetching, _ = self._to_fetch.popitem(last=False)
        self._consumer.request_attributes(self._fetching)
        return True

    def _handle_events(self) -> None:
        while (event := self._consumer.next_event()) is not None:
            self._handle(event)

    def _handle(self, event: ConsumerEvent) -> None:
        match event:
            case NotificationEvent():
                self._on_notification(event)
            case NotificationAttributes():
                self._finish_fetch(event.uid)
                self._on_attributes(event)
            case AppAttributes():
                if event.app_id == PROBE_APP:
                    self._answer_probes(None)
                self._on_app_name(event.app_id, event.values.get(AppAttributeId.DISPLAY_NAME, ""))
            case ActionPerformed():
                self._settle(PerformNotificationAction(event.uid, event.action), None)
            case CommandFailed():
                self._on_failed(event)
            case FetchDropped():
                self._on_failed(CommandFailed(event.command, None))

    def _finish_fetch(self, uid: int) -> None:
        """A fetch has its end. One about a notification that went ends without a word: the event ends it."""
        if self._fetching == uid:
            self._fetching = None

    def _on_notification(self, event: NotificationEvent) -> None:
        if event.event_id in (EventId.ADDED, EventId.REMOVED):
            self._finish_fetch(event.uid)
        self._to_fetch.pop(event.uid, None)
        if event.event_id == EventId.REMOVED:
            self._forget(event.uid)
            return
        self._events[event.uid] = event
        self._to_fetch[event.uid] = None
        self._to_fetch.move_to_end(event.uid, last=bool(event.flags & EventFlags.PRE_EXISTING))
        if len(self._events) > limits.ANCS_LIVE_NOTIFICATIONS:
            self._forget(next(iter(self._events)))  # as the consumer does

    def _forget(self, uid: int) -> None:
        self._finish_fetch(uid)
        self._to_fetch.pop(uid, None)
        if self._events.pop(uid, None) is not None:
            self._tell(NotificationGone(uid))

    def _on_attributes(self, attributes: NotificationAttributes) -> None:
        event = self._events.get(attributes.uid)
        if event is None:
            return
        app_id = attributes.values.get(NotificationAttributeId.APP_IDENTIFIER, "")
        if not app_id or app_id in self._names:
            self._emit(event, attributes, self._names.get(app_id))
            return
        if app_id not in self._unnamed:
            self._consumer.request_app_name(app_id)
        self._unnamed.setdefault(app_id, []).append((event, attributes))

    def _on_app_name(self, app_id: str, name: str) -> None:
        """An app's name; empty where the phone has none or does not answer, which is not asked again."""
        self._names.learn(app_id, name)
        for waiting in self._unnamed.pop(app_id, []):
            self._emit(*waiting, name)

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
                if app_id == PROBE_APP:
                    self._answer_probes(error)
                self._on_app_name(app_id, "")
            case GetNotificationAttributes(uid=uid):
                self._finish_fetch(uid)

    def _emit(self, event: NotificationEvent, attributes: NotificationAttributes, app_name: str) -> None:
        """Tell of a notification, unless it has changed or gone while its app's name was asked for."""
        if self._events.get(attributes.uid) is event:
            self._tell(observe(event, attributes, app_name, self._clock))

    def _tell(self, seen: ObservedNotification | NotificationGone) -> None:
        try:
            self._out.put_nowait(seen)
        except asyncio.QueueFull:
            self._end(LimitExceeded("The phone sends notifications faster than they are read."))

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
