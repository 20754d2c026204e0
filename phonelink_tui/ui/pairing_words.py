"""What does the pairing screen say? Views as lines of words, pure."""

from __future__ import annotations

from typing import Final

from textual.content import Content

from phonelink_tui.domain.pairing import AnswerKind, PairEnd, PairingView, StepMark, switch_words
from phonelink_tui.domain.phone import PhoneKind

KEYS: Final = {
    AnswerKind.YES: "y",
    AnswerKind.NO: "n",
    AnswerKind.RETRY: "r",
    AnswerKind.SKIP: "s",
    AnswerKind.TEXT: "enter",
    AnswerKind.CANCEL: "escape",
}
"""Which key gives which answer; a phone is chosen by its digit."""

SHOWN: Final = 9
"""As many phones as digits choose."""

_MARKS: Final = {
    StepMark.AHEAD: ("○", "$text-muted"),
    StepMark.NOW: ("▸", "bold"),
    StepMark.DONE: ("✓", "$text-success"),
    StepMark.SKIPPED: ("–", "$text-muted"),
    StepMark.FAILED: ("✗", "$text-error"),
}

_GLYPHS: Final = {
    "0": ("███", "█ █", "█ █", "█ █", "███"),
    "1": ("  █", "  █", "  █", "  █", "  █"),
    "2": ("███", "  █", "███", "█  ", "███"),
    "3": ("███", "  █", "███", "  █", "███"),
    "4": ("█ █", "█ █", "███", "  █", "  █"),
    "5": ("███", "█  ", "███", "  █", "███"),
    "6": ("███", "█  ", "███", "█ █", "███"),
    "7": ("███", "  █", "  █", "  █", "  █"),
    "8": ("███", "█ █", "███", "█ █", "███"),
    "9": ("███", "█ █", "███", "  █", "███"),
}
_NAMES: Final = {"escape": "Esc", "enter": "Enter"}


def steps(view: PairingView, *, short: bool) -> Content:
    """The steps with their marks; on a low screen, only the one that is on."""
    if short:
        here = next((i for i, s in enumerate(view.steps, 1) if s.mark in (StepMark.NOW, StepMark.FAILED)), 0)
        if not here:
            return Content("")
        return Content(f"Step {here} of {len(view.steps)}: {view.steps[here - 1].words}")
    lines = []
    for step in view.steps:
        glyph, style = _MARKS[step.mark]
        lines.append(Content.assemble((f" {glyph} {step.words}", style)))
    return Content("\n").join(lines)


def body(view: PairingView, *, short: bool) -> Content:
    """Everything below the headline: details, digits, phones, switches."""
    parts: list[Content] = []
    if view.digits:
        parts.append(digits(view.digits, big=not short))
    parts += [Content(line) for line in view.details]
    for number, phone in enumerate(view.phones[:SHOWN], 1):
        paired = "  paired already" if phone.paired else ""
        name = phone.name or phone.address
        parts.append(Content.assemble((f" {number}  ", "bold"), name, (paired, "$text-muted")))
    if len(view.phones) > SHOWN:
        parts.append(Content(f"    … and {len(view.phones) - SHOWN} more"))
    kind = view.phone.kind if view.phone is not None else PhoneKind.IPHONE
    for switch in view.switches:
        glyph, style = _MARKS[StepMark.DONE if switch.on else StepMark.AHEAD]
        note = f"  {switch.note}" if switch.note and not switch.on else ""
        words = f" {glyph} {switch_words(kind, switch.capability)}"
        parts.append(Content.assemble((words, style), (note, "$text-muted")))
    return Content("\n").join(parts)


def digits(six: str, *, big: bool) -> Content:
    """Six digits to compare: as large as the screen allows, and always once as text."""
    plain = Content.assemble((f"  {six[:3]} {six[3:]}", "bold"))
    if not big:
        return plain
    rows = []
    for row in range(5):
        halves = ["  ".join(_GLYPHS[digit][row] for digit in half) for half in (six[:3], six[3:])]
        rows.append(Content.assemble(("  " + "      ".join(halves), "bold")))
    return Content("\n").join([*rows, Content(""), plain])


def answers(view: PairingView) -> Content:
    """Which keys mean something now."""
    if view.end is PairEnd.PAIRED:
        return Content.assemble(("Enter", "bold"), " opens the messages")
    if view.end is not None:
        return Content.assemble(("Enter", "bold"), " goes back")
    words: list[Content] = []
    for kind, what in view.answers:
        if kind is AnswerKind.CHOOSE:
            if view.phones:
                last = min(len(view.phones), SHOWN)
                words.append(Content.assemble(("1" if last == 1 else f"1-{last}", "bold"), f" {what}"))
        else:
            words.append(Content.assemble((_NAMES.get(KEYS[kind], KEYS[kind]), "bold"), f" {what}"))
    return Content("   ").join(words)
