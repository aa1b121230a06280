"""What goes wrong is one sentence and a code, never a stack trace."""

from __future__ import annotations

import json

import pytest

from jwx_cli.exits import CommandFailed, ExitCode
from jwx_cli.stack import InvokeFailed
from tests.unit.cli.commands.people import Person


@pytest.mark.parametrize(
    ("error_type", "message", "code", "sentence"),
    [
        (
            "UnknownIssuer",
            "issuer: there is no issuer 'x'",
            3,
            "UnknownIssuer: issuer: there is no issuer 'x'",
        ),
        ("LostRace", "issuer: changed", 4, "LostRace: issuer: changed"),
        ("KeyRingUnavailable", "DynamoDB", 4, "KeyRingUnavailable: DynamoDB"),
        # The embedded AWS tells no type: it may be in the message, in a stack trace, or nowhere.
        ("Runtime.HandlerError", "UnknownKey: kid: 'x'", 3, "UnknownKey: kid: 'x'"),
        (
            "Runtime.HandlerError",
            "Traceback:\n  line\njwx.errors.UnknownKey: kid: x",
            3,
            "UnknownKey: kid: x",
        ),
        ("Runtime.HandlerError", "kid: 'x' is no key", 3, "kid: 'x' is no key"),
        (
            "Runtime.ExitError",
            "RequestId: 1 Error: exit status 1",
            4,
            "The function failed (Runtime.ExitError): RequestId: 1 Error: exit status 1",
        ),
        ("Sandbox.Timedout", "Task timed out", 4, "The function failed (Sandbox.Timedout): Task timed out"),
        ("Unhandled", "", 4, "The function failed (Unhandled): no message"),
    ],
)
def test_typed_errors_of_functions(
    person: Person, error_type: str, message: str, code: int, sentence: str
) -> None:
    """Refusals and failures have different codes; the sentence is the function's own."""
    person.stack.failure = InvokeFailed(error_type, message)

    ended = person.jwx("plan")

    assert (ended.code, ended.out, ended.err) == (code, "", f"jwx: {sentence}\n")


def test_a_stack_that_cannot_be_reached(person: Person) -> None:
    """Its own code, so that scripts can tell it from a refusal."""
    person.unreachable = CommandFailed("There are no AWS credentials.", ExitCode.UNREACHABLE)

    ended = person.jwx("status")

    assert (ended.code, ended.err) == (5, "jwx: There are no AWS credentials.\n")


def test_no_stack_named(person: Person) -> None:
    """Says how to name one, and asks nobody."""
    ended = person.jwx("status", stack=None)

    assert (ended.code, person.targets) == (2, [])
    assert "Give --stack NAME or set JWX_STACK" in ended.err


def test_ctrl_c_is_clean(person: Person) -> None:
    """One word and the code that shells know."""
    person.stack.failure = KeyboardInterrupt()

    ended = person.jwx("status")

    assert (ended.code, ended.err) == (130, "\njwx: Stopped.\n")


def test_messages_move_no_cursor(person: Person) -> None:
    """A function may quote what somebody sent."""
    person.stack.failure = InvokeFailed("InvalidRequest", "kid: \x1b[2J")

    assert person.jwx("plan").err == "jwx: InvalidRequest: kid: \\u001b[2J\n"


def test_a_stack_of_somebody_else(person: Person) -> None:
    """A stack without our outputs is none of ours."""
    person.stack.named = {}

    ended = person.jwx("plan")

    assert (ended.code, "no output RotationFunctionName" in ended.err) == (5, True)


def test_options_choose_the_stack(person: Person) -> None:
    """As with the AWS CLI; an option wins over the environment."""
    person.jwx("plan", "--stack", "other", "--region", "eu-central-1", "--profile", "ops")

    (target,) = person.targets
    assert (target.stack, target.region, target.profile) == ("other", "eu-central-1", "ops")


@pytest.mark.parametrize(
    "command",
    [
        *("status", "plan", "rotate", "revoke", "watch", "token", "inspect", "key import", "publish-page"),
        *("issuer list", "issuer create", "issuer update", "issuer delete"),
    ],
)
def test_every_command_explains_itself(person: Person, command: str) -> None:
    """Its options and the codes it ends with."""
    ended = person.jwx(*command.split(), "--help")

    assert ended.code == 0
    assert all(word in ended.out for word in ("--stack", "--local", "--json", "Exit codes:", "130"))


def test_nothing_but_json_with_json(person: Person) -> None:
    """Each command that looks keeps its promise to programs."""
    for command in (["status"], ["plan"], ["issuer", "list"], ["token", "--sub", "s", "--aud", "a"]):
        json.loads(person.jwx(*command, "--json").out)
