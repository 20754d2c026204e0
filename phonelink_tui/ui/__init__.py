"""The ui room: Textual. Holds a projection of the relay, never the truth.

    app            the application: themes, gate, signals
    typed_order    one key after another, each to its end
    start_app      the application while there is no phone: start screen, pairing; pairing_words are its lines
    settings       what a person may set
    actions        the one registry of keys, palette entries and help
    keymap         the keys in force; help_text tells them
    bridge, pacer  from the relay's stream to the projection, in slices and paced
    projection     what is on the screen, as plain values; window is its open conversation
    sending        texts between Enter and the relay's answer
    *_rows, *_line, *_text, empty, talk_head, when, layout
                   what is said and where it stands, as values
    absence        what changed since a person looked last
    pane_feed      what of a change the thread pane has to draw anew
    emoji, reactions
                   what `:name:` means; which texts are reactions, and to which
    row_heights, row_layout, wrap, width, cells, line_diff, segments
                   how rows become lines of cells, and how few of them are written
    simple_width   what stays in its column in tmux
    control_gate   the second gate: no control leaves, whatever a widget was given
    screens/       what the keys do
    widgets/       one widget a file
    styles/        TCSS

Sees `relay.api`, `domain`, `config`, `errors` only. Textual messages carry intents up, nothing else. Remote
text is never markup: `Content`, never f-strings into widgets.
"""
