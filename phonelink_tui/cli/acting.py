"""How do `act`, `read` and `reading` change something on the phone, and say what came of it?"""

from __future__ import annotations

import asyncio
from secrets import token_hex
from typing import Final

from phonelink_tui.cli.outcomes import check, tell
from phonelink_tui.cli.output import Output
from phonelink_tui.cli.recipient import find_thread
from phonelink_tui.cli.settled import SETTLE_S, require, settled
from phonelink_tui.domain.events import CommandChanged, Resync
from phonelink_tui.domain.limitations import LimitKind
from phonelink_tui.domain.notification import NotificationAction, NotificationId
from phonelink_tui.domain.phone import Capability
from phonelink_tui.errors import (
    DeadlineExceeded,
    IpcError,
    OutcomeUnknown,
    SendRefused,
    UnknownNotification,
)
from phonelink_tui.relay.api import ActOnNotification, Command, MarkRead, ReadOn, RelayApi, StopReading

OUTCOME_S: Final = 30.0
"""How long the phone may take over a button or a read mark."""

_LOOK: Final = "Look at the phone before you try again."


async def act(
    api: RelayApi, out: Output, notification: str, action: NotificationAction, *, as_json: bool
) -> None:
    """`phonelink act ID positive|negative`."""
    snapshot = await settled(
        api, frozenset({Capability.NOTIFICATIONS}), SETTLE_S, LimitKind.POLICY_NOTIFICATIONS
    )
    require(snapshot, Capability.NOTIFICATIONS)
    found = next((n for n in snapshot.notifications if n.id == notification), None)
    if found is None:
        raise UnknownNotification("No notification has this id.", "`phonelink notifications` lists them.")
    label = found.positive_label if action is NotificationAction.POSITIVE else found.negative_label
    if not label:
        raise SendRefused(
            "no_button",
            "The phone offers no such button on this notification.",
            "`phonelink notifications` lists the buttons of each.",
        )
    command = ActOnNotification("cli-" + token_hex(8), NotificationId(notification), action)
    outcome = await carried_out(api, command)
    tell(out, "command", outcome, f"Pressed: {label}.", as_json=as_json)


async def read(api: RelayApi, out: Output, thread_words: str, *, as_json: bool) -> None:
    """`phonelink read THREAD`."""
    snapshot = await settled(
        api, frozenset({Capability.MESSAGES, Capability.CONTACTS}), SETTLE_S, LimitKind.POLICY_READ
    )
    require(snapshot, Capability.MESSAGES)
    thread = find_thread(thread_words, snapshot)
    outcome = await carried_out(api, MarkRead("cli-" + token_hex(8), thread.id))
    tell(out, "command", outcome, f"Read: {thread.title}.", as_json=as_json)


async def reading(api: RelayApi, out: Output, *, stop: bool, as_json: bool) -> None:
    """`phonelink reading stop|on`."""
    id_ = "cli-" + token_hex(8)
    outcome = await carried_out(api, StopReading(id_) if stop else ReadOn(id_))
    words = "Stopped. `phonelink reading on` reads on." if stop else "Reading on."
    tell(out, "command", outcome, words, as_json=as_json)


async def carried_out(api: RelayApi, command: Command) -> CommandChanged:
    """The outcome once the command is done; raises for every other one.

    Where events are missing it may have been among them. What does no harm twice is then said again.
    """
    missing = False
    try:
        async with asyncio.timeout(OUTCOME_S), api.events() as events:
            await api.execute(command)
            async for stamped in events:
                if isinstance(stamped.event, CommandChanged) and stamped.event.id == command.id:
                    return check(stamped.event, "The phone did not do it.")
                if isinstance(stamped.event, Resync):
                    missing = True
                    if isinstance(command, MarkRead):
                        await api.execute(command)
    except TimeoutError:
        if missing:
            raise OutcomeUnknown("The relay could not say what came of it.", _LOOK) from None
        raise DeadlineExceeded(f"The phone did not answer within {OUTCOME_S:g} s.", _LOOK) from None
    raise IpcError("The relay ended before it said what came of it.", "Look at the phone.")
