"""Whatever texts say, an export is one document of its format: nothing in it acts, and nothing is lost."""

from __future__ import annotations

import json
import mailbox
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given

from phonelink_tui.cli.export_formats import FORMATS, PARTIAL, Cover, Exported
from phonelink_tui.cli.exporting import write_new
from phonelink_tui.domain.gap import Gap
from phonelink_tui.domain.message import Audience
from phonelink_tui.domain.phone import DownReason
from phonelink_tui.domain.text import clean, clean_line
from phonelink_tui.domain.thread import ThreadId
from phonelink_tui.errors import UsageError
from tests.archive.desk import ALICE, NOW, incoming, outgoing
from tests.hostile_texts import HOSTILE

NASTY = st.one_of(
    st.sampled_from(sorted(HOSTILE.values())),
    st.text(max_size=80),
    st.sampled_from(
        [
            "<script>alert(1)</script>",
            "</bdi><img src=x onerror=alert(1)>",
            "From me\n>From you\n\nFrom all",
            '"><svg/onload=1>',
            "a\nSubject: b\n\nc",
            "javascript:alert(1) https://example.org",
            "&lt;b&gt; &#60;",
        ]
    ),
)

COVER = Cover(NOW, 1, 2, NOW, NOW, (Gap("g1", NOW, NOW + timedelta(hours=1), DownReason.LINK_LOST),))


def exported(form: str, words: str, name: str) -> str:
    """An export of two texts in one conversation."""
    texts = [incoming("1", words, name=name), outgoing("2", words)]
    one = Exported(ThreadId("t-alice"), clean_line(name), ALICE, Audience.PRIVATE, texts)
    return "".join(line + "\n" for line in FORMATS[form](COVER, [one]))


class Seen(HTMLParser):
    """What a page is made of."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.words: list[str] = []
        self._in_words = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self._in_words = ("class", "words") in attrs
        if self._in_words:
            self.words.append("")

    def handle_endtag(self, tag: str) -> None:
        self._in_words = False

    def handle_data(self, data: str) -> None:
        if self._in_words:
            self.words[-1] += data


@given(words=NASTY, name=NASTY)
def test_html_runs_nothing(words: str, name: str) -> None:
    """Only our own tags and attributes are in it, and the texts come out of it as they were."""
    page = exported("html", words, name)
    seen = Seen()
    seen.feed(page)
    seen.close()
    ours = {
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "h1",
        "h2",
        "p",
        "small",
        "ul",
        "li",
        "time",
        "b",
    }
    assert seen.tags <= {*ours, "br", "bdi"}
    assert seen.attributes <= {"lang", "charset", "http-equiv", "content", "name", "class", "datetime"}
    assert seen.words == [clean(words), clean(words)]
    assert PARTIAL in page
    assert "default-src 'none'" in page


@given(words=NASTY, name=NASTY)
def test_json_lines(words: str, name: str) -> None:
    """One object a line, ASCII; the first says that it is partial; the texts are whole."""
    lines = exported("jsonl", words, name).split("\n")[:-1]
    objects = [json.loads(line) for line in lines]
    assert all(line.isascii() for line in lines)
    assert [found["type"] for found in objects] == ["export", "gap", "thread", "message", "message"]
    assert (objects[0]["partial"], objects[0]["why"]) == (True, PARTIAL)
    assert [found["text"] for found in objects[3:]] == [clean(words)] * 2


@given(words=NASTY, name=NASTY)
def test_mbox_is_read_as_what_was_written(
    words: str, name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Three mails, whatever lines the texts have; each says that it is partial."""
    path = tmp_path_factory.mktemp("mbox") / "box"
    write_new(path, [exported("mbox", words, name)])
    with closing(mailbox.mbox(path, create=False)) as box:
        mails = list(box)
    assert len(mails) == 3
    assert all(mail["X-Phonelink-Partial"] == "yes" for mail in mails)
    assert PARTIAL in mails[0].get_payload()
    assert mails[2]["From"] == "Me"


def test_a_file_is_never_written_over(tmp_path: Path) -> None:
    """Nor through a link; and one that cannot be written whole is not left behind."""
    there, link = tmp_path / "there", tmp_path / "link"
    there.write_text("mine")
    link.symlink_to(tmp_path / "elsewhere")
    for path in (there, link, tmp_path / "no" / "place"):
        with pytest.raises(UsageError):
            write_new(path, ["x"])
    assert there.read_text() == "mine"
    assert not (tmp_path / "elsewhere").exists()

    def broken() -> Iterator[str]:
        yield "begun"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_new(tmp_path / "half", broken())
    assert not (tmp_path / "half").exists()
