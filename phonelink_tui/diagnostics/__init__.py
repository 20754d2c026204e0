"""The diagnostics room: what is wrong, and what to do about it first?

    facts        values: what was found out, and what not and why
    collect      all sources at once, each with a deadline
    here         this machine's sources: machine, files, radio, stored, bluez are one each
    views        questions that several signatures ask of facts
    signature    what a signature and a verdict are
    signatures   the table of them, a file a layer
    judge        facts in, verdicts out; pure
    changes      what differs from the last time it worked
    values       facts as JSON and back
    bundle       the same for others: without names, numbers and addresses
    history      a week of each capability as strips; pure      recorder   events in, transitions out
    kept         the two small files of this room, 0600
    report       facts and verdicts in words

May import `transport` (its surveys read and start nothing), `config`, `domain`, `errors`; never `relay` (how
sessions stand is handed in), nor a D-Bus library. Collecting changes nothing on the machine. Blocking reads are
done in threads that nobody waits for: the one exception to the rule that the archive's writer is the only thread.
"""
