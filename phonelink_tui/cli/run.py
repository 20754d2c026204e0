"""How is one command carried out? With a relay where it needs one, and an exit code for whatever happens."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

import typer

from phonelink_tui.cli import exit_codes
from phonelink_tui.cli.output import Output
from phonelink_tui.cli.surroundings import Surroundings
from phonelink_tui.composition.attaching import Wish
from phonelink_tui.config.log import start_log
from phonelink_tui.config.paths import Paths
from phonelink_tui.config.phone_spec import PhoneSpec, parse_spec
from phonelink_tui.config.policy_file import machine_policy
from phonelink_tui.config.relay_choice import parse_relay
from phonelink_tui.errors import PhonelinkError
from phonelink_tui.ipc.role import ALL_ROLES, Role
from phonelink_tui.relay.api import RelayApi

_log = logging.getLogger(__name__)

_OF_OWN_RELAY: Final = {"--key-file": "key_file", "--no-history": "no_history"}
"""Options that the relay obeys, and so only one that is started now."""

Work = Callable[[RelayApi, Output], Awaitable[None]]


def surroundings_of(ctx: typer.Context) -> Surroundings:
    """What the command was given; the real ones unless a test gave others."""
    return ctx.obj if isinstance(ctx.obj, Surroundings) else Surroundings()


def chosen_phone(ctx: typer.Context) -> PhoneSpec | None:
    """What `--phone` says. Raises UsageError."""
    text = ctx.find_root().params.get("phone")
    return parse_spec(text) if text else None


def with_relay(ctx: typer.Context, work: Work, *roles: Role, attach_only: bool = False) -> None:
    """Open the relay of `--phone`, do the work, exit.

    Args:
        ctx: Of the command.
        work: What to do.
        roles: What it needs the relay for, and no more.
        attach_only: Start no relay for a phone over Bluetooth.
    """

    def body(out: Output, paths: Paths) -> None:
        if out.is_terminal and (banner := machine_policy().banner):
            out.notice(banner)
        use_relay(ctx, out, paths, chosen_phone(ctx), work, frozenset(roles), attach_only=attach_only)

    carry_out(ctx, body)


def use_relay(
    ctx: typer.Context,
    out: Output,
    paths: Paths,
    phone: PhoneSpec | None,
    work: Work,
    roles: frozenset[Role] = ALL_ROLES,
    *,
    attach_only: bool = False,
) -> None:
    """Do the work with the relay of a phone. For the body of `carry_out`."""
    choice = parse_relay(ctx.find_root().params.get("relay") or "auto")
    params = ctx.find_root().params
    own = tuple(option for option, name in _OF_OWN_RELAY.items() if params.get(name))
    wish = Wish(choice, roles, attach_only, own, out.notice)

    async def main() -> None:
        async with surroundings_of(ctx).open_relay(phone, paths, wish) as api:
            await work(api, out)

    asyncio.run(main())


def carry_out(ctx: typer.Context, body: Callable[[Output, Paths], None], *, log: str = "phonelink") -> None:
    """Run `body`, tell what went wrong, and exit with the code for it."""
    out = Output()
    paths = surroundings_of(ctx).find_paths()
    log_file = start_log(paths.state_dir, name=log)
    try:
        body(out, paths)
    except typer.Exit:
        raise
    except KeyboardInterrupt:
        raise typer.Exit(exit_codes.INTERRUPTED) from None
    except BrokenPipeError:
        out.abandon()
    except Exception as error:  # noqa: BLE001 the last stop: a traceback may quote private texts
        raise typer.Exit(_tell(out, expected_in(error), str(log_file or ""))) from None


def expected_in(error: Exception) -> Exception:
    """The expected error of a group that holds nothing else; otherwise the error itself."""
    if isinstance(error, ExceptionGroup):
        expected, rest = error.split(PhonelinkError)
        if expected is not None and rest is None:
            return expected_in(expected.exceptions[0])
    return error


def _tell(out: Output, error: Exception, log_file: str) -> int:
    if isinstance(error, PhonelinkError):
        out.error(error.message, error.hint)
        return exit_codes.exit_code(error)
    _log.error("bug", exc_info=error)
    where = f"Where it happened is in {log_file}." if log_file else ""
    out.error(f"A bug of this program: {type(error).__name__}.", where)
    return exit_codes.BUG
