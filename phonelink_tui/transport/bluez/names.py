"""How is everything of BlueZ called on D-Bus? (BlueZ 5.87, doc/org.bluez.*.rst)"""

from __future__ import annotations

from typing import Final

DBUS: Final = "org.freedesktop.DBus"
DBUS_PATH: Final = "/org/freedesktop/DBus"
PROPERTIES: Final = "org.freedesktop.DBus.Properties"
OBJECT_MANAGER: Final = "org.freedesktop.DBus.ObjectManager"

BLUEZ: Final = "org.bluez"
BLUEZ_PATH: Final = "/org/bluez"
ROOT_PATH: Final = "/"

ADAPTER: Final = "org.bluez.Adapter1"
AGENT: Final = "org.bluez.Agent1"
AGENT_MANAGER: Final = "org.bluez.AgentManager1"
ADVERTISEMENT: Final = "org.bluez.LEAdvertisement1"
ADVERTISING_MANAGER: Final = "org.bluez.LEAdvertisingManager1"
BATTERY: Final = "org.bluez.Battery1"
BEARER_LE: Final = "org.bluez.Bearer.LE1"
"""Since 5.86, and without properties unless bluetoothd runs with --experimental."""
CHARACTERISTIC: Final = "org.bluez.GattCharacteristic1"
DEVICE: Final = "org.bluez.Device1"
PROFILE: Final = "org.bluez.Profile1"
PROFILE_MANAGER: Final = "org.bluez.ProfileManager1"
SERVICE: Final = "org.bluez.GattService1"

OUR_PATH: Final = "/io/github/phonelink_tui"
"""Objects of ours that BlueZ calls are below."""

ADDRESS: Final = "Address"
ALIAS: Final = "Alias"
CLASS: Final = "Class"
CONNECTED: Final = "Connected"
FLAGS: Final = "Flags"
NOTIFYING: Final = "Notifying"
PAIRED: Final = "Paired"
PERCENTAGE: Final = "Percentage"
POWERED: Final = "Powered"
OF_ADAPTER: Final = "Adapter"
OF_SERVICE: Final = "Service"
SERVICES_RESOLVED: Final = "ServicesResolved"
UUID: Final = "UUID"
UUIDS: Final = "UUIDs"
VALUE: Final = "Value"

MAS_UUID: Final = "00001132-0000-1000-8000-00805f9b34fb"
MNS_UUID: Final = "00001133-0000-1000-8000-00805f9b34fb"
"""As BlueZ writes UUIDs; ProfileManager1 compares them as text."""

DEVICE_NAME_UUID: Final = "00002a00-0000-1000-8000-00805f9b34fb"
BATTERY_SERVICE_UUID: Final = "0000180f-0000-1000-8000-00805f9b34fb"
BATTERY_LEVEL_UUID: Final = "00002a19-0000-1000-8000-00805f9b34fb"
