"""How is the last week shown? One strip a day per capability, for people and for scripts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from phonelink_tui.config.secret import install_secret
from phonelink_tui.diagnostics.history import GLYPHS, Week, anything_known, strips
from phonelink_tui.diagnostics.recorder import history_path, load_history
from phonelink_tui.domain.phone import LinkPhase, Phone


def week_of(phone: Phone, state_dir: Path | None) -> Week:
    """What is remembered of a phone's last week; empty where nothing is."""
    if state_dir is None or not any(state_dir.glob("history-*")):
        return {}
    entries = load_history(history_path(state_dir, phone.id, install_secret(state_dir)))
    zone = datetime.now().astimezone().tzinfo or UTC
    week = strips(entries, datetime.now(UTC), zone)
    had = {c: row for c, row in week.items() if phone.phase(c) is not LinkPhase.ABSENT}
    return had if anything_known(had) else {}


def week_lines(week: Week) -> Iterator[str]:
    """A heading, a line a day, and what the signs mean."""
    if not week:
        return
    yield " " * 10 + "  ".join(f"{capability.value:<13}" for capability in week).rstrip()
    for days in zip(*week.values(), strict=True):
        yield f"  {days[0].day:%a %d}  " + "  ".join(f"{strip!s:<13}" for strip in days).rstrip()
    yield "  " + ", ".join(f"{glyph} {mark.value}" for mark, glyph in GLYPHS.items()) + "; two hours each"


def week_json(week: Week) -> dict[str, list[dict[str, Any]]]:
    """Per capability its days, the oldest first."""
    return {
        capability.value: [
            {"day": strip.day.isoformat(), "cells": [mark.value for mark in strip.cells]} for strip in row
        ]
        for capability, row in week.items()
    }
