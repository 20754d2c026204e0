"""What does a scenario need of bluetoothd's own API?

No postponed annotations here: dbus-fast (5.2.0) reads them, and takes the text "None" for a signature.
"""

from typing import Self

from dbus_fast import Variant
from dbus_fast.annotations import DBusObjectPath, DBusStr, DBusUInt32
from dbus_fast.service import ServiceInterface, dbus_method

from tests.e2e.guest.dbus import Bus, Values, eventually

SERVICE = "org.bluez"
ADAPTER = "/org/bluez/hci0"
ADAPTER_INTERFACE = "org.bluez.Adapter1"
DEVICE_INTERFACE = "org.bluez.Device1"
AGENT_PATH = "/phonelink/agent"


def device_path(address: str) -> str:
    """The object path of a device with this public address."""
    return f"{ADAPTER}/dev_{address.replace(':', '_').upper()}"


async def set_adapter(bus: Bus, name: str, signature: str, value: object, adapter: str = ADAPTER) -> None:
    """Set a property of an adapter."""
    await bus.set_property(SERVICE, adapter, ADAPTER_INTERFACE, name, signature, value)


async def device(bus: Bus, path: str) -> Values:
    """What bluetoothd knows about a device."""
    return await bus.properties(SERVICE, path, DEVICE_INTERFACE)


async def power_on(bus: Bus, adapter: str = ADAPTER) -> None:
    """Wait for bluetoothd and an adapter, switch it on, and let others pair."""

    async def ready() -> bool:
        # Each is Busy while bluetoothd still works on the one before.
        await set_adapter(bus, "Powered", "b", True, adapter)
        await set_adapter(bus, "Pairable", "b", True, adapter)
        return True

    await eventually(ready, "bluetoothd with hci0")


async def power_off(bus: Bus, adapter: str = ADAPTER) -> None:
    """Switch an adapter off.

    The kernel answers with how the last link ended ("Authentication Failed" was seen), whether or not it is off now.
    """

    async def off() -> bool:
        await set_adapter(bus, "Powered", "b", False, adapter)
        return True

    await eventually(off, "an adapter that is off")


async def discover(bus: Bus, address: str) -> str:
    """Find a phone by inquiry; its object path."""
    path = device_path(address)
    only_classic = {"Transport": Variant("s", "bredr")}
    await bus.call(SERVICE, ADAPTER, f"{ADAPTER_INTERFACE}.SetDiscoveryFilter", "a{sv}", [only_classic])
    await bus.call(SERVICE, ADAPTER, f"{ADAPTER_INTERFACE}.StartDiscovery")

    async def found() -> bool:
        return bool(await device(bus, path))

    await eventually(found, f"inquiry finds {address}")
    await bus.call(SERVICE, ADAPTER, f"{ADAPTER_INTERFACE}.StopDiscovery")
    return path


async def pair(bus: Bus, path: str) -> None:
    """Pair, and trust, so that the phone's own connections need no agent."""
    await bus.call(SERVICE, path, f"{DEVICE_INTERFACE}.Pair")
    await bus.set_property(SERVICE, path, DEVICE_INTERFACE, "Trusted", "b", True)


class Agent(ServiceInterface):
    """Says yes to everything, and remembers what it was asked."""

    def __init__(self) -> None:
        super().__init__("org.bluez.Agent1")
        self.asked: list[tuple[str, object]] = []

    @classmethod
    async def register(cls, bus: Bus) -> Self:
        """Become bluetoothd's default agent."""
        agent = cls()
        bus.connection.export(AGENT_PATH, agent)
        await agent.enrol(bus)
        return agent

    async def enrol(self, bus: Bus) -> None:
        """Tell a bluetoothd, which may be a new one, of the agent."""
        manager = "org.bluez.AgentManager1"
        await bus.call(SERVICE, "/org/bluez", f"{manager}.RegisterAgent", "os", [AGENT_PATH, "DisplayYesNo"])
        await bus.call(SERVICE, "/org/bluez", f"{manager}.RequestDefaultAgent", "o", [AGENT_PATH])

    @dbus_method("Release")
    def release(self) -> None:
        """The agent is no longer registered."""

    @dbus_method("RequestConfirmation")
    def request_confirmation(self, device: DBusObjectPath, passkey: DBusUInt32) -> None:
        """Numeric comparison: are both numbers equal?"""
        self.asked.append(("confirm", passkey))

    @dbus_method("RequestAuthorization")
    def request_authorization(self, device: DBusObjectPath) -> None:
        """May this device pair with us?"""
        self.asked.append(("authorize", device))

    @dbus_method("AuthorizeService")
    def authorize_service(self, device: DBusObjectPath, uuid: DBusStr) -> None:
        """May this device connect to that service?"""
        self.asked.append(("service", uuid))

    @dbus_method("Cancel")
    def cancel(self) -> None:
        """A question was withdrawn."""
