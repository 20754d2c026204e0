"""A relay whose phone sends hostile texts as every name, number, title, label and body."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import evolve

from phonelink_tui.domain.contact import Contact
from phonelink_tui.domain.message import Audience, TextMessage
from phonelink_tui.domain.notification import PhoneNotification
from phonelink_tui.domain.text import RemoteText, clean, clean_line
from phonelink_tui.domain.thread import Thread
from phonelink_tui.relay.api import Snapshot
from tests.ui.believable import a_notification, a_phone, a_text, a_thread
from tests.ui.scripted_relay import ScriptedRelay


def hostile_relay(raws: Sequence[str], *, cleaned: bool) -> ScriptedRelay:
    """A conversation for each text, and of few texts one of each audience.

    Uncleaned, as if a gate had been forgotten.
    """
    every = tuple(Audience)
    rows: list[Thread] = []
    texts: list[TextMessage] = []
    notes: list[PhoneNotification] = []
    for number, raw in enumerate(raws):
        line = clean_line(raw) if cleaned else RemoteText(raw)
        text = clean(raw) if cleaned else RemoteText(raw)
        for place, audience in enumerate(every if len(raws) < 4 else every[number % 3 :][:1]):
            row = a_thread(
                3 * number + place + 1, "x", audience=audience, group="x", minutes=3 * number + place
            )
            address = evolve(row.address, value=line)
            row = evolve(
                row, title=line, sender_name=line, group_name=line, last_text=text, address=address, unread=0
            )
            rows.append(row)
            texts.append(evolve(a_text(row, 0, "x"), text=text, sender_name=line))
        note = a_notification(number, "x", "x", "x", positive="x", minutes=number)
        notes.append(
            evolve(
                note,
                app_name=line,
                title=line,
                subtitle=line,
                text=text,
                positive_label=line,
                negative_label=line,
            )
        )
    phone = evolve(a_phone(), name=rows[0].title)
    contacts = tuple(Contact(row.title, (row.address,)) for row in rows)
    snapshot = Snapshot(0, phone, tuple(rows), tuple(notes), (), (), contacts)
    return ScriptedRelay(snapshot, {m.thread: [m] for m in texts})
