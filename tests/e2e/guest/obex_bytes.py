"""Which bytes does obexd begin with?"""

from __future__ import annotations

OBEXD_CONNECT = bytes.fromhex("80 001a 10 00 1000 46 0013 bb582b40420c11dbb0de0800200c9a66")
"""CONNECT of BlueZ 5.66 and 5.87, recorded: OBEX 1.0, packets up to 4096 bytes, Target MAP MAS.

A phone whose record has bit 19 would be sent application parameters too; an iPhone's has not.
"""
