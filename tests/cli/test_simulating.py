"""Does `simulate` hand over what it was asked, and keep to this computer unless told?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from phonelink_tui.cli.output import Output
from phonelink_tui.cli.simulating import SimulateOptions, simulate, simulation_of
from phonelink_tui.cli.surroundings import Surroundings
from phonelink_tui.composition.entry import Simulation
from phonelink_tui.config.phone_spec import PhoneSpec, VirtualSpec
from phonelink_tui.errors import BluetoothUnavailable, UsageError
from tests.cli.conftest import Phonelink


def options(listen: str, pbap: str | None = None, mns: str | None = None, **more: bool) -> SimulateOptions:
    return SimulateOptions(VirtualSpec(), listen, pbap, mns, anywhere=more.get("anywhere", False))


def test_contacts_are_on_the_next_port() -> None:
    """Without more words contacts are one port on, and a free port stays a free port."""
    assert simulation_of(options("127.0.0.1:4040")).pbap == ("127.0.0.1", 4041)
    assert simulation_of(options("[::1]:0")).pbap == ("::1", 0)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "example.net", "[::]"])
def test_other_computers_need_a_word(host: str) -> None:
    """An address that others reach is refused until it is meant."""
    with pytest.raises(UsageError, match="other computers"):
        simulation_of(options(f"{host}:4040"))
    assert simulation_of(options(f"{host}:4040", anywhere=True)).mas[1] == 4040


def test_acts_come_from_stdin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: Any) -> None:
    """Each line of stdin that says anything reaches the phone, in order and unread."""
    acts: list[str] = []

    async def phone(
        simulation: Simulation, todo: AsyncIterator[str], say: Callable[[dict[str, Any]], None]
    ) -> None:
        say({"v": 1, "type": "listening"})
        async for line in todo:
            acts.append(line.strip())

    path = tmp_path / "acts"
    path.write_bytes(b'{"act":"return"}\n\nnonsense\n{"act":"walk_away"}\n')
    with path.open() as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        asyncio.run(simulate(Surroundings(simulate=phone), Output(), options("127.0.0.1:0")))
    assert acts == ['{"act":"return"}', "nonsense", '{"act":"walk_away"}']


def test_relay_process_gets_its_phone_and_socket(phonelink: Phonelink) -> None:
    """The hidden command hands the phone and the descriptor over, and an error of it has its code."""
    ran: list[tuple[str, int]] = []

    def run_relay(spec: PhoneSpec, fd: int) -> None:
        ran.append((str(spec), fd))
        raise BluetoothUnavailable("None.")

    result = phonelink("relay", "run", "--phone", "virtual:x", "--fd", "7", run_relay=run_relay)
    assert (result.exit_code, ran) == (3, [("virtual:x", 7)])


def test_wrong_words_are_usage(phonelink: Phonelink) -> None:
    """Persona and address are checked before anything is opened."""
    assert phonelink("simulate", "--persona", "windows").exit_code == 2
    assert phonelink("simulate", "--listen", "nowhere").exit_code == 2
    assert phonelink("demo", "--speed", "0").exit_code == 2
