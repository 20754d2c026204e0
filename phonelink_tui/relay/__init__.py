"""The relay room: owns the phone, what is known of it, and every safety rule.

May import `profiles.ports` and what lies below; never Textual, typer, D-Bus or a socket. The UI, the command
line and scripts see `relay.api` only, and all read the same stream of events.

    api           what a relay offers, in process or over a socket
    store         events in, what is known out; synchronous
    stream        revisions and subscribers
    supervisor    one loop a capability: connect, run, back off by cause
    sync          first listing, event reports, catch-up
    correlation   which notification belongs to which text; pure
    guard         may this text go out? pure
    outbox        at most once
    service       ties them together

This file imports nothing.
"""
