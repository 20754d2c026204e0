"""The widgets room: one widget a file, each of them showing values and posting intents.

    thread_pane    the messages of one conversation, drawn line by line
    composer       where a text is written; decides what is sent, and to whom

A widget knows no relay and no other widget. Remote text reaches it as `RemoteText` and is never markup.
"""
