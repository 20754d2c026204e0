"""How is a pairing carried out on this computer? The machine's effects, done by BlueZ and by a relay of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Final

from attrs import evolve, frozen

from phonelink_tui.composition.choosing import ChosenPhone
from phonelink_tui.composition.first_sessions import LOOK_S, FirstSessions
from phonelink_tui.composition.sole_use import sole_use
from phonelink_tui.config.clock import utc_now
from phonelink_tui.config.known_phones import KnownPhone, KnownPhones
from phonelink_tui.config.paths import Paths
from phonelink_tui.config.settings import Settings, load_settings
from phonelink_tui.domain.bond import SENTENCES, BondChange, bond_change, bond_changes
from phonelink_tui.domain.pairing import FoundPhone
from phonelink_tui.domain.phone import TRAITS
from phonelink_tui.domain.text import RemoteText, clean_line
from phonelink_tui.errors import PairingFailed
from phonelink_tui.relay.api import Pairing
from phonelink_tui.relay.pairing.run import PairingRun, Tell
from phonelink_tui.relay.pairing.words import (
    Asked,
    BluetoothLost,
    Bonded,
    BondSeen,
    ComputerChanged,
    Do,
    Effect,
    FactsSeen,
    PhoneGone,
    PhoneSeen,
    State,
    SwitchSeen,
    Withdrawn,
)
from phonelink_tui.transport.bluez import names
from phonelink_tui.transport.bluez.daemon import Daemon
from phonelink_tui.transport.bluez.link import BluezSpec
from phonelink_tui.transport.bluez.pairing_radio import PairingRadio
from phonelink_tui.transport.bluez.phones import PairedPhone, phone_at
from phonelink_tui.transport.bluez.sockets import Dial, dial
from phonelink_tui.transport.together import beside

SETTLE_S: Final = 3.0
"""Between the pairing and the advertisement: an advertisement while the classic pairing still goes on makes a second
record of this computer on the phone. As long at most for the keys of a known phone to be as they were."""


@frozen
class PairingPlace:
    """What a pairing gets from outside."""

    adapter: str | None
    paths: Paths
    dial: Dial = dial
    settle_s: float = SETTLE_S
    look_s: float = LOOK_S


@asynccontextmanager
async def open_pairing(place: PairingPlace) -> AsyncIterator[Pairing]:
    """A pairing that goes on while inside; leaving early undoes everything first, within half a minute.

    Raises:
        PhoneInUse: Another phonelink of this user has Bluetooth.
        SettingsError: A file it needs is broken; Bluetooth is untouched.
    """
    settings = load_settings(place.paths.config_file)
    KnownPhones(place.paths.state_dir).all()
    daemon = Daemon()
    async with sole_use(place.paths.runtime_dir), beside(daemon.run()), asyncio.TaskGroup() as tasks:
        host: list[_Host] = []

        def open_host(tell: Tell) -> _Host:
            host.append(_Host(place, settings, daemon, tell, tasks, lambda: run.state))
            return host[0]

        run = PairingRun(open_host)
        unwatch = host[0].radio.watch()
        try:
            async with beside(run.run()):
                yield run
        finally:
            unwatch()
            await host[0].end_sessions()


class _Host:
    """Carries effects out; hears of everything else."""

    def __init__(
        self,
        place: PairingPlace,
        settings: Settings,
        daemon: Daemon,
        tell: Tell,
        tasks: asyncio.TaskGroup,
        state: Callable[[], State],
    ) -> None:
        self._place = place
        self._settings = settings
        self._daemon = daemon
        self._tell = tell
        self._tasks = tasks
        self._sessions: FirstSessions | None = None
        self._holding: asyncio.Task[None] | None = None
        self.radio = PairingRadio(daemon, place.adapter, self, lambda: state().phone_id)

    # What the radio sees

    def changed(self) -> None:
        self._tell(ComputerChanged())

    def seen(self, phone: FoundPhone) -> None:
        self._tell(PhoneSeen(phone))

    def gone(self, id_: str) -> None:
        self._tell(PhoneGone(id_))

    def asked(self, phone: FoundPhone, passkey: int | None) -> None:
        self._tell(Asked(phone, passkey))

    def withdrawn(self) -> None:
        self._tell(Withdrawn())

    def bonded(self, id_: str) -> None:
        self._tell(Bonded(id_))

    def lost(self, message: str) -> None:
        self._tell(BluetoothLost(message))

    # What the machine orders

    async def perform(self, effect: Effect, state: State) -> None:
        """See `PairingHost.perform`."""
        radio, id_ = self.radio, effect.phone
        doing: dict[Do, Callable[[], Awaitable[None]]] = {
            Do.CHECK: self._check,
            Do.SERVE_AGENT: radio.serve_agent,
            Do.DISMISS_AGENT: radio.dismiss_agent,
            Do.OPEN_DOOR: radio.open_door,
            Do.CLOSE_DOOR: radio.close_door,
            Do.SEARCH: radio.search,
            Do.STOP_SEARCH: radio.stop_search,
            Do.CONNECT: lambda: radio.connect(id_),
            Do.PAIR: lambda: radio.pair(id_),
            Do.STOP_WORK: lambda: self._stop_work(state),
            Do.ANSWER: lambda: self._answer(effect),
            Do.COMPARE_BOND: lambda: self._compare_bond(id_),
            Do.TRUST: lambda: radio.trust(id_),
            Do.SAVE: lambda: self._save(id_),
            Do.BEGIN_SESSIONS: lambda: self._begin_sessions(id_),
            Do.RETRY_SESSIONS: self._retry,
            Do.END_SESSIONS: lambda: self._end_sessions(id_),
            Do.SEND_TEST: lambda: self._send_test(effect.text),
            Do.REMOVE_DEVICE: lambda: radio.remove(id_),
        }
        await doing[effect.do]()

    async def end_sessions(self) -> None:
        """Close every session; there may be none."""
        task, self._holding, self._sessions = self._holding, None, None
        if task is not None:
            task.cancel()
            await asyncio.wait({task})

    def _seen(self, id_: str) -> PairedPhone:
        return phone_at(self._daemon.tree, id_, self._daemon.tree.get(id_, names.DEVICE) or {})

    async def _check(self) -> None:
        self._tell(FactsSeen(await self.radio.facts()))

    async def _stop_work(self, state: State) -> None:
        if state.phone is not None and not state.whole:
            await self.radio.cancel_pairing(state.phone_id)

    async def _answer(self, effect: Effect) -> None:
        self.radio.answer(effect.phone, same=effect.text == "yes")

    async def _compare_bond(self, id_: str) -> None:
        """One key comes after the other, and the last some time after the pairing: they are waited for."""
        known = {phone.address: phone for phone in KnownPhones(self._place.paths.state_dir).all()}

        def changes() -> tuple[BondChange, ...]:
            seen = self._seen(id_)
            record = known.get(seen.address)
            if record is None:
                return ()
            return bond_changes(record.bond, record.adapter, seen.bond, seen.adapter_address)

        with suppress(TimeoutError):
            async with asyncio.timeout(self._place.settle_s):
                await self._daemon.tree.wait_for(lambda: set(changes()) <= {BondChange.OTHER_ADAPTER} or None)
        found = changes()
        if BondChange.GONE in found:
            raise PairingFailed("not-paired", SENTENCES[BondChange.GONE])
        self._tell(BondSeen(found))

    async def _save(self, id_: str) -> None:
        known = KnownPhones(self._place.paths.state_dir)
        seen = self._seen(id_)
        name = clean_line(seen.name) or RemoteText(seen.address)
        record = KnownPhone(seen.address, name, seen.kind, seen.adapter_address, utc_now(), True, seen.bond)
        if not known.put(record):
            raise PairingFailed("not-kept", "The state directory cannot be written.")

    async def _end_sessions(self, id_: str) -> None:
        """The key for LE may be derived late: a phone is known by what it has now, unless that is weaker."""
        await self.end_sessions()
        known = KnownPhones(self._place.paths.state_dir)
        seen = self._seen(id_)
        record = known.get(seen.address)
        if record is None or record.bond == seen.bond:
            return
        if bond_change(record.bond, record.adapter, seen.bond, seen.adapter_address) is None:
            known.put(evolve(record, bond=seen.bond))

    async def _begin_sessions(self, id_: str) -> None:
        await self.end_sessions()
        seen = self._seen(id_)
        self._sessions = FirstSessions(
            BluezSpec(seen.adapter, seen.address, solicits=TRAITS[seen.kind].notifications),
            ChosenPhone(seen.address, clean_line(seen.name), seen.kind),
            self._settings,
            self._place.paths,
            self._place.dial,
            lambda switch: self._tell(SwitchSeen(switch)),
            self._place.look_s,
        )
        self._holding = self._tasks.create_task(self._hold(self._sessions))

    async def _hold(self, sessions: FirstSessions) -> None:
        await asyncio.sleep(self._place.settle_s)
        await sessions.run()

    async def _retry(self) -> None:
        if self._sessions is not None:
            await self._sessions.retry()

    async def _send_test(self, number: str) -> None:
        if self._sessions is None:
            raise PairingFailed("not-connected", "The test message was not sent: the phone is not connected.")
        await self._sessions.send_test(number)
