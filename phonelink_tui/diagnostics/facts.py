"""What was found out about this machine, its Bluetooth and the phone? Facts as values, each known or not and why."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

from attrs import field, frozen

from phonelink_tui.domain.phone import CapabilityState, PhoneKind


@frozen
class NotKnown:
    """A fact that could not be found out."""

    because: str
    """Our own words, to follow "not known, because"."""


class Source(StrEnum):
    """Where facts come from; each is a field of `Facts`, and can be asked again alone."""

    MACHINE = "machine"
    FILES = "files"
    RADIO = "radio"
    CONTROLLERS = "controllers"
    BLUEZ = "bluez"
    BLUEZ_VERSION = "bluez_version"
    CONFIGURATION = "configuration"
    BONDS = "bonds"
    OBEXD = "obexd"
    SESSIONS = "sessions"


class KernelBluetooth(StrEnum):
    """What the kernel says when a Bluetooth socket is made."""

    YES = "yes"
    NO_FAMILY = "no_family"
    NO_RFCOMM = "no_rfcomm"
    DENIED = "denied"


@frozen
class Machine:
    """The computer and what runs this program."""

    os: str
    kernel: str
    python: str
    python_has_af_bluetooth: bool
    """Whether this Python knows the address family by itself; our sockets work without."""
    bluetooth_sockets: KernelBluetooth
    packages: dict[str, str]
    """Libraries that matter here, to their versions; "" where one is missing."""
    terminal: str
    """`TERM`."""
    encoding: str
    """Of this locale, for example UTF-8."""


class DiskEncryption(StrEnum):
    """Whether what is kept lies on an encrypted disk."""

    ENCRYPTED = "encrypted"
    NOT_SEEN = "not_seen"
    """No dm-crypt below; encryption by the file system or by the disk itself cannot be seen."""


@frozen
class FileMode:
    """One directory or file of ours."""

    what: str
    """Our own word for it, never a path."""
    mode: int
    """Permission bits."""
    is_ours: bool
    """Whether it belongs to this user."""


@frozen
class Files:
    """How private our files are."""

    disk: DiskEncryption | NotKnown
    entries: tuple[FileMode, ...]


@frozen
class HciDevice:
    """A Bluetooth controller as the kernel has it."""

    name: str
    usb_id: str = ""
    """`vendor:product`, lower-case hexadecimal; "" where it is not on USB."""


@frozen
class Rfkill:
    """One radio switch for Bluetooth."""

    name: str
    soft: bool
    """Blocked by software."""
    hard: bool
    """Blocked by a switch or the firmware."""


@frozen
class Radio:
    """Controllers and radio switches, from sysfs."""

    controllers: tuple[HciDevice, ...]
    rfkill: tuple[Rfkill, ...]


@frozen
class Controller:
    """What the kernel's management interface says of a controller."""

    name: str
    supported: frozenset[str]
    """Settings, by the words of `transport.bluez.mgmt.SETTINGS`."""
    current: frozenset[str]
    class_of_device: int


@frozen
class Controllers:
    """All controllers of the management interface."""

    controllers: tuple[Controller, ...]


class DaemonState(StrEnum):
    """How bluetoothd answers."""

    RUNNING = "running"
    ABSENT = "absent"
    NO_BUS = "no_bus"
    DENIED = "denied"
    SILENT = "silent"


@frozen
class AdapterFacts:
    """An adapter as BlueZ tells it; None where BlueZ does not."""

    name: str
    powered: bool
    class_of_device: int | None = None
    pairable: bool | None = None
    services: frozenset[str] = frozenset()
    """Known UUIDs that this computer offers, by their words in `SERVICE_WORDS`."""
    can_advertise: bool = False
    advertisements: int | None = None
    """On air."""
    free_advertisements: int | None = None


@frozen
class DeviceFacts:
    """A device that BlueZ knows as paired, or as a phone; None where BlueZ does not say."""

    address: str
    """Private: redacted in a bundle."""
    name: str
    """Private: redacted in a bundle."""
    adapter: str
    is_phone: bool = False
    kind: PhoneKind | None = None
    """IPHONE where Apple's company identifier or service is seen."""
    device_id: str = ""
    """BlueZ's Modalias: maker, model and version of the phone; it was seen to change with the phone's system."""
    paired: bool = False
    bonded: bool | None = None
    trusted: bool = False
    blocked: bool = False
    connected: bool = False
    services_resolved: bool = False
    services: frozenset[str] = frozenset()
    le_bonded: bool | None = None
    """Only told by an experimental bluetoothd."""
    le_connected: bool | None = None


@frozen
class Bluez:
    """bluetoothd and what it has."""

    state: DaemonState
    experimental: bool = False
    bearer_api: bool = False
    """Whether it tells LE and BR/EDR apart (5.86 with --experimental)."""
    adapters: tuple[AdapterFacts, ...] = ()
    devices: tuple[DeviceFacts, ...] = ()


@frozen
class BluezVersion:
    """Version of the installed BlueZ; the running one may be older until it is restarted."""

    version: str


@frozen
class Configuration:
    """The keys of BlueZ's main.conf that matter here, as they are written there."""

    values: dict[str, str]


@frozen
class StoredKeys:
    """The keys that BlueZ stored for a device: which there are, never the keys."""

    address: str
    """Private: redacted in a bundle."""
    link_key_type: int | None
    """HCI link key type; None: no BR/EDR key."""
    has_le_key: bool


@frozen
class Bonds:
    """All stored bonds."""

    bonds: tuple[StoredKeys, ...]


@frozen
class Obexd:
    """obexd, on this user's session bus."""

    is_running: bool
    can_be_started: bool
    """Whether the bus would start it for whoever calls it."""
    unit: str = ""
    """State of the unit file obex.service, for example `masked`; "" where systemd does not say."""


WAYS: Final = ("bluez", "obexd", "tcp", "virtual")
"""First words of a phone's spec."""


@frozen
class Sessions:
    """How each session with the phone stands, from a relay."""

    way: str
    """One of `WAYS`."""
    kind: PhoneKind
    states: tuple[CapabilityState, ...]


NOT_ASKED: Final = NotKnown("it was not asked")


@frozen
class Facts:
    """Everything that was found out at one time. One field for each `Source`, with its name."""

    at: datetime
    machine: Machine | NotKnown = field(default=NOT_ASKED)
    files: Files | NotKnown = field(default=NOT_ASKED)
    radio: Radio | NotKnown = field(default=NOT_ASKED)
    controllers: Controllers | NotKnown = field(default=NOT_ASKED)
    bluez: Bluez | NotKnown = field(default=NOT_ASKED)
    bluez_version: BluezVersion | NotKnown = field(default=NOT_ASKED)
    configuration: Configuration | NotKnown = field(default=NOT_ASKED)
    bonds: Bonds | NotKnown = field(default=NOT_ASKED)
    obexd: Obexd | NotKnown = field(default=NOT_ASKED)
    sessions: Sessions | NotKnown = field(default=NOT_ASKED)


Group = (
    Machine
    | Files
    | Radio
    | Controllers
    | Bluez
    | BluezVersion
    | Configuration
    | Bonds
    | Obexd
    | Sessions
    | NotKnown
)
"""What one source gives."""
