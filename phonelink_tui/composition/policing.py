"""What does the policy of this computer say where no relay is asked? Pairing, exporting, copying, other computers."""

from __future__ import annotations

from typing import Final

from phonelink_tui.config.policy import Policy, PolicyAction, Refused
from phonelink_tui.config.policy_file import machine_policy
from phonelink_tui.config.policy_source import PolicySource
from phonelink_tui.errors import PolicyError
from phonelink_tui.ipc.role import ALL_ROLES, Role

_NEEDED = {
    Role.HEADERS: (PolicyAction.READ,),
    Role.READ: (PolicyAction.READ, PolicyAction.NOTIFICATIONS),
    Role.SEND: (PolicyAction.SEND,),
}
"""What of a phone a connection shows or does, by its role."""

ONLY_HERE: Final = (
    "The policy of this computer has rules on recipients or words, which only a relay on this computer keeps:"
    " nothing is sent through another."
)


def refusal(action: PolicyAction) -> Refused | None:
    """Whether an action is refused on this computer at this moment."""
    return PolicySource(machine_policy).judge(action)


def require(*actions: PolicyAction) -> None:
    """Raises PolicyError where one of these is refused at this moment."""
    for action in actions:
        refused = refusal(action)
        if refused is not None:
            raise PolicyError(refused.reason, refused.sentence, refused.hint)


def roles_elsewhere(roles: frozenset[Role]) -> frozenset[Role]:
    """What a relay that may be on another computer may be asked for: it knows nothing of the rules here.

    Rules on recipients and words cannot be kept from here, so where there are any nothing is sent through it: the
    app opens without, and a command that sends is refused.

    Raises:
        PolicyError: Something is refused here that the connection would show or do.
    """
    if Role.SEND in roles and _judges_texts(machine_policy()):
        if roles != ALL_ROLES:
            raise PolicyError("policy-send", ONLY_HERE)
        roles -= {Role.SEND}
    for role in sorted(roles):
        require(*_NEEDED[role])
    return roles


def copy_refused() -> str:
    """Why nothing may be copied at this moment; empty where it may."""
    refused = refusal(PolicyAction.COPY)
    return refused.sentence if refused is not None else ""


def _judges_texts(policy: Policy) -> bool:
    return any(
        file.recipients.allow is not None or file.recipients.deny or file.outbound.refuse
        for file in policy.files
    )
