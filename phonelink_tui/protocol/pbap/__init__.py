"""The PBAP room: the phone's contacts and calls, as bytes and values. (PBAP 1.2.3)

    constants       target, types, paths, tags, property selector, features
    parameters      application parameters with their types
    vcard_lines     content lines: unfolding, parameters, encodings, escapes
    vcard           one contact, read from vCard 2.1 and 3.0 and written as either
    call_history    calls, which PBAP dresses up as vCards
    vcard_listing   handles and names of a folder
    requests        the functions of PBAP as values
    request_decoder which function an OBEX operation asks for
    sdp_record      what a phonebook server says of itself

May import `errors`, `protocol.limits`, `protocol.open_enum`, `protocol.obex` and the XML reader of
`protocol.map`. Never here: whose number it is, how numbers are compared, what of a name may be shown.
"""
