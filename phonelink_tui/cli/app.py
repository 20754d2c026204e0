"""Which commands are there, and with which options? Nothing is imported here that `--help` does not need."""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from phonelink_tui.cli.archive_commands import archive_app
from phonelink_tui.cli.outbox_commands import outbox_app
from phonelink_tui.cli.policy_commands import policy_app
from phonelink_tui.cli.relay_commands import Json, relay_app
from phonelink_tui.cli.selftest_commands import selftest_app
from phonelink_tui.ipc.role import Role

app = typer.Typer(
    name="phonelink",
    help="Read and answer your phone's texts and notifications from a terminal, over Bluetooth.",
    add_completion=False,
    no_args_is_help=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(relay_app, name="relay")
app.add_typer(archive_app, name="archive")
app.add_typer(policy_app, name="policy")
app.add_typer(outbox_app, name="outbox")
app.add_typer(selftest_app, name="selftest")

Scenario = Annotated[str | None, typer.Option(help="Scenario of the embedded phone: a name or a TOML file.")]
Persona = Annotated[str | None, typer.Option(help="iphone or android.")]
Faults = Annotated[list[str] | None, typer.Option("--fault", help="A fault of the phone; may be repeated.")]
Limit = Annotated[int, typer.Option(min=1, max=10_000, help="How many, the newest.")]
SearchLimit = Annotated[int, typer.Option(min=1, max=100, help="How many, the newest.")]

Text = Annotated[str | None, typer.Option("-m", "--message", help="Without it, from stdin.")]
Yes = Annotated[bool, typer.Option("--yes", help="Answer what is asked, not what is refused.")]
Timeout = Annotated[float, typer.Option(min=0.1, max=600, help="Seconds; then it is taken back.")]

_HEADERS, _READ, _SEND = Role.HEADERS, Role.READ, Role.SEND
"""What a command asks of a shared relay: no more than it needs."""


class Button(StrEnum):
    """The two buttons a notification may have."""

    POSITIVE = "positive"
    NEGATIVE = "negative"


class Wish(StrEnum):
    """What to do with long reading."""

    STOP = "stop"
    ON = "on"


class Shell(StrEnum):
    """Shells with a completion script."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


def _version(wanted: bool) -> None:
    if wanted:
        from phonelink_tui import __version__

        typer.echo(__version__)
        raise typer.Exit


@app.callback(invoke_without_command=True)
def phonelink(
    ctx: typer.Context,
    phone: Annotated[
        str | None, typer.Option(help="bluez…, obexd…, tcp:HOST:PORT or virtual[:SCENARIO].")
    ] = None,
    relay: Annotated[str, typer.Option(help="auto, private, a socket's path, or ssh:HOST.")] = "auto",
    plain: Annotated[bool, typer.Option("--plain", help="Lines in place of a screen.")] = False,
    no_history: Annotated[
        bool, typer.Option("--no-history", help="Read nothing from disk and keep nothing.")
    ] = False,
    key_file: Annotated[
        str | None, typer.Option("--key-file", help="Key of the history kept on disk; must be 0600.")
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Without a command: open the app."""
    if no_history:
        os.environ["PHONELINK_NO_HISTORY"] = "1"  # inherited by the relay that is started
    if key_file is not None:
        os.environ["PHONELINK_KEY_FILE"] = os.path.abspath(key_file)
    if ctx.invoked_subcommand is None:
        from phonelink_tui.cli.opening import open_app

        open_app(ctx, plain=plain or os.environ.get("TERM") == "dumb")


@app.command()
def demo(
    ctx: typer.Context,
    scenario: Scenario = None,
    persona: Persona = None,
    speed: Annotated[str, typer.Option(help="Of the scenario's clock, for example 4.")] = "1",
    headless: Annotated[bool, typer.Option("--headless", help="Events as JSON lines, no screen.")] = False,
    seconds: Annotated[float, typer.Option(min=0.1, max=86_400, help="With --headless: how long.")] = 10.0,
) -> None:
    """The whole product on an embedded phone."""
    from phonelink_tui.cli.opening import open_demo

    open_demo(ctx, (scenario, persona, speed), headless=headless or not sys.stdout.isatty(), seconds=seconds)


@app.command()
def simulate(
    ctx: typer.Context,
    listen: Annotated[str, typer.Option(help="HOST:PORT of message access.")] = "127.0.0.1:4040",
    pbap_listen: Annotated[
        str | None, typer.Option(help="HOST:PORT of contacts; else the next port.")
    ] = None,
    mns: Annotated[str | None, typer.Option(help="HOST:PORT that event reports go to.")] = None,
    scenario: Scenario = None,
    persona: Persona = None,
    fault: Faults = None,
    anywhere: Annotated[bool, typer.Option("--anywhere", help="Allow addresses beyond loopback.")] = False,
) -> None:
    """Only the phone, on TCP, for other programs to talk to."""
    from phonelink_tui.cli.opening import open_simulation

    open_simulation(ctx, (scenario, persona, fault or []), (listen, pbap_listen, mns), anywhere=anywhere)


@app.command()
def pair(
    ctx: typer.Context,
    adapter: Annotated[str | None, typer.Option(help="For example hci0; else the first that is on.")] = None,
    print_class_unit: Annotated[
        bool, typer.Option("--print-class-unit", help="Print a systemd unit that sets its class.")
    ] = False,
) -> None:
    """Pair a phone, step by step."""
    from phonelink_tui.cli import pairing

    pairing.open_pair(ctx, adapter, print_class_unit=print_class_unit)


@app.command()
def phones(ctx: typer.Context, as_json: Json = False) -> None:
    """List the phones. Those that are known here, and those paired with this computer."""
    from phonelink_tui.cli import phones

    phones.open_phones(ctx, as_json=as_json)


@app.command()
def forget(
    ctx: typer.Context,
    phone: Annotated[str | None, typer.Argument(metavar="PHONE", help="A name or an address.")] = None,
    unpair: Annotated[
        bool, typer.Option("--unpair", help="Remove its pairing from this computer too.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Forget a phone."""
    from phonelink_tui.cli import phones

    phones.open_forget(ctx, phone, unpair=unpair, yes=yes)


@app.command()
def threads(ctx: typer.Context, as_json: Json = False) -> None:
    """List the conversations."""
    from phonelink_tui.cli import reading, run

    run.with_relay(ctx, lambda api, out: reading.threads(api, out, as_json=as_json), _READ)


@app.command()
def messages(ctx: typer.Context, thread: str, limit: Limit = 50, as_json: Json = False) -> None:
    """Print a conversation. THREAD is an id, a name, a number or an address."""
    from phonelink_tui.cli import reading, run

    run.with_relay(ctx, lambda api, out: reading.messages(api, out, thread, limit, as_json=as_json), _READ)


@app.command()
def send(
    ctx: typer.Context,
    to: str,
    text: Text = None,
    explain: Annotated[bool, typer.Option("--explain", help="Print the decision, send nothing.")] = False,
    yes: Yes = False,
    timeout: Timeout = 30.0,
    expires: Annotated[
        str | None, typer.Option(metavar="WHEN", help="Not after: 18:00, +2h, or ISO 8601. Waits until then.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Send one text to one person. TO is a name, a number or an address."""
    from phonelink_tui.cli.opening import open_send

    open_send(ctx, to, text, expires, explain=explain, yes=yes, timeout_s=timeout, as_json=as_json)


@app.command()
def contacts(ctx: typer.Context, as_json: Json = False) -> None:
    """List the phone's book."""
    from phonelink_tui.cli import reading, run

    run.with_relay(ctx, lambda api, out: reading.contacts(api, out, as_json=as_json), _HEADERS)


@app.command()
def calls(ctx: typer.Context, as_json: Json = False) -> None:
    """List the phone's call history."""
    from phonelink_tui.cli import reading, run

    run.with_relay(ctx, lambda api, out: reading.calls(api, out, as_json=as_json), _HEADERS)


@app.command()
def notifications(ctx: typer.Context, as_json: Json = False) -> None:
    """List the notifications on the phone."""
    from phonelink_tui.cli import reading, run

    run.with_relay(ctx, lambda api, out: reading.notifications(api, out, as_json=as_json), _READ)


@app.command()
def act(
    ctx: typer.Context,
    notification: Annotated[str, typer.Argument(metavar="ID")],
    button: Button,
    as_json: Json = False,
) -> None:
    """Press one of the phone's own buttons on a notification."""
    from phonelink_tui.cli import acting, run
    from phonelink_tui.domain.notification import NotificationAction

    action = NotificationAction(button.value)
    run.with_relay(
        ctx, lambda api, out: acting.act(api, out, notification, action, as_json=as_json), _READ, _SEND
    )


@app.command()
def read(ctx: typer.Context, thread: str, as_json: Json = False) -> None:
    """Mark a conversation read, here and on the phone."""
    from phonelink_tui.cli import acting, run

    run.with_relay(ctx, lambda api, out: acting.read(api, out, thread, as_json=as_json), _HEADERS, _SEND)


@app.command()
def code(
    ctx: typer.Context,
    wait: Annotated[
        float | None,
        typer.Option(metavar="S", min=0.1, max=3600, help="For one that comes from now on: seconds."),
    ] = None,
    copy: Annotated[bool, typer.Option("--copy", help="To the terminal's clipboard, not to stdout.")] = False,
    as_json: Json = False,
) -> None:
    """Print the newest one-time code. Of the last ten minutes, and nothing else; without one, exit 7."""
    from phonelink_tui.cli.opening import open_code

    open_code(ctx, wait, copy=copy, as_json=as_json)


@app.command()
def reading(ctx: typer.Context, wish: Wish, as_json: Json = False) -> None:
    """Stop reading texts and contacts from the phone, or read on. What was read stays."""
    from phonelink_tui.cli import acting, run

    stop = wish is Wish.STOP
    run.with_relay(ctx, lambda api, out: acting.reading(api, out, stop=stop, as_json=as_json), _READ)


@app.command()
def search(ctx: typer.Context, query: str, limit: SearchLimit = 50, as_json: Json = False) -> None:
    """Find texts that hold every word of QUERY."""
    from phonelink_tui.cli import reading, run

    run.with_relay(ctx, lambda api, out: reading.search(api, out, query, limit, as_json=as_json), _READ)


@app.command()
def tail(
    ctx: typer.Context,
    since: Annotated[
        str | None,
        typer.Option(metavar="[EPOCH:]REV", help="Go on after this event; else one `resync` first."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Print events as they come, until interrupted."""
    from phonelink_tui.cli.opening import open_tail

    open_tail(ctx, since, as_json=as_json)


@app.command()
def limits(ctx: typer.Context, as_json: Json = False) -> None:
    """Every limit now in force, and whose it is."""
    from phonelink_tui.cli import reading, run

    run.with_relay(ctx, lambda api, out: reading.limits(api, out, as_json=as_json), _HEADERS)


@app.command()
def status(
    ctx: typer.Context,
    words: Annotated[
        str | None,
        typer.Option(
            "--format", help="One line for tmux: {unread}, {battery}, {messages}; a wrong one lists all."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """How the phone and its connections stand."""
    if words is not None:
        from phonelink_tui.cli.status_line import open_status_line

        open_status_line(ctx, words)
        return
    from phonelink_tui.cli.opening import open_status

    open_status(ctx, as_json=as_json)


@app.command()
def doctor(
    ctx: typer.Context,
    bundle: Annotated[
        Path | None,
        typer.Option("--from", metavar="BUNDLE", help="Judge a support bundle, not this machine."),
    ] = None,
    facts: Annotated[bool, typer.Option("--facts", help="Tell all facts, too.")] = False,
    as_json: Json = False,
) -> None:
    """Find what is wrong. The Bluetooth of this machine, and what to do about it first."""
    from phonelink_tui.cli.diagnosing import open_doctor

    open_doctor(ctx, bundle, as_json=as_json, unfolded=facts)


@app.command("support-bundle")
def support_bundle(
    ctx: typer.Context,
    out: Annotated[Path | None, typer.Option(help="The file to write; must not exist.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Write it without asking.")] = False,
) -> None:
    """A report for others. Without names, numbers and addresses; shown before it is written."""
    from phonelink_tui.cli.diagnosing import open_support_bundle

    open_support_bundle(ctx, out, yes=yes)


@app.command()
def reply(
    ctx: typer.Context,
    last: Annotated[bool, typer.Option("--last", help="To whoever wrote the newest text.")] = False,
    text: Text = None,
    yes: Yes = False,
    timeout: Timeout = 30.0,
    as_json: Json = False,
) -> None:
    """Answer the newest text. Says first whom the answer goes to."""
    if not last:
        raise typer.BadParameter("say --last: it answers the newest text", param_hint="reply")
    from phonelink_tui.cli.opening import open_reply

    open_reply(ctx, text, yes=yes, timeout_s=timeout, as_json=as_json)


@app.command()
def completion(shell: Shell) -> None:
    """Print a completion script. Its first lines say where it goes."""
    from phonelink_tui.cli.command_table import command_rows
    from phonelink_tui.cli.completion import SHELLS

    sys.stdout.write(SHELLS[shell.value](command_rows(app)))


@app.command()
def man() -> None:
    """Print the manual page: `phonelink man | man -l -`."""
    from phonelink_tui.cli.command_table import command_rows
    from phonelink_tui.cli.manual import manual_page

    sys.stdout.write(manual_page(command_rows(app)))
