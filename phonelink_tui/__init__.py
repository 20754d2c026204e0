"""A peephole and a keyboard for the phone in your pocket: texts and notifications in a terminal.

Rooms, from the ground up (imports point downwards only; import-linter checks it):

    errors       every failure a person can meet
    domain       what a phone, thread, message, notification, limitation is; pure
    protocol     OBEX, MAP, PBAP, ANCS, SDP: bytes to values and back, both roles, sans-IO
    config       where files live, settings, logging
    transport    how bytes reach a phone
    profiles     one async client per profile, behind three ports
    virtual      the embedded phone: MAP and PBAP servers, ANCS provider, scenarios, faults
    relay        owns the phone and every safety rule; one stream of events
    ipc          the relay's API over a private socket
    ui           Textual
    cli          typer
    composition  the one place that names concrete classes

This file imports nothing, so that `phonelink --help` costs nothing.
"""

__version__ = "0.1.0"
"""Said by both sides of the relay's socket; equal to that of the package, which a test checks."""
