"""Which functions does MAP have? Each is a value: a client encodes it, a server decodes it. (MAP 1.4, 5)

Encoding gives an OBEX operation; the Connection Id is the machine's business. Answers carry their values in
`MapParameters` and in the bodies that `listing`, `bmessage` and `event_report` read.
"""

from __future__ import annotations

from enum import Enum
from typing import TypeAlias

from attrs import frozen

from phonelink_tui.protocol.map.constants import FILLER, MAS_TARGET, MNS_TARGET, Charset, TypeString
from phonelink_tui.protocol.map.handles import MessageHandle
from phonelink_tui.protocol.map.parameters import MapParameters
from phonelink_tui.protocol.obex.headers import Headers
from phonelink_tui.protocol.obex.operations import Connect, Get, Put, SetPath

NO_PARAMETERS = MapParameters()


class FolderStep(Enum):
    """Where SetFolder goes."""

    ROOT = "root"
    UP = "up"
    DOWN = "down"


@frozen
class SetFolder:
    """Change the current folder by one level. An iPhone refuses two levels at once (iOS 26)."""

    step: FolderStep
    name: str = ""
    """The child, for DOWN; with UP: go up, then down into it. Empty otherwise."""

    def encode(self) -> SetPath:
        """The SETPATH; never creates a folder."""
        if self.step is FolderStep.UP:
            return SetPath(Headers.of(name=self.name or None), up=True)
        return SetPath(Headers.of(name=self.name if self.step is FolderStep.DOWN else ""))


@frozen
class GetFolderListing:
    """The child folders of the current folder; MaxListCount 0 asks for their number."""

    parameters: MapParameters = NO_PARAMETERS

    def encode(self) -> Get:
        """The GET."""
        return _get(TypeString.FOLDER_LISTING, None, self.parameters)


@frozen
class GetMessagesListing:
    """The messages of a folder, newest first, with the filters of `parameters`."""

    folder: str = ""
    """A child of the current folder; empty is the current folder."""
    parameters: MapParameters = NO_PARAMETERS

    def encode(self) -> Get:
        """The GET."""
        return _get(TypeString.MESSAGES_LISTING, self.folder, self.parameters)


@frozen
class GetMessage:
    """One message as a bMessage."""

    handle: MessageHandle
    attachment: bool = False
    charset: int = Charset.UTF_8
    fraction_request: int | None = None

    def encode(self) -> Get:
        """The GET."""
        parameters = MapParameters(
            attachment=int(self.attachment), charset=self.charset, fraction_request=self.fraction_request
        )
        return _get(TypeString.MESSAGE, self.handle.text, parameters)


@frozen
class PushMessage:
    """Hand a bMessage to the phone: into outbox to send it, into draft to keep it.

    Success means accepted, and the answer's Name is the new handle; it does not mean sent.
    """

    bmessage: bytes
    folder: str = ""
    """A child of the current folder; empty is the current folder."""
    transparent: bool | None = None
    retry: bool | None = None
    charset: int | None = Charset.UTF_8
    """Mandatory. None only when a client forgot it: Android answers Precondition Failed."""

    def encode(self) -> Put:
        """The PUT."""
        parameters = MapParameters(
            transparent=_bit(self.transparent), retry=_bit(self.retry), charset=self.charset
        )
        return _put(TypeString.MESSAGE, self.folder, parameters, self.bmessage)


@frozen
class SetMessageStatus:
    """Set one status of one message."""

    handle: MessageHandle
    indicator: int
    """`StatusIndicator`."""
    value: bool
    extended_data: str | None = None

    def encode(self) -> Put:
        """The PUT."""
        parameters = MapParameters(
            status_indicator=self.indicator, status_value=int(self.value), extended_data=self.extended_data
        )
        return _put(TypeString.MESSAGE_STATUS, self.handle.text, parameters)


@frozen
class SetNotificationRegistration:
    """Switch event reports on or off. On: the phone connects to our notification server."""

    on: bool

    def encode(self) -> Put:
        """The PUT."""
        parameters = MapParameters(notification_status=int(self.on))
        return _put(TypeString.NOTIFICATION_REGISTRATION, None, parameters)


@frozen
class UpdateInbox:
    """Ask the phone to fetch new messages. A phone may answer Not Implemented; Android does."""

    def encode(self) -> Put:
        """The PUT."""
        return _put(TypeString.MESSAGE_UPDATE, None, NO_PARAMETERS)


@frozen
class GetInstanceInformation:
    """A text of up to 200 bytes about one MAS instance."""

    instance_id: int

    def encode(self) -> Get:
        """The GET."""
        parameters = MapParameters(mas_instance_id=self.instance_id)
        return _get(TypeString.INSTANCE_INFORMATION, None, parameters)


@frozen
class SetNotificationFilter:
    """Choose which events are reported."""

    mask: int
    """`NotificationFilter`."""

    def encode(self) -> Put:
        """The PUT."""
        parameters = MapParameters(notification_filter_mask=self.mask)
        return _put(TypeString.NOTIFICATION_FILTER, None, parameters)


@frozen
class SendEvent:
    """Phone to us, on the MNS connection: an event report."""

    instance_id: int | None
    """Of the MAS that saw the event; None when the phone left it out."""
    report: bytes
    """See `event_report`."""

    def encode(self) -> Put:
        """The PUT."""
        return _put(
            TypeString.EVENT_REPORT, None, MapParameters(mas_instance_id=self.instance_id), self.report
        )


MapRequest: TypeAlias = (
    SetFolder
    | GetFolderListing
    | GetMessagesListing
    | GetMessage
    | PushMessage
    | SetMessageStatus
    | SetNotificationRegistration
    | UpdateInbox
    | GetInstanceInformation
    | SetNotificationFilter
    | SendEvent
)


def connect_mas(features: int | None = None) -> Connect:
    """The CONNECT for a Message Access Server.

    Args:
        features: Our MapSupportedFeatures. Only for a phone whose record has FEATURES_IN_CONNECT;
            None leaves them out, as iPhones want it.
    """
    return _connect(MAS_TARGET, features)


def connect_mns(features: int | None = None) -> Connect:
    """The CONNECT for a Message Notification Server: what a phone sends to us."""
    return _connect(MNS_TARGET, features)


def _connect(target: bytes, features: int | None) -> Connect:
    parameters = MapParameters(map_supported_features=features).encode()
    return Connect(Headers.of(target=target, parameters=parameters))


def _get(type: TypeString, name: str | None, parameters: MapParameters) -> Get:
    return Get(Headers.of(type=type, name=name, parameters=parameters.encode()))


def _put(type: TypeString, name: str | None, parameters: MapParameters, body: bytes = FILLER) -> Put:
    return Put(Headers.of(type=type, name=name, parameters=parameters.encode()), body)


def _bit(value: bool | None) -> int | None:
    return None if value is None else int(value)
