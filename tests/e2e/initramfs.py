"""What is in the guest's first file system?

A static busybox, the init script, and the few kernel modules that reach the host's root over 9p.
"""

from __future__ import annotations

import stat
from pathlib import Path
from typing import NamedTuple

from tests.e2e.cache import Cache

WANTED_MODULES = ("virtio_pci", "9pnet_virtio", "9p", "overlay")
INIT = Path(__file__).parent / "guest" / "init.sh"


class Entry(NamedTuple):
    """A file or directory of a cpio archive."""

    name: str
    mode: int
    data: bytes = b""


def build_initramfs(cache: Cache) -> bytes:
    """The archive QEMU hands to the kernel, about 3 MB."""
    modules = module_closure(cache.modules / "modules.dep", WANTED_MODULES)
    order = "\n".join(Path(module).name for module in modules)
    entries = [
        _directory("bin"),
        _directory("dev"),
        _directory("mods"),
        _file("init", INIT.read_bytes(), executable=True),
        _file("bin/busybox", cache.busybox.read_bytes(), executable=True),
        _file("kernel-root", str(cache.kernel).encode()),
        _file("modules.order", order.encode()),
    ]
    entries += [_file(f"mods/{Path(m).name}", (cache.modules / m).read_bytes()) for m in modules]
    return cpio(entries)


def module_closure(modules_dep: Path, names: tuple[str, ...]) -> list[str]:
    """Paths of the named modules and of all they need, in the order of loading."""
    needs: dict[str, list[str]] = {}
    for line in modules_dep.read_text().splitlines():
        path, _, rest = line.partition(":")
        needs[path] = rest.split()
    by_name = {Path(path).stem.replace("-", "_"): path for path in needs}
    order: list[str] = []

    def visit(path: str) -> None:
        for need in needs[path]:
            visit(need)
        if path not in order:
            order.append(path)

    for name in names:
        visit(by_name[name])
    return order


def cpio(entries: list[Entry]) -> bytes:
    """An archive in the `newc` format: 13 hexadecimal fields, a name, the data, each padded to four bytes."""
    out = bytearray()
    for entry in [*entries, Entry("TRAILER!!!", 0)]:
        name = entry.name.encode() + b"\0"
        fields = (0, entry.mode, 0, 0, 1, 0, len(entry.data), 0, 0, 0, 0, len(name), 0)
        out += b"070701" + b"".join(b"%08X" % field for field in fields) + name
        out += bytes(-len(out) % 4)
        out += entry.data
        out += bytes(-len(out) % 4)
    return bytes(out)


def _directory(name: str) -> Entry:
    return Entry(name, stat.S_IFDIR | 0o755)


def _file(name: str, data: bytes, *, executable: bool = False) -> Entry:
    return Entry(name, stat.S_IFREG | (0o755 if executable else 0o644), data)
