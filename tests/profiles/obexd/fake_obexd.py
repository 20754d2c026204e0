"""What does obexd look like from a program? Its client objects on a session bus, with a phone behind them."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Final

from dbus_fast import Message, MessageType, Variant
from dbus_fast.aio import MessageBus

from phonelink_tui.errors import PhonelinkError
from phonelink_tui.profiles.mns_server import MnsServer
from phonelink_tui.transport.link import PhoneLink
from phonelink_tui.transport.tasks_beside import tasks_beside
from phonelink_tui.transport.together import beside, together
from tests.profiles.obexd.fake_session import MESSAGE, SERVICES, FakeSession, at_connect, connect, greet
from tests.profiles.obexd.mischief import Death, Mischief, Odd, Refused
from tests.profiles.obexd.odd_files import SHORT_BYTES, write

PROPERTIES: Final = "org.freedesktop.DBus.Properties"
OBJECT_MANAGER: Final = "org.freedesktop.DBus.ObjectManager"
SESSION: Final = "org.bluez.obex.Session1"
TRANSFER: Final = "org.bluez.obex.Transfer1"
UNKNOWN: Final = "org.freedesktop.DBus.Error.UnknownMethod"


class FakeObexd:
    """obexd on the session bus. Made by `running`."""

    def __init__(self, bus: MessageBus, link: PhoneLink, tasks: asyncio.TaskGroup) -> None:
        self._bus = bus
        self._link = link
        self._tasks = tasks
        self._running: set[asyncio.Task[None]] = set()
        self._connecting: dict[asyncio.Task[None], str] = {}
        self._next = 0
        self.sessions: dict[str, FakeSession] = {}
        self.calls: Counter[str] = Counter()
        """How often which method was called."""
        self.mischief = Mischief()
        self.created: list[tuple[str, dict[str, Any]]] = []
        """Destination and options of each session asked for."""
        self.files: list[str] = []
        """Every file a program named."""
        self.push_folders: list[str] = []
        """Folders that the next pushes go to in place of the one named: phones refuse those they lack."""
        self.transfer_errors: list[tuple[str, float, bool]] = []
        """How the next transfers fail: what is told of the file, after how long, whether the session lives on."""

    @classmethod
    @asynccontextmanager
    async def running(cls, link: PhoneLink) -> AsyncIterator[FakeObexd]:
        """obexd while inside, on the bus that the environment names."""
        bus = await MessageBus(os.environ["DBUS_SESSION_BUS_ADDRESS"]).connect()
        try:
            async with tasks_beside() as tasks:
                obexd = cls(bus, link, tasks)
                bus.add_message_handler(obexd._on_message)
                rule = "type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged'"
                await bus.call(
                    Message(
                        "org.freedesktop.DBus",
                        "/org/freedesktop/DBus",
                        "org.freedesktop.DBus",
                        "AddMatch",
                        signature="s",
                        body=[rule],
                    )
                )
                await bus.request_name("org.bluez.obex")
                try:
                    yield obexd
                finally:
                    for task in obexd._running:
                        task.cancel()
        finally:
            if bus.connected:
                bus.disconnect()
                await bus.wait_for_disconnect()  # type: ignore[no-untyped-call]

    def die(self) -> None:
        """Killed: off the bus, every session of the phone cut."""
        self._bus.disconnect()
        for task in self._running:
            task.cancel()

    def end_sessions(self) -> None:
        """obexd ends all of them."""
        for session in list(self.sessions.values()):
            self._end(session)

    def signal_message(
        self, session: str, number: int, properties: dict[str, Variant], *, added: bool
    ) -> None:
        """A message object appears, or changes."""
        path = f"{session}/message{number}"
        if added:
            self._signal("/", OBJECT_MANAGER, "InterfacesAdded", "oa{sa{sv}}", [path, {MESSAGE: properties}])
        else:
            self._signal(path, PROPERTIES, "PropertiesChanged", "sa{sv}as", [MESSAGE, properties, []])

    # Methods

    def _on_message(self, message: Message) -> bool:
        if message.member == "NameOwnerChanged" and not message.body[2]:
            self._forget(message.body[0])
        if (
            message.message_type is not MessageType.METHOD_CALL
            or message.interface == "org.freedesktop.DBus.Peer"
        ):
            return False
        self._spawn(self._answer(message))
        return True

    def _forget(self, owner: str) -> None:
        """A program that leaves the bus takes its sessions with it, also those that are being connected."""
        for session in [one for one in self.sessions.values() if one.owner == owner]:
            self._end(session)
        for task in [one for one, waits in self._connecting.items() if waits == owner]:
            task.cancel()

    def _spawn(self, work: Any) -> asyncio.Task[None]:
        task: asyncio.Task[None] = self._tasks.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def _answer(self, message: Message) -> None:
        member = message.member or ""
        self.calls[member] += 1
        try:
            if self.mischief.refusals.get(member):
                raise self.mischief.refusals[member].pop(0)
            if self.mischief.deaths.get(member) is Death.BEFORE_ANSWER:
                del self.mischief.deaths[member]
                self.die()
                return
            if member in self.mischief.unanswered:
                return
            if member in self.mischief.answers:
                signature, body = self.mischief.answers.pop(member)
            else:
                signature, body = await self._perform(message, member)
        except Refused as refused:
            reply = Message.new_error(message, refused.name, refused.text)
        else:
            reply = Message.new_method_return(message, signature, body)
        self._send(reply)

    async def _perform(self, message: Message, member: str) -> tuple[str, list[Any]]:
        path, sender = message.path or "", message.sender or ""
        body = [plain(value) for value in message.body]
        session = next((one for one in self.sessions.values() if f"{path}/".startswith(one.path + "/")), None)
        match member, body:
            case "CreateSession", [destination, options]:
                return "o", [await self._create(destination, options, sender)]
            case "RemoveSession", [name]:
                return await self._remove(name, sender)
        if session is None:
            raise Refused(f"no object {path}", UNKNOWN)
        number = message_number(session, path)
        match member, body:
            case "Get", [interface, "Destination"] if interface == SESSION:
                return "v", [Variant("s", self.created[-1][0])]
            case "Set", ["org.bluez.obex.Message1", "Read", read]:
                await session.set_read(number, read)
            case "SetFolder", [folder]:
                await session.set_folder(folder)
            case "ListMessages", [folder, filters]:
                return await self._list(session, folder, filters)
            case "UpdateInbox", []:
                await session.update_inbox()
            case "PushMessage", [file, folder, options]:
                assert options == {"Charset": "utf8"}, options
                data = self._content(file)
                folder = self.push_folders.pop(0) if self.push_folders else folder
                return self._start(session, member, file, lambda: session.push(data, folder), len(data))
            case "Get", [file, False]:
                return self._start_get(session, member, file, lambda: session.get_message(number))
            case "Select", ["int", book]:
                await session.select(book)
            case "PullAll", [file, filters]:
                return self._start_get(session, member, file, lambda: session.pull_all(filters))
            case "Pull", [card, file, filters]:
                return self._start_get(session, member, file, lambda: session.pull(card, filters))
            case _:
                raise Refused(f"no method {member}", UNKNOWN)
        return "", []

    # Sessions

    async def _create(self, destination: str, options: dict[str, Any], owner: str) -> str:
        self.created.append((destination, options))
        ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        task = self._spawn(self._live(options["Target"], owner, ready))
        self._connecting[task] = owner
        try:
            return await ready
        finally:
            del self._connecting[task]

    async def _live(self, target: str, owner: str, ready: asyncio.Future[str]) -> None:
        """A session from its connection to its end."""
        self._next += 1
        path = f"/org/bluez/obex/client/session{self._next}"
        mns = MnsServer()
        try:
            async with AsyncExitStack() as stack:
                obex, packets = await connect(self._link, target, mns, stack)
                async with beside(obex.run()):
                    await greet(obex, target)
                session = FakeSession(path, owner, SERVICES[target], obex, packets)
                session.task = asyncio.current_task()
                self.sessions[path] = session
                if not ready.done():
                    ready.set_result(path)
                await together(obex.run(), self._take_events(session, mns))
        except PhonelinkError as error:
            ended = at_connect(error)
        except asyncio.CancelledError:
            ended = Refused("Session closed by user")
        if (lost := self.sessions.get(path)) is not None:
            await asyncio.sleep(0)  # what was asked of it fails first
            self._end(lost)
        if not ready.done():
            ready.set_exception(ended)

    def _end(self, session: FakeSession) -> None:
        """Without a session nothing can be asked of it any more, from this moment on."""
        assert session.task is not None
        session.task.cancel()
        if self.sessions.pop(session.path, None) is not None:
            removed = [SESSION, "org.bluez.obex.MessageAccess1"]
            self._signal("/", OBJECT_MANAGER, "InterfacesRemoved", "oas", [session.path, removed])

    async def _remove(self, path: str, sender: str) -> tuple[str, list[Any]]:
        session = self.sessions.get(path)
        if session is None:
            raise Refused(name="org.bluez.obex.Error.InvalidArguments")
        if session.owner != sender:
            raise Refused("Not Authorized", "org.bluez.obex.Error.NotAuthorized")
        self._end(session)
        assert session.task is not None
        await asyncio.wait([session.task])
        return "", []

    async def _take_events(self, session: FakeSession, mns: MnsServer) -> None:
        while True:
            told = session.take_event(await mns.next_event())
            if told is not None:
                added, number, properties = told
                self.signal_message(session.path, number, properties, added=added)

    async def _list(
        self, session: FakeSession, folder: str, filters: dict[str, Any]
    ) -> tuple[str, list[Any]]:
        known = set(session.messages)
        numbers = await session.list_messages(folder, filters)
        for number in numbers:
            if number not in known:
                self.signal_message(session.path, number, session.messages[number], added=True)
        rows = {f"{session.path}/message{number}": session.messages[number] for number in numbers}
        return "a{oa{sv}}", [rows]

    # Transfers

    def _start_get(
        self, session: FakeSession, member: str, file: str, get: Callable[[], Awaitable[bytes]]
    ) -> tuple[str, list[Any]]:
        async def work() -> tuple[bool, int]:
            try:
                data = await get()
            except Refused:
                Path(file).unlink(missing_ok=True)
                return False, 0
            odd = self.mischief.odds.pop(member, None)
            writing = self._spawn(write(Path(file), data, odd))
            if odd not in (Odd.LATE, Odd.SHORT):
                await asyncio.wait([writing])
            return True, SHORT_BYTES + 1 if odd is Odd.CUT else len(data)

        self.files.append(file)
        try:
            os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        except OSError:
            raise Refused("Unable to open file") from None
        return self._start(session, member, file, work, None)

    def _content(self, file: str) -> bytes:
        self.files.append(file)
        try:
            return Path(file).read_bytes()
        except OSError:
            raise Refused("Unable to open file") from None

    def _start(
        self,
        session: FakeSession,
        member: str,
        file: str,
        work: Callable[[], Awaitable[tuple[bool, int]]],
        size: int | None,
    ) -> tuple[str, list[Any]]:
        self._next += 1
        path = f"{session.path}/transfer{self._next}"
        self._spawn(self._transfer(session, path, member, work))
        properties = {"Status": Variant("s", "queued"), "Filename": Variant("s", file)}
        return "oa{sv}", [path, {**properties, "Size": Variant("t", size or 0)}]

    async def _transfer(
        self,
        session: FakeSession,
        path: str,
        member: str,
        work: Callable[[], Awaitable[tuple[bool, int]]],
    ) -> None:
        await asyncio.sleep(0)  # the answer goes out before
        if self.transfer_errors:
            await self._fail(session, path, *self.transfer_errors.pop(0))
            return
        death = self.mischief.deaths.pop(member, None)
        odd = self.mischief.odds.get(member)
        if death is Death.AFTER_ANSWER:
            self.die()
            return
        ticking = self._spawn(self._tick(session, path, endless=odd is Odd.ENDLESS))
        try:
            if odd is Odd.ENDLESS:
                await asyncio.Event().wait()
            well, transferred = await work()
        finally:
            ticking.cancel()
        if death is Death.BEFORE_STATUS:
            self.die()
            return
        if odd is Odd.SILENT:
            return
        if odd is not Odd.VANISH:
            status = {"Status": Variant("s", "complete" if well else "error")}
            self._step(path, {"Transferred": Variant("t", transferred), **status})
        self._signal("/", OBJECT_MANAGER, "InterfacesRemoved", "oas", [path, [TRANSFER]])
        if death is Death.AFTER_STATUS:
            self.die()

    async def _fail(self, session: FakeSession, path: str, told: str, after_s: float, alive: bool) -> None:
        await asyncio.sleep(after_s)
        size = {"all": 1 << 20, "part": 1}.get(told)
        transferred = {"Transferred": Variant("t", size)} if size is not None else {}
        self._step(path, {**transferred, "Status": Variant("s", "error")})
        if not alive:
            self._end(session)

    async def _tick(self, session: FakeSession, path: str, *, endless: bool) -> None:
        """Each second, where something moved."""
        before, size = session.packets[0], 0
        while True:
            await asyncio.sleep(1)
            size += (session.packets[0] - before) * 1000 + endless * 5_000_000
            if session.packets[0] != before or endless:
                self._step(path, {"Status": Variant("s", "active"), "Transferred": Variant("t", size)})
            before = session.packets[0]

    def _step(self, path: str, changed: dict[str, Variant]) -> None:
        self._signal(path, PROPERTIES, "PropertiesChanged", "sa{sv}as", [TRANSFER, changed, []])

    def _signal(self, path: str, interface: str, member: str, signature: str, body: list[Any]) -> None:
        self._send(Message.new_signal(path, interface, member, signature, body))

    def _send(self, message: Message) -> None:
        if self._bus.connected:
            self._bus.send(message)


def message_number(session: FakeSession, path: str) -> int:
    """The message an object stands for; 0 for the session. Raises Refused."""
    if path == session.path:
        return 0
    number = path.removeprefix(session.path + "/message")
    if not number.isdigit() or int(number) not in session.messages:
        raise Refused(f"no object {path}", UNKNOWN)
    return int(number)


def plain(value: Any) -> Any:
    """Without variants."""
    if isinstance(value, Variant):
        return plain(value.value)
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    return value
