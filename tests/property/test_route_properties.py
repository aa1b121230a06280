"""The cached policy and the fresh decision say the same of any route, for any table and any scopes."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from jwx.authorization.routes import METHODS, parse_routes
from tests.unit.core.authorization.iam import permits

STAGE = "arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5/prod"
SCOPES = st.lists(st.sampled_from(["a", "b", "c"]), max_size=2)
SEGMENTS = st.sampled_from(["", "*", "x", "y", "xy", "admin", "x*", "*y", "A1", "-"])
PATHS = (
    st.lists(SEGMENTS, min_size=1, max_size=4)
    .map(lambda parts: "/" + "/".join(parts))
    .filter(lambda p: "//" not in p)
)
PATTERNS = st.tuples(st.sampled_from(["*", "GET", "POST"]), PATHS).map(" ".join)
TARGETS = st.lists(
    st.sampled_from(
        [
            "",
            "x",
            "y",
            "xy",
            "xzy",
            "admin",
            "A1",
            "-",
            ".",
            "..",
            "..;",
            ".;x",
            ";x",
            "x%00",
            "admin%0a",
            "%252e%252E",
            "%61dmin",
            "%78",
            "%2f",
            "a%20b",
            "%40",
            "%41%31",
            "%2d",
            "%2D",
        ]
    ),
    min_size=1,
    max_size=4,
).map(lambda parts: "/" + "/".join(parts))


@given(st.dictionaries(PATTERNS, SCOPES, max_size=5), SCOPES, st.sampled_from(METHODS), TARGETS)
def test_policy_and_decision_agree(
    table: dict[str, list[str]], held: list[str], method: str, path: str
) -> None:
    """Whichever route was asked for first, the policy that API Gateway keeps is right for every other."""
    routes = parse_routes(json.dumps(table))
    scopes = frozenset(held)
    assert permits(routes.policy(STAGE, scopes), f"{STAGE}/{method}{path}") is routes.allows(
        method, path, scopes
    )


@given(st.dictionaries(PATTERNS, SCOPES, min_size=1, max_size=5), SCOPES, st.sampled_from(METHODS), TARGETS)
def test_more_scopes_never_close_a_route(
    table: dict[str, list[str]], held: list[str], method: str, path: str
) -> None:
    """A token with all scopes may do whatever one with some may."""
    routes = parse_routes(json.dumps(table))
    if routes.allows(method, path, frozenset(held)):
        assert routes.allows(method, path, frozenset({"a", "b", "c"}))
