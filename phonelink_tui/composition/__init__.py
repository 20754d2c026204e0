"""The composition room: the one place that names concrete classes.

    entry       what the command line opens; light, so that `phonelink --help` and `send` are quick
    attaching   which relay a program gets: shared, over ssh, or its own; attached, how it is got again
    hosting     a relay and the phone it owns, in this process
    choosing    which phone over Bluetooth; light, and asked before a relay starts
    bluetooth   through which backend
    sole_use    one program of a user at a time
    pairing     a phone is paired here; first_sessions looks what it allows
    phones      known and paired phones, listed and forgotten; phone_rows are the values
    remembering what a relay leaves behind for the doctor
    keeping     the archive of a phone, or none
    self_test   hostile texts, held against what the app would draw of them
    policing    the administrator's word where no relay is asked
    simulation  an embedded phone on TCP

May import everything but `cli`.
"""
