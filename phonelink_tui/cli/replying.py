"""How does `reply --last` answer the newest text, and nobody else?

Whom it goes to is decided once, said, and kept: a text that comes in while the answer is written changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from attrs import evolve

from phonelink_tui.cli.output import Output
from phonelink_tui.cli.recipient import Recipient
from phonelink_tui.cli.sending import SendOptions, send_to
from phonelink_tui.cli.settled import SETTLE_S, require, settled
from phonelink_tui.config.clock import utc_now
from phonelink_tui.domain.limitations import LimitKind
from phonelink_tui.domain.message import Audience, Direction, TextMessage
from phonelink_tui.domain.phone import Capability
from phonelink_tui.domain.thread import Thread
from phonelink_tui.errors import SendRefused, UnknownThread
from phonelink_tui.relay.api import RelayApi, Snapshot

FRESH: Final = timedelta(seconds=5)
"""A text younger than this was hardly read before the command was typed: somebody else may be meant."""

PAGE: Final = 50
"""Texts of a conversation that are looked through for the newest one that came in."""

_NEEDED: Final = frozenset({Capability.MESSAGES, Capability.CONTACTS})


async def reply_last(
    api: RelayApi, out: Output, options: SendOptions, read_text: Callable[[], str] | None
) -> None:
    """`phonelink reply --last`.

    Args:
        api: The relay.
        out: Where it is said whom the answer goes to.
        options: As for `send`; `to` is not used, and `text` only without `read_text`.
        read_text: Reads the answer, once the person has seen whom it goes to; may block.

    Raises:
        UnknownThread: No text has come in.
        SendRefused: As `send`; or the newest text came so recently that another one may be meant, and nobody
            can be asked.
    """
    snapshot = await settled(
        api, _NEEDED, min(options.timeout_s, SETTLE_S), LimitKind.POLICY_SEND, LimitKind.POLICY_READ
    )
    require(snapshot, Capability.MESSAGES)
    thread, text, others = await _newest_incoming(api, snapshot)
    recipient = Recipient(thread.address.value, thread.id, thread.title)
    kind = "" if thread.audience is Audience.PRIVATE else f" ({thread.audience})"
    out.notice(f"To: {thread.title} {thread.address.value}{kind}")
    if read_text is not None:
        options = evolve(options, text=read_text())
    elif others and utc_now() - text.at < FRESH and not options.yes:
        question = f"A text of {thread.title} has only just come. Is the answer meant for them?"
        if not (out.can_ask and out.ask(question)):
            hint = "--yes answers what is asked; `phonelink send` names somebody."
            raise SendRefused("just_came", question, hint)
    await send_to(api, out, recipient, options, snapshot.epoch)


async def _newest_incoming(api: RelayApi, snapshot: Snapshot) -> tuple[Thread, TextMessage, bool]:
    """The conversation with the newest text that came in, that text, and whether others wrote at all."""
    best: tuple[Thread, TextMessage] | None = None
    writers = 0
    for thread in sorted(snapshot.threads, key=lambda each: each.last_at, reverse=True):
        if best is not None and thread.last_at <= best[1].at and writers > 1:
            break
        page = await api.messages(thread.id, limit=PAGE)
        came = [text for text in page.messages if text.direction is Direction.INCOMING]
        writers += bool(came)
        if came and (best is None or came[-1].at > best[1].at):
            best = thread, came[-1]
    if best is None:
        raise UnknownThread("No text has come in.", "`phonelink send` writes to somebody.")
    return *best, writers > 1
