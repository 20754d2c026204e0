"""How does a command that reads on find its relay again? Over ssh a connection breaks while the relay lives."""

from __future__ import annotations

import asyncio
from itertools import chain, repeat

from phonelink_tui.cli.output import Output
from phonelink_tui.errors import PhonelinkError
from phonelink_tui.relay.api import ATTACH_PAUSES_S, ATTACH_S, Attached, Home, RelayApi


def may_come_back(api: RelayApi) -> bool:
    """Whether the end of a connection is not the end of the relay."""
    return isinstance(api, Attached) and api.attachment.home is Home.SSH


async def come_back(api: RelayApi, out: Output, lost: PhonelinkError) -> None:
    """Look for it, ever more seldom, until it is there again; each reason why it is not is said once."""
    assert isinstance(api, Attached), "`may_come_back` was asked"
    out.notice(f"{lost.message} It is looked for; Ctrl+C ends.")
    said = ""
    for pause_s in chain(ATTACH_PAUSES_S, repeat(ATTACH_PAUSES_S[-1])):
        await asyncio.sleep(pause_s)
        try:
            async with asyncio.timeout(ATTACH_S):
                await api.attach_again()
        except PhonelinkError as error:
            if error.message != said:
                said = error.message
                out.notice(f"{said} It is looked for again.")
        except TimeoutError:
            pass
        else:
            out.notice("Attached again.")
            return
