"""What can the phone be told to do? A table of a scenario, or a line of JSON (`act_lines`), is one act."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final, Protocol, TypeAlias

from attrs import frozen
from cattrs import Converter

from phonelink_tui.domain.call import CallKind
from phonelink_tui.domain.notification import Category
from phonelink_tui.domain.observed import Folder
from phonelink_tui.errors import UsageError
from phonelink_tui.virtual.entries import Previews, Switch
from phonelink_tui.virtual.faults import parse_faults
from phonelink_tui.virtual.phone import VirtualPhone
from phonelink_tui.virtual.tables import TableError, make_converter, read_table, write_without_underscore

JsonObject: TypeAlias = dict[str, Any]


_WHERE: Final = "The answer to `text` names its handle."


class Act(Protocol):
    """One thing that happens on the phone."""

    NAME: ClassVar[str]
    """As it is written under `act`."""

    def perform(self, phone: VirtualPhone) -> JsonObject:
        """Do it; returns what came of it, for the echo.

        Raises:
            UsageError: It cannot be done.
        """
        ...


def _moment(phone: VirtualPhone, ago_s: float) -> datetime | None:
    return phone.clock() - timedelta(seconds=ago_s) if ago_s else None


@frozen
class TextAct:
    """A text arrives. People of the book may be named."""

    NAME: ClassVar[str] = "text"
    from_: str
    text: str = ""
    photo: bool = False
    notify: bool = True
    read: bool = False
    ago_s: float = 0

    def perform(self, phone: VirtualPhone) -> JsonObject:
        stored = phone.receive_text(
            phone.address_of(self.from_),
            self.text,
            photo=self.photo,
            notify=self.notify,
            read=self.read,
            at=_moment(phone, self.ago_s),
        )
        return {"handle": f"{stored.handle:X}"}


@frozen
class GroupTextAct:
    """A text to a group arrives; `members` are the others in it, `group` its name if it has one."""

    NAME: ClassVar[str] = "group_text"
    from_: str
    text: str
    members: tuple[str, ...]
    group: str = ""
    photo: bool = False
    notify: bool = True
    read: bool = False
    ago_s: float = 0

    def perform(self, phone: VirtualPhone) -> JsonObject:
        stored = phone.receive_text(
            phone.address_of(self.from_),
            self.text,
            members=map(phone.address_of, self.members),
            group_name=self.group,
            photo=self.photo,
            notify=self.notify,
            read=self.read,
            at=_moment(phone, self.ago_s),
        )
        return {"handle": f"{stored.handle:X}"}


@frozen
class OwnTextAct:
    """The owner writes a text on the phone itself."""

    NAME: ClassVar[str] = "own_text"
    to: tuple[str, ...]
    text: str
    ago_s: float = 0

    def perform(self, phone: VirtualPhone) -> JsonObject:
        at = _moment(phone, self.ago_s)
        stored = phone.write_text(map(phone.address_of, self.to), self.text, at=at)
        return {"handle": f"{stored.handle:X}"}


@frozen
class NotifyAct:
    """An app shows a notification; the same `key` again changes it."""

    NAME: ClassVar[str] = "notify"
    app: str
    title: str
    text: str = ""
    app_name: str = ""
    subtitle: str = ""
    category: Category = Category.OTHER
    positive: str = ""
    negative: str = "Clear"
    silent: bool = False
    important: bool = False
    key: str = ""
    ago_s: float = 0

    def perform(self, phone: VirtualPhone) -> JsonObject:
        shown = phone.notify(
            self.app,
            self.title,
            self.text,
            app_name=self.app_name,
            subtitle=self.subtitle,
            category=self.category,
            positive_label=self.positive,
            negative_label=self.negative,
            silent=self.silent,
            important=self.important,
            key=self.key,
            at=_moment(phone, self.ago_s),
        )
        return {"key": shown.key}


@frozen
class RemoveAct:
    """A notification goes: the one with this key, else the newest."""

    NAME: ClassVar[str] = "remove"
    key: str = ""

    def perform(self, phone: VirtualPhone) -> JsonObject:
        entries = phone.centre.entries
        key = self.key or (entries[-1].key if entries else "")
        if not phone.centre.clear(key):
            raise UsageError("There is no such notification.", "The answer to `notify` names its key.")
        return {"key": key}


@frozen
class CallAct:
    """Without `kind` a call begins to ring; with it a call goes into the history."""

    NAME: ClassVar[str] = "call"
    from_: str
    kind: CallKind | None = None
    ago_s: float = 0

    def perform(self, phone: VirtualPhone) -> JsonObject:
        address = phone.address_of(self.from_)
        if self.kind is None:
            return {"key": phone.call_log.ring(address)}
        phone.call_log.record(address, self.kind, at=_moment(phone, self.ago_s))
        return {}


@frozen
class HangUpAct:
    """The oldest ringing call stops: answered on the phone, or missed."""

    NAME: ClassVar[str] = "hang_up"
    answered: bool = False

    def perform(self, phone: VirtualPhone) -> JsonObject:
        if not phone.call_log.ringing:
            raise UsageError("No call is ringing.", "`call` without a kind lets one ring.")
        key = phone.call_log.ringing[0]
        phone.call_log.end(key, answered=self.answered)
        return {"key": key}


@frozen
class ReadAct:
    """The owner reads a text on the phone: the one with this handle, else all of the inbox."""

    NAME: ClassVar[str] = "read"
    handle: str = ""

    def perform(self, phone: VirtualPhone) -> JsonObject:
        handles = [_handle(self.handle)] if self.handle else [t.handle for t in phone.folder(Folder.INBOX)]
        found = [phone.mark_read(handle) for handle in handles]
        if not all(found):
            raise UsageError("There is no text with this handle.", _WHERE)
        return {"texts": len(handles)}


@frozen
class DeleteAct:
    """The owner deletes a text on the phone."""

    NAME: ClassVar[str] = "delete"
    handle: str

    def perform(self, phone: VirtualPhone) -> JsonObject:
        if not phone.delete_text(_handle(self.handle)):
            raise UsageError("There is no text with this handle.", _WHERE)
        return {}


@frozen
class RenumberAct:
    """Every text gets another handle, as phones may do it between two sessions."""

    NAME: ClassVar[str] = "renumber"

    def perform(self, phone: VirtualPhone) -> JsonObject:
        return {"texts": phone.renumber()}


@frozen
class ToggleAct:
    """The owner turns a switch; without `on` it is turned over."""

    NAME: ClassVar[str] = "toggle"
    switch: Switch
    on: bool | None = None

    def perform(self, phone: VirtualPhone) -> JsonObject:
        on = not phone.allows(self.switch) if self.on is None else self.on
        phone.turn(self.switch, on=on)
        return {"on": on}


@frozen
class LockAct:
    """The phone is locked or unlocked; `previews` also sets when notifications show their text."""

    NAME: ClassVar[str] = "lock"
    locked: bool = True
    previews: Previews | None = None

    def perform(self, phone: VirtualPhone) -> JsonObject:
        if self.previews is not None:
            phone.centre.set_previews(self.previews)
        phone.centre.lock(locked=self.locked)
        return {}


@frozen
class BatteryAct:
    """The charge changes."""

    NAME: ClassVar[str] = "battery"
    percent: int

    def perform(self, phone: VirtualPhone) -> JsonObject:
        phone.set_battery(self.percent)
        return {"percent": phone.battery_percent}


@frozen
class FaultAct:
    """More goes wrong from now on; "" ends all faults."""

    NAME: ClassVar[str] = "fault"
    fault: str

    def perform(self, phone: VirtualPhone) -> JsonObject:
        if self.fault:
            phone.faults.add(parse_faults(self.fault))
        else:
            phone.faults.clear()
        return {}


@frozen
class WalkAwayAct:
    """The phone leaves the room."""

    NAME: ClassVar[str] = "walk_away"

    def perform(self, phone: VirtualPhone) -> JsonObject:
        phone.walk_away()
        return {}


@frozen
class ReturnAct:
    """The phone is back in the room."""

    NAME: ClassVar[str] = "return"

    def perform(self, phone: VirtualPhone) -> JsonObject:
        phone.come_back()
        return {}


_KINDS: Final[tuple[type[Act], ...]] = (
    TextAct,
    GroupTextAct,
    OwnTextAct,
    NotifyAct,
    RemoveAct,
    CallAct,
    HangUpAct,
    ReadAct,
    DeleteAct,
    RenumberAct,
    ToggleAct,
    LockAct,
    BatteryAct,
    FaultAct,
    WalkAwayAct,
    ReturnAct,
)
ACTS: Final[Mapping[str, type[Act]]] = {kind.NAME: kind for kind in _KINDS}
"""By their names."""


def act_converter() -> Converter:
    """Reads acts."""
    converter = make_converter()
    for kind in (TextAct, GroupTextAct, CallAct):
        write_without_underscore(converter, kind, "from_")
    return converter


_CONVERTER: Final = act_converter()


def read_act(table: Mapping[str, Any]) -> Act:
    """The act a table spells.

    Raises:
        TableError: It spells none.
    """
    name = table.get("act")
    if not isinstance(name, str) or name not in ACTS:
        raise TableError("act", f"expected one of {', '.join(ACTS)}")
    fields = {key: value for key, value in table.items() if key != "act"}
    return read_table(_CONVERTER, fields, ACTS[name])


def _handle(text: str) -> int:
    try:
        return int(text, 16)
    except ValueError as error:
        raise UsageError("A handle is a hexadecimal number.", _WHERE) from error
