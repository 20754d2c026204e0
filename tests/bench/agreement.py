"""Do all who saw a long run tell the same? Pure: what each of them told in, disagreements and counts out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from attrs import define, field, frozen

from tests.bench.person import TOKEN

ARRIVED: Final = frozenset({"accepted", "sent", "delivered"})
EXITS_SENT: Final = frozenset({0})
EXITS_UNKNOWN: Final = frozenset({9})
EXITS_NOT_SENT: Final = frozenset({3, 5, 7})
WORDS: Final = {"accepted": "✓ accepted", "failed": "✗ not sent", "unknown": "? unknown"}
"""How the app marks a text of ours, by its state."""


@frozen
class Seen:
    """A text as the relay, a script or a file tells of it; `sent_at` is left out, a tail may have it finer."""

    id: str
    thread: str
    outgoing: bool
    text: str
    state: str

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Seen:
        """From a line of JSON."""
        return cls(told["id"], told["thread"], told["direction"] == "outgoing", told["text"], told["state"])


@define
class Accounts:
    """What everybody told at the end."""

    journal: Sequence[Mapping[str, Any]]
    """Of the phone."""
    pages: Mapping[str, Sequence[Seen]]
    """Of the relay, by conversation, oldest first."""
    exported: Sequence[Seen]
    """Of the file on the disk."""
    tail: Mapping[str, Seen]
    """Of a script, by id."""
    screens: Mapping[str, Sequence[Sequence[Sequence[str]]]]
    """Of each app: its conversations, their pages, their rows."""
    exits: Mapping[str, int]
    """Of each `send`, by the first word of its text."""
    typed: Iterable[str] = ()
    """First words of what was written in the apps."""
    drafts: Sequence[str] = ()
    """What is left in composers."""
    wrong: list[str] = field(factory=list)

    def check(self) -> dict[str, Any]:
        """The counts; `wrong` holds every disagreement."""
        every = [text for texts in self.pages.values() for text in texts]
        pushed = Counter(_token(line["text"]) for line in self.journal if line["type"] == "pushed")
        counts = {
            "texts": len(every),
            "pushed": sum(pushed.values()),
            "pushed_twice": sum(1 for n in pushed.values() if n > 1),
            "received": sum(line["type"] == "received" for line in self.journal),
            "states": dict(Counter(text.state for text in every)),
            "exits": dict(Counter(self.exits.values())),
        }
        counts["written_twice"] = self._check_own([t for t in every if t.outgoing], pushed)
        self._check_received([t for t in every if not t.outgoing])
        counts["exit_0_now_unknown"] = self._check_exits(every, pushed)
        counts["typed"] = self._check_typed(every)
        self._check_copies(every)
        counts["rows_read"] = {who: self._check_screens(who, seen) for who, seen in self.screens.items()}
        counts["wrong"] = len(self.wrong)
        return counts

    def _check_own(self, own: list[Seen], pushed: Counter[str]) -> int:
        """How many were written twice: somebody sent again what had come back as not sent, or as unknown."""
        states: defaultdict[str, list[str]] = defaultdict(list)
        for text in own:
            states[_token(text.text)].append(text.state)
        for token, found in states.items():
            arrived, unknown = sum(state in ARRIVED for state in found), found.count("unknown")
            right = arrived <= pushed[token] <= arrived + unknown
            right = right and len(found) == arrived + unknown + found.count("failed")
            self._demand(right, f"{token}: {found}, and the phone took it {pushed[token]} times")
        missing = set(pushed) - set(states)
        self._demand(not missing, f"the phone took what the relay does not have: {sorted(missing)}")
        return sum(len(found) > 1 for found in states.values())

    def _check_received(self, received: list[Seen]) -> None:
        theirs = Counter(line["text"] for line in self.journal if line["type"] == "received")
        ours = Counter(text.text for text in received)
        for text, count in (theirs - ours).items():
            self._demand(False, f"{_token(text)}: the phone has it {count} times more")
        for text, count in (ours - theirs).items():
            self._demand(False, f"{_token(text)}: the relay has it {count} times more")

    def _check_exits(self, every: list[Seen], pushed: Counter[str]) -> int:
        states = {_token(text.text): text.state for text in every if text.outgoing}
        for token, code in self.exits.items():
            n = pushed[token]
            if code in EXITS_SENT:
                self._demand(n == 1, f"{token}: exit 0, and the phone took it {n} times")
            elif code in EXITS_NOT_SENT:
                self._demand(n == 0, f"{token}: exit {code}, certainly not sent, and the phone has it")
            else:
                self._demand(
                    code in EXITS_UNKNOWN and n <= 1, f"{token}: exit {code}, {n} times at the phone"
                )
        return sum(code == 0 and states.get(token) == "unknown" for token, code in self.exits.items())

    def _check_typed(self, every: list[Seen]) -> dict[str, int]:
        known = {_token(text.text) for text in every if text.outgoing}
        left = {token for draft in self.drafts for token in TOKEN.findall(draft)}
        lost = [token for token in self.typed if token not in known | left]
        self._demand(not lost, f"typed, and nowhere: {lost}")
        return {"in_all": len(list(self.typed)), "drafts": len(left), "lost": len(lost)}

    def _check_copies(self, every: list[Seen]) -> None:
        for name, copy in (("tail", list(self.tail.values())), ("file", list(self.exported))):
            for text in set(every) - set(copy):
                self._demand(False, f"the {name} does not have {text}")
            for text in set(copy) - set(every):
                self._demand(False, f"only the {name} has {text}")
            self._demand(len(copy) == len(set(copy)), f"the {name} has a text twice")

    def _check_screens(self, who: str, conversations: Sequence[Sequence[Sequence[str]]]) -> int:
        """Every page is a stretch of a conversation, without a hole, and all pages are all of them."""
        orders = {t: [_token(text.text) for text in texts] for t, texts in self.pages.items()}
        states: dict[str, set[str]] = {}
        for text in (text for texts in self.pages.values() for text in texts if text.outgoing):
            states.setdefault(_token(text.text), set()).add(text.state)
        seen: set[str] = set()
        for pages in conversations:
            for rows in pages:
                shown = TOKEN.findall("\n".join(rows))
                seen.update(shown)
                self._demand(
                    any(_is_stretch(shown, order) for order in orders.values()),
                    f"{who}: a page that is no stretch of a conversation: {shown}",
                )
                for token, row in _segments(rows)[:-1]:  # the last one may go on below the screen
                    words = [WORDS[state] for state in states.get(token, ()) if state in WORDS]
                    self._demand(
                        not words or any(word in row for word in words), f"{who}: not {words}: {row}"
                    )
        missing = {token for order in orders.values() for token in order} - seen
        self._demand(not missing, f"{who} does not show {len(missing)}: {sorted(missing)[:20]}")
        return len(seen)

    def _demand(self, holds: bool, otherwise: str) -> None:
        if not holds:
            self.wrong.append(otherwise)


def _token(text: str) -> str:
    """The first word, which no two texts share."""
    return text.split(maxsplit=1)[0] if text.split() else ""


def _is_stretch(shown: list[str], order: list[str]) -> bool:
    begins = [n for n, token in enumerate(order) if token in shown[:1]]
    return not shown or any(order[begin : begin + len(shown)] == shown for begin in begins)


def _segments(rows: Sequence[str]) -> list[tuple[str, str]]:
    """Each text of a page with its rows put together, up to the next text."""
    whole = " ".join(rows)
    found = list(TOKEN.finditer(whole))
    ends = [match.start() for match in found[1:]] + [len(whole)]
    return [(match.group(), whole[match.start() : end]) for match, end in zip(found, ends, strict=True)]
