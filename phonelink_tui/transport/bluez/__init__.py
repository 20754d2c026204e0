"""The BlueZ room: a phone over real Bluetooth on Linux, as a `PhoneLink`.

    names          every name and property of BlueZ on D-Bus
    bus            one connection to the system bus: calls with a deadline
    dbus_errors    what BlueZ's error names mean
    sentences      sentences of ours that diagnosis knows a cause by
    objects        a mirror of BlueZ's objects
    daemon         is bluetoothd there? keeps the mirror, through restarts
    adapter        the adapter of this computer
    device         the phone as BlueZ knows it
    phones         paired phones, and what is seen of their pairing
    sockets        L2CAP and RFCOMM, also on Pythons without `socket.AF_BLUETOOTH`
    socket_errors  what an errno of such a socket means
    sdp_query      on which channel is a service?
    mns_profile    our notification server: its record, and the phone's calls
    call_back_watch  what our record declares, reduced for a phone that does not call
    gatt_backend   a bleak backend on a link that is up already
    gatt_link      attaching to the phone's LE link, and noticing its loss
    advertisement  asking the phone to open that link
    agent          the questions of pairing, for one phone
    facts          what about this computer stands in the way of pairing
    pairing_radio  each thing of a pairing, done and undone
    sleep          this computer sleeps and wakes
    survey         one look at the buses, for diagnosis
    mgmt           what the kernel itself says of its controllers
    link           BluezLink, which joins them

dbus-fast and bleak may be imported here; of the project `protocol` (SDP, UUIDs), `domain`
(bonds, kinds of phone), `transport`, `config`, `errors`.
Never calls Device1.Disconnect, nor bleak's BlueZ client, whose `disconnect()` and whose cancelled `connect()` do:
that drops the messages with the notifications. (bleak 3.1.0, bluezdbus/client.py)
"""
