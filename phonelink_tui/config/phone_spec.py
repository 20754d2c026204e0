"""Which phone is meant, and how is it reached? The words after `--phone`.

bluez[:ADAPTER][/ADDRESS]                              over Bluetooth, our own sessions
obexd[:ADAPTER][/ADDRESS]                              over Bluetooth, through obexd
tcp:HOST:PORT[,pbap=PORT][,mns=PORT][,persona=NAME]    OBEX over TCP
virtual[:SCENARIO][?persona=NAME&seed=N&speed=X&fault=F]  the embedded phone
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from attrs import field, frozen

from phonelink_tui.domain.phone import PhoneKind
from phonelink_tui.errors import UsageError

SPEC_CHARS: Final = 1000

_ADDRESS: Final = re.compile("[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}")

_SHAPES: Final = "bluez[:ADAPTER][/ADDRESS], obexd, tcp:HOST:PORT[,pbap=PORT][,mns=PORT], virtual[:SCENARIO]"


@frozen
class BluetoothSpec:
    """A phone over Bluetooth."""

    through_obexd: bool = False
    adapter: str | None = None
    """For example `hci0`; None: the default one."""
    address: str | None = None
    """Six hexadecimal bytes, upper case; None: the only paired phone."""

    def __str__(self) -> str:
        word = "obexd" if self.through_obexd else "bluez"
        return (
            word + (f":{self.adapter}" if self.adapter else "") + (f"/{self.address}" if self.address else "")
        )


@frozen
class TcpSpec:
    """An OBEX server on TCP."""

    host: str
    port: int
    """Of message access."""
    pbap_port: int | None = None
    """None: `port` + 1."""
    mns_port: int | None = None
    """Where we listen for the phone's call-back; None: `port` + 2."""
    persona: PhoneKind = PhoneKind.IPHONE

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        options = {"pbap": self.pbap_port, "mns": self.mns_port}
        said = [f"{name}={port}" for name, port in options.items() if port is not None]
        return ",".join([f"tcp:{host}:{self.port}", *said, f"persona={self.persona}"])


@frozen
class VirtualSpec:
    """The embedded phone. Names of scenarios and faults are checked where they are known."""

    scenario: str | None = None
    persona: PhoneKind | None = None
    """None: the scenario's."""
    seed: int | None = None
    speed: float = 1.0
    """Of the scenario's clock."""
    faults: tuple[str, ...] = field(default=())

    def __str__(self) -> str:
        options: list[tuple[str, object]] = [
            *([("persona", self.persona)] if self.persona else []),
            *([("seed", self.seed)] if self.seed is not None else []),
            *([("speed", f"{self.speed:g}")] if self.speed != 1.0 else []),
            *(("fault", fault) for fault in self.faults),
        ]
        word = "virtual" + (f":{self.scenario}" if self.scenario else "")
        return word + ("?" + urlencode(options, safe=":,=") if options else "")


PhoneSpec = BluetoothSpec | TcpSpec | VirtualSpec


def parse_spec(text: str) -> PhoneSpec:
    """The phone that `text` names; `str` of the result names it again.

    Raises:
        UsageError: It names none; the message says which part is wrong.
    """
    word = re.split("[:/?]", text, maxsplit=1)[0]
    if len(text) > SPEC_CHARS or word not in _PARSERS:
        raise UsageError(f"`{text[:40]}` names no phone.", "One of " + _SHAPES + ".")
    return _PARSERS[word](text[len(word) :])


def same_phone(asked: PhoneSpec, owned: PhoneSpec, phone_id: str = "") -> bool:
    """Whether a relay started with `owned` has the phone that `asked` names.

    Over Bluetooth a phone is its address, whichever way it is reached; what is not said matches anything.

    Args:
        asked: What somebody wants.
        owned: What a relay was started with.
        phone_id: `Phone.id` of the relay, where the address is known once the phone is.
    """
    if not isinstance(asked, BluetoothSpec) or not isinstance(owned, BluetoothSpec):
        return asked == owned
    address = owned.address or (phone_id.upper() if _ADDRESS.fullmatch(phone_id) else None)
    same_address = asked.address is None or address is None or asked.address == address
    return same_address and (None in (asked.adapter, owned.adapter) or asked.adapter == owned.adapter)


def parse_host_port(text: str) -> tuple[str, int]:
    """HOST:PORT, the host in brackets where it holds colons.

    Raises:
        UsageError: It is none.
    """
    match = re.fullmatch(r"(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9.-]+)):(\d{1,5})", text)
    if match is None:
        raise UsageError(f"`{text[:60]}` is no HOST:PORT.", "For example 127.0.0.1:4040.")
    return match[1] or match[2], parse_port(match[3])


def parse_port(text: str) -> int:
    """A TCP port, 0 to 65535. Raises UsageError."""
    if not re.fullmatch(r"\d{1,5}", text) or int(text) > 0xFFFF:
        raise UsageError(f"`{text[:20]}` is no port.", "A number from 0 to 65535.")
    return int(text)


def parse_persona(text: str) -> PhoneKind:
    """The sort of phone. Raises UsageError."""
    try:
        return PhoneKind(text)
    except ValueError:
        raise UsageError(f"`{text[:20]}` is no persona.", "One of " + ", ".join(PhoneKind) + ".") from None


def _bluetooth(rest: str, *, through_obexd: bool) -> BluetoothSpec:
    match = re.fullmatch(r"(?::([A-Za-z0-9]{1,16}))?(?:/([0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}))?", rest)
    if match is None:
        raise UsageError(
            f"`{rest[:40]}` is no adapter and address.", "For example bluez:hci0/00:11:22:33:44:55."
        )
    return BluetoothSpec(through_obexd, match[1], match[2].upper() if match[2] else None)


def _tcp(rest: str) -> TcpSpec:
    where, *options = rest.removeprefix(":").split(",")
    host, port = parse_host_port(where)
    pairs = [tuple(option.partition("=")[::2]) for option in options]
    return TcpSpec(host, port, **_options(pairs, _TCP_OPTIONS))


def _virtual(rest: str) -> VirtualSpec:
    scenario, _, query = rest.removeprefix(":").partition("?")
    if rest[:1] not in ("", ":", "?") or not re.fullmatch(r"[A-Za-z0-9._/-]*", scenario):
        raise UsageError(f"`{scenario[:40]}` is no scenario.", "A name, or a path to a TOML file.")
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query), max_num_fields=20)
    except ValueError:
        raise UsageError(
            f"`?{query[:40]}` is not understood.", "For example ?persona=android&seed=7."
        ) from None
    faults = tuple(value for name, value in pairs if name == "fault")
    others = [(name, value) for name, value in pairs if name != "fault"]
    return VirtualSpec(scenario or None, faults=faults, **_options(others, _VIRTUAL_OPTIONS))


def _options(
    pairs: Iterable[tuple[str, ...]], known: dict[str, tuple[str, Callable[[str], Any]]]
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in pairs:
        if name not in known:
            raise UsageError(f"Unknown option `{name[:20]}` of a phone.", "One of " + ", ".join(known) + ".")
        field_name, parse = known[name]
        values[field_name] = parse(value)
    return values


def _seed(text: str) -> int:
    if not re.fullmatch(r"\d{1,18}", text):
        raise UsageError(f"`{text[:20]}` is no seed.", "A whole number.")
    return int(text)


def parse_speed(text: str) -> float:
    """A factor from 0.01 to 1000. Raises UsageError."""
    if not re.fullmatch(r"\d{1,4}(\.\d{1,3})?", text) or not 0.01 <= float(text) <= 1000:
        raise UsageError(f"`{text[:20]}` is no speed.", "A factor from 0.01 to 1000.")
    return float(text)


_TCP_OPTIONS: Final[dict[str, tuple[str, Callable[[str], Any]]]] = {
    "pbap": ("pbap_port", parse_port),
    "mns": ("mns_port", parse_port),
    "persona": ("persona", parse_persona),
}
_VIRTUAL_OPTIONS: Final[dict[str, tuple[str, Callable[[str], Any]]]] = {
    "persona": ("persona", parse_persona),
    "seed": ("seed", _seed),
    "speed": ("speed", parse_speed),
}
_PARSERS: Final[dict[str, Callable[[str], PhoneSpec]]] = {
    "bluez": lambda rest: _bluetooth(rest, through_obexd=False),
    "obexd": lambda rest: _bluetooth(rest, through_obexd=True),
    "tcp": _tcp,
    "virtual": _virtual,
}
