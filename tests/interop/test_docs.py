"""The docs show what the tests run."""

from __future__ import annotations

from tests.interop.clients import KINDS
from tests.interop.envoy import SAMPLE
from tests.interop.table import DOCUMENT, committed_algorithms


def test_the_envoy_configuration_of_the_docs_is_the_one_that_is_tested() -> None:
    """To the byte."""
    assert f"```yaml\n{SAMPLE.read_text()}```\n" in DOCUMENT.read_text()


def test_the_table_has_a_row_for_each_client_and_each_knows_something() -> None:
    """Also where no Node.js is there to measure it."""
    for kind in KINDS:
        assert committed_algorithms(kind.name) >= {"RS256", "ES256"}
