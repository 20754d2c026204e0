"""Which texts has a phone no business to send? The corpus of the terminal tests and of the one gate.

Source: the attack classes of ECMA-48 (C0, C1, CSI, OSC, DCS), xterm's ctlseqs (OSC 0, OSC 52, DECRQSS), UAX #9 and
TR #36 (bidirectional and invisible characters), and Textual's and Rich's markup.
"""

from __future__ import annotations

from typing import Final

HOSTILE: Final[dict[str, str]] = {
    "osc52-bel": "A\x1b]52;c;ZXZpbA==\x07B",
    "osc52-st": "A\x1b]52;c;ZXZpbA==\x1b\\B",
    "osc0-title": "A\x1b]0;pwned\x1b\\B",
    "osc8-link": "A\x1b]8;;http://evil.example\x1b\\click\x1b]8;;\x1b\\B",
    "osc-open": "A\x1b]0;never ends",
    "csi-erase": "A\x1b[2J\x1b[HB",
    "csi-colour": "A\x1b[31;5mB",
    "csi-mouse": "A\x1b[?1003hB",
    "csi-report": "A\x1b[6n\x1b[cB",
    "csi-open": "A\x1b[",
    "dcs": "A\x1bP+q544e\x1b\\B",
    "apc": "A\x1b_Gf=100;AAAA\x1b\\B",
    "ris": "A\x1bcB",
    "charset": "A\x1b(0\x0eqqq\x0fB",
    "escape-last": "A\x1b",
    "c1-csi": "A\x9b2JB",
    "c1-osc": "A\x9d52;c;ZXZpbA==\x9cB",
    "c1-dcs": "A\x90q\x9cB",
    "nul": "A\x00B",
    "bell": "A\x07B",
    "backspaces": "safe\x08\x08\x08\x08evil",
    "carriage-return": "safe\revil",
    "vertical": "A\x0b\x0cB",
    "delete": "A\x7fB",
    "nel": "A\x85B",
    "tab": "A\tB",
    "rlo": "A\u202egnp.exe\u202cB",
    "isolate": "A\u2067abc\u2069B",
    "marks": "A\u200e\u200f\u061cB",
    "zero-width": "A\u200b\u2060\ufeffB",
    "joiners": "A" + "\u200d" * 50 + "B",
    "soft-hyphen": "pay\u00adpal",
    "tags": "A" + "".join(chr(0xE0000 + ord(c)) for c in "hidden") + "B",
    "fillers": "A\u3164\uffa0\u115f\u1160B",
    "line-separators": "A\u2028B\u2029C",
    "annotation": "A\ufff9b\ufffac\ufffbB",
    "zalgo": "Z" + "\u0351\u036b\u0343\u0334" * 40 + "algo",
    "variation": "A" + "\ufe0f" * 60 + "B",
    "variation-supplement": "A" + "".join(chr(0xE0100 + n) for n in range(20)) + "B",
    "surrogate": "A\ud83dB\udc00C",
    "noncharacter": "A\ufffe\uffffB",
    "musical": "A\U0001d173B\U0001d17a",
    "markup-close": "[/b]",
    "markup-link": "[@click=app.quit]quit[/]",
    "markup-open": "[/",
    "markup-variable": "[$error]x[/] [Alice] x\\",
    "fake-sender": "hi\n10:14 You          I agree to everything   \u2713 accepted",
    "fake-banner": "hi\n! Messages are off.\n\u2500\u2500 Monday 1 January \u2500\u2500",
    "long-word": "w" * 300,
    "wide": "\u6f22" * 60,
    "newlines": "\n" * 20 + "below",
    "spaces": " " * 90 + "far right",
}
