"""The table of signatures: which symptoms are known, with cause and remedy. Order: what to do first, per weight.

    kernel      the kernel, its switches and controllers
    daemon      bluetoothd
    adapter     the adapter and what it offers
    obexd       obexd, and who else receives reports
    phone       the bond and the link
    permission  switches on the phone, other computers
    ours        this program

To add one: a row in the file of its layer with a new code, and a record in `tests/diagnostics/records` with its
source, positive and negative. A code is stable: it is never given to another cause.
"""

from __future__ import annotations

from typing import Final

from phonelink_tui.diagnostics.signature import Signature
from phonelink_tui.diagnostics.signatures.adapter import ADAPTER
from phonelink_tui.diagnostics.signatures.daemon import DAEMON
from phonelink_tui.diagnostics.signatures.kernel import KERNEL
from phonelink_tui.diagnostics.signatures.obexd import OBEXD
from phonelink_tui.diagnostics.signatures.ours import OURS
from phonelink_tui.diagnostics.signatures.permission import PERMISSION
from phonelink_tui.diagnostics.signatures.phone import PHONE

SIGNATURES: Final[tuple[Signature, ...]] = (*KERNEL, *DAEMON, *ADAPTER, *OBEXD, *PHONE, *PERMISSION, *OURS)
