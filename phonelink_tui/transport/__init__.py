"""The transport room: how bytes reach a phone.

    stream   ByteStream, and a pair of them in memory
    link     PhoneLink: everything one way of reaching a phone offers
    tcp      OBEX over TCP, one port a service
    bluez/   real Bluetooth on Linux

Moves bytes and opens connections; never looks into them. errno and library errors become
`TransportError`s here. May import `config`, `errors`; `bluez` also `protocol`, for SDP and UUIDs.
"""
