"""`jwx watch`: each change once, from the inside and from the public URL."""

from __future__ import annotations

import json

from tests.unit.cli.commands.golden import golden, with_named_keys
from tests.unit.cli.commands.people import Person


def test_each_change_is_a_line(person: Person) -> None:
    """What stays the same is told once; the next run's effect is seen when it happens."""
    person.world.do("rotate")
    inner = person.world.clock.sleep

    def time_passes(seconds: float) -> None:
        inner(seconds)
        person.world.run()

    person.sleep = time_passes

    ended = person.jwx("watch", "--for", "7200", "--interval", "600")

    assert with_named_keys(person, ended.out) == golden("watch")


def test_json_has_an_object_a_line(person: Person) -> None:
    """For programs that follow."""
    (line,) = person.jwx("watch", "--for", "0", "--json").out.splitlines()

    seen = json.loads(line)
    assert seen["states"][person.active()] == "active"
    assert sorted(seen["states"]) == seen["public"]


def test_a_silent_url_is_shown(person: Person) -> None:
    """What the world sees matters as much as what the ring says."""
    person.silent = True

    assert person.jwx("watch", "--for", "0").out.endswith("public: no answer\n")


def test_a_terminal_gets_a_live_view(person: Person) -> None:
    """Table, bars and whether the public URL agrees."""
    ended = person.jwx("watch", "--for", "0", terminal=True)

    assert "The public URL shows the same keys." in ended.out
    assert person.active() in ended.out
