"""Do scenarios load, happen at their times, and do people answer?"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from phonelink_tui.config.phone_spec import VirtualSpec
from phonelink_tui.domain.observed import Folder
from phonelink_tui.domain.phone import PhoneKind
from phonelink_tui.errors import SettingsError, UsageError
from phonelink_tui.protocol.obex.events import OperationDone
from phonelink_tui.protocol.pbap.constants import CONTACTS_PATH
from phonelink_tui.protocol.pbap.requests import PullPhoneBook, connect_pse
from phonelink_tui.protocol.pbap.vcard import decode_vcards
from phonelink_tui.transport.link import Service
from phonelink_tui.virtual.acts import Act, TextAct
from phonelink_tui.virtual.embed import make_phone, open_phone
from phonelink_tui.virtual.entries import PhoneChange
from phonelink_tui.virtual.phone import VirtualPhone
from phonelink_tui.virtual.radio import open_link
from phonelink_tui.virtual.scenario import load_scenario, parse_scenario, scenario_names
from phonelink_tui.virtual.scenario_runner import ScenarioRunner
from tests.virtual.client import DEADLINE_S, ObexClient, tel
from tests.virtual.conftest import Clock, messages, no_sleep

HEAD = 'title = "t"\nlength_s = 1\n'


class Timeline:
    """A clock of seconds that only moves by sleeping."""

    def __init__(self) -> None:
        self.now_s = 0.0

    async def sleep(self, seconds: float) -> None:
        self.now_s += seconds
        await asyncio.sleep(0)


async def _happen(spec: VirtualSpec) -> tuple[VirtualPhone, list[tuple[float, Act]]]:
    phone, scenario = make_phone(spec, clock=Clock())
    timeline = Timeline()
    acts: list[tuple[float, Act]] = []
    runner = ScenarioRunner(
        scenario,
        phone,
        seed=spec.seed or 0,
        sleep=timeline.sleep,
        on_act=lambda act: acts.append((timeline.now_s, act)),
    )
    async with asyncio.timeout(DEADLINE_S), asyncio.TaskGroup() as tasks:
        life = tasks.create_task(runner.run())
        await runner.ended.wait()
        life.cancel()
    return phone, acts


@pytest.mark.parametrize("name", scenario_names())
async def test_every_shipped_scenario_happens_to_its_end(name: str) -> None:
    """Each loads and its acts can all be performed."""
    scenario = load_scenario(name)
    phone, acts = await _happen(VirtualSpec(name))
    assert len(acts) >= len(scenario.acts)
    assert phone.folder(Folder.INBOX) or phone.centre.entries or phone.call_log.entries


@pytest.mark.parametrize("persona", PhoneKind)
async def test_hostile_texts_can_all_be_listed_and_fetched(persona: PhoneKind) -> None:
    """Whatever is in texts, names and addresses, every row and every text can be read."""
    phone, _ = await _happen(VirtualSpec("hostile", persona))
    async with open_link(phone) as link, messages(link) as client:
        rows = (await client.list()).entries
        fetched = [await client.fetch(row.handle) for row in rows]
        async with ObexClient(await link.open_stream(Service.PBAP)) as book:
            await book.ask(connect_pse())
            answer = await book.ask(PullPhoneBook(CONTACTS_PATH).encode())
    texts = [text.text for text in phone.folder(Folder.INBOX)]
    assert len(rows) == len(texts) > 20
    bodies = [message.body.text for message in fetched if message.body is not None]
    assert bodies == [text.replace("\r\n", "\n").replace("\r", "\n") for text in texts]
    assert isinstance(answer, OperationDone)
    assert len(decode_vcards(answer.body or b"")) == 1 + len(phone.contacts)


async def test_first_day_asks_something_within_three_seconds() -> None:
    """The first act is a private text from somebody in the book, and a question."""
    phone, acts = await _happen(VirtualSpec("first-day"))
    at_s, act = acts[0]
    assert at_s <= 3
    assert isinstance(act, TextAct)
    assert act.from_ in [card.name for card in phone.contacts]
    assert "?" in act.text


async def test_equal_seeds_make_equal_days() -> None:
    """What is generated depends on the seed alone."""
    one = (await _happen(VirtualSpec("busy-morning", seed=7)))[1]
    same = (await _happen(VirtualSpec("busy-morning", seed=7)))[1]
    other = (await _happen(VirtualSpec("busy-morning", seed=8)))[1]
    assert one == same
    assert one != other


async def test_people_answer_what_is_sent_to_them() -> None:
    """A pushed text that fits a rule gets its answers, each within the rule's pauses."""
    answered = asyncio.Event()
    async with open_phone(VirtualSpec("first-day"), sleep=_only_short(no_sleep)) as living:
        phone = living.phone
        alice = phone.address_of("Alice Moreau")

        def watch(_: PhoneChange) -> None:
            if any(text.text.startswith("Could you bring bread") for text in phone.folder(Folder.INBOX)):
                answered.set()

        phone.listen(watch)
        async with messages(living.link) as client:
            await client.push("Yes, gladly!", tel(alice))
        async with asyncio.timeout(DEADLINE_S):
            await answered.wait()
    texts = [text.text for text in phone.folder(Folder.INBOX) if text.sender == alice]
    assert any("tomatoes" in text for text in texts)


def _only_short(sleep: Callable[[float], Awaitable[None]]) -> Callable[[float], Awaitable[None]]:
    """Answers take 1 to 3 seconds and come at once; the day itself stands still after its first act."""

    async def wait(seconds: float) -> None:
        if seconds > 3:
            await asyncio.Event().wait()
        await sleep(seconds)

    return wait


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("title = ", "TOML"),
        ("length_s = 1", "title"),
        (HEAD + 'colour = "red"', "colour"),
        (HEAD + '[[acts]]\nat_s = 1\nact = "explode"', "acts[0]"),
        (HEAD + '[[acts]]\nat_s = -1\nact = "return"', "at_s"),
        (HEAD + '[[acts]]\nat_s = 1\nact = "text"\ntext = "no sender"', "from"),
        (HEAD + '[[people]]\nname = "A"\naddresses = [5]', "people[0].addresses[0]"),
        (HEAD + '[[before]]\nact = "call"\nfrom = "A"\nkind = "lost"', "kind"),
        (HEAD + 'faults = "earthquake"', "faults"),
    ],
)
def test_a_wrong_scenario_names_file_and_key(text: str, key: str) -> None:
    """The message says in which file and where."""
    with pytest.raises(SettingsError) as caught:
        parse_scenario(text, "mine.toml")
    assert "mine.toml" in caught.value.message
    assert key in caught.value.message


def test_an_unknown_scenario_lists_the_known_ones() -> None:
    """A wrong name is a usage error whose hint helps; a path says what a path has to look like."""
    with pytest.raises(UsageError, match=r"“/etc/passwd” is no scenario: .* ends in \.toml") as path_caught:
        load_scenario("/etc/passwd")
    assert "first-day" in path_caught.value.hint
    with pytest.raises(SettingsError, match="cannot be read: No such file") as file_caught:
        load_scenario("/nowhere/mine.toml")
    assert "first-day" in file_caught.value.hint
    with pytest.raises(UsageError) as caught:
        load_scenario("no-such-day")
    assert "first-day" in caught.value.hint


async def test_an_act_that_no_longer_fits_does_not_happen() -> None:
    """A call that was declined before it is hung up leaves the rest of the day as it was."""
    text = HEAD + "".join(
        f"[[acts]]\nat_s = {at}\n{act}\n"
        for at, act in ((0, 'act = "hang_up"'), (1, 'act = "text"\nfrom = "+15550100"'))
    )
    phone = VirtualPhone()
    runner = ScenarioRunner(parse_scenario(text, "mine.toml"), phone, sleep=no_sleep)
    async with asyncio.timeout(DEADLINE_S), asyncio.TaskGroup() as tasks:
        life = tasks.create_task(runner.run())
        await runner.ended.wait()
        life.cancel()
    assert len(phone.folder(Folder.INBOX)) == 1
