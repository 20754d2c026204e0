"""The ipc room: the relay's API over a socket, as JSON lines.

    values        domain values to JSON and back
    events        the shape of events and commands: the public contract of `tail --json`
    faults        errors across the socket: raised there, raised here
    wire          frames: one bounded JSON object a line; requests and replies
    role          what a connection may be opened for
    hello         greetings: who, and which versions
    about         how a relay stands, in counts and words of state
    glance        one blocking question, for status lines
    answers       what is answered to each request, and to whom
    outgoing      what waits for one client: bounded, never waited for
    server        serves a RelayApi to any number of clients
    client        is a RelayApi
    subscription  one reader's bounded place on the client's stream
    background    a task that lives as long as a block of code
    spawn         starts a private relay and sees it out
    private       the private relay's own side
    service       the shared relay's own side: signals, clients, an end in good order
    ssh           a relay on another computer, through OpenSSH
    unit          how systemd runs the shared relay
    notify        sd_notify: ready, stopping, alive
    hooks         programs that run at events
    shared        a shared relay's path: 0600, one relay, the same user only

May import `relay.api`, `config`, `domain`, `errors`. Never waits for a client: each has a bounded queue.
Everything that arrives is checked as if a stranger had written it; remote text is cleaned once more.
"""
