"""Inside the virtual machine: one radio, one phone and one bluetoothd a scenario.

Who lives here:
    __main__     loads the kernel's Bluetooth, runs the scenarios one by one, reports
    world        what one attempt of a scenario has for itself, and how it is set up
    controller   a software Bluetooth controller that Linux can use for BR/EDR and LE
    phone_le     the LE half of it: private addresses, pairing, ANCS
    le_pairing   phone and computer come together over LE, by our advertisement and agent
    radio        the air between the kernel's hci0 and the phone
    phone_radio  the phone's side of the air: pairing, RFCOMM
    phone_records what it publishes of its services
    dlc_stream   an RFCOMM connection of the phone as a ByteStream
    served_phone the embedded phone's services on those streams; how it leaves and returns
    warm_start   programs of ours begin without being read again
    pairing_person somebody at a terminal who pairs a phone; what bluetoothd holds of it then
    relayed      a relay over the real link, and waiting for what it tells
    noticing     a session that is lost when the phone goes, and not before
    patience     limits for guests slower than two idle cores
    bumble_fixes what the pinned Bumble does wrong, put right
    obex_bytes   what obexd begins with
    obex_packets requests taken apart by a reader that is not the project's own
    byte_differences where our requests differ from obexd's, each with its reason
    contract     the contract suite of the ports, over the air
    contract_cases which of its tests, and why not the others
    contract_ways how they reach the phone
    dbus         calls and waits over D-Bus
    bluez        bluetoothd's API: adapter, agent, pairing
    obexd        obexd's API: its MAP and PBAP clients
    scenarios/   one scenario a file: `async def run(world)`, an AssertionError tells what is wrong

May import Bumble, dbus-fast, bleak and any room of the project. Runs as root on a read-only copy of
the host, so it may write anywhere; what it writes is gone afterwards, but for the share.
"""
