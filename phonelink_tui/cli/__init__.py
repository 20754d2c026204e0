"""The cli room: typer commands. `output` is the only writer of stdout, `exit_codes` the only place of numbers.

May import everything below; imports Textual never, and `ui` only inside the command that opens the app.
"""
