"""The protocol room: OBEX, MAP, PBAP, ANCS and SDP as bytes in, values out.

Sans-IO and role-agnostic: no clock, no socket, no logging, no phone. The server halves are production
code too: the virtual phone is made of them. May import `errors` only; knows nothing of `domain`.

Two promises hold for every decoder and machine here. Malformed input raises `RemoteProtocolError` (or is
tolerated where real phones are known to send it, each tolerance with its source) and nothing else.
Time and memory for any input are bounded by `limits`.

    obex/   packets, headers, application parameters, client and server machines
    map/    listings, bMessage, event reports, parameters, UUIDs, SDP values of MAP
    pbap/   vCards, call history, phonebook paths and parameters
    ancs/   notification source, control point, data source with reassembly
    sdp           the service-search-attribute exchange, both roles
    sdp_elements  data elements
    sdp_records   MAS, MNS and PSE records to values and back, and as XML for BlueZ
    open_enum     enums that keep numbers without a name
"""
