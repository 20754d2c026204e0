"""Who answers bluetoothd's questions while one phone is paired? An agent for that phone and no other.

No postponed annotations here: dbus-fast (5.2.0) reads them.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

from dbus_fast.annotations import DBusObjectPath, DBusStr, DBusUInt32
from dbus_fast.errors import DBusError
from dbus_fast.service import ServiceInterface, dbus_method

from phonelink_tui.errors import PhonelinkError
from phonelink_tui.transport.bluez import names
from phonelink_tui.transport.bluez.bus import Bus
from phonelink_tui.transport.bluez.dbus_errors import CANCELED, REJECTED

QUESTION_S: Final = 60.0
"""bluetoothd itself gives up after that long."""

Ask = Callable[[int | None], Awaitable[bool]]
"""Shows a person six digits (None: there are none to compare) and returns whether the phone shows the same."""

_PATH: Final = f"{names.OUR_PATH}/agent"


class PairingAgent(ServiceInterface):
    """Numeric comparison for one phone.

    Args:
        admits: Whether a device, by its path, may ask to pair.
        ask: Asks the person.
        serves: Whether a device, by its path, may use our services without a question; None: those it admits.
    """

    def __init__(
        self, admits: Callable[[str], bool], ask: Ask, serves: Callable[[str], bool] | None = None
    ) -> None:
        super().__init__(names.AGENT)
        self._admits = admits
        self._serves = serves or admits
        self._ask = ask
        self._question: asyncio.Timeout | None = None

    @dbus_method("Release")
    def release(self) -> None:
        """bluetoothd has let the agent go."""
        self._withdraw()

    @dbus_method("RequestConfirmation")
    async def request_confirmation(self, device: DBusObjectPath, passkey: DBusUInt32) -> None:
        """Are both numbers equal?"""
        await self._answer(device, passkey)

    @dbus_method("RequestAuthorization")
    async def request_authorization(self, device: DBusObjectPath) -> None:
        """May this device pair, though there is nothing to compare?"""
        await self._answer(device, None)

    @dbus_method("AuthorizeService")
    def authorize_service(self, device: DBusObjectPath, _uuid: DBusStr) -> None:
        """May this device use a service of ours?"""
        if not self._serves(device):
            raise DBusError(REJECTED, "Not this device.")

    @dbus_method("Cancel")
    def cancel(self) -> None:
        """The question was withdrawn."""
        self._withdraw()

    async def _answer(self, device: str, passkey: int | None) -> None:
        if not self._admits(device) or self._question is not None:
            raise DBusError(REJECTED, "Not this device, or not now.")
        try:
            async with asyncio.timeout(QUESTION_S) as self._question:
                if not await self._ask(passkey):
                    raise DBusError(REJECTED, "The numbers differ.")
        except TimeoutError:
            raise DBusError(CANCELED, "Nobody answered in time.") from None
        finally:
            self._question = None

    def _withdraw(self) -> None:
        if self._question is not None:
            self._question.reschedule(asyncio.get_running_loop().time())


@asynccontextmanager
async def serving_agent(
    bus: Bus, admits: Callable[[str], bool], ask: Ask, serves: Callable[[str], bool] | None = None
) -> AsyncIterator[None]:
    """Be bluetoothd's agent while inside. See `PairingAgent`.

    Raises:
        BluetoothUnavailable, TransportError, DeadlineExceeded: bluetoothd takes no agent.
    """
    agent = PairingAgent(admits, ask, serves)
    bus.export(_PATH, agent)
    try:
        body = [_PATH, "DisplayYesNo"]
        await bus.call(names.BLUEZ_PATH, names.AGENT_MANAGER, "RegisterAgent", "os", body)
        try:
            # A pairing that the phone begins is put to the default agent.
            await bus.call(names.BLUEZ_PATH, names.AGENT_MANAGER, "RequestDefaultAgent", "o", [_PATH])
            yield
        finally:
            await _unregister(bus)
    finally:
        bus.unexport(_PATH, agent)


async def _unregister(bus: Bus) -> None:
    try:
        await bus.call(names.BLUEZ_PATH, names.AGENT_MANAGER, "UnregisterAgent", "o", [_PATH])
    except PhonelinkError:
        return
