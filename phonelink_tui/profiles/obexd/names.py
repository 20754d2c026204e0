"""How is everything of obexd called on D-Bus? (BlueZ 5.87, doc/org.bluez.obex.*.rst)"""

from __future__ import annotations

from typing import Final

OBEXD: Final = "org.bluez.obex"
CLIENT_PATH: Final = "/org/bluez/obex"

CLIENT: Final = "org.bluez.obex.Client1"
SESSION: Final = "org.bluez.obex.Session1"
MESSAGE_ACCESS: Final = "org.bluez.obex.MessageAccess1"
MESSAGE: Final = "org.bluez.obex.Message1"
PHONEBOOK_ACCESS: Final = "org.bluez.obex.PhonebookAccess1"
TRANSFER: Final = "org.bluez.obex.Transfer1"

FOLDER: Final = "Folder"
READ: Final = "Read"
STATUS: Final = "Status"
TRANSFERRED: Final = "Transferred"

COMPLETE: Final = "complete"
FAILED: Final = "error"

NOTIFICATION: Final = "notification"
"""Status of a message that an event report, and not a listing, made known. [BlueZ 5.66 and 5.87, read]"""
