"""Does the mirror of BlueZ's objects follow its signals, and wake whoever waits?"""

from __future__ import annotations

import asyncio
from typing import Any

from dbus_fast import Message, Variant

from phonelink_tui.transport.bluez.objects import ObjectTree

PROPERTIES = "org.freedesktop.DBus.Properties"
OBJECT_MANAGER = "org.freedesktop.DBus.ObjectManager"


def signal(path: str, interface: str, member: str, signature: str, *body: Any) -> Message:
    """A signal as bluetoothd sends it."""
    return Message.new_signal(path, interface, member, signature, list(body))


def added(path: str, interface: str, **values: int) -> Message:
    """An interface of an object appears."""
    properties = {name: Variant("i", value) for name, value in values.items()}
    return signal("/", OBJECT_MANAGER, "InterfacesAdded", "oa{sa{sv}}", path, {interface: properties})


async def test_objects_come_change_and_go() -> None:
    """Interfaces and properties are those of the last signal; an object without interfaces is gone."""
    tree = ObjectTree()
    tree.apply(added("/a", "one", x=1, y=2))
    tree.apply(added("/a", "two"))
    tree.apply(
        signal("/a", PROPERTIES, "PropertiesChanged", "sa{sv}as", "one", {"x": Variant("i", 5)}, ["y"])
    )
    assert tree.get("/a", "one") == {"x": 5}
    assert (tree.value("/a", "one", "x"), tree.value("/a", "one", "y"), tree.value("/b", "c", "d")) == (
        5,
        None,
        None,
    )
    tree.apply(signal("/", OBJECT_MANAGER, "InterfacesRemoved", "oas", "/a", ["one"]))
    assert tree.get("/a", "one") is None
    assert tree.get("/a", "two") == {}
    tree.apply(signal("/", OBJECT_MANAGER, "InterfacesRemoved", "oas", "/a", ["two", "never there"]))
    assert list(tree.having("two")) == []


async def test_unknown_objects_and_signals_are_passed_over() -> None:
    """Changes of what is not there, and other signals, neither fail nor wake anyone."""
    tree = ObjectTree()
    woken: list[bool] = []
    tree.watch(lambda: woken.append(True))
    tree.apply(signal("/a", PROPERTIES, "PropertiesChanged", "sa{sv}as", "one", {"x": Variant("i", 5)}, []))
    tree.apply(signal("/a", "org.bluez.Device1", "Disconnected", "ss", "name", "message"))
    assert woken == []
    assert tree.get("/a", "one") is None


async def test_below_means_below() -> None:
    """Paths that only begin alike are not below each other."""
    tree = ObjectTree()
    for path in ("/hci0/dev_1", "/hci01/dev_1", "/hci0", "/hci0/dev_1/service0001"):
        tree.apply(added(path, "one"))
    assert [path for path, _ in tree.having("one", below="/hci0")] == [
        "/hci0/dev_1",
        "/hci0/dev_1/service0001",
    ]


async def test_waiting() -> None:
    """A wait ends with the change that fulfils it, or at once."""
    tree = ObjectTree()
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        waiting = group.create_task(tree.wait_for(lambda: tree.get("/a", "one")))
        await asyncio.sleep(0)
        tree.apply(added("/b", "one"))
        await asyncio.sleep(0)
        assert not waiting.done()
        tree.apply(added("/a", "one", x=1))
    assert waiting.result() == {"x": 1}
    assert await tree.wait_for(lambda: tree.get("/b", "one")) == {}


async def test_watching_ends() -> None:
    """A watcher that let go is called no more."""
    tree = ObjectTree()
    seen: list[bool] = []
    unwatch = tree.watch(lambda: seen.append(True))
    tree.replace({"/a": {"one": {"x": Variant("i", 1)}}})
    unwatch()
    tree.clear()
    assert seen == [True]
    assert tree.get("/a", "one") is None
