"""What do the panels say, such as the help and the status? Paragraphs, as values; the panel folds them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo
from typing import Final

from attrs import frozen

from phonelink_tui.domain.notification import PhoneNotification
from phonelink_tui.domain.phone import CapabilityState, Phone
from phonelink_tui.domain.week import week_lines
from phonelink_tui.relay.api import Attachment, Home
from phonelink_tui.ui.actions import Place
from phonelink_tui.ui.banner_text import SIGNS
from phonelink_tui.ui.help_text import PLACES, help_rows
from phonelink_tui.ui.keymap import KeyMap
from phonelink_tui.ui.projection import Projection
from phonelink_tui.ui.status_line import NAMES, state_words
from phonelink_tui.ui.when import local, moment

KEYS_CELLS: Final = 22
"""At most, for the keys of the help."""

LABEL_CELLS: Final = 10

HOMES: Final = {
    Home.PRIVATE: "of this program: it ends when you quit",
    Home.SHARED: "in the background of this computer: it goes on when you quit",
    Home.SSH: "in the background of {where}, over ssh: it goes on when you quit",
}


@frozen
class Paragraph:
    """A text whose lines all begin right of its head. May hold text of the phone: nothing in it is markup."""

    body: str = ""
    role: str = "plain"
    """One of `widgets.line.ROLES`."""
    head: str = ""
    head_role: str = "dim"


EMPTY: Final = Paragraph()


def help_paragraphs(place: Place, keys: KeyMap) -> list[Paragraph]:
    """The keys that act in a place."""
    title, sentence = PLACES[place]
    said = [Paragraph(title, "name"), Paragraph(sentence), EMPTY]
    for heading, pairs in help_rows(place, keys):
        said.append(Paragraph(heading, "name"))
        width = min(KEYS_CELLS, max(len(keys_of) for keys_of, _ in pairs))
        said += [Paragraph(words, head=f"  {keys_of:<{width}} ", head_role="key") for keys_of, words in pairs]
        said.append(EMPTY)
    return said


def status_paragraphs(
    projection: Projection, home: Attachment, problems: Sequence[str], now: datetime, zone: tzinfo | None
) -> list[Paragraph]:
    """How everything stands, with every limit of the app in force, and how the last week was."""
    phone = projection.phone
    said = [Paragraph(phone.name if phone else "No phone yet", "name")]
    if phone is not None:
        said += _phone(phone, now, zone)
    said += _relay(projection, home, zone)
    if problems:
        said += [EMPTY, Paragraph("Settings", "name")]
        said += [Paragraph(problem, head="! ", head_role="warn") for problem in problems]
    said += [EMPTY, Paragraph("Limits in force", "name")]
    limits = list(projection.limitations.values())
    for limit in limits:
        said.append(Paragraph(limit.sentence, head=f"{SIGNS[limit.spec.cls]} "))
        said.append(Paragraph(f"{limit.spec.why} A limit of {limit.spec.whose.value}.", "dim", head="  "))
    if not limits:
        said.append(Paragraph("None beside those named in the conversations.", "dim"))
    if projection.week:
        said += [EMPTY, Paragraph("The last week", "name")]
        said += [Paragraph(line.removeprefix("  "), "plain") for line in week_lines(projection.week)]
    return said


def _relay(projection: Projection, home: Attachment, zone: tzinfo | None) -> Iterator[Paragraph]:
    """Which relay this is, and whether it is there."""
    yield EMPTY
    yield Paragraph(HOMES[home.home].format(where=home.where), head=f"{'relay':<{LABEL_CELLS}}")
    if projection.relay_gone:
        yield Paragraph(projection.relay_gone, "bad", head=" " * LABEL_CELLS)
        if projection.attach_at is not None:
            again = f"looked for again {local(projection.attach_at, zone):%H:%M:%S}; Ctrl+R: now"
            yield Paragraph(again, "dim", head=" " * LABEL_CELLS)


def notification_paragraphs(it: PhoneNotification, now: datetime, zone: tzinfo | None) -> list[Paragraph]:
    """One notification in full."""
    said = [
        Paragraph(" · ".join(part for part in (it.app_name, it.title, it.subtitle) if part), "name"),
        Paragraph(moment(it.at, zone, now), "dim"),
        EMPTY,
        Paragraph(it.text),
        EMPTY,
    ]
    labels = (("+", it.positive_label), ("-", it.negative_label))
    said += [Paragraph(label, head=f"{key}  ", head_role="key") for key, label in labels if label]
    if it.stale:
        said.append(Paragraph("From an earlier connection: it can only be read.", "warn"))
    return said


def _phone(phone: Phone, now: datetime, zone: tzinfo | None) -> Iterator[Paragraph]:
    if phone.battery_percent is not None:
        yield Paragraph(f"Battery {phone.battery_percent} %")
    yield EMPTY
    for capability, label in NAMES.items():
        state = phone.capabilities.get(capability)
        words, role = state_words(state, now, zone, sign=False)
        yield Paragraph(words, role, head=f"{label:<{LABEL_CELLS}}")
        if state is not None:
            yield from (Paragraph(more, "dim", head=" " * LABEL_CELLS) for more in _details(state, now, zone))
    if phone.complete_since:
        yield EMPTY
        yield Paragraph(f"No gap in texts since {moment(phone.complete_since, zone, now)}.")


def _details(state: CapabilityState, now: datetime, zone: tzinfo | None) -> Iterator[str]:
    since = moment(state.since, zone, now)
    proof = moment(state.proof_at, zone, now) if state.proof_at else ""
    yield f"since {since}" + (f", last sign {proof}" if proof and proof != since else "")
    if state.next_attempt_at:
        yield f"next try {moment(state.next_attempt_at, zone, now)}"
    if state.detail:
        yield state.detail
