"""How is an event said in one line to a person? For `tail` and the plain mode."""

from __future__ import annotations

from phonelink_tui.domain.events import (
    CommandChanged,
    CommandState,
    ContactsChanged,
    Event,
    GapChanged,
    LimitationChanged,
    LinkChanged,
    MessageChanged,
    NotificationChanged,
)
from phonelink_tui.domain.message import Direction, TextMessage


def event_words(event: Event) -> str:
    """One line; empty for what is of no interest by itself."""
    match event:
        case MessageChanged(message=text, live=True) if (
            text.direction is Direction.INCOMING and not text.read
        ):
            group = f" in {text.group}" if text.group else ""
            return f"{_sender(text)}{group}: {_words(text)}"
        case MessageChanged(message=text) if text.direction is Direction.OUTGOING:
            who = text.recipient.value if text.recipient else "somebody"
            detail = f" ({text.detail})" if text.detail else ""
            return f"to {who}: {text.state.value.replace('_', ' ')}{detail}"
        case NotificationChanged(notification=each, live=True) if not each.silent:
            return f"[{each.app_name or each.app_id}] {each.title}: {each.text}"
        case LinkChanged(phone=phone):
            states = ", ".join(f"{s.capability.value} {s.phase.value}" for s in phone.capabilities.values())
            return f"{phone.name}: {states}"
        case LimitationChanged(limitation=limit, active=active):
            return limit.sentence if active else f"No longer: {limit.sentence}"
        case GapChanged(gap=gap):
            return "Messages are not connected." if gap.ended_at is None else "Messages are connected again."
        case ContactsChanged(contacts=contacts):
            return f"{len(contacts)} contacts read."
        case CommandChanged(state=state, sentence=sentence) if state is not CommandState.DONE:
            return sentence
        case _:
            return ""


def _sender(text: TextMessage) -> str:
    return text.sender_name or (text.sender.value if text.sender else "unknown")


def _words(text: TextMessage) -> str:
    return text.text or ("something that stays on the phone" if text.placeholder else "")
