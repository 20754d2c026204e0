"""Which policy files count on this computer, and may they be believed?

The machine's file is root's, and where it lies is written here: no option, setting or variable moves it. The
variable `PHONELINK_POLICY` names one file more, for trying out a policy and for tests. Its rules come on top of the
machine's: an action is allowed when every file allows it, so whoever sets the variable gets less, never more.
A policy binds this program; a person with another program, or with root's rights, is not bound by it.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from attrs import frozen

from phonelink_tui.config.policy import Policy, PolicyFile
from phonelink_tui.config.policy_reading import FILE_BYTES, read_policy
from phonelink_tui.errors import PolicyFileError

MACHINE_FILE: Final = Path("/etc/phonelink-tui/policy.toml")

MORE_VARIABLE: Final = "PHONELINK_POLICY"
"""Names a file with further rules; whoever names one that is not there is refused everything."""

ROOT: Final = 0

_OTHERS_WRITE: Final = stat.S_IWGRP | stat.S_IWOTH
"""Of a file with an access list the group's bits are the mask of the list: who else may write shows in them."""


@frozen
class PolicyPlace:
    """Where rules may be, and whose they must be."""

    path: Path
    owners: frozenset[int]
    required: bool = False
    """Whether it is an error that there is no file."""


def policy_places(environ: Mapping[str, str]) -> tuple[PolicyPlace, ...]:
    """The machine's file, and the one that is named besides."""
    root = root_uid()
    machine = PolicyPlace(MACHINE_FILE, frozenset({root}))
    more = environ.get(MORE_VARIABLE)
    if not more:
        return (machine,)
    return machine, PolicyPlace(Path(more).absolute(), frozenset({root, os.getuid()}), required=True)


def root_uid() -> int:
    """The number under which root's files show here.

    A systemd user unit with a box around it runs in a user namespace without root (systemd.exec(5), PrivateUsers=);
    there the files of everybody else show as the kernel's stand-in (user_namespaces(7), overflowuid).
    """
    try:
        maps = [line.split() for line in Path("/proc/self/uid_map").read_text("ascii").splitlines()]
        if any(int(inside) == ROOT for inside, _outside, _count in maps):
            return ROOT
        return int(Path("/proc/sys/kernel/overflowuid").read_text("ascii"))
    except (OSError, ValueError):
        return ROOT


def machine_policy() -> Policy:
    """The rules in force for this process."""
    return load_policy(policy_places(os.environ))


def load_policy(places: tuple[PolicyPlace, ...]) -> Policy:
    """The rules in these places. A file that cannot be used is one that refuses everything; never raises."""
    files = []
    for place in places:
        try:
            raw = read_trusted(place)
            if raw is not None:
                files.append(read_policy(raw, str(place.path)))
        except PolicyFileError as error:
            files.append(PolicyFile(str(place.path), broken=error.message))
    return Policy(tuple(files))


def read_trusted(place: PolicyPlace) -> bytes | None:
    """The bytes of a file that only its owner may change; None where there is none, and none is required.

    The directory counts too: who may write there can put another file in its place. A symbolic link is followed, as
    some systems keep `/etc`; what is judged is always what was opened.

    Raises:
        PolicyFileError: It cannot be read, or must not be believed.
    """
    path = place.path
    try:
        directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except FileNotFoundError:
        _check_not_required(place)
        return None
    except OSError as error:
        raise _unreadable(path.parent, error) from error
    try:
        if not place.required:
            _check(path.parent, os.fstat(directory), place.owners)
        return _read_in(directory, place)
    finally:
        os.close(directory)


def _read_in(directory: int, place: PolicyPlace) -> bytes | None:
    path = place.path
    try:
        fd = os.open(path.name, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC, dir_fd=directory)
    except FileNotFoundError as error:
        try:
            os.stat(path.name, dir_fd=directory, follow_symlinks=False)
        except FileNotFoundError:
            _check_not_required(place)
            return None
        except OSError:
            pass
        raise PolicyFileError(f"{path} is a link that leads nowhere.") from error
    except OSError as error:
        raise _unreadable(path, error) from error
    try:
        found = os.fstat(fd)
        if not stat.S_ISREG(found.st_mode):
            raise PolicyFileError(f"{path} is no file.")
        _check(path, found, place.owners)
        with open(fd, "rb", closefd=False) as file:
            return file.read(FILE_BYTES + 1)
    except OSError as error:
        raise _unreadable(path, error) from error
    finally:
        os.close(fd)


def _check_not_required(place: PolicyPlace) -> None:
    if place.required:
        raise PolicyFileError(f"{place.path} is not there, and ${MORE_VARIABLE} names it.")


def _check(path: Path, found: os.stat_result, owners: frozenset[int]) -> None:
    if found.st_uid not in owners:
        raise PolicyFileError(f"{path} is not root's.")
    if found.st_mode & _OTHERS_WRITE:
        raise PolicyFileError(f"{path} can be written by others than its owner.")


def _unreadable(path: Path, error: OSError) -> PolicyFileError:
    return PolicyFileError(f"{path} cannot be read: {error.strerror}.")
