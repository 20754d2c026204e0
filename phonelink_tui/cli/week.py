"""What is known of the last week, and how is it told to scripts? People read `domain.week.week_lines`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from phonelink_tui.config.secret import install_secret
from phonelink_tui.diagnostics.recorder import history_path, load_week
from phonelink_tui.domain.phone import Phone
from phonelink_tui.domain.week import Week


def week_of(phone: Phone, state_dir: Path | None) -> Week:
    """What is remembered of a phone's last week; empty where nothing is."""
    if state_dir is None or not any(state_dir.glob("history-*")):
        return {}
    return load_week(history_path(state_dir, phone.id, install_secret(state_dir)), phone)


def week_json(week: Week) -> dict[str, list[dict[str, Any]]]:
    """Per capability its days, the oldest first."""
    return {
        capability.value: [
            {"day": strip.day.isoformat(), "cells": [mark.value for mark in strip.cells]} for strip in row
        ]
        for capability, row in week.items()
    }
