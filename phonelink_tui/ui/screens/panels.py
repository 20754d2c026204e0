"""What opens beside the conversation? The switcher, the search, the palette, the help, the status."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from attrs import define, field
from textual.content import Content

from phonelink_tui.domain.address import AddressKind, identify
from phonelink_tui.domain.limitations import LimitScope
from phonelink_tui.domain.message import TextMessage
from phonelink_tui.domain.notification import PhoneNotification
from phonelink_tui.domain.text import preview
from phonelink_tui.domain.thread import ThreadId
from phonelink_tui.ui.actions import ACTIONS, Place
from phonelink_tui.ui.help_text import PLACES, help_rows
from phonelink_tui.ui.keymap import shown
from phonelink_tui.ui.layout import Pane
from phonelink_tui.ui.list_rows import age, list_rows
from phonelink_tui.ui.screens.conversing import Conversing
from phonelink_tui.ui.screens.desk import Desk
from phonelink_tui.ui.screens.writing import Writing
from phonelink_tui.ui.status_line import NAMES, state_words
from phonelink_tui.ui.when import moment
from phonelink_tui.ui.widgets.picker import Choice, Offer

MOST = 200
"""Choices shown at once; more are found by typing."""


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
        title, sentence = PLACES[place]
        parts = [Content.styled(title, "bold"), Content(sentence), Content("")]
        for heading, pairs in help_rows(place, self.desk.keys):
            parts.append(Content.styled(heading, "bold $text-primary"))
            width = min(22, max(len(keys) for keys, _ in pairs))
            parts += [
                Content.assemble((f"  {keys:<{width}} ", "$text-accent"), (title, ""))
                for keys, title in pairs
            ]
            parts.append(Content(""))
        self.desk.widgets.panel.open("help", Content("\n").join(parts))

    def status(self) -> None:
        """How everything stands, with every limit in force."""
        self.desk.widgets.panel.open("status", self.status_text())

    def status_text(self) -> Content:
        """The status panel's text."""
        projection, now, zone = self.desk.projection, self.desk.now(), self.desk.zone
        phone = projection.phone
        parts = [Content.styled(phone.name if phone else "No phone yet", "bold")]
        if phone and phone.battery_percent is not None:
            parts.append(Content(f"Battery {phone.battery_percent} %"))
        for capability, label in NAMES.items() if phone else ():
            state = phone.capabilities.get(capability) if phone else None
            words, _ = state_words(state, now, zone, sign=False)
            parts.append(Content(f"{label:<9} {words}"))
            if state is not None:
                proof = f", last sign {moment(state.proof_at, zone, now)}" if state.proof_at else ""
                parts.append(Content(f"          since {moment(state.since, zone, now)}{proof}"))
                if state.next_attempt_at:
                    parts.append(Content(f"          next try {moment(state.next_attempt_at, zone, now)}"))
                if state.detail:
                    parts.append(Content(f"          {state.detail}"))
        if phone and phone.complete_since:
            parts.append(Content(f"\nNo gap in texts since {moment(phone.complete_since, zone, now)}."))
        if problems := self.desk.keys.problems:
            parts.append(Content.styled("\nSettings", "bold"))
            parts += [Content(f"! {problem}") for problem in problems]
        parts.append(Content.styled("\nLimits in force", "bold"))
        limits = [x for x in projection.limitations.values() if x.scope is LimitScope.APP]
        parts += [Content(f"· {x.sentence}\n  {x.spec.why} ({x.spec.whose.value})") for x in limits]
        if not limits:
            parts.append(Content("None beside those named in the conversations."))
        return Content("\n").join(parts)

    def notification(self, it: PhoneNotification) -> None:
        """One notification in full."""
        head = " · ".join(part for part in (it.app_name, it.title, it.subtitle) if part)
        labels = [
            f"{key}  {label}" for key, label in (("+", it.positive_label), ("-", it.negative_label)) if label
        ]
        at = moment(it.at, self.desk.zone, self.desk.now())
        note = "From an earlier connection: it can only be read." if it.stale else ""
        lines = [Content.styled(head, "bold"), Content(at), Content(""), Content(it.text), Content("")]
        lines += [Content(line) for line in (*labels, note) if line]
        self.desk.widgets.panel.open("notification", Content("\n").join(lines))

    def _threads(self, words: str) -> Sequence[Choice]:
        rows = self.desk.projection.conversations(self.desk.view.sort, words)[:MOST]
        drafts = self.desk.view.drafts
        listed = list_rows(rows, self.desk.now(), self.desk.zone, drafts=drafts)
        return [
            Choice(
                r.id,
                f"{'● ' if r.unread else ''}{r.name}",
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
        return [
            Choice(
                a.id, a.title, a.group.value, shown(key) if (key := self.desk.keys.first_key(a.id)) else ""
            )
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
