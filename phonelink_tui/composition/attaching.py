"""Which relay does a program get? The shared one that owns the phone, one over ssh, or one of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Final

from attrs import evolve, frozen

from phonelink_tui.composition.attached import Reopen, attached
from phonelink_tui.composition.policing import ONLY_HERE, roles_elsewhere
from phonelink_tui.config.known_phones import KnownPhones
from phonelink_tui.config.paths import Paths
from phonelink_tui.config.phone_spec import (
    BluetoothSpec,
    PhoneSpec,
    TcpSpec,
    VirtualSpec,
    parse_spec,
    same_phone,
)
from phonelink_tui.config.platform import require_linux
from phonelink_tui.config.relay_choice import AUTO, RelayChoice, RelayKind
from phonelink_tui.errors import BluetoothUnavailable, NoPhoneKnown, NoRelay, NotConnected, UsageError
from phonelink_tui.ipc.client import RelayClient
from phonelink_tui.ipc.role import ALL_ROLES, Role
from phonelink_tui.ipc.service import SOCKET
from phonelink_tui.ipc.shared import shared_relay
from phonelink_tui.ipc.spawn import private_relay, relay_command
from phonelink_tui.relay.api import Attachment, Home, RelayApi

NO_SHARED: Final = "No background relay runs; this one ends with this program."


@frozen
class Wish:
    """What a program wants of a relay."""

    choice: RelayChoice = AUTO
    roles: frozenset[Role] = ALL_ROLES
    attach_only: bool = False
    """With `auto`: start none for a phone over Bluetooth; a status line must not connect it."""
    meant_for_own: tuple[str, ...] = ()
    """Options that only a relay started now would obey; of one that runs already that is said."""
    say: Callable[[str], None] = lambda _line: None
    """Told in one line which relay it got, where that is no matter of course."""


@asynccontextmanager
async def open_relay(
    spec: PhoneSpec | None, paths: Paths, wish: Wish | None = None
) -> AsyncIterator[RelayApi]:
    """A relay for the phone.

    Args:
        spec: The phone; None: that of the shared relay, else the only paired one.
        paths: Where the shared relay's socket and a private one's log are.
        wish: Which relay, and what for.

    Raises:
        NoPhoneKnown: No phone is named, and none is paired.
        SeveralPhones: No phone is named, and several are paired.
        NotConnected: The named relay has another phone.
        PolicyError: The relay may be on another computer, and the policy of this one forbids what is wanted.
        PhonelinkError: The relay could not start or be reached; what it said.
    """
    wish = wish or Wish()
    async with AsyncExitStack() as stack:
        client: RelayClient | None = None
        attachment = Attachment()
        reopen: Reopen | None = None
        note = ""
        match wish.choice.kind:
            case RelayKind.PATH:
                path, roles = Path(wish.choice.where), roles_elsewhere(wish.roles)
                reopen = partial(shared_relay, path, roles=roles)
                client = await stack.enter_async_context(reopen())
                notice = f"Attached to the relay at {path}." if roles == wish.roles else ONLY_HERE
                attachment = Attachment(Home.SHARED, notice=notice, lasting=True)
            case RelayKind.SSH:
                from phonelink_tui.ipc.ssh import Ssh, can_ask, ssh_relay

                host, roles = wish.choice.where, roles_elsewhere(wish.roles)
                ssh = Ssh(say=wish.say) if can_ask() else Ssh(can_ask=False)  # its last words are in the hint
                client = await stack.enter_async_context(ssh_relay(host, roles=roles, ssh=ssh))
                # Later a screen is open: nobody can be asked, and ssh must not write.
                reopen = partial(ssh_relay, host, roles=roles, ssh=Ssh(can_ask=False))
                notice = f"Attached to the relay on {host}." if roles == wish.roles else ONLY_HERE
                attachment = Attachment(Home.SSH, host, notice, lasting=True)
            case RelayKind.AUTO if not isinstance(spec, VirtualSpec | TcpSpec):
                client, note = await _shared(stack, spec, paths, wish)
                if client is not None and paths.runtime_dir is not None:
                    reopen = partial(shared_relay, paths.runtime_dir / SOCKET, roles=wish.roles)
                    notice = "Attached to the background relay."
                    attachment = Attachment(Home.SHARED, notice=notice, lasting=True)
                else:
                    attachment = Attachment(notice=note)
            case _:
                pass
        if client is None:
            client = await stack.enter_async_context(_private(spec, paths, wish))
            if note:
                wish.say(note)  # not before: where there is no phone either, that alone is said
        else:
            if spec is not None and not _owns(client, spec):
                raise NotConnected("This relay has another phone.", "`phonelink relay status` says which.")
            if wish.meant_for_own:
                options = " and ".join(wish.meant_for_own)
                wish.say(
                    f"This relay runs already: no effect of {options}; `phonelink relay run` takes them."
                )
        async with attached(client, attachment, reopen and partial(_same, reopen, client)) as relay:
            yield relay


@asynccontextmanager
async def _same(reopen: Reopen, before: RelayClient) -> AsyncIterator[RelayClient]:
    """Another connection to a relay, if it still has the same phone."""
    async with reopen() as client:
        if client.hello.phone.id != before.hello.phone.id:
            raise NotConnected("The relay has another phone now.", "`phonelink relay status` says which.")
        yield client


async def _shared(
    stack: AsyncExitStack, spec: PhoneSpec | None, paths: Paths, wish: Wish
) -> tuple[RelayClient | None, str]:
    """The shared relay, if one runs and owns the phone; else what to say of a private one."""
    if paths.runtime_dir is not None:
        own = await stack.enter_async_context(AsyncExitStack())
        try:
            relay = shared_relay(paths.runtime_dir / SOCKET, roles=wish.roles)
            client = await own.enter_async_context(relay)
        except NoRelay:
            pass
        else:
            if spec is None or _owns(client, spec):
                return client, ""
            await own.aclose()
            return None, "The background relay has another phone; this one ends with this program."
    if wish.attach_only:
        raise NotConnected("No background relay runs.", "Start one: `phonelink relay run`.")
    return None, NO_SHARED


def _owns(client: RelayClient, spec: PhoneSpec) -> bool:
    phone = client.hello.phone
    try:
        return same_phone(spec, parse_spec(phone.spec), phone.id)
    except UsageError:
        return False


@asynccontextmanager
async def _private(spec: PhoneSpec | None, paths: Paths, wish: Wish) -> AsyncIterator[RelayClient]:
    if spec is None or (isinstance(spec, BluetoothSpec) and spec.address is None):
        spec = await _chosen(spec, paths)
    log = paths.state_dir / "relay-stderr.log" if paths.state_dir else None
    command = relay_command("--phone", str(spec))
    async with private_relay(command, log=log, roles=wish.roles) as client:
        yield client


async def _chosen(spec: BluetoothSpec | None, paths: Paths) -> BluetoothSpec:
    """The phone that is meant where no address is: whether there is one is known before a relay starts."""
    wanted = spec or BluetoothSpec()
    try:
        require_linux()
        from phonelink_tui.composition.choosing import choose_phone

        phone = await choose_phone(wanted, KnownPhones(paths.state_dir))
    except BluetoothUnavailable as failure:
        if spec is not None:
            raise
        raise NoPhoneKnown(f"No phone is known here. {failure.message}") from failure
    return evolve(wanted, address=phone.address)
