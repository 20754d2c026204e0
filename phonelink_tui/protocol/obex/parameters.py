"""How are the tag-length-value triples of Application Parameters written and read? (IrOBEX 1.5, 2.2)

The tags belong to the profiles; an authentication challenge has the same form.
"""

from __future__ import annotations

from collections.abc import Iterable

from attrs import frozen

from phonelink_tui.errors import LocalProtocolError


@frozen
class Parameter:
    """One triple: a tag of one byte and up to 255 bytes."""

    tag: int
    value: bytes

    def encode(self) -> bytes:
        """The triple as on the wire.

        Raises:
            LocalProtocolError: Tag or value do not fit in their byte.
        """
        if not 0 <= self.tag <= 0xFF or len(self.value) > 0xFF:
            raise LocalProtocolError(f"Parameter {self.tag:#04x} with {len(self.value)} bytes does not fit.")
        return bytes([self.tag, len(self.value)]) + self.value


def encode_parameters(parameters: Iterable[Parameter]) -> bytes:
    """All triples, one after the other."""
    return b"".join(parameter.encode() for parameter in parameters)


def decode_parameters(data: bytes) -> tuple[Parameter, ...]:
    """Read triples until the data ends. Never raises.

    A triple that claims more bytes than are left ends the reading: what stood before it is used, the tail
    is ignored, as the stacks of phones do. Tags may repeat.
    """
    parameters: list[Parameter] = []
    at = 0
    while at + 2 <= len(data):
        end = at + 2 + data[at + 1]
        if end > len(data):
            break
        parameters.append(Parameter(data[at], data[at + 2 : end]))
        at = end
    return tuple(parameters)
