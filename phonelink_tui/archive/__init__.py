"""The archive room: what is kept of a phone, encrypted, over restarts. Domain values in, domain values out.

May import `config`, `domain`, `errors`; the only room that knows SQLite (`apsw`, of the package
apsw-sqlite3mc). Never decides what may be sent or shown; never keeps a one-time code (`is_kept`).

    archive     the async face: put, commit, reads, search, prune
    opening     check, set aside what is damaged, migrate, open      files     names, modes, lock, erase, suspicion
    facts       what can be put, and what comes back
    writer      the one thread that writes, in batches               reader    a thread that reads
    transactions a batch, but what cannot be written
    writing     facts to rows      reading   rows to values          columns   one value, one row
    searching   newest first       query     what was typed, pure    words     what a text is found by, pure
    senders     whom from: means
    retention   what is too old, pure
    schema      numbered migrations
    database    a keyed connection                                   sqlite_errors  foreign errors to ours
    key_sources where the key comes from                             key_file  the wrapped data key
    system_keyring  what the desktop's keyring holds for us

Three threads: one writes, one reads pages, one searches; and one for as long as the keyring is asked. The event loop
never waits for the disk.
"""
