"""The transport room: how bytes reach a phone.

    stream         ByteStream, and a pair of them in memory
    link           PhoneLink: everything one way of reaching a phone offers
    gatt           what of a bleak client is used
    socket_stream  a connected socket as a ByteStream
    tcp            OBEX over TCP, one port a service
    together       loops side by side; `tasks_beside` tasks beside a block
    bluez/         real Bluetooth on Linux

Moves bytes and opens connections; never looks into them. errno and library errors become
`TransportError`s here. May import `config`, `errors`; `bluez` also `protocol`, for SDP and UUIDs.
"""
