"""The screens room: what the keys do. One file for one kind of thing a person does.

    desk         what all of them share: the projection, the bridge, the widgets
    messages     the screen: its widgets, which pane is seen, where a key goes
    conversing   opening conversations, reading them, moving between them
    writing      sending, being asked, taking back
    triage       notifications
    starting     without a phone: pair one, or the demo
    pairing      a pairing, view by view
    panels       switcher, search, new conversation, palette, help, status

A hand (`Conversing`, `Writing`, …) knows the desk and no other screen. What it decides about the focus and the
composer's target is decided before its method returns, because the keys typed behind it wait for that.
"""
