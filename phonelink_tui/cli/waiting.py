"""What waits to go out? `phonelink outbox`, and taking back or sending again one text of it."""

from __future__ import annotations

from secrets import token_hex
from typing import Final

from phonelink_tui.cli.acting import carried_out
from phonelink_tui.cli.clock import when
from phonelink_tui.cli.output import Output
from phonelink_tui.cli.reading import print_values
from phonelink_tui.cli.settled import settled
from phonelink_tui.domain.message import MessageId, TextMessage
from phonelink_tui.domain.phone import Capability
from phonelink_tui.errors import UsageError
from phonelink_tui.relay.api import CancelText, RelayApi, RetryText, Snapshot

_MESSAGES: Final = frozenset({Capability.MESSAGES})


async def outbox(api: RelayApi, out: Output, *, as_json: bool) -> None:
    """`phonelink outbox`: texts that are held, queued, on their way, unknown; and those that failed."""
    snapshot = await settled(api, _MESSAGES)
    texts = _texts(snapshot)
    rows = (
        (text.id, when(text.at), _to(text, snapshot), text.state.value.replace("_", " "), _words(text))
        for text in texts
    )
    print_values(out, "message", texts, ("id", "when", "to", "state", "text"), rows, as_json=as_json)
    if not texts and not as_json:
        out.notice("Nothing waits to go out.")


async def cancel(api: RelayApi, out: Output, text_id: str) -> None:
    """`phonelink outbox cancel ID`."""
    text = await _find(api, text_id)
    await carried_out(api, CancelText("cli-" + token_hex(8), text.id))
    out.line("Taken back; it was not sent.")


async def retry(api: RelayApi, out: Output, text_id: str) -> None:
    """`phonelink outbox retry ID`."""
    text = await _find(api, text_id)
    await carried_out(api, RetryText("cli-" + token_hex(8), text.id))
    out.line("It waits to be sent again.")


async def _find(api: RelayApi, text_id: str) -> TextMessage:
    snapshot = await settled(api, _MESSAGES)
    for text in _texts(snapshot):
        if text.id == MessageId(text_id):
            return text
    raise UsageError("No text in the outbox has this id.", "`phonelink outbox` lists them.")


def _texts(snapshot: Snapshot) -> list[TextMessage]:
    """Unsettled and failed texts of all conversations, oldest first."""
    found = {text.id: text for text in (*snapshot.failed, *snapshot.unsettled)}
    return sorted(found.values(), key=lambda text: text.at)


def _to(text: TextMessage, snapshot: Snapshot) -> str:
    titles = {thread.id: thread.title for thread in snapshot.threads}
    return titles.get(text.thread) or (text.recipient.value if text.recipient else "")


def _words(text: TextMessage) -> str:
    return " · ".join(filter(None, (" ".join(text.text.split()), text.detail)))
