"""Does the phone hide what its notifications of texts say? From evidence, in whatever language it speaks. Pure.

Where previews are hidden, the phone puts a word of its own language in place of every text (Settings, Show Previews).
Apple publishes no list of these words; so a word is learned: two notifications with equal words, each beside exactly
one text of its sender, and the two texts say different things, neither of them that word.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict, deque
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from phonelink_tui.relay.correlation import WINDOW, NoticeFacts, TextFacts, are_near, same_text

HIDDEN_PREVIEWS: Final = frozenset({"imessage", "text message", "message", "notification", "sms"})
"""What iPhones set to English write, case-folded: known without having been seen twice."""

NOTICES: Final = 8
"""Newest notifications compared with texts."""

TEXTS: Final = 64
"""Newest texts they are compared with."""

WORDS: Final = 16
"""Words learned; an iPhone has a few, by kind of text."""


class PreviewWatch:
    """Learns what stands in place of texts."""

    def __init__(self) -> None:
        self._notices: deque[NoticeFacts] = deque(maxlen=NOTICES)
        self._learned: OrderedDict[str, None] = OrderedDict()

    def hides(self, notice: NoticeFacts, texts: Iterable[TextFacts], now: datetime) -> bool:
        """Whether a notification shows no text.

        Args:
            notice: The one that came just now, of a text.
            texts: Texts with words of their own, the newest `TEXTS` of them.
            now: Notifications that came less than `WINDOW` ago prove nothing: their texts may still come.
        """
        known = list(texts)
        said = [text for text in known if are_near(text, notice) and same_text(text.text, notice.text)]
        self._learn([n for n in self._notices if now - n.arrived_at > WINDOW], known)
        self._notices.append(notice)
        word = notice.text.casefold()
        if said:
            self._learned.pop(word, None)
            return False
        return word in HIDDEN_PREVIEWS or word in self._learned

    def _learn(self, notices: Iterable[NoticeFacts], texts: list[TextFacts]) -> None:
        beside: dict[str, dict[str, str]] = defaultdict(dict)
        spoken: set[str] = set()
        for notice in notices:
            word = notice.text.casefold()
            near = [text for text in texts if are_near(text, notice) and _names(notice, text)]
            if any(same_text(text.text, notice.text) for text in near):
                spoken.add(word)
            elif word and len(near) == 1:
                beside[word][near[0].id] = near[0].text
        for word, found in beside.items():
            if word not in spoken and len(set(found.values())) > 1:
                self._learned[word] = None
                if len(self._learned) > WORDS:
                    self._learned.popitem(last=False)


def _names(notice: NoticeFacts, text: TextFacts) -> bool:
    return notice.title.strip().casefold() in text.sender_names or notice.title_key == text.sender_key
