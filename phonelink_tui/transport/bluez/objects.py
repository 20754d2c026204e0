"""What objects does BlueZ have just now? A mirror of its object tree, which can be waited on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from dbus_fast import Message, Variant

from phonelink_tui.transport.bluez import names

Properties = Mapping[str, Any]
"""Properties of one interface of one object, without their variants."""

Result = TypeVar("Result")


class ObjectTree:
    """Paths to interfaces to properties. Whoever fills it is `daemon`."""

    def __init__(self) -> None:
        self._objects: dict[str, dict[str, dict[str, Any]]] = {}
        self._changed = asyncio.Event()
        self._watchers: list[Callable[[], None]] = []

    def get(self, path: str, interface: str) -> Properties | None:
        """An interface's properties; None where there is no such object or interface."""
        return self._objects.get(path, {}).get(interface)

    def value(self, path: str, interface: str, name: str) -> Any:
        """One property; None where there is none."""
        return (self.get(path, interface) or {}).get(name)

    def having(self, interface: str, *, below: str = "") -> Iterator[tuple[str, Properties]]:
        """Objects with an interface, by path; only those below a path, if one is given."""
        prefix = f"{below}/" if below else ""
        for path in sorted(self._objects):
            if interface in self._objects[path] and path.startswith(prefix):
                yield path, self._objects[path][interface]

    async def wait_for(self, probe: Callable[[], Result | None]) -> Result:
        """The first result of `probe` that is not None; it is asked now and after every change."""
        while True:
            changed = self._changed
            result = probe()
            if result is not None:
                return result
            await changed.wait()

    def watch(self, watcher: Callable[[], None]) -> Callable[[], None]:
        """Call `watcher` after every change; returns what ends that."""
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher)

    def replace(self, objects: Mapping[str, Mapping[str, Mapping[str, Variant]]]) -> None:
        """Forget everything and take what GetManagedObjects answered."""
        self._objects = {
            path: {name: _plain(values) for name, values in interfaces.items()}
            for path, interfaces in objects.items()
        }
        self.touch()

    def clear(self) -> None:
        """Forget everything: bluetoothd is gone."""
        self.replace({})

    def apply(self, signal: Message) -> None:
        """Take one of BlueZ's signals; others are passed over."""
        match signal.interface, signal.member:
            case names.OBJECT_MANAGER, "InterfacesAdded":
                path, added = signal.body
                here = self._objects.setdefault(path, {})
                here.update({name: _plain(values) for name, values in added.items()})
            case names.OBJECT_MANAGER, "InterfacesRemoved":
                path, removed = signal.body
                self._remove(path, removed)
            case names.PROPERTIES, "PropertiesChanged":
                interface, changed, invalidated = signal.body
                properties = self._objects.get(signal.path or "", {}).get(interface)
                if properties is None:
                    return
                properties.update(_plain(changed))
                for name in invalidated:
                    properties.pop(name, None)
            case _:
                return
        self.touch()

    def touch(self) -> None:
        """Let everyone who waits look again."""
        self._changed.set()
        self._changed = asyncio.Event()
        for watcher in tuple(self._watchers):
            watcher()

    def _remove(self, path: str, interfaces: list[str]) -> None:
        here = self._objects.get(path, {})
        for name in interfaces:
            here.pop(name, None)
        if not here:
            self._objects.pop(path, None)


def _plain(values: Mapping[str, Variant]) -> dict[str, Any]:
    return {name: variant.value for name, variant in values.items()}
