"""Keyrings for tests, behind the port of the `keyring` package: one that is a file, one locked, one that hangs.

A process takes one by `PYTHON_KEYRING_BACKEND=tests.archive.file_keyring.FileKeyring`.
"""

from __future__ import annotations

import importlib
import json
import os
import threading
from pathlib import Path
from typing import Any, Final

backend: Final[Any] = importlib.import_module("keyring.backend")
errors: Final[Any] = importlib.import_module("keyring.errors")

FILE_VARIABLE: Final = "TEST_KEYRING_FILE"


class FileKeyring(backend.KeyringBackend):  # type: ignore[misc] # Any where the package is not installed
    """Entries in a JSON file that the environment names."""

    priority = 1

    @property
    def _path(self) -> Path:
        return Path(os.environ[FILE_VARIABLE])

    def _entries(self) -> dict[str, str]:
        entries: dict[str, str] = json.loads(self._path.read_text()) if self._path.exists() else {}
        return entries

    def get_password(self, service: str, username: str) -> str | None:
        return self._entries().get(f"{service} {username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        self._path.write_text(json.dumps({**self._entries(), f"{service} {username}": password}))

    def delete_password(self, service: str, username: str) -> None:
        entries = self._entries()
        if entries.pop(f"{service} {username}", None) is None:
            raise errors.PasswordDeleteError("no such entry")
        self._path.write_text(json.dumps(entries))


class LockedKeyring(backend.KeyringBackend):  # type: ignore[misc] # Any where the package is not installed
    """The person dismissed the question for its password."""

    priority = 1

    def get_password(self, service: str, username: str) -> str | None:
        raise errors.KeyringLocked("Failed to unlock the collection!")

    set_password = delete_password = get_password


class HangingKeyring(backend.KeyringBackend):  # type: ignore[misc] # Any where the package is not installed
    """A question that nobody answers, until `release` is set."""

    priority = 1
    release = threading.Event()

    def get_password(self, service: str, username: str) -> str | None:
        self.release.wait(30)
        return None

    set_password = delete_password = get_password
