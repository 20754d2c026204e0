"""The bench room: scripts that measure, or that run for long. None is a test of the suite; their own tests are here.

Nothing of a script lives on when it ends, fails or is killed (`crew`).

    long_run      an hour of faults: two terminals, a script, the file and the phone must agree
        lasting_phone  the phone        person  at a terminal        tail_reader  the script
        crew           the processes    agreement  the judge, pure
    archive_bench  search, pages and commits over a million texts         archive_writing  makes them
    load_relay     bursts and readers that do not read                    day_of_train     a simulated day, its memory
    screen_bytes   what the whole app writes (whole_app)                  thread_and_composer  against stock widgets

Measured on two cores that did other work, too.

`long_run`, 4 minutes (4 kills of the relay, 2 of the phone): 101 texts, 36 pushes; all agree. 6 minutes (3 kills
of the phone): 152 texts, 66 pushes; all agree. 60 minutes (55 kills of the relay, 17 of the phone, 44 walks, 72
faults): 1134 texts, 344 pushes. No received text was missing, and each text of ours was pushed once at most; but 8 of
703 received ones were in the relay twice, each within one run of it, and 6 drafts were sent from both terminals. It
did not come to rest because of the doubled ones: the screens, the script and the file were not compared.

`archive_bench`, a million texts, processor time of a key beside other work, p99: one word 17 ms, two or three 28,
`from:` and a word 24 (31 before it asked first who there is).
"""
