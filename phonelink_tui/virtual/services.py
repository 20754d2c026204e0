"""Which connections does the phone have, who serves each, and what ends them?

The same for every way of reaching the phone: `radio` brings streams in memory, `serve` brings sockets.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import Any

from attrs import define

from phonelink_tui.errors import PhoneUnreachable
from phonelink_tui.transport.link import Service
from phonelink_tui.virtual.entries import PhoneChange, PresenceChanged, Switch, SwitchTurned
from phonelink_tui.virtual.faults import FaultKind
from phonelink_tui.virtual.faulty_stream import BreakableStream, FaultyStream, Sleep
from phonelink_tui.virtual.mas_server import MasServer
from phonelink_tui.virtual.mns_caller import MnsCaller
from phonelink_tui.virtual.obex_service import ObexResponder, serve_obex
from phonelink_tui.virtual.pbap_server import PbapServer
from phonelink_tui.virtual.phone import VirtualPhone

CallOut = Callable[[], Awaitable[BreakableStream]]
"""Opens a connection from the phone to the client's notification server. Raises PhoneUnreachable."""

_SWITCHES = {Service.MAS: Switch.MESSAGES, Service.PBAP: Switch.CONTACTS}


@define(eq=False)
class Session:
    """One connection to a service of the phone."""

    service: Service
    stream: BreakableStream
    ended: bool = False

    def release(self) -> None:
        """The client let go: the phone may take another session at once."""
        self.ended = True


class PhoneServices:
    """The phone's OBEX services.

    Args:
        phone: Whose.
        tasks: Where connections are served.
        sleep: Waits for so many seconds.
    """

    def __init__(self, phone: VirtualPhone, tasks: asyncio.TaskGroup, sleep: Sleep = asyncio.sleep) -> None:
        self._phone = phone
        self._tasks = tasks
        self._sleep = sleep
        self._sessions: list[Session] = []
        self._running: set[asyncio.Task[None]] = set()
        self._unlisten = phone.listen(self._apply)

    def admit(self, service: Service) -> None:
        """Whether a connection to a service may be opened just now.

        Raises:
            PhoneUnreachable: Out of range, or refused: by a fault, or because this phone has a session.
        """
        phone = self._phone
        if not phone.present:
            raise PhoneUnreachable("The phone is out of range.", "It is tried again by itself.")
        phone.counts[f"open_{service}"] += 1
        taken = any(session.service is service and not session.ended for session in self._sessions)
        busy = service is Service.MAS and phone.persona.one_map_session and taken
        if busy or phone.faults.happened(FaultKind.REFUSE):
            raise PhoneUnreachable("The phone refused the connection.", refused=True)

    def serve(self, service: Service, stream: BreakableStream, call_out: CallOut) -> Session:
        """Serve a connection that was admitted, in a task of its own.

        Args:
            service: Which.
            stream: The phone's end; closed when the session ends.
            call_out: With MAS: how the phone connects back.
        """
        faulty = FaultyStream(stream, self._phone.faults, self._sleep)
        session = Session(service, faulty)
        self._sessions.append(session)
        if service is Service.MAS:
            caller = MnsCaller(self._phone, partial(self._call_out, call_out), self._spawn, self._sleep)
            responder: ObexResponder = MasServer(self._phone, caller)
        else:
            responder = PbapServer(self._phone)
        self._spawn(self._serve(session, responder))
        return session

    def close(self) -> None:
        """End everything; the tasks end as soon as they get to run."""
        self._unlisten()
        for task in self._running:
            task.cancel()
        for session in self._sessions:
            # A task that is cancelled before its first step closes nothing.
            self._tasks.create_task(session.stream.aclose())

    async def _serve(self, session: Session, responder: ObexResponder) -> None:
        try:
            await serve_obex(session.stream, responder, self._phone.faults)
        finally:
            session.release()
            self._sessions.remove(session)

    async def _call_out(self, call_out: CallOut) -> BreakableStream:
        if not self._phone.present:
            raise PhoneUnreachable("The computer is out of range.")
        return FaultyStream(await call_out(), self._phone.faults, self._sleep)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = self._tasks.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    def _apply(self, change: PhoneChange) -> None:
        match change:
            case PresenceChanged(present=False):
                for session in self._sessions:
                    session.release()
                    self._spawn(session.stream.abort())
            case SwitchTurned(switch, on=False):
                for session in self._sessions:
                    if _SWITCHES[session.service] is switch:
                        session.release()
                        self._spawn(session.stream.aclose())
            case _:
                pass
