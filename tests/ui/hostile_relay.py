"""A relay whose phone sends one hostile text as every name, number, title, label and body."""

from __future__ import annotations

from attrs import evolve

from phonelink_tui.domain.contact import Contact
from phonelink_tui.domain.message import Audience
from phonelink_tui.domain.text import RemoteText, clean, clean_line
from phonelink_tui.relay.api import Snapshot
from tests.ui.believable import a_notification, a_phone, a_text, a_thread
from tests.ui.scripted_relay import ScriptedRelay


def hostile_relay(raw: str, *, cleaned: bool) -> ScriptedRelay:
    """A relay where every word of the phone is hostile; uncleaned, as if a gate had been forgotten."""
    line = clean_line(raw) if cleaned else RemoteText(raw)
    text = clean(raw) if cleaned else RemoteText(raw)
    phone = evolve(a_phone(), name=line)
    rows = tuple(
        evolve(
            a_thread(n, "x", audience=audience, group="x"),
            title=line,
            sender_name=line,
            group_name=line,
            last_text=text,
            address=evolve(a_thread(n, "x").address, value=line),
        )
        for n, audience in enumerate(Audience, start=1)
    )
    texts = {row.id: [evolve(a_text(row, 0, "x"), text=text, sender_name=line)] for row in rows}
    note = evolve(
        a_notification(1, "x", "x", "x", positive="x"),
        app_name=line,
        title=line,
        subtitle=line,
        text=text,
        positive_label=line,
        negative_label=line,
    )
    contacts = (Contact(line, (rows[0].address,)),)
    return ScriptedRelay(Snapshot(0, phone, rows, (note,), (), (), contacts), texts)
