"""What does a person see of a state? Words for every stage, pure."""

from __future__ import annotations

from typing import Final

from phonelink_tui.domain.bond import SENTENCES
from phonelink_tui.domain.pairing import (
    AnswerKind,
    Finding,
    PairEnd,
    PairingView,
    PairStep,
    StepMark,
    StepView,
    SwitchView,
    Weight,
    switch_words,
)
from phonelink_tui.domain.phone import Capability, PhoneKind
from phonelink_tui.relay.pairing.finding import can_go_on
from phonelink_tui.relay.pairing.words import Do, Stage, State

STEP_WORDS: Final = {
    PairStep.CHECK: "This computer can do it",
    PairStep.FIND: "Find the phone",
    PairStep.CONNECT: "Connect to it",
    PairStep.COMPARE: "Compare six digits",
    PairStep.KEEP: "Remember the phone",
    PairStep.SWITCHES: "Three switches on the phone",
    PairStep.TEST: "A message to yourself",
}

_STEP_OF: Final = {
    Stage.CHECKING: PairStep.CHECK,
    Stage.BLOCKED: PairStep.CHECK,
    Stage.OPENING: PairStep.FIND,
    Stage.FINDING: PairStep.FIND,
    Stage.CONNECTING: PairStep.CONNECT,
    Stage.OFFERING: PairStep.CONNECT,
    Stage.PAIRING: PairStep.CONNECT,
    Stage.COMPARING: PairStep.COMPARE,
    Stage.BONDING: PairStep.COMPARE,
    Stage.RECOGNISING: PairStep.KEEP,
    Stage.CHANGED: PairStep.KEEP,
    Stage.TRUSTING: PairStep.KEEP,
    Stage.KEEPING: PairStep.KEEP,
    Stage.SWITCHES: PairStep.SWITCHES,
    Stage.TEST: PairStep.TEST,
    Stage.SENDING: PairStep.TEST,
}

_LEFT_OVER: Final = {
    Do.DISMISS_AGENT: "bluetoothd may still ask this program; that ends with it.",
    Do.CLOSE_DOOR: "This computer may still be visible to others: bluetoothctl discoverable off",
    Do.STOP_SEARCH: "The search may still run; it ends with this program.",
    Do.REMOVE_DEVICE: "The phone may still be in bluetoothctl devices: bluetoothctl remove ADDRESS",
    Do.END_SESSIONS: "A connection to the phone may still be open; it ends with this program.",
}

Answers = tuple[tuple[AnswerKind, str], ...]


def view_of(state: State) -> PairingView:
    """All there is to show."""
    headline, details = _words(state)
    comparing = state.stage is Stage.COMPARING
    return PairingView(
        steps=_steps(state),
        headline=headline,
        details=(*details, *(state.notes if state.stage is not Stage.BLOCKED else ())),
        digits=f"{state.passkey:06d}" if comparing and state.passkey is not None else "",
        phones=state.phones if state.stage in (Stage.OPENING, Stage.FINDING) else (),
        switches=tuple(state.switches.values()) if state.stage is not Stage.ENDED else (),
        answers=_answers(state),
        default=AnswerKind.NO if state.stage is Stage.CHANGED else None,
        end=state.end if state.stage is Stage.ENDED else None,
        reason=_reason(state),
        phone=state.phone,
    )


def _reason(state: State) -> str:
    if state.stage is Stage.BLOCKED and state.findings:
        return state.findings[0].kind.value
    return state.reason if state.stage is Stage.ENDED else ""


def _steps(state: State) -> tuple[StepView, ...]:
    order = list(PairStep)
    now = _STEP_OF.get(state.stage)
    if now is None:
        return tuple(StepView(each, _mark_at_end(state, each), STEP_WORDS[each]) for each in order)
    here = order.index(now)
    marks = [StepMark.DONE] * here + [StepMark.NOW] + [StepMark.AHEAD] * (len(order) - here - 1)
    return tuple(StepView(each, mark, STEP_WORDS[each]) for each, mark in zip(order, marks, strict=True))


def _mark_at_end(state: State, each: PairStep) -> StepMark:
    if not state.whole:
        return StepMark.FAILED if state.end is PairEnd.FAILED and _reached(state, each) else StepMark.SKIPPED
    if each is PairStep.SWITCHES:
        return StepMark.DONE if all(s.on or s.absent for s in state.switches.values()) else StepMark.SKIPPED
    if each is PairStep.TEST:
        return StepMark.DONE if state.tested.startswith("The phone accepted") else StepMark.SKIPPED
    return StepMark.DONE


def _reached(state: State, each: PairStep) -> bool:
    """Whether the failure was at this step, as far as the state tells."""
    if state.bond_changes:
        return each is PairStep.KEEP
    if state.passkey is not None:
        return each is PairStep.COMPARE
    return each is (PairStep.CONNECT if state.phone else PairStep.FIND)


def _words(state: State) -> tuple[str, tuple[str, ...]]:
    name = state.phone.name or state.phone.address if state.phone else "the phone"
    ours = f"“{state.facts.name}”" if state.facts and state.facts.name else "this computer"
    match state.stage:
        case Stage.CHECKING:
            return "Looking at this computer…", ()
        case Stage.BLOCKED:
            return "Before a phone is asked:", _findings(state.findings)
        case Stage.OPENING | Stage.FINDING:
            return (
                f"On the phone: Settings → Bluetooth. Wait for {ours} there, or choose the phone here.",
                (
                    "Keep that page open. The phone shows itself only while it is.",
                    *_notes(state.findings),
                ),
            )
        case Stage.CONNECTING:
            return (
                f"Connecting to {name}, so that it begins the pairing itself…",
                (f"Try {state.connects}. A phone may refuse the first ones. Look at its screen.",),
            )
        case Stage.OFFERING:
            return (
                f"{name} does not begin the pairing.",
                (
                    f"Best: on the phone, Settings → Bluetooth, choose {ours}.",
                    "Or this computer begins: then messages work, but with many adapters notifications do not,",
                    "and without them a group cannot be told from a private text.",
                ),
            )
        case Stage.PAIRING:
            return f"Asking {name} to pair…", ("Look at its screen.",)
        case Stage.COMPARING if state.passkey is None:
            return f"{name} wants to pair, with no digits to compare. Was that you?", ()
        case Stage.COMPARING:
            return f"Does {name} show the same six digits?", ("Then allow it on the phone too.",)
        case Stage.BONDING:
            return f"Waiting for {name}…", ("Allow the pairing on its screen.",)
        case Stage.CHANGED:
            return (
                f"This is not the pairing {name} was known by. Shall it be from now on?",
                (
                    *(SENTENCES[change] for change in state.bond_changes),
                    "Yes only if you know why. Messages that are kept here stay, whatever you say.",
                ),
            )
        case Stage.RECOGNISING:
            return f"Looking at the pairing with {name}…", ()
        case Stage.TRUSTING | Stage.KEEPING:
            return f"Paired with {name}. Remembering it…", ()
        case Stage.SWITCHES if state.phone is not None and state.phone.kind is PhoneKind.ANDROID:
            return f"On the phone: Settings → Connected devices → ⚙ next to {ours}: allow these.", ()
        case Stage.SWITCHES:
            return (
                f"On the iPhone: Settings → Bluetooth → ⓘ next to {ours}: turn these on.",
                (
                    "They may take minutes to appear; leave that page and open it again.",
                    *(("Paired from here: notifications may never come.",) if state.paired_first else ()),
                ),
            )
        case Stage.TEST:
            return "A test message to yourself: your own number?", ("It goes out once, from your phone.",)
        case Stage.SENDING:
            return "Handing the test message to the phone…", ()
        case Stage.UNDOING:
            return "Tidying up…", ()
        case _:
            return _at_end(state, name)


def _at_end(state: State, name: str) -> tuple[str, tuple[str, ...]]:
    left = tuple(_LEFT_OVER[do] for do in state.left_over if do in _LEFT_OVER)
    if state.end is not PairEnd.PAIRED:
        unpair = (
            ("If the phone lists this computer now, forget it there.",)
            if state.phone and not state.phone.paired
            else ()
        )
        return state.message, (*filter(None, (state.hint,)), *unpair, *left)
    kind = state.phone.kind if state.phone else PhoneKind.IPHONE
    off = [s for s in state.switches.values() if not s.on and not s.absent]
    missing = [switch_words(kind, s.capability) for s in off]
    later = (f"Still off on the phone: {', '.join(missing)}.",) if missing else ()
    return f"{name} is paired.", (*filter(None, (state.tested,)), *later, *left)


def _findings(findings: tuple[Finding, ...]) -> tuple[str, ...]:
    return tuple(line for each in findings for line in (each.sentence, f"  {each.remedy}"))


def _notes(findings: tuple[Finding, ...]) -> tuple[str, ...]:
    return tuple(each.sentence for each in findings if each.weight is Weight.NOTES)


_ANSWERS: Final[dict[Stage, Answers]] = {
    Stage.FINDING: ((AnswerKind.CHOOSE, "choose a phone"),),
    Stage.OPENING: ((AnswerKind.CHOOSE, "choose a phone"),),
    Stage.OFFERING: ((AnswerKind.RETRY, "connect again"), (AnswerKind.YES, "begin from here")),
    Stage.COMPARING: ((AnswerKind.YES, "yes, the same"), (AnswerKind.NO, "no")),
    Stage.CHANGED: ((AnswerKind.YES, "yes"), (AnswerKind.NO, "no, leave it as it was (Enter)")),
    Stage.TEST: ((AnswerKind.TEXT, "your number"), (AnswerKind.SKIP, "no test")),
}


def _answers(state: State) -> Answers:
    if state.stage in (Stage.UNDOING, Stage.ENDED):
        return ()
    given = _ANSWERS.get(state.stage, ())
    if state.stage is Stage.BLOCKED:
        on = ((AnswerKind.SKIP, "go on all the same"),) if can_go_on(state) else ()
        given = ((AnswerKind.RETRY, "look again"), *on)
    if state.stage is Stage.SWITCHES:
        messages = state.switches.get(Capability.MESSAGES, SwitchView(Capability.MESSAGES))
        given = ((AnswerKind.RETRY, "look now"), (AnswerKind.SKIP, "go on" if messages.on else "later"))
    stop = "done" if state.whole else "stop, and undo everything"
    return (*given, (AnswerKind.CANCEL, stop))
