"""The profiles room: one async client per profile, behind three ports.

    ports         MessageAccess, PhonebookAccess, NotificationAccess: what a phone can do
    link_backend  a phone behind any PhoneLink
    obex_session  one OBEX connection over a ByteStream         refusals      its response codes as sentences
    map_client    MessageAccess over MAP                        mns_server    the phone's call-back
    pbap_client   PhonebookAccess over PBAP
    ancs_client   NotificationAccess over ANCS                  gatt_errors   bleak's errors as ours
    obexd/        MessageAccess and PhonebookAccess through obexd, with a room card of its own
    *_mapping     protocol values to domain values; pure        phone_clock   the phone's local times
    ancs_patience how long each answer may take
    app_names     names of apps, remembered across sessions
    quirks        what particular phones do differently, as data

Sessions are single-use: a new one for each connection. Every wait has a deadline. Bytes are decoded in
`protocol`, moved in `transport`; nothing is decided here about what may be sent.
"""
