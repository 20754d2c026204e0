"""The composition room: the one place that names concrete classes.

    entry       what the command line opens; light, so that `phonelink --help` and `send` are quick
    attaching   which relay a program gets: shared, over ssh, or its own
    hosting     a relay and the phone it owns, in this process
    bluetooth   which phone over Bluetooth, and through which backend
    simulation  an embedded phone on TCP

May import everything but `cli`.
"""
