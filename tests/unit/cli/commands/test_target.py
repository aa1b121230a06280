"""Which stack is meant by which options."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from jwx_cli.exits import CommandFailed
from jwx_cli.target import LOCAL_STATE, Target, chosen
from tests.unit.cli.commands.people import Person

STATE = {
    "stack": "jwx-local",
    "region": "us-east-1",
    "endpoint": "http://127.0.0.1:4566",
    "access_key_id": "test",
    "secret_access_key": "test",
}


def test_a_name_is_enough() -> None:
    """Region and profile come from the AWS configuration then."""
    assert chosen(stack="prod", region=None, profile=None, local=False) == Target(stack="prod")


def test_no_name_is_no_target() -> None:
    """Commands that need none work without."""
    assert chosen(stack=None, region="eu-central-1", profile=None, local=False) is None


def test_local_is_found_from_any_folder_below(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As git finds its repository; the state file tells all, its keys included."""
    state = tmp_path / LOCAL_STATE
    state.parent.mkdir(parents=True)
    state.write_text(json.dumps(STATE))
    (tmp_path / "deep" / "er").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "deep" / "er")

    target = chosen(stack="ignored", region=None, profile=None, local=True)

    assert target is not None
    assert (target.stack, target.endpoint, target.local) == ("jwx-local", "http://127.0.0.1:4566", True)


@pytest.mark.parametrize("option", ["region", "profile"])
def test_local_takes_nothing_of_aws(option: str) -> None:
    """No real credentials may ever be sent to the emulator, nor may somebody believe they were."""
    given = {"region": None, "profile": None} | {option: "x"}
    with pytest.raises(CommandFailed, match="--local takes neither"):
        chosen(stack=None, local=True, **given)


def test_two_stacks_are_one_too_many(person: Person) -> None:
    """Which one was meant is for the person to say; a name in the environment gives way to --local."""
    ended = person.jwx("status", "--local", "--stack", "prod")

    assert (ended.code, person.targets) == (2, [])
    assert ended.err == "jwx: --local and --stack name two stacks; give one of them.\n"
    assert "two stacks" not in person.jwx("status", "--local", stack="prod").err
