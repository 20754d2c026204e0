"""Does the relay keep the administrator's rules, whoever asks?"""

from __future__ import annotations

import asyncio
from datetime import UTC, timedelta
from pathlib import Path

import pytest

from phonelink_tui.config.archive_settings import ArchiveSettings, KeepRule
from phonelink_tui.config.policy import Policy, PolicyFile
from phonelink_tui.config.policy_reading import read_policy
from phonelink_tui.config.policy_source import PolicySource
from phonelink_tui.domain.events import (
    CodeCame,
    CommandState,
    ContactsChanged,
    LimitationChanged,
    MessageChanged,
    NotificationChanged,
    ThreadChanged,
)
from phonelink_tui.domain.limitations import LimitClass, LimitKind, LimitScope
from phonelink_tui.domain.message import DeliveryState, Source
from phonelink_tui.domain.notification import NotificationAction, NotificationId
from phonelink_tui.domain.observed import ChangeKind, Folder, FolderChange
from phonelink_tui.domain.thread import Reply
from phonelink_tui.domain.thread_limits import thread_limitations
from phonelink_tui.errors import PolicyError
from phonelink_tui.relay import policing, retaining
from phonelink_tui.relay.api import (
    ActOnNotification,
    MarkRead,
    Place,
    RetryNow,
    RetryText,
    SendText,
    StartThread,
)
from tests.relay.desk import ALICE, body, notice, row
from tests.relay.relay_bench import SURE, Bench
from tests.relay.test_restarts import make_phone, now, running

OFFICE_ENDS_S = 3600.0
"""From the bench's clock (a Sunday, 10:00) to the end of `sun 08:00-11:00`."""


@pytest.fixture(autouse=True)
def _look_always(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policing, "LOOK_S", 0.0)


class Rules:
    """A policy that can be exchanged."""

    def __init__(self, text: str = "") -> None:
        self.write(text)

    def write(self, text: str) -> None:
        self.policy = Policy((read_policy(text.encode(), "policy.toml"),)) if text else Policy()

    def __call__(self) -> Policy:
        return self.policy


def ruled(text: str) -> tuple[Bench, Rules]:
    rules = Rules(text)
    bench = Bench(policy=lambda clock: PolicySource(rules, clock, zone=UTC))
    return bench, rules


async def kinds(bench: Bench) -> list[LimitKind]:
    limits = (await bench.relay.snapshot()).limitations
    return [limit.kind for limit in limits if limit.spec.cls is LimitClass.POLICY]


@pytest.mark.parametrize("text", ["", "[copy]\nallow = true\n"])
async def test_nothing_is_refused_where_nothing_is_said(text: str) -> None:
    """Everything is as without a policy; that there is one is told in the status bar alone."""
    bench, _ = ruled(text)
    bench.arrive("A1", "hello")
    async with bench.running():
        snapshot = await bench.relay.snapshot()
        assert [(t.title, t.reply) for t in snapshot.threads] == [(ALICE, Reply.ASKS)]
        assert (await bench.do(SendText("c", "hi", ALICE, confirmed=SURE))).state is CommandState.DONE
        assert await kinds(bench) == ([LimitKind.POLICY_RULES] if text else [])


async def test_sending_is_refused_in_the_relay() -> None:
    """Whatever is confirmed: the text, a new conversation, and a text that failed before."""
    bench, _ = ruled('[send]\nallow = false\nsentence = "Ask IT."')
    bench.arrive("A1", "hello")
    async with bench.running():
        for command in (
            SendText("c1", "hi", ALICE, confirmed=SURE),
            SendText("c2", "hi", ALICE, confirmed=SURE, dry_run=True),
            StartThread("c3", "+15550199"),
        ):
            outcome = await bench.do(command)
            assert (outcome.state, outcome.reasons) == (CommandState.REFUSED, ("policy",))
            assert "“Ask IT.”" in outcome.sentence
            assert "explain send.allow" in outcome.hint
        (thread,) = (await bench.relay.snapshot()).threads
        assert (thread.reply, thread.reply_reason) == (Reply.CLOSED, "policy")
        assert LimitKind.POLICY_SEND in await kinds(bench)
    assert bench.backend.folders.pushed == []


async def test_recipients_and_words_are_judged_by_the_guard() -> None:
    """A denied recipient closes the conversation with the administrator's words; a word refuses that text alone."""
    bench, _ = ruled(
        f'[recipients]\ndeny = ["{ALICE}"]\nsentence = "Not her."\n[outbound]\nrefuse = ["x", "secret"]'
    )
    bench.arrive("A1", "hello")
    async with bench.running():
        snapshot = await bench.relay.snapshot()
        (thread,) = snapshot.threads
        told = [
            limit
            for limit in thread_limitations(thread, snapshot.phone, start="now")
            if limit.kind is LimitKind.POLICY_SEND
        ]
        assert [(limit.scope, "“Not her.”" in limit.sentence) for limit in told] == [
            (LimitScope.COMPOSER, True)
        ]
        assert thread.reply is Reply.CLOSED
        assert "Not her" in (await bench.do(SendText("c1", "hi", ALICE, confirmed=SURE))).sentence
        assert (await bench.do(SendText("c2", "a SECRET", "+15550199", confirmed=SURE))).reasons == (
            "policy",
        )
        assert (await bench.do(StartThread("c3", "+15550199"))).state is CommandState.DONE
        sent = await bench.do(SendText("c4", "hello", "+15550199", confirmed=SURE))
        assert sent.state is CommandState.DONE
        await bench.state_of(sent.message, DeliveryState.ACCEPTED)
    assert [text.text for text in bench.backend.folders.pushed] == ["hello"]


async def test_a_text_that_waited_too_long_is_stopped_at_the_push() -> None:
    """It was written in the hours, and would go out after them."""
    bench, _ = ruled('[send]\nhours = "sun 08:00-11:00"\nsentence = "Not now."')
    bench.backend.away = True
    async with bench.running():
        message = (await bench.do(SendText("c", "hi", ALICE, confirmed=SURE))).message
        assert message is not None
        bench.clock.move(OFFICE_ENDS_S)
        bench.backend.away = False
        await bench.do(RetryNow("now"))
        await bench.state_of(message, DeliveryState.FAILED)
        failed = [
            e.message for e in bench.events if isinstance(e, MessageChanged) and e.message.id == message
        ]
        assert "“Not now.” Allowed sun 08:00-11:00." in failed[-1].detail
        assert (await bench.do(RetryText("again", message))).reasons == ("policy",)
    assert bench.backend.folders.pushed == []


async def test_reading_is_refused_in_the_relay() -> None:
    """No conversation, text, contact or call leaves; how a text of one's own fares does."""
    bench, _ = ruled("[read]\nallow = false")
    bench.arrive("A1", "hello")
    async with bench.running():
        snapshot = await bench.relay.snapshot()
        assert (snapshot.threads, snapshot.contacts, snapshot.calls) == ((), (), ())
        with pytest.raises(PolicyError) as caught:
            await bench.relay.search("hello")
        assert caught.value.reason == "policy-read"
        thread = (await bench.do(StartThread("c1", ALICE))).sentence
        with pytest.raises(PolicyError):
            await bench.relay.messages(thread)  # type: ignore[arg-type]
        assert (await bench.do(MarkRead("c2", thread))).reasons == ("policy",)  # type: ignore[arg-type]
        sent = await bench.do(SendText("c3", "hi", ALICE, confirmed=SURE))
        await bench.state_of(sent.message, DeliveryState.ACCEPTED)
        await bench.quiet()
        told = [e for e in bench.events if isinstance(e, MessageChanged | ThreadChanged | ContactsChanged)]
        assert {type(e) for e in told} == {MessageChanged}
        assert {m.message.sources for m in told if isinstance(m, MessageChanged)} == {frozenset({Source.OWN})}
        async with bench.relay.events(Place(0)) as events:
            assert not isinstance((await anext(events)).event, ThreadChanged)


async def test_notifications_are_refused_in_the_relay() -> None:
    """They do not leave and cannot be acted on; that they tell groups from people goes on."""
    bench, _ = ruled("[notifications]\nallow = false")
    async with bench.running():
        bench.backend.notifications[-1].tell(notice(1))
        await bench.quiet()
        assert (await bench.relay.snapshot()).notifications == ()
        assert not [e for e in bench.events if isinstance(e, NotificationChanged)]
        act = ActOnNotification("c", NotificationId("n1"), NotificationAction.POSITIVE)
        assert (await bench.do(act)).reasons == ("policy",)


async def test_a_code_leaves_where_all_it_stood_in_may() -> None:
    """One of a text is a text's words; while texts may be read it is told."""
    for text, told in (("[read]\nallow = false", 0), ("[notifications]\nallow = false", 1)):
        bench, _ = ruled(text)
        async with bench.running():
            bench.backend.folders.add(row("A9", "Your code is 482913"), body("A9", "Your code is 482913"))
            bench.backend.messages[-1].report(FolderChange(ChangeKind.NEW, "A9", Folder.INBOX))
            await bench.quiet()
            await bench.quiet()
            assert len((await bench.relay.snapshot()).codes) == told
            assert len([e for e in bench.events if isinstance(e, CodeCame)]) == told


async def test_an_hour_closes_at_once_and_is_told_soon() -> None:
    """What was allowed is refused to the second; readers begin anew once it was looked, and when it opens again."""
    bench, _ = ruled('[read]\nhours = ["sun 08:00-11:00", "mon 00:00-24:00"]')
    bench.arrive("A1", "hello")
    async with bench.running():
        assert await kinds(bench) == [LimitKind.POLICY_RULES]
        thread = await bench.thread()
        bench.clock.move(OFFICE_ENDS_S)
        with pytest.raises(PolicyError):
            await bench.relay.messages(thread)
        await bench.quiet()
        assert isinstance(bench.events[-1], LimitationChanged)
        assert not bench.snapshots[-1].threads
        asked = len(bench.snapshots)
        await bench.quiet()
        assert len(bench.snapshots) == asked, "nothing changed"
        bench.clock.move(14 * OFFICE_ENDS_S)
        await bench.quiet()
        assert [t.title for t in bench.snapshots[-1].threads] == [ALICE]
        assert (await bench.relay.messages(thread)).messages


async def test_a_new_policy_is_obeyed_without_a_restart() -> None:
    """An administrator's change reaches relays that run for weeks; so does a file that went bad."""
    bench, rules = ruled("")
    bench.arrive("A1", "hello")
    async with bench.running():
        rules.write('banner = "Watched."\n[send]\nallow = false')
        await bench.quiet()
        assert await kinds(bench) == [LimitKind.POLICY_BANNER, LimitKind.POLICY_SEND, LimitKind.POLICY_RULES]
        (thread,) = (await bench.relay.snapshot()).threads
        assert thread.reply is Reply.CLOSED
        rules.policy = Policy((PolicyFile("policy.toml", broken="policy.toml is not root's."),))
        await bench.quiet()
        assert await kinds(bench) == [LimitKind.POLICY_UNUSABLE]
        snapshot = await bench.relay.snapshot()
        assert snapshot.threads == ()
        assert LimitKind.NOT_KEPT not in {limit.kind for limit in snapshot.limitations}, "said once"
        assert "not root's" in (await bench.do(SendText("c", "hi", ALICE, confirmed=SURE))).sentence
        rules.write("")
        await bench.quiet()
        assert await kinds(bench) == []
        assert (await bench.relay.snapshot()).threads[0].reply is Reply.ASKS


async def test_what_may_not_be_kept_is_not_written(tmp_path: Path) -> None:
    """While storing is refused nothing new reaches the archive, and it is written again afterwards."""
    rules = Rules("[store]\nallow = false")
    phone = make_phone()
    async with running(phone, tmp_path, policy=PolicySource(rules)) as run:
        phone.receive_text(ALICE, "not kept")
        await run.until(lambda s: s.threads)
        await run.archive.commit()
        assert (await run.archive.info()).messages == 0
        limits = {limit.kind for limit in (await run.relay.snapshot()).limitations}
        assert LimitKind.POLICY_STORE in limits
        assert LimitKind.NOT_KEPT not in limits
        rules.write("")
        await run.until(lambda s: LimitKind.POLICY_STORE not in {limit.kind for limit in s.limitations})
        phone.receive_text(ALICE, "kept")
        await run.until(lambda s: s.threads[0].last_text == "kept")
        await run.archive.commit()
        assert (await run.archive.info()).messages == 1


async def test_a_text_on_its_way_is_settled_on_the_disk_whatever_may_be_kept(tmp_path: Path) -> None:
    """It was queued while storing was allowed: were its end not written, the next run would send it again."""
    rules = Rules("")
    phone = make_phone()
    async with running(phone, tmp_path, lasting=True, policy=PolicySource(rules)) as run:
        await run.ready()
        sent = await run.do(SendText("c", "once", ALICE, confirmed=SURE))
        rules.write("[store]\nallow = false")
        await run.until(lambda s: LimitKind.POLICY_STORE in {limit.kind for limit in s.limitations})
        await run.until(lambda s: sent.message not in {text.id for text in s.unsettled})
    async with running(phone, tmp_path, lasting=True) as run:
        await run.ready()
        assert (await run.relay.snapshot()).unsettled == ()
    assert [text.text for text in phone.pushed] == ["once"]


async def test_no_more_is_kept_than_the_ceiling(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a person set."""
    monkeypatch.setattr(retaining, "START_S", 0.0)
    monkeypatch.setattr(retaining, "LOOK_S", 0.01)
    monkeypatch.setattr(retaining, "EVERY", timedelta(seconds=0.05))
    phone = make_phone()
    for n in range(6):
        phone.receive_text(ALICE, f"text {n}", at=now() - timedelta(minutes=6 - n))
    rules = PolicySource(Rules("[retention]\ncount = 2"))
    async with running(phone, tmp_path, rules=ArchiveSettings(keep=KeepRule(count=5)), policy=rules) as run:
        await run.synced()
        async with asyncio.timeout(20):
            while (await run.archive.info()).messages != 2 or [
                m.text for m in (await run.relay.search("text"))
            ] != ["text 5", "text 4"]:
                await asyncio.sleep(0.01)
