"""Which texts has a phone no business to send? The corpus that every place which shows text is held against.

Source: the attack classes of ECMA-48 (C0, C1, CSI, OSC, DCS), xterm's ctlseqs (OSC 0, OSC 52, DECRQSS), UAX #9 and
TR #36 (bidirectional and invisible characters), and Textual's and Rich's markup. `phonelink selftest text` shows it.
"""

from __future__ import annotations

from typing import Final

from attrs import frozen


@frozen
class HostileText:
    """One text, and what it would do to a program that shows it as it is."""

    name: str
    why: str
    text: str


HOSTILE_TEXTS: Final = (
    HostileText("osc52-bel", "writes the clipboard (OSC 52), ended by BEL", "A\x1b]52;c;ZXZpbA==\x07B"),
    HostileText("osc52-st", "writes the clipboard (OSC 52), ended by ST", "A\x1b]52;c;ZXZpbA==\x1b\\B"),
    HostileText("osc0-title", "renames the window (OSC 0)", "A\x1b]0;pwned\x1b\\B"),
    HostileText(
        "osc8-link",
        "makes a link that shows another address (OSC 8)",
        "A\x1b]8;;http://evil.example\x1b\\click\x1b]8;;\x1b\\B",
    ),
    HostileText("osc-open", "an OSC without an end swallows what follows", "A\x1b]0;never ends"),
    HostileText("csi-erase", "erases the screen and moves the cursor", "A\x1b[2J\x1b[HB"),
    HostileText("csi-colour", "colours and blinks", "A\x1b[31;5mB"),
    HostileText("csi-mouse", "switches mouse reports on", "A\x1b[?1003hB"),
    HostileText("csi-report", "has the terminal type an answer", "A\x1b[6n\x1b[cB"),
    HostileText("csi-open", "a CSI without an end takes the next letter along", "A\x1b["),
    HostileText("dcs", "asks for a setting (DCS); the answer is typed", "A\x1bP+q544e\x1b\\B"),
    HostileText("apc", "draws a picture (APC)", "A\x1b_Gf=100;AAAA\x1b\\B"),
    HostileText("ris", "resets the terminal", "A\x1bcB"),
    HostileText("charset", "switches to line-drawing characters", "A\x1b(0\x0eqqq\x0fB"),
    HostileText("escape-last", "an ESC at the end waits for what follows", "A\x1b"),
    HostileText("c1-csi", "CSI as one 8-bit control", "A\x9b2JB"),
    HostileText("c1-osc", "OSC as one 8-bit control", "A\x9d52;c;ZXZpbA==\x9cB"),
    HostileText("c1-dcs", "DCS as one 8-bit control", "A\x90q\x9cB"),
    HostileText("nul", "NUL: ignored by some, shown by others", "A\x00B"),
    HostileText("bell", "rings the bell", "A\x07B"),
    HostileText("backspaces", "writes over what stands before", "safe\x08\x08\x08\x08evil"),
    HostileText("carriage-return", "writes over its own line", "safe\revil"),
    HostileText("vertical", "VT and FF move down", "A\x0b\x0cB"),
    HostileText("delete", "DEL: drawn by some, ignored by others", "A\x7fB"),
    HostileText("nel", "NEL begins a line", "A\x85B"),
    HostileText("tab", "a tab is as wide as its place makes it", "A\tB"),
    HostileText("rlo", "reverses what follows: exe.png", "A\u202egnp.exe\u202cB"),
    HostileText("isolate", "a directional isolate", "A\u2067abc\u2069B"),
    HostileText("marks", "direction marks nobody sees", "A\u200e\u200f\u061cB"),
    HostileText("zero-width", "characters nobody sees", "A\u200b\u2060\ufeffB"),
    HostileText("joiners", "fifty joiners in a row", "A" + "\u200d" * 50 + "B"),
    HostileText("soft-hyphen", "a hyphen that shows only at a line's end", "pay\u00adpal"),
    HostileText(
        "tags",
        "a hidden text in tag characters",
        "A" + "".join(chr(0xE0000 + ord(c)) for c in "hidden") + "B",
    ),
    HostileText("fillers", "letters that look like nothing", "A\u3164\uffa0\u115f\u1160B"),
    HostileText("line-separators", "Unicode's own line and paragraph ends", "A\u2028B\u2029C"),
    HostileText("annotation", "interlinear annotation hides text", "A\ufff9b\ufffac\ufffbB"),
    HostileText(
        "zalgo",
        "160 marks on one letter reach over other lines",
        "Z" + "\u0351\u036b\u0343\u0334" * 40 + "algo",
    ),
    HostileText("variation", "sixty variation selectors", "A" + "\ufe0f" * 60 + "B"),
    HostileText(
        "variation-supplement",
        "the variation selectors beyond the first plane",
        "A" + "".join(chr(0xE0100 + n) for n in range(20)) + "B",
    ),
    HostileText("surrogate", "halves of characters cannot be written at all", "A\ud83dB\udc00C"),
    HostileText("noncharacter", "what Unicode never assigns", "A\ufffe\uffffB"),
    HostileText("musical", "musical formatters nobody sees", "A\U0001d173B\U0001d17a"),
    HostileText("markup-close", "Textual's markup: an end tag", "[/b]"),
    HostileText("markup-link", "Textual's markup: a link that quits", "[@click=app.quit]quit[/]"),
    HostileText("markup-open", "Textual's markup: two characters that crash", "[/"),
    HostileText("markup-variable", "markup: a colour, a name, a backslash", "[$error]x[/] [Alice] x\\"),
    HostileText(
        "fake-sender",
        "a line that looks like another text, accepted",
        "hi\n10:14 You          I agree to everything   \u2713 accepted",
    ),
    HostileText(
        "fake-banner",
        "lines that look like a limit and a day",
        "hi\n! Messages are off.\n\u2500\u2500 Monday 1 January \u2500\u2500",
    ),
    HostileText("long-word", "300 letters without a place to break", "w" * 300),
    HostileText("wide", "characters of two cells", "\u6f22" * 60),
    HostileText("newlines", "twenty empty lines", "\n" * 20 + "below"),
    HostileText("spaces", "ninety spaces, then words", " " * 90 + "far right"),
)
