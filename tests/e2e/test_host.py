"""Does the host's side say what it runs, and loudly what it does not? And does the reader of requests read?"""

from __future__ import annotations

import pytest

from tests.e2e.guest.obex_bytes import OBEXD_CONNECT
from tests.e2e.guest.obex_packets import by_name, parameters, requests
from tests.e2e.plan import RELEASE_SCENARIOS, Outcome, Report, scenario_names
from tests.e2e.run import cannot_run, scenarios_for, summarise


def report_of(**results: str) -> Report:
    """A report of scenarios that ended so."""
    outcomes = [
        Outcome(name=name, result=result, duration_s=1.0, attempts=1, detail="why")  # type: ignore[typeddict-item]
        for name, result in results.items()
    ]
    return Report(kernel="6.1", bluez="5.87", wall_s=10.0, scenarios=outcomes)


def test_the_newest_runs_everything_and_the_release_the_most_telling() -> None:
    """Five scenarios on the release's BlueZ, all of which exist."""
    assert scenarios_for("newer") == scenario_names()
    assert scenarios_for("release") == list(RELEASE_SCENARIOS)
    assert len(RELEASE_SCENARIOS) == 5
    assert set(RELEASE_SCENARIOS) < set(scenario_names())


@pytest.mark.parametrize(("ci", "status"), [("", 0), ("true", 2)])
def test_what_cannot_run_is_said_loudly(
    ci: str, status: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line that names the package; under CI it is a failure."""
    monkeypatch.setenv("CI", ci)
    assert cannot_run("NEEDS PACKAGE qemu-system-x86") == status
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "SKIPPED" in said
    assert "NEEDS PACKAGE qemu-system-x86" in said


def test_failures_are_summed_over_versions(capsys: pytest.CaptureFixture[str]) -> None:
    """One failed or lost scenario of either version fails the whole and is named."""
    assert summarise([report_of(le="ok"), report_of(le="ok")], 20.0) == 0
    assert summarise([report_of(le="ok"), report_of(le="ok", dual="not run")], 20.0) == 1
    said = capsys.readouterr().out
    assert "BlueZ 5.87, dual: not run" in said


def test_requests_are_read_without_our_codec() -> None:
    """CONNECT as obexd writes it; a PUT in two packets; two of one name."""
    put = bytes.fromhex("02 000c cb00000007 48 0004 41".replace(" ", ""))
    end = bytes.fromhex("82 0007 49 0004 42".replace(" ", ""))
    read = by_name(requests(OBEXD_CONNECT + put + end + OBEXD_CONNECT))
    assert list(read) == ["CONNECT", "PUT", "CONNECT (2)"]
    assert read["CONNECT"].fields() == {
        "constants": "10 00 10 00",
        "headers": "46",
        "header 46": "bb 58 2b 40 42 0c 11 db b0 de 08 00 20 0c 9a 66",
    }
    assert read["PUT"].header(0x49) == b"AB"
    assert parameters(bytes.fromhex("0102000a 140101")) == [(1, b"\x00\x0a"), (0x14, b"\x01")]
