from __future__ import annotations

import pytest

from tests.unit.cli.commands.people import Person


@pytest.fixture
def person() -> Person:
    """A person before a stack whose first key signs and whose standby waits."""
    return Person()
