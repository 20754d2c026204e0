"""The config room: where files live, what the user set, what the log may hold.

May import `domain`, `errors`. Directories are 0700, files 0600. Logs hold counts and states, never text,
names or numbers.
"""
