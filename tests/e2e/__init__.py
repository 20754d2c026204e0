"""The real Bluetooth stack: our code against bluetoothd and obexd in a throwaway virtual machine.

Who lives here, on the host:
    plan       what the host tells the guest, and what the guest reports back
    cache      fetches kernel, BlueZ and Python packages by name, once per machine
    initramfs  the guest's first file system
    machine    one boot of QEMU
    run        the command line: `python -m tests.e2e.run [--bluez VERSION] [SCENARIO...]`
    test_contract_cases  what of the contract runs over the air
    test_host  the host's side by itself
    test_vm    the same run as pytest tests, one a scenario: `PHONELINK_E2E=1 pytest tests/e2e`
and `guest/`, which is what runs inside.

No hardware, no KVM and no root are needed; nothing is installed on the host. The guest sees the
host's root file system read-only, so the interpreter, the packages and this clone have the same
paths there. One boot serves one BlueZ, and both run at the same time: a guest uses little more than one
core. Each scenario gets a radio, a system bus and a bluetoothd of its own, and one retry. Every scenario
runs on Debian unstable's BlueZ (that root alone is made as root), the most telling ones on the release's as
well. Limits are for two idle cores; a guest that is slower stretches them by how long it took to get ready.

Host files import the standard library alone, so that a bare Python can start a run. They never import
`guest`: that needs Bumble, which only the guest's Python has.
"""
