"""Where do kernel, BlueZ and the guest's Python packages come from?

Everything is fetched by package name from the machine's own Debian and Python indexes and unpacked
into a directory outside the clone, so that a fresh clone finds it again. Nothing is installed.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

REPOSITORY = Path(__file__).resolve().parents[2]

PROGRAMS = {
    "qemu-system-x86_64": "qemu-system-x86",
    "dbus-daemon": "dbus-daemon",
    "apt-get": "apt",
    "dpkg": "dpkg",
}
"""Programs of the host that a run needs, and the Debian packages that hold them."""

KERNEL_PACKAGE = "linux-image-amd64"
FLAWED_KERNELS = ("6.1.192",)
"""Versions that cannot run the scenarios. 6.1.192: closing an L2CAP socket whose phone did not answer paging
deletes an hci_chan twice, a BUG that kills the process and leaves Bluetooth locked; 6.1.190 does not. [measured]"""

TOOL_PACKAGES = ("bluez", "bluez-obexd", "bluez-test-tools", "busybox-static", "libical3")
"""What is unpacked beside the kernel. bluez-test-tools is for BlueZ's own emulator, btvirt."""

RUNNER = ("pytest>", "pytest-asyncio", "pytest-timeout")
"""What of the extra `dev` the guest needs: the ports' contract runs there as pytest tests."""

NEWEST_DAYS = 14
BOOTSTRAP_ATTEMPTS = 2

DAEMONS = ("usr/libexec/bluetooth/bluetoothd", "usr/libexec/bluetooth/obexd", "usr/bin/btmon")


class SetupError(Exception):
    """The machine cannot be prepared; the message says what to do."""


class Cache(NamedTuple):
    """What a boot needs: unpacked Debian packages, the kernel's root, and the guest's Python."""

    tools: Path
    kernel: Path
    python: Path
    root: Path

    @property
    def kernel_image(self) -> Path:
        """The kernel QEMU boots."""
        return next((self.kernel / "boot").glob("vmlinuz-*"))

    @property
    def modules(self) -> Path:
        """The kernel's modules, with modules.dep."""
        return next((self.kernel / "lib/modules").iterdir())

    @property
    def busybox(self) -> Path:
        """A static busybox."""
        return self.tools / "bin/busybox"


def missing_program() -> str:
    """One line naming the first missing program and its package; empty if all are there."""
    for program, package in PROGRAMS.items():
        if shutil.which(program) is None:
            return f"NEEDS PACKAGE {package}: {program} is not installed"
    return ""


def cache_root() -> Path:
    """PHONELINK_E2E_CACHE, or a directory of ours under the user's cache directory."""
    if chosen := os.environ.get("PHONELINK_E2E_CACHE"):
        return Path(chosen).resolve()
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home).resolve() / "phonelink-tui-e2e"


def prepare() -> Cache:
    """Fetch what is not there yet (about 30 s on a new machine), compile this clone, say where it all is.

    Raises:
        SetupError: A program is missing, or a package cannot be fetched.
    """
    if problem := missing_program():
        raise SetupError(problem)
    root = cache_root()
    root.mkdir(parents=True, exist_ok=True)
    with locked(root / "lock"):
        debian = _prepare_debian(root)
        python = _prepare_python(root)
        _compile_sources(python)
    return Cache(tools=debian / "tools", kernel=debian / "kernel", python=python, root=root)


def _compile_sources(python: Path) -> None:
    """Compile this clone for the guest's Python, which would do it at every start of a program: 20 s under emulation.

    What cannot be written, or is no Python, is left to the guest.
    """
    argv = [str(python), "-m", "compileall", "-q", "phonelink_tui", "tests"]
    subprocess.run(argv, cwd=REPOSITORY, check=False, capture_output=True, timeout=600)


def newest_bluez() -> Path:
    """A root with Debian unstable's BlueZ on its own libraries: about 90 s and 500 MB, as root.

    Unstable moves, so the root is made anew when it is `NEWEST_DAYS` old; where that fails, the old one
    serves on, and that is said.

    Raises:
        SetupError: There is none yet, and debootstrap is missing, failed, or may not run.
    """
    root = cache_root()
    root.mkdir(parents=True, exist_ok=True)
    target = root / "newer"
    with locked(root / "lock"):
        try:
            if not target.is_dir() or time.time() - target.stat().st_mtime > NEWEST_DAYS * 86_400:
                _bootstrap(_emptied(root / "newer.new"), target)
        except SetupError as problem:
            if not target.is_dir():
                raise
            print(f"e2e: unstable's newer BlueZ cannot be fetched, using the last one: {problem}")
    return target


def _bootstrap(fresh: Path, target: Path) -> None:
    if shutil.which("debootstrap") is None:
        raise SetupError("NEEDS PACKAGE debootstrap: debootstrap is not installed")
    if os.geteuid() != 0:
        raise SetupError("a root file system with unstable's BlueZ can only be made as root")
    # Unstable is at times not installable for some hours: a second try with a fresh index may be.
    for attempt in range(BOOTSTRAP_ATTEMPTS):
        try:
            _run("debootstrap", "--variant=minbase", "--include=bluez,dbus", "sid", str(fresh))
            # By apt: debootstrap does not see that a package may provide another's name, as obexd needs.
            install = ("apt-get", "-q", "install", "-y", "--no-install-recommends", "bluez-obexd")
            _run("chroot", str(fresh), "env", "DEBIAN_FRONTEND=noninteractive", *install)
            break
        except SetupError:
            if attempt + 1 == BOOTSTRAP_ATTEMPTS:
                raise
            _emptied(fresh)
    shutil.rmtree(fresh / "var/cache/apt", ignore_errors=True)
    shutil.rmtree(target, ignore_errors=True)
    fresh.rename(target)
    os.utime(target)


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock file; another run waits for it."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _prepare_debian(root: Path) -> Path:
    release = platform.freedesktop_os_release()
    names = (release["ID"], release.get("VERSION_ID", ""), KERNEL_PACKAGE, *FLAWED_KERNELS, *TOOL_PACKAGES)
    target = root / f"debian-{_key(*names)}"
    if target.is_dir():
        return target
    fresh = _emptied(root / "debian.new")
    downloads = _emptied(root / "downloads")
    _run("apt-get", "-q", "download", _kernel_image(), *TOOL_PACKAGES, cwd=downloads)
    for package in sorted(downloads.glob("*.deb")):
        into = "kernel" if package.name.startswith("linux-image-") else "tools"
        _run("dpkg", "-x", str(package), str(fresh / into))
    shutil.rmtree(downloads)
    # The package leaves modules.dep to its post-installation script.
    modules = next((fresh / "kernel/lib/modules").iterdir())
    _run(str(fresh / "tools/bin/busybox"), "depmod", "-b", str(fresh / "kernel"), modules.name)
    _require_libraries(fresh / "tools")
    fresh.rename(target)
    return target


def _kernel_image() -> str:
    """The package of the newest kernel of this release that has no flaw we know of."""
    depends = _run("apt-cache", "depends", KERNEL_PACKAGE)
    images = [line.split()[-1] for line in depends.splitlines() if "Depends: linux-image-" in line]
    if not images:
        raise SetupError(f"apt knows no {KERNEL_PACKAGE}: run apt-get update first")
    newest = images[0]
    every = _run("apt-cache", "pkgnames", re.sub(r"\d+-amd64$", "", newest)).split()
    same = [name for name in every if re.fullmatch(r"linux-image-[\d.]+-\d+-amd64", name)]
    for name in [newest, *sorted(same, key=lambda one: int(one.split("-")[-2]), reverse=True)]:
        shown = _run("apt-cache", "show", "--no-all-versions", name)
        version = next(line.split()[1] for line in shown.splitlines() if line.startswith("Version:"))
        if not version.startswith(FLAWED_KERNELS):
            return name
    return newest


def _require_libraries(tools: Path) -> None:
    libraries = f"{tools}/usr/lib/x86_64-linux-gnu"
    for daemon in DAEMONS:
        listed = _run("ldd", str(tools / daemon), env={**os.environ, "LD_LIBRARY_PATH": libraries})
        missing = [line.split()[0] for line in listed.splitlines() if "not found" in line]
        if missing:
            raise SetupError(f"{daemon} needs libraries the host lacks: {' '.join(missing)} (see .ci/vm)")


def _prepare_python(root: Path) -> Path:
    """A virtual environment with the project's own requirements, the extra `e2e`, and what runs tests."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    runner = [one for one in extras["dev"] if one.startswith(RUNNER)]
    requirements = [*project["dependencies"], *extras["e2e"], *runner]
    target = root / f"python-{_key(sys.version, sys.base_prefix, *requirements)}"
    python = target / "bin/python"
    ready = target / "ready"
    if not ready.exists():
        _run(sys.executable, "-m", "venv", "--clear", str(target))
        _run(str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", *requirements)
        ready.touch()
    return python


def _key(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def _emptied(directory: Path) -> Path:
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir()
    return directory


def _run(*argv: str, cwd: Path | None = None, env: dict[str, str] | None = None) -> str:
    done = subprocess.run(argv, cwd=cwd, env=env, check=False, capture_output=True, text=True, timeout=600)
    if done.returncode:
        raise SetupError(f"{' '.join(argv[:4])} … ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return done.stdout
