"""The screens room: what the keys do. One file for one kind of thing a person does.

    desk         what all of them share: the projection, the bridge, the widgets
    messages     the screen: which pane is seen, where a key goes
    hearing      what its widgets say
    making       its widgets; fitting, how many lines each may take
    conversing   opening conversations, reading them, moving between them
    drafting     what was begun and not sent
    marking      read, unread, pinned, muted, put away
    writing      sending, being asked, taking back
    choosing     one text of the conversation: copied, quoted
    triage       notifications
    starting     without a phone: pair one, or the demo
    pairing      a pairing, view by view
    returning    what a person is told who comes back
    panels       switcher, search, new conversation, palette, help, status

A hand (`Conversing`, `Writing`, …) knows the desk and no other screen. What it decides about the focus and the
composer's target is decided before its method returns, because the keys typed behind it wait for that.
"""
