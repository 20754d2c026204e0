"""The relay room: owns the phone, what is known of it, and every safety rule.

May import `profiles.ports`, `archive` and what lies below; never Textual, typer, D-Bus or a socket. The UI, the
command line and scripts see `relay.api` only, and all read the same stream of events.

    api           what a relay offers, in process or over a socket
    service       ties everything below together
    store         events in, what is known out; synchronous     conversation  one thread of it
    people        the phone's book, whom was written to         moves         where a thread's texts went
    searching     texts in memory                               notification_book, gap_book  what their names say
    stream        revisions and subscribers
    supervisor    one loop a capability: connect, run, wait     backoff       how long, by cause
    sync          first listing, event reports, catch-up        bodies        whose text is still to be read
    listing_pages a folder, page by page                        reading       may long reading go on?
    sessions      notifications and contacts, one session each  links         gaps, proofs of life
    history       what is known from before                     keeper        what is written to disk
    marks         pins, mutes, drafts                           limit_book    limits in force
    own_rows      our own texts coming back                     placeholders  what stays on the phone
    intake        what a text becomes                           handles       which handle names it
    renumbering   handles that changed                          previews      are notifications without their text?
    filing        who an address is, which thread a text is in  notices       what a notification becomes
    correlation   which notification belongs to which text      nearby        its index
    commands      what each command does                        guard         may this text go out? pure
    outbox        at most once                                  failures      what an error counts as

This file imports nothing.
"""
