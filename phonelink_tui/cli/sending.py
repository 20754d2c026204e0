"""How does `send` put one text on its way, and say truthfully what became of it?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from secrets import token_hex
from typing import Final

from attrs import evolve, frozen

from phonelink_tui.cli.outcomes import check, failed, tell
from phonelink_tui.cli.output import Output
from phonelink_tui.cli.recipient import Recipient, find_recipient
from phonelink_tui.cli.settled import SETTLE_S, require, settled
from phonelink_tui.config.clock import utc_now
from phonelink_tui.domain.events import CommandChanged, CommandState, Event, MessageChanged, Resync, Stamped
from phonelink_tui.domain.limitations import LimitKind
from phonelink_tui.domain.message import DeliveryState, MessageId, TextMessage
from phonelink_tui.domain.phone import Capability
from phonelink_tui.domain.text import clean
from phonelink_tui.errors import (
    DeadlineExceeded,
    IpcError,
    OutcomeUnknown,
    PhonelinkError,
    SendRefused,
)
from phonelink_tui.relay.api import Ask, CancelText, RelayApi, SendText

EXPIRY_GRACE_S: Final = 5.0
"""How much later than its expiry the relay may say that a text has expired."""

CANCEL_S: Final = 5.0
"""How long taking a text back may take."""

THREADS_LOOKED_AT: Final = 10
"""Conversations, newest first, in which a text is looked for that was on its way a moment ago."""

_NEEDED: Final = frozenset(Capability)
"""Notifications too: they tell groups from people."""
_ACCEPTED: Final = frozenset({DeliveryState.ACCEPTED, DeliveryState.SENT, DeliveryState.DELIVERED})
_NOT_LEFT: Final = frozenset({DeliveryState.HELD, DeliveryState.QUEUED})
_NOT_SENT: Final = "It was certainly not sent."
_MAY_HAVE_LEFT: Final = "It may have been sent. Look at the phone before you send it again."


@frozen
class SendOptions:
    """The words of one `send`."""

    to: str
    text: str
    explain: bool
    yes: bool
    timeout_s: float
    expires: datetime | None = None
    """Until then the relay tries, whatever `timeout_s` says; it is waited for."""
    as_json: bool = False

    @property
    def wait_s(self) -> float:
        """How long the outcome may take; the relay settles what has expired by itself."""
        if self.expires is None:
            return self.timeout_s
        return max(self.timeout_s, (self.expires - utc_now()).total_seconds() + EXPIRY_GRACE_S)


class _Outcomes:
    """What the stream says of one command and of the text it became, in whichever order.

    After a `Resync` the relay is asked: a command that comes again under its id does nothing anew and tells its
    outcome again; but only to the run of the relay that knows the id.
    """

    def __init__(self, api: RelayApi, events: AsyncIterator[Stamped], epoch: str) -> None:
        self._api = api
        self._events = events
        self._epoch = epoch
        self._texts: dict[MessageId, TextMessage] = {}
        self._missing = False
        self.message: MessageId | None = None

    @property
    def text(self) -> TextMessage | None:
        """The text as it stands, once it is known which one it is."""
        return self._texts.get(self.message) if self.message is not None else None

    async def command(self, command: SendText | CancelText) -> CommandChanged:
        """The next outcome of a command."""
        while True:
            event = await self._next()
            if isinstance(event, CommandChanged) and event.id == command.id:
                self.message = self.message or event.message
                return event
            if isinstance(event, Resync) and isinstance(command, SendText):
                await self._say_again(command)

    async def final_text(self) -> TextMessage:
        """The text once nothing more is to come."""
        while self.text is None or self.text.state not in _FINAL:
            if self._missing:
                self._missing = False
                await self._look()
            else:
                await self._next()
        return self.text

    async def _next(self) -> Event:
        try:
            event = (await anext(self._events)).event
        except StopAsyncIteration:
            raise IpcError("The relay ended.", "Try again.") from None
        self._missing |= isinstance(event, Resync)
        if isinstance(event, MessageChanged):
            self._texts[event.message.id] = event.message
        return event

    async def _say_again(self, command: SendText) -> None:
        if (await self._api.snapshot()).epoch == self._epoch:
            await self._api.execute(command)

    async def _look(self) -> None:
        """How the text stands; settled, it is among the newest of the conversations that changed last."""
        snapshot = await self._api.snapshot()
        known = {text.id: text for text in (*snapshot.failed, *snapshot.unsettled)}
        for thread in snapshot.threads[:THREADS_LOOKED_AT]:
            if self.message in known:
                break
            page = await self._api.messages(thread.id)
            known |= {text.id: text for text in page.messages}
        self._texts |= known


_FINAL: Final = _ACCEPTED | {DeliveryState.FAILED, DeliveryState.UNKNOWN}


async def send(api: RelayApi, out: Output, options: SendOptions) -> None:
    """`phonelink send`.

    Raises:
        PolicyError: The administrator lets nothing be sent.
        NotConnected: Messages are not connected; nothing was handed to the relay.
        SendRefused: The guard refuses, also right before the push, or asks and nobody can answer.
        ProfileError: The phone said no; certainly not sent.
        DeadlineExceeded: Not sent within the time, and taken back.
        OutcomeUnknown: It may have been sent.
    """
    snapshot = await settled(api, _NEEDED, min(options.timeout_s, SETTLE_S), LimitKind.POLICY_SEND)
    if not options.explain and options.expires is None:
        require(snapshot, Capability.MESSAGES)
    await send_to(api, out, find_recipient(options.to, snapshot), options, snapshot.epoch)


async def send_to(api: RelayApi, out: Output, recipient: Recipient, options: SendOptions, epoch: str) -> None:
    """The same once it is known whom to, from a relay of which run. Raises what `send` raises, but NotConnected."""
    command = SendText(
        "cli-" + token_hex(8),
        options.text,
        recipient.address,
        recipient.thread,
        dry_run=options.explain,
        hold=False,
        expires_at=options.expires,
    )
    async with api.events() as events:
        outcomes = _Outcomes(api, events, epoch)
        outcome = await _decide(api, out, command, outcomes, options)
        if options.explain:
            tell(out, "command", outcome, outcome.sentence or "It would be sent.", as_json=options.as_json)
            return
        text = await _wait(api, outcomes, options.wait_s)
    # Of a shared relay we may know who, and not what was written.
    sent = evolve(text, text=clean(options.text))
    tell(out, "message", sent, f"Accepted by the phone, for {recipient.name}.", as_json=options.as_json)


async def _decide(
    api: RelayApi, out: Output, command: SendText, outcomes: _Outcomes, options: SendOptions
) -> CommandChanged:
    """The relay's word on the command, its questions answered."""
    outcome = await _execute(api, command, outcomes, options.timeout_s)
    if outcome.state is CommandState.ASKS:
        if not (options.yes or (not options.explain and out.can_ask and out.ask(outcome.sentence))):
            hint = "--yes answers what is asked." if not out.can_ask else ""
            raise SendRefused("asked", outcome.sentence, hint)
        known = frozenset(ask for ask in Ask if ask.value in outcome.reasons)
        outcome = await _execute(api, evolve(command, confirmed=known), outcomes, options.timeout_s)
    return check(outcome, "The relay could not take up the text.")


async def _execute(api: RelayApi, command: SendText, outcomes: _Outcomes, timeout_s: float) -> CommandChanged:
    """Hand over the command. Once it has left us, silence means that nobody knows."""
    try:
        async with asyncio.timeout(timeout_s):
            await api.execute(command)
            return await outcomes.command(command)
    except (TimeoutError, IpcError, DeadlineExceeded) as error:
        if command.dry_run:
            raise DeadlineExceeded("The relay did not decide in time.", "Try again.") from error
        raise OutcomeUnknown("The relay took the text and said no more.", _MAY_HAVE_LEFT) from error


async def _wait(api: RelayApi, outcomes: _Outcomes, timeout_s: float) -> TextMessage:
    """The text once it is accepted; raises for every other end."""
    try:
        async with asyncio.timeout(timeout_s):
            text = await outcomes.final_text()
    except IpcError as error:
        raise OutcomeUnknown("The relay ended while the text was on its way.", _MAY_HAVE_LEFT) from error
    except TimeoutError:
        text = await _take_back(api, outcomes, timeout_s)
    if text.state is DeliveryState.UNKNOWN:
        raise OutcomeUnknown(text.detail or "The link broke while the text was on its way.", _MAY_HAVE_LEFT)
    if text.state is DeliveryState.FAILED:
        raise failed(text.failure, text.detail or "The phone did not take the text.", _NOT_SENT)
    return text


async def _take_back(api: RelayApi, outcomes: _Outcomes, timeout_s: float) -> TextMessage:
    """Out of time: take the text back if it has not left, else one last look.

    Raises:
        DeadlineExceeded: It was taken back.
        OutcomeUnknown: It may have left.
    """
    taken_back = False
    try:
        async with asyncio.timeout(CANCEL_S):
            if outcomes.text is not None and outcomes.text.state in _NOT_LEFT:
                cancel = CancelText("cli-" + token_hex(8), outcomes.text.id)
                await api.execute(cancel)
                taken_back = (await outcomes.command(cancel)).state is CommandState.DONE
            if not taken_back:
                return await outcomes.final_text()
    except (TimeoutError, PhonelinkError) as error:
        raise OutcomeUnknown(f"No answer within {timeout_s:g} s.", _MAY_HAVE_LEFT) from error
    raise DeadlineExceeded(f"Not sent within {timeout_s:g} s, and taken back.", _NOT_SENT)
