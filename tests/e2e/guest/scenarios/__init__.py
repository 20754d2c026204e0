"""One scenario a file, named after what it shows; see the card of `guest`.

A scenario is `async def run(world: World) -> None`; one that makes a world of its own is
`def run_alone(bluez: Bluez, log: Path) -> None`. A module may set LIMIT_S where 60 s do not fit, and
`prepare`, which is called before there is a loop: `warm_start`'s, where it begins programs of ours.
"""
