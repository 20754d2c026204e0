"""Which one-time code came last, or comes next? `phonelink code`: the code alone, for `$(phonelink code)`."""

from __future__ import annotations

import asyncio
import os
from datetime import datetime
from typing import Final

from phonelink_tui.cli.clock import when
from phonelink_tui.cli.output import Output
from phonelink_tui.cli.reading import whole_texts
from phonelink_tui.cli.settled import require, settled
from phonelink_tui.config.clock import utc_now
from phonelink_tui.domain.code import OneTimeCode
from phonelink_tui.domain.events import CodeCame, Resync
from phonelink_tui.domain.phone import Capability, LinkPhase
from phonelink_tui.errors import DeadlineExceeded, IpcError, UsageError
from phonelink_tui.ipc.events import VERSION
from phonelink_tui.ipc.values import to_json
from phonelink_tui.relay.api import RelayApi, Snapshot

_BRING_CODES: Final = frozenset({Capability.MESSAGES, Capability.NOTIFICATIONS})

_TEXTS: Final = 5
"""Read of each conversation that something came into just now: a code is in the newest."""

_JUST_NOW_S: Final = 600.0


def check_copy(out: Output, *, as_json: bool) -> None:
    """Whether the clipboard can be reached. Raises UsageError."""
    if as_json:
        raise UsageError("--copy prints nothing, so --json cannot go with it.", "Leave one of them out.")
    if not out.is_terminal:
        raise UsageError(
            "--copy asks the terminal, and stdout is none.",
            "Without --copy the code is printed: phonelink code | wl-copy",
        )


async def newest_code(api: RelayApi) -> OneTimeCode:
    """The newest code that has not expired.

    Raises:
        NotConnected: There is none, and the phone tells of none now.
        DeadlineExceeded: There is none.
    """
    snapshot = await api.snapshot()
    if not snapshot.codes:
        snapshot = await settled(api, _BRING_CODES)
    if not snapshot.codes and await _read_the_newest(api, snapshot):
        snapshot = await api.snapshot()
    if snapshot.codes:
        return snapshot.codes[0]
    _require_any(snapshot)
    raise DeadlineExceeded("No one-time code came in the last ten minutes.", "--wait 60 waits for the next.")


async def next_code(api: RelayApi, wait_s: float) -> OneTimeCode:
    """The first code that comes from now on.

    Raises:
        NotConnected: None came, and the phone tells of none now.
        DeadlineExceeded: None came.
        IpcError: The relay ended.
    """
    started = utc_now()
    # A phone tells its times in whole seconds; what came while the relay connected is news, too.
    second = started.replace(microsecond=0)
    try:
        async with asyncio.timeout(wait_s), api.events() as events:
            if (found := _since(await api.snapshot(), started)) is not None:
                return found
            async for stamped in events:
                event = stamped.event
                if isinstance(event, CodeCame) and (event.live or event.found.at >= second):
                    return event.found
                if isinstance(event, Resync) and (found := _since(await api.snapshot(), started)) is not None:
                    return found
    except TimeoutError:
        _require_any(await api.snapshot())
        raise DeadlineExceeded(
            f"No one-time code came within {wait_s:g} s.", "Ask for another one, and wait longer."
        ) from None
    raise IpcError("The relay ended before a code came.", "Look at the phone.")


def print_code(out: Output, code: OneTimeCode, *, as_json: bool) -> None:
    """The code alone on stdout; who sent it, and for where, is for people at a terminal."""
    if as_json:
        out.json({"v": VERSION, "type": "code", **to_json(code)})
        return
    out.line(code.code)
    if out.is_terminal:
        out.notice(_about(code))


def copied(out: Output, code: OneTimeCode) -> None:
    """To the terminal's clipboard, and what was done."""
    out.copy(code.code)
    out.notice(f"Sent to your terminal. {_about(code)}")
    if os.environ.get("TMUX"):
        out.notice("In tmux it needs: set -s set-clipboard on")


def _about(code: OneTimeCode) -> str:
    where = f", for {code.origin}" if code.origin else ""
    return f"From {code.sender or 'somebody'}, {when(code.at)}{where}."


def _since(snapshot: Snapshot, at: datetime) -> OneTimeCode | None:
    """The first code of a snapshot that came after a time."""
    return next((code for code in reversed(snapshot.codes) if code.at >= at), None)


async def _read_the_newest(api: RelayApi, snapshot: Snapshot) -> bool:
    """Have the texts read that came just now: a listing shows their beginnings only. Whether there were any."""
    now = utc_now()
    threads = [t for t in snapshot.threads if abs((now - t.last_at).total_seconds()) < _JUST_NOW_S]
    for thread in threads:
        await whole_texts(api, thread, _TEXTS)
    return bool(threads)


def _require_any(snapshot: Snapshot) -> None:
    """Raises NotConnected unless something connected brings codes."""
    if all(snapshot.phone.phase(each) is not LinkPhase.READY for each in _BRING_CODES):
        require(snapshot, Capability.MESSAGES)
