"""What opens beside the conversation? The switcher, the search, the palette, the help, the status."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from attrs import define, field

from phonelink_tui.domain.address import AddressKind, identify
from phonelink_tui.domain.message import TextMessage
from phonelink_tui.domain.notification import PhoneNotification
from phonelink_tui.domain.text import preview
from phonelink_tui.domain.thread import ThreadId
from phonelink_tui.ui.actions import ACTIONS, Group, Place
from phonelink_tui.ui.keymap import shown
from phonelink_tui.ui.layout import Pane
from phonelink_tui.ui.list_rows import age, list_rows
from phonelink_tui.ui.panel_text import (
    Paragraph,
    help_paragraphs,
    notification_paragraphs,
    status_paragraphs,
)
from phonelink_tui.ui.screens.conversing import Conversing
from phonelink_tui.ui.screens.desk import Desk
from phonelink_tui.ui.screens.writing import Writing
from phonelink_tui.ui.widgets.picker import Choice, Offer

MOST = 200
"""Choices shown at once; more are found by typing."""

_GROUP, _KEY = max(len(group.value) for group in Group), 6
"""Cells of two columns of the palette: what is chosen is the title, which gets the rest."""


@define(eq=False)
class Panels:
    """The hand that opens panels."""

    desk: Desk
    conversing: Conversing
    writing: Writing
    do: Callable[[str], None]
    """Performs an action, for the palette."""
    _hits: dict[str, tuple[TextMessage, ...]] = field(factory=dict, init=False)
    """The newest hits, by query."""

    def switcher(self) -> None:
        """Go to a conversation by a part of its name."""
        offer = Offer("Go to", "name, number or last words", self._threads, self._open)
        self.desk.widgets.picker.open(offer)

    def new_conversation(self) -> None:
        """Write to a contact, a number or an address."""
        empty = "No contact of this name. Type a whole number or e-mail address."
        offer = Offer(
            "New conversation", "name, number or e-mail", self._people, self.writing.start_thread, empty
        )
        self.desk.widgets.picker.open(offer)

    def search(self) -> None:
        """Find texts by their words."""
        offer = Offer(
            "Search", "words in texts", self._search, self._open_hit, "No text holds all these words."
        )
        self.desk.widgets.picker.open(offer)

    def quick_replies(self) -> None:
        """Put a short answer into the composer; Enter is still the person's."""
        if self.desk.widgets.composer.closed:
            self.desk.stage.notice("Nothing can be written here.", "warn")
            return
        offer = Offer("Quick replies", "a digit", self._replies, self._insert, digits=True)
        self.desk.widgets.picker.open(offer)

    def palette(self) -> None:
        """All actions by name."""
        offer = Offer("Actions", "what do you want to do?", self._actions, self.do)
        self.desk.widgets.picker.open(offer)

    def take_hits(self, query: str, hits: tuple[TextMessage, ...]) -> None:
        """The relay found texts; shown if they are still asked for."""
        self._hits = {query: hits}
        picker = self.desk.widgets.picker
        if picker.is_open and picker.field.value.strip() == query:
            picker.show(self._hit_choices(hits))

    def help(self, place: Place) -> None:
        """The keys that act in a place."""
        self.desk.widgets.panel.open("help", help_paragraphs(place, self.desk.keys))

    def status(self) -> None:
        """How everything stands, with every limit in force and how the last week was."""
        self.desk.bridge.want_week()
        self.desk.widgets.panel.open("status", self.status_text())

    def status_text(self) -> Sequence[Paragraph]:
        """The status panel's text."""
        desk = self.desk
        home = desk.attachment
        return status_paragraphs(desk.projection, home, desk.keys.problems, desk.now(), desk.zone)

    def notification(self, it: PhoneNotification) -> None:
        """One notification in full."""
        said = notification_paragraphs(it, self.desk.now(), self.desk.zone)
        self.desk.widgets.panel.open("notification", said)

    def _threads(self, words: str) -> Sequence[Choice]:
        rows = self.desk.projection.conversations(self.desk.view.sort, words, archived=None)[:MOST]
        drafts = self.desk.view.drafts
        listed = list_rows(rows, self.desk.now(), self.desk.zone, drafts=drafts, mixed=True)
        return [
            Choice(
                r.id,
                f"{'● ' if r.is_unread else ''}{r.name}",
                f"{r.mark + ' · ' if r.mark else ''}{r.text}",
                r.when,
            )
            for r in listed
        ]

    def _people(self, words: str) -> Sequence[Choice]:
        needles = words.casefold().split()
        choices = []
        typed = identify(words)
        if typed.kind in (AddressKind.PHONE, AddressKind.EMAIL, AddressKind.SHORT_CODE):
            choices.append(Choice(typed.value, f"Write to {typed.value}", typed.kind.value.replace("_", " ")))
        for contact in self.desk.projection.contacts:
            for address in contact.addresses:
                text = f"{contact.name} {address.value}".casefold()
                if address.answerable and all(n in text for n in needles):
                    choices.append(Choice(address.value, contact.name, address.value))
        return choices[:MOST]

    def _search(self, words: str) -> Sequence[Choice]:
        query = words.strip()
        if len(query) < 2:
            return ()
        if query not in self._hits:
            self.desk.bridge.want_hits(query)
        newest = next(iter(self._hits.values()), ())
        return self._hit_choices(self._hits.get(query, newest))

    def _hit_choices(self, hits: Sequence[TextMessage]) -> list[Choice]:
        threads, now, zone = self.desk.projection.threads, self.desk.now(), self.desk.zone
        return [
            Choice(
                f"{hit.thread} {hit.id}",
                threads[hit.thread].title if hit.thread in threads else (hit.sender_name or "?"),
                preview(hit.text),
                age(hit.at, now, zone),
            )
            for hit in hits
        ]

    def _actions(self, words: str) -> Sequence[Choice]:
        needles = words.casefold().split()
        keys = self.desk.keys
        return [
            Choice(a.id, a.title, right=f"{a.group.value:<{_GROUP}} {shown(keys.first_key(a.id)):>{_KEY}}")
            for a in ACTIONS
            if a.palette and all(n in f"{a.title} {a.group.value}".casefold() for n in needles)
        ]

    def _replies(self, _words: str) -> Sequence[Choice]:
        return [
            Choice(reply, f"{number}  {reply}")
            for number, reply in enumerate(self.desk.settings.quick_replies[:9], start=1)
        ]

    def _insert(self, reply: str) -> None:
        composer = self.desk.widgets.composer
        self.desk.stage.go(Pane.TALK, write=True)
        composer.set_draft(f"{composer.draft} {reply}".strip())

    def _open(self, thread: str) -> None:
        self.conversing.open(ThreadId(thread))

    def _open_hit(self, key: str) -> None:
        thread, _, message = key.partition(" ")
        self.conversing.open(ThreadId(thread))
        self.conversing.look_for(message)
