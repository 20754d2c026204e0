"""The ANCS room: Apple's notification service over GATT, as bytes and as two machines.

    constants            UUIDs, ids, flags, ATT error codes
    notification_source  the 8-byte packet: something was added, modified or removed
    control_point        the three commands, both ways
    data_source          replies: encoding, fragments, reassembly
    events               what a consumer tells
    consumer             our side: one command at a time, replies put together, UIDs of one session
    provided             a notification as it stands on the phone
    provider             the phone's side: what the virtual phone is made of

May import `errors`, `protocol.limits`, `protocol.open_enum`. No clock, no GATT library, no D-Bus: the caller
moves values between the machines and the characteristics, and says when a command took too long.
"""
