"""Where do our requests differ from obexd's for the same operation, and why? Data; every difference is here."""

from __future__ import annotations

DIFFERENCES: dict[tuple[str, str], str] = {}
"""Operation and field: the reason. A field is in `obex_packets.Request.fields`."""
