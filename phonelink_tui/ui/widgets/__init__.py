"""The widgets room: one widget a file, each of them showing values and posting intents.

    thread_pane        the messages of one conversation, drawn line by line
    composer           where a text is written; decides what is sent, and to whom
    row_list           a list with a cursor, drawn line by line
    conversation_list  the conversations
    queue_list         the phone's notifications
    line               one line of words: heads, hints, the status bar
    banners            the limits of one place
    question_bar       what the relay asks
    picker, field      choosing one of many by typing
    text_panel         something longer to read
    curtain            everything hidden

A widget knows no relay, and no other widget but those it is made of. Remote text reaches it as `RemoteText` and
is never markup. `field`, `picker` and `question_bar` call their owner where others post messages.
"""
