"""The virtual room: an embedded phone that speaks the real protocols on real bytes.

    phone        what is on the phone: folders, notifications, book, switches
    personas     what iPhones and Androids were seen to do, as data
    mas_server   the phone's MAP server          pbap_server  its PBAP server
    ancs         its notification provider       gatt_backend a bleak backend over it
    radio        connections to it, and how they fail: PhoneLink in memory
    serve        the same phone on TCP
    scenario     people and days as TOML; people who answer

Only the phone is virtual: every byte goes through `protocol`. May import `transport`, `protocol`, `domain`,
`config`, `errors`; never `profiles` or `relay`.
"""
