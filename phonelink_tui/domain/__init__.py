"""The domain room: what a phone, a thread, a message, a notification, a limitation is.

Frozen attrs values and pure functions. No clock, no I/O, no protocol words: the mappings of `profiles` translate.
May import `errors` only. Text that came from a phone is `RemoteText` here and everywhere above.

    text           RemoteText: the one gate for text from a phone
    address        who can be written to, and when two spellings are the same person
    phone          the phone, its capabilities and the state of each
    bond           the pairing, as far as it can be seen
    class_of_device what this computer looks like to a phone
    thread         conversations, audience, who may be answered
    message        texts in and out, and the delivery ladder
    failure        why something that was asked for certainly did not happen
    notification   notifications and their actions
    contact, call  people and calls
    code           is there a one-time code in a text, and which?
    code_words     the words that tell one, as tables
    observed       what a phone was seen to say, before the relay makes sense of it
    gap            times of which nothing is known
    limitations    what cannot be done or known, as values; the table of banners
    thread_limits  those of one conversation
    keeping        why nothing is kept
    events         the facts of the relay's stream
"""
