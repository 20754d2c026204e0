"""Does a line of JSON make the phone act, and is a bad line an answer and not a crash?"""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phonelink_tui.domain.observed import Folder
from phonelink_tui.virtual.act_lines import act_line, perform_line, pushed_line
from phonelink_tui.virtual.acts import ACTS, JsonObject, TextAct
from phonelink_tui.virtual.entries import Switch
from phonelink_tui.virtual.faults import FaultKind
from phonelink_tui.virtual.phone import VirtualPhone
from tests.virtual.conftest import ALICE, BOB


def test_a_text_arrives_and_is_echoed(phone: VirtualPhone) -> None:
    """The echo is the act with the handle it got."""
    line = perform_line(phone, '{"act":"text","from":"+15550100","text":"hi"}')
    (stored,) = phone.folder(Folder.INBOX)
    assert stored.text == "hi"
    assert line == {
        "v": 1,
        "type": "act",
        "act": "text",
        "from": ALICE,
        "text": "hi",
        "handle": f"{stored.handle:X}",
    }


def test_people_of_the_book_can_be_named(phone: VirtualPhone) -> None:
    """A contact's name stands for the first address."""
    perform_line(phone, '{"act":"group_text","from":"Alice Moreau","members":["Bob Tan"],"text":"x"}')
    (stored,) = phone.folder(Folder.INBOX)
    assert (stored.sender, stored.recipients) == (ALICE, (BOB,))


def test_every_act_of_the_contract_does_something(phone: VirtualPhone) -> None:
    """Each act by its line, and what it leaves on the phone."""

    def do(**act: object) -> JsonObject:
        return perform_line(phone, json.dumps(act))

    shown = do(act="notify", app="com.example.a", app_name="A", title="T", category="finance", positive="Pay")
    assert phone.centre.entries[0].positive_label == "Pay"
    do(act="remove", key=shown["key"])
    assert phone.centre.entries == ()
    text = do(act="text", **{"from": ALICE}, text="x")
    do(act="read", handle=text["handle"])
    assert phone.folder(Folder.INBOX)[0].read
    assert do(act="renumber")["texts"] == 1
    (stored,) = phone.folder(Folder.INBOX)
    assert stored.read
    assert f"{stored.handle:X}" != text["handle"]
    do(act="delete", handle=f"{stored.handle:X}")
    assert phone.folder(Folder.DELETED)
    do(act="call", **{"from": BOB})
    do(act="hang_up")
    do(act="call", **{"from": BOB}, kind="dialled")
    assert [call.kind for call in phone.call_log.entries] == ["dialled", "missed"]
    assert do(act="toggle", switch="contacts")["on"] is False
    assert not phone.allows(Switch.CONTACTS)
    do(act="fault", fault="refuse:1")
    assert phone.faults.has(FaultKind.REFUSE)
    do(act="fault", fault="")
    assert not phone.faults.has(FaultKind.REFUSE)
    do(act="walk_away")
    was_away = not phone.present
    do(act="return")
    assert was_away
    assert phone.present
    do(act="battery", percent=7)
    assert phone.battery_percent == 7
    do(act="own_text", to=[ALICE], text="from the phone")
    assert phone.folder(Folder.SENT)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("", "JSON"),
        ("nonsense", "JSON"),
        ("[1]", "object"),
        ('{"act":"explode"}', "expected one of"),
        ('{"act":"text"}', "from"),
        ('{"act":"text","from":5}', "expected a text"),
        ('{"act":"text","from":"+1","colour":1}', "colour"),
        ('{"act":"remove","key":"nothing"}', "no such notification"),
        ('{"act":"toggle","switch":"light"}', "messages"),
        ('{"act":"fault","fault":"earthquake"}', "no fault"),
        ('{"act":"read","handle":"xyz"}', "hexadecimal"),
        ("[" * 100_000, "JSON"),
        ("{" + " " * 200_000 + "}", "object"),
    ],
)
def test_a_bad_line_is_an_error_object(phone: VirtualPhone, line: str, says: str) -> None:
    """The message says what is wrong; nothing is raised."""
    answer = perform_line(phone, line)
    assert answer["type"] == "error"
    assert says in answer["message"]


@pytest.mark.parametrize(
    "line",
    [
        '{"act":"text","from":"","text":"x"}',
        '{"act":"text","from":"+15550100","text":""}',
        '{"act":"text","from":"+15550100"}',
        '{"act":"group_text","from":"+15550100","text":"","members":["+15550101"]}',
        '{"act":"own_text","to":[],"text":"x"}',
        '{"act":"call","from":""}',
        '{"act":"notify","app":"","title":"x"}',
    ],
)
def test_a_line_that_says_nothing_is_refused(phone: VirtualPhone, line: str) -> None:
    """Empty senders and texts are mistakes of the program that writes the line; a photo needs no text."""
    assert "not empty" in perform_line(phone, line)["message"]
    assert (phone.folder(Folder.INBOX), phone.centre.entries) == ((), ())
    assert perform_line(phone, '{"act":"text","from":"+15550100","photo":true}')["type"] == "act"


JSON = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.lists(st.text(max_size=5), max_size=2)
)
FIELDS = st.sampled_from(
    ["from", "text", "members", "group", "app", "title", "switch", "on", "handle", "kind", "key", "percent"]
)


@settings(max_examples=100)
@given(st.sampled_from(sorted(ACTS)), st.dictionaries(FIELDS, JSON, max_size=4))
def test_no_line_ever_crashes(act: str, fields: dict[str, object]) -> None:
    """Whatever the values are, the answer can be written as JSON again."""
    answer = perform_line(VirtualPhone(), json.dumps({"act": act, **fields}))
    assert answer["type"] in ("act", "error")
    json.dumps(answer).encode()


def test_acts_of_a_scenario_are_written_like_those_of_stdin(phone: VirtualPhone) -> None:
    """Defaults are left out; a pushed text has a line, too."""
    assert act_line(TextAct(ALICE, "x")) == {"v": 1, "type": "act", "act": "text", "from": ALICE, "text": "x"}
    phone.push_text([BOB], "y")
    assert pushed_line(phone.pushed[0]) == {"v": 1, "type": "pushed", "to": [BOB], "text": "y"}
