"""The config room: where files live, what the user set, what the log may hold.

    paths     directories by XDG, made 0700; a home that cannot be written is no error
    settings  config.toml: every key, its bounds, and precise errors
    phone_spec  the words after `--phone`
    relay_choice  the words after `--relay`
    policy    the administrator's rules as values, and the judgement on each action
    policy_file, policy_source   which files count, whether they may be believed, and whether they changed
    policy_reading, toml_lines   text to rules, errors with their line; policy_rulings  which file decided
    policy_hours, policy_people, policy_words   when, to whom, which texts
    clock     what time it is
    platform  where this program runs, and where it reaches phones
    known_phones  which phones were paired here, and how
    secret    the key of thread ids
    exact_json  JSON that nobody vouches for, read into values
    private_files  files of this user alone (0600), written whole or not at all
    log       a file of counts and states

May import `domain`, `errors`. Directories are 0700, files 0600. Logs hold counts and states, never text,
names or numbers.
"""
