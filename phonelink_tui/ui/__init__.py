"""The ui room: Textual. Holds a projection of the relay, never the truth.

    app          the application: screens, bridge, signals
    actions      the one registry of keys, palette entries and help
    bridge       from the relay's stream to the projection, paced
    projection   what is on the screen, as plain values; no Textual
    widgets/     one widget a file
    styles/      TCSS

Sees `relay.api`, `domain`, `config`, `errors` only. Textual messages carry intents up, nothing else. Remote
text is never markup: `Content`, never f-strings into widgets.
"""
