"""The console script `jwx`."""

from __future__ import annotations

import sys

from jwx_cli.exits import ExitCode


def main() -> None:
    """Ctrl-C is clean from the first moment on, that of the imports included."""
    try:
        from jwx_cli.app import app

        app(prog_name="jwx")
    except KeyboardInterrupt:
        sys.exit(int(ExitCode.INTERRUPTED))


if __name__ == "__main__":
    main()
