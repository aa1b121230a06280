"""`python -m local demo|up|down`, which `make` calls."""

import argparse
import os
import signal
import sys

from local import cloud
from local.console import Reporter
from local.demo import demo
from local.errors import LocalError
from local.place import Place
from local.up import up

AWS_PORT = 4566
EDGE_PORT = 8480


def main() -> int:
    parser = argparse.ArgumentParser(prog="make", description=__doc__)
    parser.add_argument("command", choices=["demo", "up", "down"])
    command = parser.parse_args().command
    # A plain kill shall clean up like Ctrl-C does.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        return run(command, Reporter())
    except LocalError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130


def run(command: str, reporter: Reporter) -> int:
    if command == "demo":
        return demo(reporter)
    if command == "up":
        return up(lasting_place(), reporter)
    reporter.say("Stopped." if cloud.stop(lasting_place()) else "Nothing was running.")
    return 0


def lasting_place() -> Place:
    """The ports stay the same from one day to the next, so that clients can be configured for them."""
    return Place(name="local", aws_port=port("AWS_PORT", AWS_PORT), edge_port=port("EDGE_PORT", EDGE_PORT))


def port(variable: str, default: int) -> int:
    given = os.environ.get(variable, str(default))
    if not given.isdecimal() or not 1024 <= int(given) <= 65535:
        raise LocalError(f"{variable} must be a port from 1024 to 65535, not '{given}'.")
    return int(given)


if __name__ == "__main__":
    sys.exit(main())
