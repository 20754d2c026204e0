"""How does systemd run the shared relay? As a user service, in a box that leaves it the phone and its own files."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from phonelink_tui.config.paths import APP
from phonelink_tui.config.phone_spec import PhoneSpec, TcpSpec, VirtualSpec
from phonelink_tui.ipc.private import CLOSE_S
from phonelink_tui.ipc.spawn import module_path, relay_command

UNIT: Final = f"{APP}.service"

STOP_S: Final = int(CLOSE_S) + 9
"""Longer than a relay takes to end: systemd must not cut off the push in flight."""

_TEMPLATE: Final = """\
# The background relay of phonelink-tui: keeps the phone connected while nobody looks.
# Written by `phonelink relay install`. Changes of your own: systemctl --user edit {unit}
[Unit]
Description=Relay for the phone's texts and notifications
# Gives up after ten starts in ten minutes; `systemctl --user reset-failed {unit}` lets it try again.
StartLimitIntervalSec=600
StartLimitBurst=10

[Service]
Type=notify
NotifyAccess=main
ExecStart={command}
{environment}WatchdogSec=30
Restart=on-failure
RestartSec=5
# After an update the history's index may have to be made anew, and after damage all of it is checked, before it is
# ready: about a minute for a million texts, on a slow machine several. Cut off, it would begin that again each time.
TimeoutStartSec=infinity
# SIGTERM finishes the push in flight (10 s at most). Texts that wait are sent by the next run where history is kept,
# and dropped where it is not.
TimeoutStopSec={stop_s}
UMask=0077
RuntimeDirectory={app}
RuntimeDirectoryMode=0700

# The phone, the bus and the relay's own socket; nothing else can be opened.
RestrictAddressFamilies={families}
# Never PrivateNetwork=yes: Bluetooth sockets exist in the machine's own network namespace only, in any other
# one the kernel refuses them (EAFNOSUPPORT), and the relay would look for a phone for ever.
NoNewPrivileges=yes
ProtectSystem=strict
{writable}PrivateTmp=yes
MemoryDenyWriteExecute=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
# Hooks run in this same box: a program that writes elsewhere needs a ReadWritePaths= of yours.

# The archive's key without a terminal, from a file that only you can read (mode 0600):
#LoadCredential=phonelink.key:%h/.config/{app}/archive.key

[Install]
WantedBy=default.target
"""

_FAMILIES: Final = {
    VirtualSpec: "AF_UNIX",
    TcpSpec: "AF_UNIX AF_INET AF_INET6",
}


CARRIED: Final = ("XDG_CONFIG_HOME", "XDG_STATE_HOME")
"""Where settings and state are, should it not be the usual place: systemd knows nothing of a shell's."""


def carried(environ: Mapping[str, str]) -> dict[str, str]:
    """What of an environment a unit takes along; what is no absolute path counts for nobody."""
    return {name: environ[name] for name in CARRIED if environ.get(name, "").startswith("/")}


def unit_text(
    spec: PhoneSpec,
    writable: Sequence[Path],
    command: Sequence[str] | None = None,
    environ: Mapping[str, str] | None = None,
) -> str:
    """The unit file of a relay for this phone.

    Args:
        spec: The phone. Only one on TCP opens the internet's address families.
        writable: Directories that the relay writes to.
        command: What to run; None: this program as it is installed.
        environ: What `carried` gave; None: nothing.
    """
    root = module_path()
    variables = {"PYTHONPATH": root} if root and command is None else {}
    variables |= environ or {}
    return _TEMPLATE.format(
        unit=UNIT,
        app=APP,
        command=" ".join(map(_argument, command or _command(spec))),
        environment="".join(f"Environment={_word(f'{name}={value}')}\n" for name, value in variables.items()),
        families=_FAMILIES.get(type(spec), "AF_UNIX AF_BLUETOOTH"),
        writable="".join(f"ReadWritePaths={_word('-' + str(path))}\n" for path in writable),
        stop_s=STOP_S,
    )


def _command(spec: PhoneSpec) -> list[str]:
    """The script that was installed beside our interpreter, else the interpreter with our module."""
    options = ["relay", "run", "--phone", str(spec)]
    script = shutil.which("phonelink", path=str(Path(sys.executable).parent))
    return [script, *options] if script and module_path() is None else relay_command(*options[2:])


def _argument(word: str) -> str:
    """One word of a command line, in which alone `$` names a variable (systemd.service(5), COMMAND LINES)."""
    return _word(word.replace("$", "$$"))


def _word(word: str) -> str:
    """One word of a unit file (systemd.syntax(7), systemd.unit(5)): no specifier, no escape."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"' if escaped != word or any(c in " \t'$" for c in word) else word
