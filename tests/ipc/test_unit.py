"""Is the unit one that systemd takes, and as closed as the relay allows?"""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from phonelink_tui.config.phone_spec import parse_spec
from phonelink_tui.ipc.unit import UNIT, carried, unit_text

BLUEZ = parse_spec("bluez:hci0/00:11:22:33:44:55")
MDWE = 65
"""prctl's PR_SET_MDWE, what MemoryDenyWriteExecute asks of newer kernels."""

UNDER_MDWE = f"""
import ctypes, runpy, sys
assert ctypes.CDLL(None).prctl({MDWE}, 1, 0, 0, 0) == 0
sys.argv[0] = "phonelink"
runpy.run_module("phonelink_tui", run_name="__main__")
"""


def settings(text: str) -> dict[str, str]:
    """The assignments of a unit, comments left out."""
    lines = [line for line in text.splitlines() if "=" in line and not line.startswith("#")]
    return {name: value for name, _, value in (line.partition("=") for line in lines)}


@pytest.mark.needs("systemd-analyze", "systemd")
@pytest.mark.parametrize(
    "phone", ["bluez:hci0/00:11:22:33:44:55", "virtual:a?fault=delay:1,odd", "tcp:[::1]:4040"]
)
def test_systemd_takes_it(phone: str, tmp_path: Path) -> None:
    """Without a word of complaint, odd names included."""
    writable = tmp_path / 'a state\'s 100% "$HOME"'
    writable.mkdir()
    command = ["/bin/true", "relay", "run", "--phone", str(parse_spec(phone)), "%h $HOME '\""]
    (tmp_path / UNIT).write_text(
        unit_text(parse_spec(phone), [writable], command, {"XDG_STATE_HOME": str(writable)})
    )
    done = subprocess.run(
        ["systemd-analyze", "--user", "verify", str(tmp_path / UNIT)],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_places_that_are_set_are_taken_along(tmp_path: Path) -> None:
    """Settings and state of the shell that installs it; what is no path, and what systemd knows itself, is not."""
    odd = "/a state's 100% $HOME"
    environ = {
        "XDG_STATE_HOME": odd,
        "XDG_CONFIG_HOME": "relative",
        "XDG_RUNTIME_DIR": "/run/user/7",
        "HOME": "/h",
    }
    assert carried(environ) == {"XDG_STATE_HOME": odd}
    text = unit_text(BLUEZ, [Path(odd)], ["/bin/true"], carried(environ))
    assert '\nEnvironment="XDG_STATE_HOME=/a state\'s 100%% $HOME"\n' in text
    assert '\nReadWritePaths="-/a state\'s 100%% $HOME"\n' in text
    assert "Environment" not in unit_text(BLUEZ, [], ["/bin/true"])


def test_only_the_families_that_the_phone_needs() -> None:
    """The internet's addresses open for a phone on TCP alone."""
    families = {
        phone: settings(unit_text(parse_spec(phone), []))["RestrictAddressFamilies"]
        for phone in ("bluez", "obexd", "virtual", "tcp:127.0.0.1:4040")
    }
    assert families == {
        "bluez": "AF_UNIX AF_BLUETOOTH",
        "obexd": "AF_UNIX AF_BLUETOOTH",
        "virtual": "AF_UNIX",
        "tcp:127.0.0.1:4040": "AF_UNIX AF_INET AF_INET6",
    }


def test_box_is_closed_but_for_the_phone() -> None:
    """Each wall stands, and the one that would shut out Bluetooth is only spoken of."""
    text = unit_text(BLUEZ, [Path("/home/robin/.local/state/phonelink-tui")])
    found = settings(text)
    for name, value in {
        "Type": "notify",
        "NoNewPrivileges": "yes",
        "ProtectSystem": "strict",
        "ReadWritePaths": "-/home/robin/.local/state/phonelink-tui",
        "PrivateTmp": "yes",
        "MemoryDenyWriteExecute": "yes",
        "SystemCallFilter": "@system-service",
        "RuntimeDirectory": "phonelink-tui",
        "RuntimeDirectoryMode": "0700",
        "Restart": "on-failure",
        "TimeoutStartSec": "infinity",
        "UMask": "0077",
    }.items():
        assert found[name] == value
    assert int(found["TimeoutStopSec"]) > 11
    assert int(found["WatchdogSec"]) > 0
    assert "PrivateNetwork" not in found
    assert "Never PrivateNetwork" in text
    assert "#LoadCredential=phonelink.key:" in text


def test_words_are_quoted() -> None:
    """No specifier, variable or quote of a name is taken for systemd's own."""
    text = unit_text(BLUEZ, [], ["/opt/a b/phonelink", "100%", "$HOME", 'say "hi"', "back\\slash"])
    assert (
        settings(text)["ExecStart"] == '"/opt/a b/phonelink" "100%%" "$$HOME" "say \\"hi\\"" "back\\\\slash"'
    )


def test_relay_needs_no_memory_that_is_written_and_run(tmp_path: Path) -> None:
    """With the kernel denying it, a relay starts, serves and ends as ever."""
    probe = subprocess.run(
        [sys.executable, "-c", f"import ctypes; exit(ctypes.CDLL(None).prctl({MDWE}, 1, 0, 0, 0) != 0)"],
        check=False,
    )
    if probe.returncode:
        pytest.skip("NEEDS KERNEL 6.3: this one does not know PR_SET_MDWE")
    words = ["relay", "run", "--phone", "virtual", "--socket", str(tmp_path / "run" / "s")]
    command = [sys.executable, "-c", UNDER_MDWE, *words]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert "serves at" in process.stderr.readline()
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
