"""How are facts collected? All sources at once, each with a deadline of its own; a failure is a fact too."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Collection, Iterable
from contextlib import suppress
from datetime import datetime
from typing import Any, Final, TypeVar

from attrs import evolve, frozen

from phonelink_tui.diagnostics.facts import Facts, Group, NotKnown, Source
from phonelink_tui.errors import PhonelinkError

DOCTOR_S: Final = 2.0
"""A whole `phonelink doctor`: a person waits for it."""

START_S: Final = 1.1
"""Of it, for the interpreter to start, and for judging and printing; 0.9 to 1.0 s were measured."""

TOTAL_S: Final = DOCTOR_S - START_S
"""No collection takes longer."""

SOURCE_S: Final = 0.7
"""The longest deadline of one source. What is left of `TOTAL_S` is for closing what it had open."""

Result = TypeVar("Result")


@frozen
class Collector:
    """Where one source's facts come from."""

    source: Source
    read: Callable[[], Awaitable[Group]]
    """May raise PhonelinkError or OSError; cancelled at its deadline."""
    deadline_s: float = SOURCE_S


async def collect(
    collectors: Iterable[Collector],
    now: Callable[[], datetime],
    *,
    only: Collection[Source] | None = None,
    before: Facts | None = None,
) -> Facts:
    """The facts of all collectors, within the longest of their deadlines.

    Args:
        collectors: At most one for each source.
        now: The time of day (UTC).
        only: Ask these sources alone, for a re-test; None: all of them.
        before: Facts that sources keep which are not asked.
    """
    asked = [collector for collector in collectors if only is None or collector.source in only]
    async with asyncio.TaskGroup() as tasks:
        running = {collector.source: tasks.create_task(_ask(collector)) for collector in asked}
    found: dict[str, Any] = {source.value: task.result() for source, task in running.items()}
    return evolve(before or Facts(now()), at=now(), **found)


async def in_background(read: Callable[[], Result]) -> Result:
    """The result of a blocking read; cancelling gives up on it.

    A thread that nobody waits for: a file system or a device that hangs must not hang the program's end, and
    the threads of asyncio's executor are waited for. Raises what `read` raises.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Result] = loop.create_future()

    def settle(result: Result | None, error: Exception | None) -> None:
        if done.cancelled():
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(result)  # type: ignore[arg-type]  # set where there is no error

    def work() -> None:
        result, failure = None, None
        try:
            result = read()
        except Exception as error:  # noqa: BLE001 handed over, and raised where it is awaited
            failure = error
        with suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(settle, result, failure)

    threading.Thread(target=work, name="facts", daemon=True).start()
    return await done


async def _ask(collector: Collector) -> Group:
    try:
        async with asyncio.timeout(collector.deadline_s):
            return await collector.read()
    except TimeoutError:
        return NotKnown("it did not answer in time")
    except PhonelinkError as error:
        return NotKnown(error.message.rstrip("."))
    except OSError as error:
        return NotKnown((error.strerror or type(error).__name__).lower())
    except ImportError as error:
        return NotKnown(f"{error.name} is not installed")
    except Exception as error:  # noqa: BLE001 a doctor that falls ill helps nobody; what it was is said
        return NotKnown(f"of a bug of this program ({type(error).__name__})")
