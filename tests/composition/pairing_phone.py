"""What does an iPhone do when it is paired, as bluetoothd shows it? Refuse, begin by itself, show digits, cancel."""

from __future__ import annotations

from tests.transport.bluez.fake_air import DEVICE
from tests.transport.bluez.fake_bluetoothd import FakeBluetoothd, Refused

DEVICE1 = "org.bluez.Device1"


class PairingPhone:
    """The phone behind Device1's methods."""

    def __init__(self, daemon: FakeBluetoothd) -> None:
        self._daemon = daemon
        self.passkey = 12345
        self.refusals: list[Refused] = []
        """What the next connections are answered with."""
        self.begins = True
        """Whether a connection makes it begin the pairing."""
        self.agrees = True
        """What its owner says to the digits."""
        self.cancelled = 0
        daemon.radios[DEVICE] = self.carry_out

    async def carry_out(self, member: str) -> None:
        """A method of Device1."""
        match member:
            case "Connect" if self.refusals:
                raise self.refusals.pop(0)
            case "Connect" if not self.begins:
                return
            case "CancelPairing":
                self.cancelled += 1
                raise Refused("org.bluez.Error.DoesNotExist")
            case _:
                await self.begin()

    async def begin(self) -> None:
        """Ask for the digits to be compared, and pair."""
        try:
            await self._daemon.ask_agent(DEVICE, self.passkey)
        except Refused:
            raise Refused("org.bluez.Error.AuthenticationRejected") from None
        if not self.agrees:
            raise Refused("org.bluez.Error.AuthenticationCanceled")
        for name in ("Paired", "Bonded"):
            self._daemon.set(DEVICE, DEVICE1, name, "b", True)
