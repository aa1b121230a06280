"""Runs a function's `app.py` in a process of its own, as Lambda does, and tells what that took.

The environment says what to do: EVENT is the request, REQUESTS how often, SPAWNED when the process was begun
on the machine's monotonic clock, ALSO a module that only the first request loads. The last line of its output
is the answer.
"""

import os
import sys
import time


class Context:
    """Lambda's, as far as functions ask it."""

    function_name = "bench"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:us-east-1:111122223333:function:bench"
    aws_request_id = "request-1"

    def get_remaining_time_in_millis(self) -> int:
        return 30_000


def main() -> None:
    import app  # type: ignore[import-not-found]  # whichever function is on the path

    if hasattr(app, "from_env"):
        app.from_env()
    if "ALSO" in os.environ:
        __import__(os.environ["ALSO"])
    init = time.process_time(), time.monotonic() - float(os.environ["SPAWNED"])
    modules, rest = len(sys.modules), _memory("VmRSS")
    import json

    event, requests = json.loads(os.environ["EVENT"]), int(os.environ["REQUESTS"])
    app.lambda_handler(event, Context())
    first = time.process_time()
    for _ in range(requests):
        app.lambda_handler(event, Context())
    figures = {
        "init_cpu": init[0] * 1e3,
        "init_wall": init[1] * 1e3,
        "first_cpu": first * 1e3,
        "modules": modules,
        "rest_mb": rest,
        "peak_mb": _memory("VmHWM"),
    }
    print(json.dumps(figures))


def _memory(name: str) -> float:
    """A line of the process's status, in MB."""
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) / 1e3 for line in file if line.startswith(name))


if __name__ == "__main__":
    main()
