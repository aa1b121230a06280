"""`python -m local demo|up|down`, which `make` calls."""

import argparse
import os
import signal
import sys
from collections.abc import Callable

from local import cloud, hold
from local.console import Reporter
from local.demo import demo
from local.errors import LocalError
from local.place import LASTING, Place
from local.up import up

AWS_PORT = 4566
EDGE_PORT = 8480


def main() -> int:
    parser = argparse.ArgumentParser(prog="make", description=__doc__)
    parser.add_argument("command", choices=["demo", "up", "down"])
    command = parser.parse_args().command
    # A plain kill shall clean up like Ctrl-C does.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    return ended(lambda: run(command, Reporter()))


def ended(work: Callable[[], int]) -> int:
    """The exit code; what a person can act on is one sentence."""
    try:
        return work()
    except LocalError as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        if error.filename is None:  # nobody could tell what it is about
            raise
        print(f"{error.filename}: {error.strerror}.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130


def run(command: str, reporter: Reporter) -> int:
    if command == "demo":
        return demo(reporter)
    if command == "up":
        return up(lasting_place(), reporter)
    return down(lasting_place(), reporter)


def down(place: Place, reporter: Reporter) -> int:
    """What ran leaves many files, which takes a while to delete."""
    if not hold.is_held(place):
        reporter.say("Nothing was running.")
        return 0
    with reporter.step("stopping everything"):
        cloud.stop(place)
    return 0


def lasting_place() -> Place:
    """The ports stay the same from one day to the next, so that clients can be configured for them."""
    return Place(name=LASTING, aws_port=port("AWS_PORT", AWS_PORT), edge_port=port("EDGE_PORT", EDGE_PORT))


def port(variable: str, default: int) -> int:
    given = os.environ.get(variable, str(default))
    if not given.isdecimal() or not 1024 <= int(given) <= 65535:
        raise LocalError(f"{variable} must be a port from 1024 to 65535, not '{given}'.")
    return int(given)


if __name__ == "__main__":
    sys.exit(main())
