from typing import Any

import pytest

from tests.unit.template.cloudformation import load


@pytest.fixture(scope="session")
def template() -> dict[str, Any]:
    """The template as it stands, functions in their long form."""
    return load()
