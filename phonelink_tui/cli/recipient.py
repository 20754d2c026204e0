"""Whom does a name, a number or an address on the command line mean? Exactly one, or it is said who it could be."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import frozen

from phonelink_tui.cli.audience_words import AUDIENCE_WORDS
from phonelink_tui.cli.exit_codes import AMBIGUOUS_REASON
from phonelink_tui.domain.address import Address, AddressKind, identify
from phonelink_tui.domain.thread import Thread, ThreadId
from phonelink_tui.errors import PhonelinkError, SendRefused, UnknownThread, UsageError
from phonelink_tui.relay.api import Snapshot
from phonelink_tui.relay.correlation import TEXT_APPS
from phonelink_tui.relay.guard import REFUSALS, Refusal

_DIRECT = (AddressKind.PHONE, AddressKind.EMAIL, AddressKind.SHORT_CODE)


@frozen
class Recipient:
    """One person to write to."""

    address: str
    thread: ThreadId | None
    """The private conversation with them, where there is one."""
    name: str


def find_recipient(words: str, snapshot: Snapshot) -> Recipient:
    """Whom `words` means: a number or address is itself, anything else a name.

    Raises:
        SendRefused: `ambiguous_recipient`: several people or numbers; the hint lists them. `group`: a group is
            called that. `cannot_answer`: a sender without an address is.
        UsageError: Nobody is called that.
    """
    address = identify(words)
    if address.kind in _DIRECT:
        return _recipient(address, address.value, snapshot)
    named = _named(words, snapshot)
    if not named:
        raise _nobody(words, snapshot)
    if len(named) > 1:
        choices = " or ".join(f"{address.value} ({name})" for address, name in named.values())
        raise SendRefused(
            AMBIGUOUS_REASON,
            "Several people or numbers could be meant.",
            f"Name one by its address: {choices}.",
        )
    ((address, name),) = named.values()
    return _recipient(address, name, snapshot)


def find_thread(words: str, snapshot: Snapshot) -> Thread:
    """The conversation that `words` means: an id, a title, or the private one with a person.

    Raises:
        SendRefused: `ambiguous_recipient`: several; the hint lists their ids.
        UnknownThread: None.
    """
    by_id = [thread for thread in snapshot.threads if thread.id == words]
    by_title = [thread for thread in snapshot.threads if _same(thread.title, words)]
    key = identify(words).key
    by_address = [t for t in snapshot.threads if t.address.key == key and t.audience.value != "group"]
    found = by_id or by_title or by_address
    if not found:
        found = [thread for thread in snapshot.threads if _part_of(words, thread.title)]
    if not found:
        raise UnknownThread("No conversation is called that.", "`phonelink threads` lists them.")
    if len(found) > 1:
        kinds = [AUDIENCE_WORDS[thread.audience] or "private" for thread in found]
        choices = ", ".join(f"{t.id} {t.title} ({said})" for t, said in zip(found, kinds, strict=True))
        raise SendRefused(AMBIGUOUS_REASON, "Several conversations could be meant; give an id.", choices)
    return found[0]


def _recipient(address: Address, name: str, snapshot: Snapshot) -> Recipient:
    private = (t for t in snapshot.threads if t.audience.value == "private" and t.address.key == address.key)
    thread = next(private, None)
    return Recipient(thread.address.value if thread else address.value, thread.id if thread else None, name)


def _named(words: str, snapshot: Snapshot) -> dict[str, tuple[Address, str]]:
    """Answerable addresses by key. The whole name wins over parts of one, also where it is nobody's who answers."""
    people = [(address, name) for address, name in _people(snapshot) if address.answerable]
    found = [(address, name) for address, name in people if _same(name, words)]
    if not found and not any(_same(name, words) for name, _ in _unanswerable(snapshot)):
        found = [(address, name) for address, name in people if _part_of(words, name)]
    return {address.key: (address, name) for address, name in found}


def _nobody(words: str, snapshot: Snapshot) -> PhonelinkError:
    """Why nobody of that name can be written to: what is called that has no address, or nothing is."""
    named = [*_unanswerable(snapshot), *_only_notified(snapshot)]
    found = [why for name, why in named if _same(name, words)]
    found = found or [why for name, why in named if _part_of(words, name)]
    if not found:
        return UsageError("Nobody known here is called that.", "A number or an e-mail address works always.")
    sentence, hint = REFUSALS[found[0]]
    return SendRefused(found[0].value, sentence, hint)


def _unanswerable(snapshot: Snapshot) -> Iterable[tuple[str, Refusal]]:
    """Names of conversations that no text can be sent to."""
    for thread in snapshot.threads:
        if thread.audience.value == "group":
            yield thread.title, Refusal.GROUP
        elif not thread.address.answerable:
            yield thread.title, Refusal.CANNOT_ANSWER


def _only_notified(snapshot: Snapshot) -> Iterable[tuple[str, Refusal]]:
    """Names over notified texts: they tell no address."""
    for notification in snapshot.notifications:
        if notification.app_id in TEXT_APPS:
            yield notification.title, Refusal.CANNOT_ANSWER


def _people(snapshot: Snapshot) -> Iterable[tuple[Address, str]]:
    for thread in snapshot.threads:
        if thread.audience.value != "group":
            yield thread.address, thread.title
    for contact in snapshot.contacts:
        for address in contact.addresses:
            yield address, contact.name


def _same(name: str, words: str) -> bool:
    return " ".join(words.split()).casefold() == name.casefold()


def _part_of(words: str, name: str) -> bool:
    """Every word given begins a word of the name."""
    parts, given = name.casefold().split(), words.casefold().split()
    return bool(given) and all(any(part.startswith(word) for part in parts) for word in given)
