"""The virtual room: an embedded phone that speaks the real protocols on real bytes.

    phone                what is on the phone and what happens to it; made of `entries`, `text_store`,
                         `notification_centre`, `call_log`, with the words of `wording`
    personas             what iPhones and Androids were seen to do, as data
    mas_server           its message server; `listings` and `bmessages` write what it answers
    mns_caller           its notification client, which connects back
    pbap_server          its phonebook server
    ancs, gatt_backend   its notification provider, and a bleak backend over it
    obex_service         one OBEX connection; `services` all connections of a phone
    faults               what goes wrong; `faulty_stream` on bytes, `odd` in XML
    radio, serve         how it is reached: `PhoneLink` in memory, or TCP
    acts, act_lines      what it can be told to do, by scenarios and by lines of JSON
    scenario             people and days as TOML (`tables` reads them, `crowds` makes many of them up);
    scenario_runner      lets them happen
    embed                all of it in one call: `open_phone`, or `open_simulated_phone` on TCP

Only the phone is virtual: every byte goes through `protocol`. May import `transport`, `protocol`, `domain`,
`config`, `errors`; never `profiles` or `relay`.
"""
