"""What does a phone that was paired a moment ago allow? A relay of its own looks, until the pairing is over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from random import Random
from secrets import token_hex
from typing import Final

from phonelink_tui.composition.bluetooth import backend_over
from phonelink_tui.composition.choosing import ChosenPhone
from phonelink_tui.config.clock import utc_now
from phonelink_tui.config.paths import Paths
from phonelink_tui.config.policy_file import machine_policy
from phonelink_tui.config.policy_source import PolicySource
from phonelink_tui.config.secret import install_secret
from phonelink_tui.config.settings import Settings
from phonelink_tui.domain.events import CommandChanged, CommandState, LinkChanged, MessageChanged, Stamped
from phonelink_tui.domain.message import DeliveryState, MessageId, TextMessage
from phonelink_tui.domain.pairing import SwitchView
from phonelink_tui.domain.phone import CapabilityState, DownReason, LinkPhase, Phone
from phonelink_tui.errors import PairingFailed
from phonelink_tui.relay.api import Ask, RetryNow, SendText
from phonelink_tui.relay.service import Relay
from phonelink_tui.relay.settings import RelaySettings
from phonelink_tui.transport.bluez.link import BluezSpec, open_bluez_link
from phonelink_tui.transport.bluez.sockets import Dial
from phonelink_tui.transport.together import beside

LOOK_S: Final = 5.0
"""Between two looks whether a switch is on by now."""

TEST_S: Final = 40.0
"""For the phone to take the test message."""

TEST_TEXT: Final = "A test message from phonelink."

_SENT: Final = frozenset({DeliveryState.ACCEPTED, DeliveryState.SENT, DeliveryState.DELIVERED})
_NOT_SENT: Final = frozenset({DeliveryState.FAILED, DeliveryState.UNKNOWN})

_NOTES: Final = {
    DownReason.FORBIDDEN: "still off on the phone",
    DownReason.OUT_OF_RANGE: "the phone does not answer yet",
    DownReason.REFUSED: "the phone does not offer it yet",
    DownReason.LINK_LOST: "the phone does not answer yet",
    DownReason.TIMEOUT: "the phone does not answer yet",
    DownReason.OBEXD_IN_THE_WAY: "obexd is in the way: systemctl --user mask --now obex.service",
}


class FirstSessions:
    """The sessions of one phone while its switches are watched.

    Args:
        spec: Which phone.
        phone: What it is called.
        settings: As they were when the pairing began.
        paths: Where the secret is.
        dial: Opens sockets.
        tell: Told how each switch stands.
        look_s: Between two looks.
    """

    def __init__(
        self,
        spec: BluezSpec,
        phone: ChosenPhone,
        settings: Settings,
        paths: Paths,
        dial: Dial,
        tell: Callable[[SwitchView], None],
        look_s: float = LOOK_S,
    ) -> None:
        self._spec = spec
        self._phone = phone
        self._settings = settings
        self._paths = paths
        self._dial = dial
        self._tell = tell
        self._look_s = look_s
        self._relay: Relay | None = None

    async def run(self) -> None:
        """Open all sessions and keep trying, until cancelled."""
        secret = install_secret(self._paths.state_dir)
        async with open_bluez_link(self._spec, dial=self._dial) as link:
            relay = Relay(
                backend_over(link, self._phone, self._paths.runtime_dir),
                RelaySettings(secret, self._settings.region, policy=PolicySource(machine_policy)),
                now=utc_now,
                rng=Random(),
            )
            async with beside(relay.run()):
                self._relay = relay
                try:
                    async with beside(self._look_again()), relay.events() as events:
                        self._tell_all((await relay.snapshot()).phone)
                        async for stamped in events:
                            if isinstance(stamped.event, LinkChanged):
                                self._tell_all(stamped.event.phone)
                finally:
                    self._relay = None
                    await relay.close()

    async def retry(self) -> None:
        """Look at once."""
        if self._relay is not None:
            await self._relay.execute(RetryNow(token_hex(8)))

    async def send_test(self, number: str) -> None:
        """Send the test message, once, and wait until the phone has it.

        Raises:
            PairingFailed: It was not sent, or that is not known; which, it says.
        """
        relay = self._relay
        if relay is None:
            raise PairingFailed("not-connected", "The test message was not sent: the phone is not connected.")
        # A person has just typed the number and wants this very message.
        command = SendText(token_hex(8), TEST_TEXT, number, confirmed=frozenset(Ask))
        try:
            async with asyncio.timeout(TEST_S), relay.events() as events:
                await relay.execute(command)
                await _accepted(events, command.id)
        except TimeoutError:
            raise PairingFailed("timeout", "The test message: no answer; it may have been sent.") from None

    async def _look_again(self) -> None:
        while True:
            await asyncio.sleep(self._look_s)
            await self.retry()

    def _tell_all(self, phone: Phone) -> None:
        for state in phone.capabilities.values():
            self._tell(_switch(state))


async def _accepted(events: AsyncIterator[Stamped], command_id: str) -> None:
    """Until the phone has the text of a command. Raises PairingFailed."""
    texts: dict[MessageId, TextMessage] = {}
    ours: MessageId | None = None
    async for stamped in events:
        match stamped.event:
            case MessageChanged(message=text):
                texts[text.id] = text
            case CommandChanged(id=id_, state=CommandState.DONE, message=message) if id_ == command_id:
                ours = message
            case CommandChanged(id=id_, sentence=sentence) if id_ == command_id:
                raise PairingFailed("refused", f"The test message was not sent. {sentence}")
        text_now = texts.get(ours) if ours is not None else None
        if text_now is not None and text_now.state in _SENT:
            return
        if text_now is not None and text_now.state in _NOT_SENT:
            raise PairingFailed(text_now.state.value, f"The test message: {text_now.detail}")
    raise PairingFailed("ended", "The test message: the connection ended; it may have been sent.")


def _switch(state: CapabilityState) -> SwitchView:
    if state.phase is LinkPhase.ABSENT:
        return SwitchView(state.capability, note="this phone has none", absent=True)
    note = _NOTES.get(state.reason, state.detail) if state.reason is not None else ""
    return SwitchView(state.capability, state.phase is LinkPhase.READY, note)
