"""How do texts look in each format of an export? Pure; every format says first that it is not complete.

JSON lines for programs; HTML for people: no script, nothing loaded, remote text escaped; and the mbox shape that
mail programs read (RFC 4155, `From ` quoted as mboxrd does).
"""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, Final

from attrs import frozen

from phonelink_tui.config.exact_json import encode_time
from phonelink_tui.domain.address import Address
from phonelink_tui.domain.gap import Gap
from phonelink_tui.domain.message import Audience, Direction, TextMessage
from phonelink_tui.domain.text import RemoteText, clean_line
from phonelink_tui.domain.thread import ThreadId
from phonelink_tui.ipc.events import VERSION
from phonelink_tui.ipc.values import to_json

PARTIAL: Final = (
    "Not complete: only what reached this computer over Bluetooth and was kept. Pictures, most of what was sent on"
    " the phone itself, texts from before the first connection, and one-time codes are not in it."
)

ME: Final = "Me"


@frozen
class Cover:
    """What an export says of itself."""

    made_at: datetime
    threads: int
    texts: int
    oldest: datetime | None
    newest: datetime | None
    gaps: tuple[Gap, ...]
    """Times in which texts may be missing, oldest first."""


@frozen
class Exported:
    """One conversation."""

    id: ThreadId
    name: RemoteText
    address: Address
    audience: Audience
    texts: Iterable[TextMessage]
    """Oldest first; read once."""


def json_lines(cover: Cover, conversations: Iterable[Exported]) -> Iterator[str]:
    """One object a line, ASCII only: what the stream's events look like, after one line about the export."""
    yield _object("export", partial=True, why=PARTIAL, **_cover_fields(cover))
    for gap in cover.gaps:
        yield _object("gap", **to_json(gap))
    for one in conversations:
        about = {
            "id": one.id,
            "title": one.name,
            "address": to_json(one.address),
            "audience": one.audience.value,
        }
        yield _object("thread", **about)
        for text in one.texts:
            yield _object("message", **to_json(text))


def html_page(cover: Cover, conversations: Iterable[Exported]) -> Iterator[str]:
    """A page that runs nothing and loads nothing, whatever the texts say."""
    yield _HEAD
    yield f"<p class=partial>{html.escape(PARTIAL)}</p>"
    yield f"<p>{cover.texts} texts, {cover.threads} conversations, written {_time(cover.made_at)}.</p>"
    if cover.gaps:
        yield "<h2>Not connected</h2><ul>"
        for gap in cover.gaps:
            ended = _time(gap.ended_at) if gap.ended_at is not None else "the end"
            yield f"<li>{_time(gap.started_at)} to {ended}</li>"
        yield "</ul>"
    for one in conversations:
        address = html.escape(one.address.value)
        yield f"<h2><bdi>{html.escape(one.name)}</bdi> <small><bdi>{address}</bdi></small></h2>"
        for text in one.texts:
            who = ME if text.direction is Direction.OUTGOING else str(text.sender_name or one.name)
            yield (
                f'<p class={text.direction.value}><time datetime="{encode_time(text.at)}">{_time(text.at)}</time>'
                f" <b><bdi>{html.escape(who)}</bdi></b> {_state(text)}<br>"
                f"<bdi class=words>{html.escape(_words(text))}</bdi></p>"
            )
    yield "</body></html>"


def mbox(cover: Cover, conversations: Iterable[Exported]) -> Iterator[str]:
    """A mail for each text, after one about the export."""
    yield from _mail(cover.made_at, "phonelink", ME, "About this export", PARTIAL)
    for one in conversations:
        other = f"{_phrase(one.name)} <{_route(one.address.value)}>"
        for text in one.texts:
            ours = text.direction is Direction.OUTGOING
            sender, to = (ME, other) if ours else (other, ME)
            yield from _mail(text.at, sender, to, f"Text with {one.name}", _words(text), _state(text))


FORMATS: Final[dict[str, Callable[[Cover, Iterable[Exported]], Iterator[str]]]] = {
    "jsonl": json_lines,
    "html": html_page,
    "mbox": mbox,
}

_HEAD: Final = """<!DOCTYPE html>
<html lang=en><head><meta charset=utf-8>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name=referrer content=no-referrer><title>Texts</title><style>
body { font-family: sans-serif; max-width: 50em; margin: auto; padding: 1em }
.partial { border: 1px solid; padding: .5em } .words { white-space: pre-wrap }
.outgoing { margin-left: 4em } time, small { color: #666 }
</style></head><body><h1>Texts</h1>"""


def _cover_fields(cover: Cover) -> dict[str, Any]:
    ends = {"oldest": cover.oldest, "newest": cover.newest, "made_at": cover.made_at}
    times = {name: encode_time(at) if at is not None else None for name, at in ends.items()}
    return {"threads": cover.threads, "texts": cover.texts, **times}


def _object(kind: str, **fields: Any) -> str:
    return json.dumps({"v": VERSION, "type": kind, **fields}, separators=(",", ":"))


def _time(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def _words(text: TextMessage) -> str:
    return text.text if text.text or text.placeholder is None else "(attachment on the phone)"


def _state(text: TextMessage) -> str:
    """How far a text of ours got, where that is not plain."""
    return "" if text.direction is Direction.INCOMING else f"({text.state.value.replace('_', ' ')})"


def _mail(at: datetime, sender: str, to: str, subject: str, words: str, state: str = "") -> Iterator[str]:
    when = at.astimezone(UTC)
    yield f"From phonelink {when:%a %b %d %H:%M:%S %Y}"
    yield f"Date: {format_datetime(when)}"
    yield f"From: {sender}"
    yield f"To: {to}"
    yield f"Subject: {clean_line(subject)}"
    yield "X-Phonelink-Partial: yes"
    if state:
        yield f"X-Phonelink-State: {state.strip('()')}"
    yield "MIME-Version: 1.0"
    yield "Content-Type: text/plain; charset=utf-8"
    yield "Content-Transfer-Encoding: 8bit"
    yield ""
    for line in words.split("\n"):
        yield ">" + line if line.lstrip(">").startswith("From ") else line
    yield ""


def _phrase(name: str) -> str:
    return '"' + clean_line(name).replace("\\", "").replace('"', "") + '"'


def _route(address: str) -> str:
    """An address that cannot leave its brackets."""
    return "".join(c for c in clean_line(address) if c not in '<>" ,;')
