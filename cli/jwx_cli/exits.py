"""What the command line ends with: a code that scripts may rely on, and one sentence for people."""

from __future__ import annotations

from enum import IntEnum

import jwx.errors


class ExitCode(IntEnum):
    """The contract with scripts; `--help` prints it."""

    DONE = 0
    NO = 1
    USAGE = 2
    REFUSED = 3
    FAILED = 4
    UNREACHABLE = 5
    INTERRUPTED = 130


EXIT_CODES = (
    "Exit codes: 0 done, or the answer is yes; 1 the answer is no (a token would be refused, something was "
    "found); 2 wrong usage; 3 the request was refused and nothing was changed; 4 something failed or is not "
    "finished, try again; 5 the stack cannot be reached (credentials, Region, name, permission, network); "
    "130 stopped by Ctrl-C."
)


class CommandFailed(Exception):
    """Ends a command; the message is the one sentence to print."""

    def __init__(self, message: str, code: ExitCode) -> None:
        super().__init__(message)
        self.code = code


def exit_code_of(error_type: str) -> ExitCode:
    """The code for a typed error of a function: its name is the contract."""
    kind = getattr(jwx.errors, error_type, None)
    is_refusal = isinstance(kind, type) and issubclass(kind, jwx.errors.RequestRefused)
    return ExitCode.REFUSED if is_refusal else ExitCode.FAILED
