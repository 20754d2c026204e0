"""What holds for every test: no live bus, no network, nobody's own files; what is missing is said loudly."""

from __future__ import annotations

import ipaddress
import itertools
import os
import shutil
import signal
import socket
from pathlib import Path
from typing import Any, Final

import hypothesis
import pytest

hypothesis.settings.register_profile("dev", max_examples=50, deadline=None)
hypothesis.settings.register_profile("ci", max_examples=200, deadline=None, derandomize=True)
hypothesis.settings.register_profile("nightly", max_examples=20_000, deadline=None)
hypothesis.settings.load_profile(
    os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "dev")
)

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A script's `pytest &` ignores Ctrl+C, and so would every program that a test starts and interrupts.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: the longest tests wait for processes, terminals and timers most of the time."""
    return len(os.sched_getaffinity(0)) + 1


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what needs a program that is not there, naming the package that has it."""
    for marker in item.iter_markers("needs"):
        program, package = marker.args
        if shutil.which(program) is None:
            pytest.skip(f"NEEDS PACKAGE {package}: {program} is not installed")


_NUMBERS: Final = itertools.count()


@pytest.fixture(scope="session")
def _homes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`mktemp` reads all of its folder to number one more: after thousands of tests that takes milliseconds."""
    return tmp_path_factory.mktemp("homes")


@pytest.fixture(autouse=True)
def _nobodys_own_files(monkeypatch: pytest.MonkeyPatch, _homes: Path) -> None:
    home = _homes / str(next(_NUMBERS))
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    for name in ("CONFIG", "DATA", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(home / name.lower()))
    runtime = home / "runtime"
    runtime.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    for bus in ("SYSTEM", "SESSION"):
        monkeypatch.setenv(f"DBUS_{bus}_BUS_ADDRESS", "unix:path=/nonexistent/no-bus-in-tests")
    # Without its bytecode on disk every program that a test starts compiles the whole package again.
    names = (
        "NO_COLOR",
        "TMUX",
        "SSH_CONNECTION",
        "PHONELINK_KEY_FILE",
        "PHONELINK_POLICY",
        "PYTHONDONTWRITEBYTECODE",
    )
    for name in names:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever connects anywhere but to this machine fails its test."""
    connect = socket.socket.connect

    def guarded(sock: socket.socket, address: Any) -> None:
        if (
            sock.family in (socket.AF_INET, socket.AF_INET6)
            and not ipaddress.ip_address(address[0]).is_loopback
        ):
            raise AssertionError(f"a test connects to {address}")
        connect(sock, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
