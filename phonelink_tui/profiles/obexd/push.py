"""What does obexd's word on a transfer prove about a text? At most once is the law: what is not proven is unknown.

In the order in which it happens, and what an end there means for the text:

    before PushMessage is called; or the call reached nobody     not sent
    obexd answers the call with an error of its own              not sent: it begins after its answer
    the call is not answered (killed, bus gone, too late)        unknown
    transfer `complete`                                          the phone took it
    transfer `error`, its Transferred below the file's size      not sent: the last packet was never made
    transfer `error`, within `REFUSED_S`, session still there    refused, so not sent (see there)
    anything else: `error` later or with the session, the        unknown
      transfer or obexd gone without a word, too late

`active` proves nothing: obexd says so only of transfers that last more than a second, by a timer, and `queued`
stays what it says while a short text is on its way. [BlueZ 5.66 to 5.87, obexd/client/transfer.c, read]
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from dbus_fast import MessageType, Variant

from phonelink_tui.domain.observed import Folder
from phonelink_tui.errors import DeadlineExceeded, LinkLost, OutcomeUnknown, ProfileError
from phonelink_tui.profiles.obexd import names
from phonelink_tui.profiles.obexd.dbus_errors import MAYBE_DELIVERED, untold
from phonelink_tui.profiles.obexd.session import ObexdSession, started
from phonelink_tui.profiles.obexd.transfers import Transfer

REFUSED_S: Final = 9.0
"""obexd's `error` is the phone's answer or a timeout of obexd's, and it does not say which. The shortest timeout
is 10 s after a packet, early by a quarter at most (GLib's coarse timers), so an earlier `error` is no timeout."""


async def push(session: ObexdSession, bmessage: bytes) -> None:
    """Hand a bMessage to the phone's outbox.

    Raises:
        OutcomeUnknown: It may have been sent.
        ObexRefused, ProfileError, LinkLost, DeadlineExceeded: It certainly was not.
    """
    async with session.turn():
        file = session.files.write(bmessage)
        began = asyncio.get_running_loop().time()
        try:
            path = await _begin(session, file)
            with _unknown_if_lost():
                transfer = await session.finished(path)
        finally:
            session.files.remove(file)
        early = asyncio.get_running_loop().time() - began < REFUSED_S
        if transfer.status != names.COMPLETE:
            await _judge(session, transfer, len(bmessage), early=early)


async def _begin(session: ObexdSession, file: str) -> str:
    """Start the transfer; its path. obexd opens the file before it answers, and sends after it."""
    body = [file, Folder.OUTBOX.value, {"Charset": Variant("s", "utf8")}]
    with _unknown_if_lost():
        reply = await session.ask(session.path, names.MESSAGE_ACCESS, "PushMessage", "ssa{sv}", body)
    if reply.message_type is MessageType.ERROR and reply.error_name in MAYBE_DELIVERED:
        session.end(LinkLost("obexd ended."))
        raise OutcomeUnknown("obexd ended before it answered.")
    result = session.result(reply)
    try:
        return started(result)
    except ProfileError as error:
        raise OutcomeUnknown(error.message) from error


async def _judge(session: ObexdSession, transfer: Transfer, size: int, *, early: bool) -> None:
    """Raise what a transfer that is not complete proves."""
    failed = transfer.status == names.FAILED
    unfinished = failed and transfer.transferred is not None and transfer.transferred < size
    try:
        await session.check_alive()
    except (LinkLost, DeadlineExceeded) as error:
        raise error if unfinished else OutcomeUnknown(error.message) from error
    if failed and early:
        raise untold()
    # obexd goes on in a session in which it gave an answer up: coming late, that would pass for the next one's.
    late = session.end(DeadlineExceeded("The phone did not answer in time."))
    raise late if unfinished else OutcomeUnknown("The phone did not say whether it took the text.")


@contextmanager
def _unknown_if_lost() -> Iterator[None]:
    try:
        yield
    except (LinkLost, DeadlineExceeded) as error:
        raise OutcomeUnknown(error.message) from error
