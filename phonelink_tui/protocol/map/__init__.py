"""The MAP room: what the Message Access Profile 1.4 says inside OBEX, for the phone's role and for ours.

    constants         UUIDs, type strings, feature and mask bits, tags, words of the XML and of bMessage
    datetimes         MAP's way to write a date and time
    handles           message handles, compared as numbers
    parameters        application parameters with their types
    requests          the functions of MAP as values, written as OBEX operations
    request_decoder   the same read from OBEX operations, for a server
    attributes        XML attributes as typed fields
    xml               a bounded reader for the flat XML of phones, and its writer
    listing           folder listings and message listings
    event_report      what a phone reports on its own
    bmessage          one message with its sender, recipients and text
    bmessage_decoder  the same read from what phones write
    bmessage_vcard    the small vCards in a bMessage
    sdp_record        what the SDP records of MAP say, as plain values

May import `errors`, `protocol.limits` and `protocol.obex`. Never here: what one kind of phone does
differently beyond what every reader has to bear (the quirks belong to the profiles), and no domain values.

Conversation listings, owner status and presence are not spoken: a server refuses them, a reader of event
reports keeps their words.
"""
