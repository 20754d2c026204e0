"""The cli room: typer commands.

    app            the commands and their options; imports next to nothing, so that `--help` is quick
    opening        the app, the demo, `send` and `simulate`: what comes before a relay is asked
    run            carries one command out: relay, errors, exit code
    surroundings   what commands get from outside; tests give their own
    output         the only writer of stdout and stderr
    exit_codes     the only place of numbers
    settled        waits until a relay that just started knows what the phone says
    outcomes       errors out of what the relay says was not done
    reading        commands that print what is known
    recipient      whom a name, number or address means
    sending        `send`
    acting         `act`, `read`
    codes          `code`
    streaming      `tail`, `demo --headless`
    event_words    one line for people an event
    stdin_lines    lines of stdin while events go on
    audience_words who else reads it, in words
    plain          the app without a screen: one line an event
    simulating     `simulate`
    relay_commands the commands of `relay` and their options
    relaying       `relay run|status|stop|install`
    replying       `reply --last`
    outbox_commands the commands of `outbox`
    waiting        `outbox`
    selftest_commands the commands of `selftest`
    selftest       `selftest text`
    cursor         how wide a text is on this terminal
    expiry         the words after `--expires`
    status_line    `status --format`; imports next to nothing
    clock          how a time is said
    command_table  every command and option as data
    completion     scripts for bash, zsh and fish, made from it
    manual         the manual page, made from it
    pairing        `pair` in plain lines
    phones         `phones`, `forget`
    week           the last week as strips
    diagnosing     `doctor`, `support-bundle`

May import everything below; Textual never, and `ui` only through `composition`.
"""
