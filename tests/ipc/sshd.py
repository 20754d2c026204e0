"""Where does an ssh of the tests go? To a daemon of their own: its port, its keys, this user."""

from __future__ import annotations

import getpass
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from attrs import frozen

SSHD: Final = "/usr/sbin/sshd"
START_S: Final = 30.0


@frozen
class Sshd:
    """A running daemon."""

    config: Path
    """For `ssh -F`; its host is `desk`, and `nobody-there` is a port where nobody listens."""
    process: subprocess.Popen[bytes]
    wrapper: Path
    """A directory for PATH, with an `ssh` that uses this config."""

    def drop_connections(self) -> None:
        """End the daemon's children: every connection breaks, as when a network goes away for good."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        for child in children:
            with suppress(ProcessLookupError):
                os.kill(int(child), 9)


@contextmanager
def sshd(directory: Path, runtime: Path) -> Iterator[Sshd]:
    """A daemon on loopback whose logins have `runtime` as their runtime directory."""
    port, dead_port = free_port(), free_port()
    for name in ("host", "user"):
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(directory / name)]
        subprocess.run(command, check=True, timeout=START_S)
    (directory / "authorized").write_text((directory / "user.pub").read_text())
    _, kind, key, *_ = ("", *(directory / "host.pub").read_text().split())
    (directory / "known").write_text(f"[127.0.0.1]:{port} {kind} {key}\n")
    (directory / "sshd_config").write_text(
        f"""Port {port}
ListenAddress 127.0.0.1
HostKey {directory}/host
AuthorizedKeysFile {directory}/authorized
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
SetEnv XDG_RUNTIME_DIR={runtime}
"""
    )
    config = directory / "ssh_config"
    config.write_text(
        f"""Host desk nobody-there
  HostName 127.0.0.1
  User {getpass.getuser()}
  IdentityFile {directory}/user
  IdentitiesOnly yes
  UserKnownHostsFile {directory}/known
Host desk
  Port {port}
Host nobody-there
  Port {dead_port}
"""
    )
    wrapper = directory / "bin"
    wrapper.mkdir()
    (wrapper / "ssh").write_text(f'#!/bin/sh\nexec /usr/bin/ssh -F {config} "$@"\n')
    (wrapper / "ssh").chmod(0o755)
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # what root's daemon shuts its children into
    command = [SSHD, "-D", "-e", "-f", str(directory / "sshd_config")]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            wait_for(port)
            yield Sshd(config, process, wrapper)
        finally:
            process.terminate()


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


def wait_for(port: int) -> None:
    """Until somebody listens there."""
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.02)
    raise AssertionError("sshd does not listen")
