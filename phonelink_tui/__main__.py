"""How does `python -m phonelink_tui` start? Like the commands `phonelink` and `phonelink-tui`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; exits with its code."""
    from phonelink_tui.config.platform import unsupported

    if (line := unsupported()) is not None:
        sys.stderr.write(line + "\n")
        raise SystemExit(3)
    from phonelink_tui.cli.app import app

    app()


if __name__ == "__main__":
    main()
