"""The obexd room: a phone's messages and contacts through obexd, for desktops on which obexd has them already.

    backend      PhoneBackend over obexd; and the choice between it and our own sessions
    messages     MessageAccess over org.bluez.obex
    phonebook    PhonebookAccess over org.bluez.obex
    push         one text at most once: what obexd's word on a transfer proves
    session      one session of obexd's: requests, transfers, its end
    transfers    how do obexd's transfers stand?
    bus          the session bus, and obexd on it
    dbus_errors  what obexd's errors mean
    files        the private directory through which texts and cards come and go
    properties   obexd's property values, which are the phone's, as values of ours
    names        how everything of obexd is called on D-Bus

dbus-fast may be imported here; of the project `protocol`, `domain`, `transport`, `errors` and the rest of `profiles`.
A session has a bus connection of its own, so that its end ends everything of it. Nothing but the files of a
request lies in the directory, and those only while it is carried out.

What obexd keeps to itself, so that a phone reached through it shows less than over our own sessions:
- the phone's UTC offset: the phone is taken to be where this computer is;
- which way a read state changed: it takes that report, and every other that it does not know, for a new text;
- the deletion of texts that no listing of this session named;
- delivery reports of texts that we sent, and their handles;
- how the phone refused a body, a push or a phonebook;
- all rows of a listing behind one that its XML parser rejects;
- whether the phone calls back at all: so it is looked at until it has reported once.
"""
