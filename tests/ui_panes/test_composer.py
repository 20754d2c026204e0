"""Does the composer freeze what is sent, keep drafts apart, and say why it is closed? Bursts: tests/terminal."""

from __future__ import annotations

import pytest
from textual import events
from textual.app import ComposeResult

from phonelink_tui.domain.text import clean_line
from phonelink_tui.domain.thread import ThreadId
from phonelink_tui.ui.typed_order import TypedOrder
from phonelink_tui.ui.widgets import composer
from phonelink_tui.ui.widgets.composer import HOLD_S, Composer, Target

ALICE = Target(ThreadId("a"), "+15550100", clean_line("Alice"))
BOB = Target(ThreadId("b"), "+15550101", clean_line("Bob"))


class ComposerApp(TypedOrder[None]):
    """A composer alone, and what it told."""

    CSS = "Composer { dock: bottom; }"

    def __init__(self, enter: str = "send") -> None:
        super().__init__()
        self.composer = Composer({"ctrl+n": "new", "f1": "help"}, enter=enter, hint="Message")
        self.told: list[tuple[str, str]] = []

    def compose(self) -> ComposeResult:
        yield self.composer

    def on_mount(self) -> None:
        self.screen.set_focus(self.composer)
        self.composer.target = ALICE

    def on_composer_submitted(self, event: Composer.Submitted) -> None:
        self.told.append((event.target.label, event.text))

    def on_composer_intent(self, event: Composer.Intent) -> None:
        self.told.append(("intent", event.action_id))

    def on_composer_media_pasted(self) -> None:
        self.told.append(("media", ""))


async def test_sends_after_the_hold() -> None:
    """Enter alone sends, bare of outer blanks, and leaves nothing behind to undo into."""
    app = ComposerApp()
    async with app.run_test() as pilot:
        await pilot.press(*" hello ", "enter")
        await pilot.pause(HOLD_S * 3)
        assert app.told == [("Alice", "hello")]
        await pilot.press("ctrl+z")
        assert app.composer.draft == ""


async def test_a_change_of_target_within_the_hold_sends_to_the_old_one() -> None:
    """A click on another conversation cannot redirect a text that was sent."""
    app = ComposerApp()
    async with app.run_test() as pilot:
        app.composer.set_draft("hello")
        app.composer.post_message(events.Key("enter", "\r"))
        await pilot.pause()
        app.composer.target = BOB
        app.composer.set_draft("draft for Bob")
        await pilot.pause(HOLD_S * 3)
        assert app.told == [("Alice", "hello")]
        assert app.composer.draft == "draft for Bob"


@pytest.mark.parametrize("text", ["", "  \n "])
async def test_nothing_is_not_sent(text: str) -> None:
    """Blanks are no text."""
    app = ComposerApp()
    async with app.run_test() as pilot:
        app.composer.set_draft(text)
        await pilot.press("enter")
        await pilot.pause(HOLD_S * 3)
        assert app.told == []


async def test_nothing_is_sent_to_nobody() -> None:
    """Without a target Enter keeps the text."""
    app = ComposerApp()
    async with app.run_test() as pilot:
        app.composer.target = None
        app.composer.set_draft("hello")
        await pilot.press("enter")
        await pilot.pause(HOLD_S * 3)
        assert (app.told, app.composer.draft) == ([], "hello")


async def test_grows_to_six_lines() -> None:
    """One line for nothing, as many as there are, six at most."""
    app = ComposerApp()
    async with app.run_test(size=(60, 20)) as pilot:
        heights = []
        for lines in (1, 2, 6, 9):
            app.composer.set_draft("\n".join(["x"] * lines))
            await pilot.pause()
            heights.append(app.composer.size.height)
        assert heights == [1, 2, 6, 6]


async def test_a_draft_cannot_be_undone_into_another() -> None:
    """Undo never brings the text of one conversation into the next."""
    app = ComposerApp()
    async with app.run_test() as pilot:
        await pilot.press(*"for Alice")
        app.composer.target = BOB
        app.composer.set_draft("")
        await pilot.press("ctrl+z", "ctrl+z")
        assert app.composer.draft == ""


async def test_closed_shows_the_reason_and_keeps_the_draft() -> None:
    """The reason is seen in full, keys change nothing, and the draft is back when it opens."""
    app = ComposerApp()
    async with app.run_test(size=(40, 20)) as pilot:
        app.composer.set_draft("half a text")
        app.composer.set_closed("[b]Group[/b] “Family”: read here, answer on the phone.")
        await pilot.press(*"abc", "enter")
        await pilot.pause(HOLD_S * 3)
        composer = app.composer
        shown = " ".join(composer.render_line(y).text.strip() for y in range(composer.size.height))
        assert shown == "[b]Group[/b] “Family”: read here, answer on the phone."
        assert (composer.closed, composer.draft, app.told) == (True, "half a text", [])
        await pilot.press("f1")
        assert app.told == [("intent", "help")]
        composer.set_closed(None)
        assert (composer.closed, composer.text) == (False, "half a text")


@pytest.mark.parametrize(
    ("pasted", "told"),
    [
        ("/home/me/x.png", True),
        ("file:///home/me/My%20cat.HEIC", True),
        ("'/home/me/two words.mov'\n", True),
        ("~/a.jpg\n~/b.jpg", True),
        ("data:image/png;base64,AAAA", True),
        ("", True),
        ("see https://example.org/cat.png", False),
        ("/etc/passwd", False),
        ("a.png is the name", False),
    ],
)
async def test_media_are_told(pasted: str, told: bool) -> None:
    """Pictures, sounds and films cannot be sent; paths of them are recognised, words are not."""
    app = ComposerApp()
    async with app.run_test() as pilot:
        app.composer.post_message(events.Paste(pasted))
        await pilot.pause()
        assert app.told == [("media", "")] * told
        assert app.composer.draft == pasted


async def test_a_paste_is_cleaned() -> None:
    """What acts on terminals is made visible before it is text of ours."""
    app = ComposerApp()
    async with app.run_test() as pilot:
        app.composer.post_message(events.Paste("a\x1b[31mb\r\nc\u202ed"))
        await pilot.pause()
        assert app.composer.draft == "a␛[31mb\ncd"


async def test_an_unknown_alt_letter_types_nothing() -> None:
    """Alt+X without a meaning is not the letter x."""
    app = ComposerApp()
    async with app.run_test() as pilot:
        app.composer.post_message(events.Key("alt+x", "x"))
        await pilot.pause()
        assert app.composer.draft == ""


async def test_a_name_between_colons_becomes_its_emoji() -> None:
    """When the second colon is typed; undone by one key; never in what is pasted."""
    app = ComposerApp()
    async with app.run_test() as pilot:
        await pilot.press(*"yes ", ":", *"tada", ":")
        assert app.composer.draft == "yes 🎉"
        await pilot.press("!", "ctrl+j", ":", "+", "1", ":")
        assert app.composer.draft == "yes 🎉!\n👍"
        app.composer.set_draft("")
        app.composer.post_message(events.Paste("see :tada: there"))
        await pilot.pause()
        assert app.composer.draft == "see :tada: there"


async def test_half_a_text_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """What opens in the midst of a text refuses its end too; what is typed after a pause or a move is new."""
    app = ComposerApp()
    async with app.run_test() as pilot:
        app.composer.set_closed("No conversation is open.")
        await pilot.press(*"I will n")
        app.composer.set_closed(None)
        await pilot.press(*"ot come", "enter")
        await pilot.pause(HOLD_S * 3)
        assert (app.told, app.composer.draft) == ([], "")
        await pilot.press("ctrl+n", *"yes")
        assert app.composer.draft == "yes"
        app.composer.set_closed("No conversation is open.")
        await pilot.press("x")
        app.composer.set_closed(None)
        monkeypatch.setattr(composer, "REFUSED_S", 0.0)
        await pilot.press(*"!", "enter")
        await pilot.pause(HOLD_S * 3)
        assert app.told == [("intent", "new"), ("Alice", "yes!")]
