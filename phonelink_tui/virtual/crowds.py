"""Which texts and notifications does a crowd send? Generated, the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta

from phonelink_tui.virtual.acts import NotifyAct, TextAct
from phonelink_tui.virtual.phone import VirtualPhone
from phonelink_tui.virtual.scenario import Crowd, TimedAct


def crowd_before(phone: VirtualPhone, crowd: Crowd, chance: random.Random) -> None:
    """Put the texts of a crowd with `days` on the phone, oldest first; all but the newest ten are read."""
    if not crowd.days:
        return
    span_s = crowd.days * 86_400.0
    now = phone.clock()
    agos = sorted((chance.uniform(60, span_s) for _ in range(crowd.texts)), reverse=True)
    for number, ago_s in enumerate(agos):
        phone.receive_text(
            _number(chance.randrange(crowd.threads)),
            chance.choice(crowd.says),
            at=now - timedelta(seconds=ago_s),
            read=number < crowd.texts - 10,
            notify=False,
        )


def crowd_acts(crowd: Crowd, chance: random.Random) -> Iterator[TimedAct]:
    """The acts of a crowd without `days`."""
    if crowd.days:
        return
    for _ in range(crowd.texts):
        sender = _number(chance.randrange(crowd.threads))
        yield TimedAct(chance.uniform(crowd.from_s, crowd.to_s), TextAct(sender, chance.choice(crowd.says)))
    for number in range(crowd.notifications):
        app = chance.choice(crowd.apps)
        act = NotifyAct(app, chance.choice(crowd.says), f"Item {number + 1}")
        yield TimedAct(chance.uniform(crowd.from_s, crowd.to_s), act)


def _number(thread: int) -> str:
    # 555-01xx is kept for fiction; the last digits go beyond it where a crowd needs more people.
    return f"+1555{100 + thread:05}" if thread >= 100 else f"+15550{100 + thread}"
