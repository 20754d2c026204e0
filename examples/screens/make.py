"""Make the pictures of the README, from the demo: the real relay on the embedded phone, the real app, no terminal.

python examples/screens/make.py            writes the SVG files beside this one; takes about half a minute
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

from textual.pilot import Pilot

from phonelink_tui.composition.hosting import build_relay
from phonelink_tui.config.phone_spec import parse_spec
from phonelink_tui.ui.app import PhoneApp
from phonelink_tui.ui.settings import UiSettings

HERE = Path(__file__).parent
FONT_FACE = re.compile(r"@font-face\s*\{.*?\}", re.DOTALL)
"""Every exported SVG would fetch its font from a public server."""

Steps = Callable[[Pilot[None]], Awaitable[None]]


async def conversation(pilot: Pilot[None]) -> None:
    """A text arrived, was answered, and the answer was answered."""
    await pilot.pause(3)
    await pilot.press("alt+a")
    await pilot.press(*"Gladly, when?", "enter")
    await pilot.pause(6)


async def group(pilot: Pilot[None]) -> None:
    """A group can be read."""
    await pilot.pause(9)
    await pilot.press("ctrl+o", *"Sunday", "enter")
    await pilot.pause(1)


async def gap(pilot: Pilot[None]) -> None:
    """Not connected for a while, and everything at once on a wide screen."""
    await pilot.pause(48)
    await pilot.press("ctrl+o", *"Alice", "enter")
    await pilot.pause(1)


async def narrow(pilot: Pilot[None]) -> None:
    """The list on the smallest screen."""
    await pilot.pause(6)
    await pilot.press("escape")
    await pilot.pause(1)


PICTURES: dict[str, tuple[tuple[int, int], str, Steps]] = {
    "messages-100x30": ((100, 30), "dark", conversation),
    "group-80x24": ((80, 24), "light", group),
    "gap-160x45": ((160, 45), "dark", gap),
    "narrow-60x16": ((60, 16), "contrast", narrow),
}


async def picture(name: str, size: tuple[int, int], theme: str, steps: Steps) -> None:
    async with build_relay(parse_spec("virtual:first-day")) as relay:
        app = PhoneApp(relay, UiSettings(theme=theme, bell=False))
        async with app.run_test(size=size) as pilot:
            await steps(pilot)
            svg = app.export_screenshot(title="phonelink")
    (HERE / f"{name}.svg").write_text(FONT_FACE.sub("", svg), encoding="utf-8")
    print(name)


async def main() -> None:
    async with asyncio.TaskGroup() as tasks:
        for name, (size, theme, steps) in PICTURES.items():
            tasks.create_task(picture(name, size, theme, steps))


if __name__ == "__main__":
    asyncio.run(main())
