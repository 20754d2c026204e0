"""Are the files of a machine read as they were seen, and is nothing more read than needed?"""

from __future__ import annotations

import errno
import os
import socket
from pathlib import Path

import pytest

from phonelink_tui.config.paths import Paths, private_dir
from phonelink_tui.diagnostics.facts import (
    Bonds,
    Configuration,
    DiskEncryption,
    FileMode,
    HciDevice,
    KernelBluetooth,
    NotKnown,
    Radio,
    Rfkill,
    StoredKeys,
)
from phonelink_tui.diagnostics.files import read_files
from phonelink_tui.diagnostics.machine import read_machine
from phonelink_tui.diagnostics.radio import read_radio
from phonelink_tui.diagnostics.stored import read_bonds, read_configuration

SECRET = "0123456789ABCDEF0123456789ABCDEF"


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_radio_from_sysfs(tmp_path: Path) -> None:
    """Controllers with their USB ids, Bluetooth's switches and no others; connections are no controllers."""
    usb = tmp_path / "sys/devices/usb1/1-2"
    put(usb / "idVendor", "0BDA\n")
    put(usb / "idProduct", "8771\n")
    (usb / "1-2:1.0").mkdir()
    classes = tmp_path / "sys/class"
    (classes / "bluetooth/hci0").mkdir(parents=True)
    (classes / "bluetooth/hci0/device").symlink_to(usb / "1-2:1.0")
    (classes / "bluetooth/hci0:256").mkdir()
    (classes / "bluetooth/hci1").mkdir()
    for number, (kind, name) in enumerate([("bluetooth", "hci0"), ("wlan", "phy0")]):
        put(classes / f"rfkill/rfkill{number}/type", kind)
        put(classes / f"rfkill/rfkill{number}/name", name)
        put(classes / f"rfkill/rfkill{number}/soft", "1\n")
        put(classes / f"rfkill/rfkill{number}/hard", "0\n")
    assert read_radio(tmp_path) == Radio(
        (HciDevice("hci0", "0bda:8771"), HciDevice("hci1")), (Rfkill("hci0", soft=True, hard=False),)
    )


def test_machine_without_bluetooth_in_sysfs(tmp_path: Path) -> None:
    """No class directory is no controller; no sysfs at all is not known."""
    with pytest.raises(OSError, match="no sysfs"):
        read_radio(tmp_path)
    (tmp_path / "sys/class").mkdir(parents=True)
    assert read_radio(tmp_path) == Radio((), ())


def test_configuration_keeps_only_what_matters(tmp_path: Path) -> None:
    """main.conf as BlueZ ships it: comments, and `=` with and without blanks; other keys are left where they are."""
    assert read_configuration(tmp_path) == Configuration({})
    text = "[General]\n#Name = BlueZ\nName = robins-box\nClass=0x000408\nControllerMode = dual\n[GATT]\nCache = no\n"
    put(tmp_path / "etc/bluetooth/main.conf", text)
    expected = {"Class": "0x000408", "ControllerMode": "dual", "Cache": "no"}
    assert read_configuration(tmp_path) == Configuration(expected)
    put(tmp_path / "etc/bluetooth/main.conf", "no section = 1\n")
    assert isinstance(read_configuration(tmp_path), NotKnown)


def test_bonds_without_their_keys(tmp_path: Path) -> None:
    """Which keys there are, never the keys."""
    store = tmp_path / "var/lib/bluetooth/00:AA:01:00:00:00"
    dual = f"[LinkKey]\nKey={SECRET}\nType=8\nPINLength=0\n\n[PeripheralLongTermKey]\nKey={SECRET}\n"
    put(store / "00:AA:01:01:00:01/info", dual)
    put(store / "00:AA:01:01:00:02/info", f"[General]\nName=x%y\n[LinkKey]\nKey={SECRET}\nType=4\n")
    put(store / "settings", "[General]\n")
    (store / "cache").mkdir()
    found = read_bonds(tmp_path)
    assert found == Bonds(
        (
            StoredKeys("00:AA:01:01:00:01", link_key_type=8, has_le_key=True),
            StoredKeys("00:AA:01:01:00:02", link_key_type=4, has_le_key=False),
        )
    )
    assert SECRET not in repr(found)


def test_modes_of_our_files(tmp_path: Path) -> None:
    """Directories and what is in them, without a path or a name."""
    state = private_dir(tmp_path / "state")
    assert state is not None
    put(state / "phonelink.log", "")
    (state / "phonelink.log").chmod(0o640)
    found = read_files(Paths(None, state, None))
    assert found.entries == (
        FileMode("state directory", 0o700, is_ours=True),
        FileMode("file in the state directory", 0o640, is_ours=True),
    )


def fake_disk(root: Path, directory: Path, *stack: str) -> None:
    """Block devices below a directory, from the top down, by the uuid that device-mapper gives them."""
    number = directory.stat().st_dev
    devices = root / "sys/devices"
    top = devices / "block0"
    for level, uuid in enumerate(stack):
        block = devices / f"block{level}"
        put(block / "dm/uuid", uuid + "\n")
        (block / "slaves").mkdir()
        if level + 1 < len(stack):
            (block / "slaves" / f"block{level + 1}").symlink_to(devices / f"block{level + 1}")
    if not stack:
        top.mkdir(parents=True)
    link = root / "sys/dev/block" / f"{os.major(number)}:{os.minor(number)}"
    link.parent.mkdir(parents=True)
    link.symlink_to(top)


@pytest.mark.parametrize(
    ("stack", "expected"),
    [
        ((), DiskEncryption.NOT_SEEN),
        (("CRYPT-LUKS2-1-x",), DiskEncryption.ENCRYPTED),
        (("LVM-a", "CRYPT-LUKS2-1-x"), DiskEncryption.ENCRYPTED),
        (("LVM-a",), DiskEncryption.NOT_SEEN),
    ],
)
def test_disk_encryption(tmp_path: Path, stack: tuple[str, ...], expected: DiskEncryption) -> None:
    """dm-crypt is found below LVM too."""
    state = private_dir(tmp_path / "state")
    assert state is not None
    if os.major(state.stat().st_dev) == 0:
        pytest.skip("the temporary directory lies on no disk")
    fake_disk(tmp_path / "root", state, *stack)
    assert read_files(Paths(None, state, None), tmp_path / "root").disk is expected


def test_disk_that_cannot_be_seen(tmp_path: Path) -> None:
    """No state directory, or no sysfs, is not known, and says why."""
    assert isinstance(read_files(Paths(None, None, None)).disk, NotKnown)
    if os.major(tmp_path.stat().st_dev):
        assert isinstance(read_files(Paths(None, tmp_path, None), tmp_path / "root").disk, NotKnown)


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (0, KernelBluetooth.YES),
        (errno.EAFNOSUPPORT, KernelBluetooth.NO_FAMILY),
        (errno.EPROTONOSUPPORT, KernelBluetooth.NO_RFCOMM),
        (errno.EACCES, KernelBluetooth.DENIED),
    ],
)
def test_machine(tmp_path: Path, number: int, expected: KernelBluetooth) -> None:
    """What the kernel answers to a Bluetooth socket, and the name of the system."""

    def make_socket(family: int, kind: int, protocol: int) -> socket.socket:
        assert (family, kind, protocol) == (31, socket.SOCK_STREAM, 3)
        if number:
            raise OSError(number, os.strerror(number))
        return socket.socket()

    put(tmp_path / "etc/os-release", 'NAME=x\nPRETTY_NAME="Alpine Linux v3.22"\n')
    found = read_machine(tmp_path, make_socket)
    assert found.bluetooth_sockets is expected
    assert found.os == "Alpine Linux v3.22"
    assert found.packages["bleak"]
