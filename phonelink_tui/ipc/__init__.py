"""The ipc room: the relay's API over a private socket, as JSON lines.

    wire     frames: one JSON object a line, bounded; values to JSON and back
    server   serves a RelayApi to any number of clients
    client   is a RelayApi

May import `relay.api`, `domain`, `errors`. Never waits for a client: each has a bounded queue. A private
relay talks over a socket pair its parent hands it; only a shared relay has a path, 0600.
"""
