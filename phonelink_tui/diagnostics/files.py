"""How private are our files: their modes, and the disk below them?"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final

from phonelink_tui.config.paths import Paths
from phonelink_tui.diagnostics.facts import DiskEncryption, FileMode, Files, NotKnown

ENTRIES: Final = 100
"""Files looked at; there are about a dozen."""

DEPTH: Final = 8
"""Block devices below one another: a partition, RAID, dm-crypt, LVM are four."""


def read_files(paths: Paths, root: Path = Path("/")) -> Files:
    """Look at the directories of this program.

    Args:
        paths: Where they are.
        root: Where `sys` and `proc` are.

    Raises:
        OSError: A directory of ours cannot be looked at.
    """
    entries = list(_modes("state directory", paths.state_dir))
    entries += _modes("runtime directory", paths.runtime_dir)
    if paths.config_file is not None and paths.config_file.exists():
        entries.append(_mode("settings", paths.config_file))
    return Files(_disk(paths.state_dir, root), tuple(entries[:ENTRIES]))


def _modes(what: str, directory: Path | None) -> list[FileMode]:
    if directory is None:
        return []
    inside = sorted(directory.iterdir())[:ENTRIES]
    return [_mode(what, directory), *(_mode(f"file in the {what}", path) for path in inside)]


def _mode(what: str, path: Path) -> FileMode:
    found = path.lstat()
    return FileMode(what, stat.S_IMODE(found.st_mode), found.st_uid == os.getuid())


def _disk(directory: Path | None, root: Path) -> DiskEncryption | NotKnown:
    if directory is None:
        return NotKnown("nothing is kept here")
    number = directory.stat().st_dev
    device = f"{os.major(number)}:{os.minor(number)}"
    if os.major(number) == 0:  # btrfs and others number themselves; what they are mounted from says more
        source, system = _mounted_from(directory, root)
        try:
            number = (root / source.lstrip("/")).stat().st_rdev
        except OSError:
            return NotKnown(f"the file system {system} tells of no disk below it")
        device = f"{os.major(number)}:{os.minor(number)}"
    block = root / "sys/dev/block" / device
    if not block.exists():
        return NotKnown("the kernel does not show the disk below")
    return DiskEncryption.ENCRYPTED if _is_encrypted(block.resolve(), DEPTH) else DiskEncryption.NOT_SEEN


def _mounted_from(directory: Path, root: Path) -> tuple[str, str]:
    """Source and type of the mount that holds a directory (proc_pid_mountinfo(5))."""
    best = ("", "", "")
    for line in (root / "proc/self/mountinfo").read_text(errors="replace").splitlines():
        before, _, after = line.partition(" - ")
        fields, more = before.split(), after.split()
        if len(fields) < 5 or len(more) < 2:
            continue
        point = fields[4].replace("\\040", " ")
        if directory.resolve().is_relative_to(point) and len(point) >= len(best[0]):
            best = (point, more[1], more[0])
    return best[1], best[2]


def _is_encrypted(block: Path, depth: int) -> bool:
    """Whether every way down from a block device leads through dm-crypt."""
    try:
        if (block / "dm/uuid").read_text().startswith("CRYPT-"):
            return True
    except OSError:
        pass  # it is no device-mapper device
    slaves = sorted((block / "slaves").glob("*")) if depth else []
    return bool(slaves) and all(_is_encrypted(slave.resolve(), depth - 1) for slave in slaves)
