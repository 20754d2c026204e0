"""What is wrong, by these facts? A pure function over the table of signatures."""

from __future__ import annotations

from attrs import evolve

from phonelink_tui.diagnostics.changes import LastGood
from phonelink_tui.diagnostics.facts import Facts
from phonelink_tui.diagnostics.signature import Finding, Signature, Verdict
from phonelink_tui.diagnostics.signatures import SIGNATURES


def judge(facts: Facts, before: LastGood | None = None) -> tuple[Verdict, ...]:
    """The verdicts, what to do first at the front: by weight, then from the kernel up to the phone.

    Args:
        facts: What is known. Where nothing is, there is no verdict.
        before: The last time it worked, as further evidence.
    """
    found = [
        _verdict(signature, finding) for signature in SIGNATURES for finding in signature.find(facts, before)
    ]
    return tuple(sorted(found, key=lambda verdict: verdict.weight))


def _verdict(signature: Signature, finding: Finding) -> Verdict:
    return Verdict(
        signature.code,
        signature.layer,
        signature.weight,
        finding.confidence,
        signature.sentence,
        finding.evidence,
        evolve(signature.remedy, command=_filled(signature.remedy.command, finding)),
        signature.retest,
    )


def _filled(command: str, finding: Finding) -> str:
    """Replaced literally: shell's own braces stay."""
    for word, value in finding.words.items():
        command = command.replace(f"{{{word}}}", value)
    return command
