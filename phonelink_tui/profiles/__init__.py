"""The profiles room: one async client per profile, behind three ports.

    ports         MessageAccess, PhonebookAccess, NotificationAccess: what a phone can do
    obex_session  one OBEX connection over a ByteStream
    map_client    MessageAccess over MAP (with the phone's call-back, MNS)
    pbap_client   PhonebookAccess over PBAP
    ancs_client   NotificationAccess over ANCS; the one file that knows bleak's errors
    mapping       protocol values to domain values
    quirks        what particular phones do differently, as data

Sessions are single-use: a new one for each connection. Every wait has a deadline. Bytes are decoded in
`protocol`, moved in `transport`; nothing is decided here about what may be sent.
"""
