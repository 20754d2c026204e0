"""What is a relay? Supervisors, store, stream, guard and outbox, tied together behind `RelayApi`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from datetime import datetime
from random import Random
from secrets import token_hex
from typing import Any

from attrs import evolve

from phonelink_tui.archive.archive import Archive
from phonelink_tui.config.policy import Policy, PolicyAction
from phonelink_tui.config.policy_source import PolicySource
from phonelink_tui.domain.events import (
    CommandChanged,
    CommandState,
    Event,
    LinkChanged,
    MessageChanged,
    MessageGone,
    Stamped,
    ThreadChanged,
)
from phonelink_tui.domain.failure import Failure
from phonelink_tui.domain.keeping import NotKept
from phonelink_tui.domain.message import MessageId, TextMessage
from phonelink_tui.domain.phone import Capability, CapabilityState, LinkPhase, Phone
from phonelink_tui.domain.thread import ThreadId
from phonelink_tui.domain.week import Week
from phonelink_tui.errors import ArchiveError, DeadlineExceeded, PhonelinkError, UnknownThread
from phonelink_tui.profiles.ports import MessageAccess, NotificationAccess, PhoneBackend, PhonebookAccess
from phonelink_tui.relay.api import (
    MESSAGES_PAGE,
    SEARCH_HITS,
    Command,
    MarkRead,
    MessagePage,
    Place,
    RetryText,
    Snapshot,
)
from phonelink_tui.relay.audit import Audit
from phonelink_tui.relay.code_book import CodeBook
from phonelink_tui.relay.commands import Commands, Later
from phonelink_tui.relay.failures import failure_of
from phonelink_tui.relay.history import History
from phonelink_tui.relay.intake import Intake
from phonelink_tui.relay.keeper import Keeper
from phonelink_tui.relay.limit_book import LimitBook
from phonelink_tui.relay.links import Links
from phonelink_tui.relay.notices import Notices
from phonelink_tui.relay.outbox import Outbox
from phonelink_tui.relay.policing import Passing, Policing
from phonelink_tui.relay.reading import Reading
from phonelink_tui.relay.retaining import Retaining
from phonelink_tui.relay.sessions import ContactSync, NotificationSync
from phonelink_tui.relay.settings import RelaySettings
from phonelink_tui.relay.store import Store
from phonelink_tui.relay.stream import Stream
from phonelink_tui.relay.supervisor import Supervisor
from phonelink_tui.relay.sync import MessageSync


class Relay:
    """Owns one phone. `run` keeps it connected; everything else answers at once."""

    def __init__(
        self,
        backend: PhoneBackend,
        settings: RelaySettings,
        *,
        now: Callable[[], datetime],
        rng: Random,
        archive: Archive | None = None,
        week: Callable[[Phone], Week] = lambda _phone: {},
    ) -> None:
        """
        Args:
            backend: The way to the phone.
            settings: What is fixed for this run.
            now: The clock (UTC).
            rng: Jitter of pauses.
            archive: What is kept over restarts; it outlives this relay, and `begin` must be called. None: memory.
            week: Reads what is remembered of the phone's last week; called in a thread of its own.
        """
        self._backend = backend
        self._now = now
        self._week = week
        self._keeps_queued = settings.lasting and archive is not None
        phone = Phone(
            backend.phone_id,
            backend.phone_name,
            backend.traits,
            {
                c: CapabilityState(
                    c, LinkPhase.CONNECTING if c in backend.offers else LinkPhase.ABSENT, now()
                )
                for c in Capability
            },
        )
        self._stream = Stream(now, epoch=token_hex(4))
        not_kept = None if archive is not None else settings.not_kept
        self._store = Store(phone, now, LimitBook(now, not_kept, settings.set_aside))
        source = settings.policy or PolicySource(Policy, now)
        self._policing = policing = Policing(source, self._store, self.publish)
        self._codes = CodeBook(now)
        run = archive.run if archive is not None else 0
        self._keeper = Keeper(archive, self._store, now, policing.refused)
        self._links = Links(self._store, now, run, self._keeper.expect)
        self._intake = Intake(
            self._store, now, settings.thread_secret, settings.region, run, self._keeper.bind
        )
        self._history = History(archive, self._store, self._intake)
        notices = Notices(self._store, self._intake, now, run)
        self._outbox = Outbox(self._publish_text, self._recheck, self._intake.bind, now, self._keeper)
        reading = Reading(self._store, self.publish)
        self._message_sync = MessageSync(
            self._store,
            self._intake,
            self.publish,
            lambda: self._prove(Capability.MESSAGES),
            lambda: self._caught_up(Capability.MESSAGES),
            reading=reading,
            recall=self._history.recall_rows,
        )
        self._notification_sync = NotificationSync(
            notices,
            self.publish,
            lambda: self._prove(Capability.NOTIFICATIONS),
            lambda percent: self.publish(self._links.take_battery(percent)),
            lambda: self._caught_up(Capability.NOTIFICATIONS),
        )
        self._contact_sync = ContactSync(
            self._intake,
            self.publish,
            lambda: self._prove(Capability.CONTACTS),
            lambda: self._caught_up(Capability.CONTACTS),
            reading,
            lambda: self._store.contacts,
        )
        self._supervisors = self._supervise(rng)
        self._commands = Commands(
            self._store,
            self._intake,
            notices,
            self._outbox,
            reading,
            self.publish,
            self._keeper.commit if archive is not None else None,
            settings.hold_s,
            now,
        )
        self._commands.on_retry = self._retry_now
        self._commands.refused = policing.refused
        self._retaining = (
            Retaining(
                archive,
                lambda: policing.policy.within_ceiling(settings.archive),
                self._store,
                self._intake.filing.identify,
                self.publish,
                now,
            )
            if archive is not None
            else None
        )
        self._commands.on_looked = self._keeper.note_looked
        write = self._keeper.note_action if archive is not None else None
        self._audit = Audit(write, self._store.message, now)
        self._tasks: asyncio.TaskGroup | None = None

    # RelayApi

    def events(self, since: Place | None = None) -> AbstractAsyncContextManager[AsyncIterator[Stamped]]:
        """See `RelayApi.events`."""
        return self._subscribe(since)

    async def snapshot(self) -> Snapshot:
        """See `RelayApi.snapshot`."""
        told = self._store.snapshot(self._stream.rev)
        codes = self._codes.newest_first()
        return self._policing.shown(evolve(told, epoch=self._stream.epoch, codes=codes))

    async def execute(self, command: Command) -> str:
        """See `RelayApi.execute`."""
        await self._recall_for(command)
        if not self._commands.has_taken_up(command.id):
            self._audit.begin(command)
        later = self._commands.execute(command)
        if later is not None:
            self._start(command.id, later)
        return command.id

    async def messages(
        self, thread: ThreadId, *, before: MessageId | None = None, limit: int = 100
    ) -> MessagePage:
        """See `RelayApi.messages`."""
        self._policing.require(PolicyAction.READ)
        page = await self._history.page(thread, before, max(1, min(limit, MESSAGES_PAGE)))
        self._message_sync.want_bodies(m.id for m in page.messages)
        return page

    async def search(self, query: str, *, limit: int = 50) -> tuple[TextMessage, ...]:
        """See `RelayApi.search`."""
        self._policing.require(PolicyAction.READ)
        return await self._history.search(query, max(1, min(limit, SEARCH_HITS)))

    async def week(self) -> Week:
        """See `RelayApi.week`."""
        return await asyncio.to_thread(self._week, self._store.phone)

    # Life

    async def begin(self) -> None:
        """Take up what the archive holds; call once before `run`. Raises ArchiveError."""
        kept = await self._history.begin()
        self._keeper.begin_with(kept)
        self._links.begin_with(kept.gaps)
        self._commands.begin_with(kept.commands)
        self._audit.expect(message for _, message in kept.outbox)
        self._outbox.begin_with(kept.outbox, kept.stranded, kept.expiries)

    async def run(self) -> None:
        """Keep the phone connected until cancelled; call once."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._outbox.run())
                tasks.create_task(self._policing.run())
                if self._retaining is not None:
                    tasks.create_task(self._retaining.run())
                for supervisor in self._supervisors.values():
                    tasks.create_task(supervisor.run())
                self._tasks = tasks
                try:
                    await asyncio.Event().wait()
                finally:
                    self._tasks = None  # a group that is ending takes no more tasks
        finally:
            self._stream.end()

    async def close(self) -> int:
        """Before cancelling `run`: finish the push in flight, drop what waits; the number of texts dropped."""
        self._links.foresee()
        return await self._outbox.close(keep_queued=self._keeps_queued and self._keeper.may_keep)

    async def sleep(self) -> None:
        """Before this computer sleeps: end all sessions in order, and begin none until `wake`."""
        await self._outbox.rest()
        async with asyncio.TaskGroup() as tasks:
            for supervisor in self._supervisors.values():
                tasks.create_task(supervisor.sleep())

    def wake(self) -> None:
        """This computer is awake: connect at once."""
        for supervisor in self._supervisors.values():
            supervisor.wake()

    def publish(self, events: Iterable[Event]) -> None:
        """Apply and publish events in order, each with what follows from it."""
        for event in events:
            derived = self._store.apply(event)
            for each in (event, *derived, *self._codes.take(event)):
                self._keeper.take(each)
                self._stream.publish(each)
            self._audit.take(event)
            if (
                isinstance(event, MessageGone)
                and self._tasks is not None
                and self._store.is_bare(event.thread)
            ):
                self._tasks.create_task(self._refill(event.thread))
        if self._keeper.keeps != (self._store.limits.kept is None):
            for limit in self._store.limits.say_kept(None if self._keeper.keeps else NotKept.DISK):
                self._stream.publish(limit)

    # How

    async def _refill(self, thread: ThreadId) -> None:
        with suppress(ArchiveError, DeadlineExceeded, UnknownThread):  # the row says less until the next text
            if await self._history.refill(thread):
                self._stream.publish(ThreadChanged(self._store.thread(thread)))

    @asynccontextmanager
    async def _subscribe(self, since: Place | None) -> AsyncIterator[AsyncIterator[Stamped]]:
        with self._stream.subscribe(since) as reader:
            yield Passing(reader, self._policing.passes)

    async def _recall_for(self, command: Command) -> None:
        """What a command is about may lie in the archive only."""
        match command:
            case MarkRead(thread=thread):
                with suppress(UnknownThread):
                    await self._history.recall_unread(thread)
            case RetryText(message=message):
                await self._history.recall_ids([message])
            case _:
                pass

    def _supervise(self, rng: Random) -> dict[Capability, Supervisor[Any]]:
        backend, report, now = self._backend, self._report, self._now
        messages: Supervisor[MessageAccess] = Supervisor(
            Capability.MESSAGES, backend.open_messages, self._run_messages, report, now=now, rng=rng
        )
        notifications: Supervisor[NotificationAccess] = Supervisor(
            Capability.NOTIFICATIONS,
            backend.open_notifications,
            self._run_notifications,
            report,
            now=now,
            rng=rng,
        )
        contacts: Supervisor[PhonebookAccess] = Supervisor(
            Capability.CONTACTS, backend.open_phonebook, self._contact_sync.run, report, now=now, rng=rng
        )
        all_of_them: dict[Capability, Supervisor[Any]] = {
            Capability.MESSAGES: messages,
            Capability.NOTIFICATIONS: notifications,
            Capability.CONTACTS: contacts,
        }
        return {c: s for c, s in all_of_them.items() if c in backend.offers}

    async def _run_messages(self, access: MessageAccess) -> None:
        self._outbox.use(access)
        self._commands.messages = access
        try:
            await self._message_sync.run(access)
        finally:
            self._outbox.use(None)
            self._commands.messages = None

    async def _run_notifications(self, access: NotificationAccess) -> None:
        self._commands.notifications = access
        try:
            self.publish(self._intake.judge_again())
            await self._notification_sync.run(access)
        finally:
            self._commands.notifications = None

    def _report(self, state: CapabilityState) -> None:
        if state.phase is LinkPhase.READY and state.capability is not Capability.NOTIFICATIONS:
            state = evolve(state, detail=self._backend.way)
            if self._backend.traits != self._store.phone.traits:
                self.publish([LinkChanged(evolve(self._store.phone, traits=self._backend.traits))])
        self.publish(self._links.take_state(state))

    def _prove(self, capability: Capability) -> None:
        self.publish(self._links.take_proof(capability))

    def _caught_up(self, capability: Capability) -> None:
        if capability is Capability.MESSAGES:
            self._contact_sync.read_calls_again()  # a listing tells the phone's offset from UTC
        self.publish(self._links.take_caught_up(capability))

    def _publish_text(self, message: TextMessage) -> None:
        """A text of ours got further. Later evidence may have moved it meanwhile: it stays where it is now."""
        self.publish([MessageChanged(self._commands.in_its_place(message), live=False)])

    def _recheck(self, message: TextMessage) -> str | None:
        return self._commands.recheck(message).words[0] or None

    def _retry_now(self, capability: Capability | None) -> None:
        for c, supervisor in self._supervisors.items():
            if capability in (None, c):
                supervisor.retry_now()
        if capability in (None, Capability.MESSAGES):
            self._message_sync.look_now()

    def _start(self, command_id: str, work: Later) -> None:
        """Carry out what needs the phone, beside everything else."""
        if self._tasks is None:
            work.close()
            self._commands.abandon(command_id)
            sentence, hint = "The relay is ending.", "Try again."
            self._fail(command_id, Failure.NOT_CONNECTED, sentence, hint)
            return
        self._tasks.create_task(self._finish(command_id, work))

    async def _finish(self, command_id: str, work: Later) -> None:
        try:
            outcome = await work
        except PhonelinkError as error:
            self._fail(command_id, failure_of(error), error.message, error.hint)
        else:
            self.publish([outcome or CommandChanged(command_id, CommandState.DONE)])

    def _fail(self, command_id: str, failure: Failure, sentence: str, hint: str) -> None:
        state = CommandState.FAILED
        self.publish([CommandChanged(command_id, state, sentence=sentence, hint=hint, failure=failure)])
