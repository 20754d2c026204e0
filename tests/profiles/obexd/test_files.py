"""Do files that pass through the private directory stay private, bounded and short-lived?"""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from phonelink_tui.domain.observed import Folder
from phonelink_tui.errors import (
    BluetoothUnavailable,
    LimitExceeded,
    ObexRefused,
    ProfileError,
    RemoteProtocolError,
)
from phonelink_tui.profiles.obexd.files import PREFIX, YOUNG_S, PrivateFiles
from phonelink_tui.virtual.phone import VirtualPhone
from tests.profiles.obexd.bench import Bench
from tests.profiles.obexd.mischief import Odd

needs_bus = pytest.mark.needs("dbus-daemon", "dbus-daemon")


def handle_of(phone: VirtualPhone) -> str:
    """The newest text's."""
    return f"{phone.folder(Folder.INBOX)[1].handle:X}"


def test_directory_and_files_are_private(tmp_path: Path) -> None:
    """Nobody else may enter or read, and nothing is left."""
    files = PrivateFiles.make(tmp_path)
    path = Path(files.write(b"text"))
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert files.read(str(path), 100) == b"text"
    files.remove(str(path))
    assert not path.exists()
    files.remove(str(path))
    files.close()
    assert list(tmp_path.iterdir()) == []


def test_what_a_crash_left_is_removed(tmp_path: Path) -> None:
    """A directory that nobody holds goes at the next start; one that is held, or just made, stays."""
    left, held_by, young = tmp_path / f"{PREFIX}left", PrivateFiles.make(tmp_path), tmp_path / f"{PREFIX}new"
    for directory in (left, young):
        directory.mkdir(mode=0o700)
        (directory / "file").write_text("a text")
    held = Path(held_by.write(b"x")).parent
    for directory in (left, held):
        os.utime(directory, (0, os.stat(young).st_mtime - YOUNG_S - 5))
    other = PrivateFiles.make(tmp_path)
    assert not left.exists()
    assert held.exists()
    assert young.exists()
    other.close()
    held_by.close()


def test_sweeping_follows_no_link(tmp_path: Path) -> None:
    """A link with the right name leads nowhere."""
    private, precious = tmp_path / "private", tmp_path / "precious"
    private.mkdir()
    precious.mkdir()
    (precious / "file").write_text("keep")
    os.utime(precious, (0, 0))
    (private / f"{PREFIX}link").symlink_to(precious, target_is_directory=True)
    PrivateFiles.make(private).close()
    assert (precious / "file").exists()


@pytest.mark.parametrize("missing", [None, Path("/nonexistent/runtime")])
def test_no_place(missing: Path | None) -> None:
    """Without a private place nothing is opened, and the reason is said."""
    with pytest.raises(BluetoothUnavailable, match="private place"):
        PrivateFiles.make(missing)


def test_a_file_in_the_way_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody who guessed the name gains nothing: what is there is neither followed nor overwritten."""
    files = PrivateFiles.make(tmp_path)
    monkeypatch.setattr("secrets.token_hex", lambda _: "guessed")
    target = tmp_path / "target"
    target.write_text("keep")
    Path(files.new_path()).symlink_to(target)
    with pytest.raises(ProfileError):
        files.write(b"a text")
    assert target.read_text() == "keep"
    files.close()


@needs_bus
@pytest.mark.parametrize("odd", [Odd.LINK, Odd.HARD_LINK, Odd.READABLE, Odd.FIFO])
async def test_not_what_obexd_writes(bench: Bench, phone: VirtualPhone, odd: Odd) -> None:
    """A link, a second name, a pipe, a file others may read: what is not ours is not read, and ends the session."""
    access = await bench.backend.open_messages()
    await access.list_texts(Folder.INBOX, limit=10)
    bench.obexd.mischief.odds["Get"] = odd
    with pytest.raises(RemoteProtocolError, match="not what obexd writes"):
        await access.fetch_text(handle_of(phone), Folder.INBOX)
    with pytest.raises(RemoteProtocolError):
        await access.run()
    await access.aclose()


@needs_bus
@pytest.mark.parametrize("odd", [Odd.LATE, Odd.SHORT])
async def test_file_that_comes_a_moment_later(bench: Bench, phone: VirtualPhone, odd: Odd) -> None:
    """A file that is not there yet, or not all of it, is waited for."""
    access = await bench.backend.open_messages()
    rows = await access.list_texts(Folder.INBOX, limit=10)
    bench.obexd.mischief.odds["Get"] = odd
    text = await access.fetch_text(handle_of(phone), Folder.INBOX)
    assert text.text.split()[:2] == rows[1].subject.split()[:2]
    await access.aclose()


@needs_bus
async def test_file_that_never_comes(bench: Bench, phone: VirtualPhone) -> None:
    """One text less; the session goes on."""
    access = await bench.backend.open_messages()
    await access.list_texts(Folder.INBOX, limit=10)
    for odd in (Odd.MISSING, Odd.CUT):
        bench.obexd.mischief.odds["Get"] = odd
        with pytest.raises(ProfileError):
            await access.fetch_text(handle_of(phone), Folder.INBOX)
    assert (await access.fetch_text(handle_of(phone), Folder.INBOX)).text
    await access.aclose()


@needs_bus
async def test_half_a_book_is_no_book(bench: Bench) -> None:
    """A file that stays shorter than obexd said would look like a person with fewer friends."""
    access = await bench.backend.open_phonebook()
    bench.obexd.mischief.odds["PullAll"] = Odd.CUT
    with pytest.raises(ProfileError):
        await access.contacts()
    assert await access.contacts()
    await access.aclose()


@needs_bus
@pytest.mark.parametrize("odd", [Odd.HUGE, Odd.ENDLESS])
async def test_more_than_anything(bench: Bench, phone: VirtualPhone, odd: Odd) -> None:
    """A file beyond the bound is not read, and one that grows is stopped while it grows."""
    access = await bench.backend.open_messages()
    await access.list_texts(Folder.INBOX, limit=10)
    bench.obexd.mischief.odds["Get"] = odd
    with pytest.raises(LimitExceeded):
        await access.fetch_text(handle_of(phone), Folder.INBOX)
    await access.aclose()
    assert bench.obexd.sessions == {}
    assert list(bench.directory.iterdir()) == []


@needs_bus
async def test_nothing_lies_about(bench: Bench, phone: VirtualPhone) -> None:
    """After each request its file is gone, also after one that is refused or given up."""
    access = await bench.backend.open_messages()
    (at,) = bench.directory.iterdir()
    await access.list_texts(Folder.INBOX, limit=10)
    await access.fetch_text(handle_of(phone), Folder.INBOX)
    (session,) = bench.obexd.sessions.values()
    session.messages[0x99] = {}  # an object obexd still has, of a text that the phone has no more
    with pytest.raises(ObexRefused):
        await access.fetch_text("99", Folder.INBOX)
    assert list(at.iterdir()) == []
    assert all(Path(file).parent == at for file in bench.obexd.files)
    await access.aclose()
    assert not at.exists()
