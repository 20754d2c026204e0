"""What do the words of a SPEC mean to the embedded phone?"""

from __future__ import annotations

from phonelink_tui.config.phone_spec import VirtualSpec
from phonelink_tui.virtual.embed import VirtualSpec as EmbeddedSpec
from phonelink_tui.virtual.faults import parse_faults
from phonelink_tui.virtual.scenario import DEFAULT_SCENARIO


def embedded_spec(spec: VirtualSpec) -> EmbeddedSpec:
    """The embedded phone that `spec` means.

    Raises:
        UsageError: A fault is none.
    """
    return EmbeddedSpec(
        spec.scenario or DEFAULT_SCENARIO,
        spec.persona.value if spec.persona else None,
        spec.seed or 0,
        parse_faults(",".join(spec.faults)),
        spec.speed,
    )
