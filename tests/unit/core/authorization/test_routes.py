"""Scopes and routes: the policy for all routes says of each what a fresh decision would say."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from jwx.authorization.routes import parse_routes, scopes_of
from jwx.errors import ConfigurationError
from tests.unit.core.authorization.iam import permits

STAGE = "arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5/prod"


SHOP = parse_routes(
    json.dumps(
        {
            "GET /orders": ["orders:read"],
            "GET /orders/*": ["orders:read"],
            "POST /orders": ["orders:read", "orders:write"],
            "* /orders/*/admin": ["admin"],
            "* /admin/*": ["admin"],
            "GET /health": [],
            "$connect": ["chat"],
        }
    )
)


@pytest.mark.parametrize(
    ("scopes", "method", "path", "is_open"),
    [
        ("orders:read", "GET", "/orders", True),
        ("orders:read", "GET", "/orders/", True),
        ("orders:read", "GET", "/orders/7", True),
        ("orders:read", "GET", "/orders/7/items", True),
        ("orders:read", "GET", "/orders/7/admin", False),
        ("orders:read", "GET", "/orders/7/admin/", False),
        ("orders:read admin", "GET", "/orders/7/admin", True),
        ("admin", "GET", "/orders/7/admin", False),
        ("orders:read", "POST", "/orders", False),
        ("orders:write", "POST", "/orders", False),
        ("orders:read orders:write", "POST", "/orders", True),
        ("orders:read", "HEAD", "/orders", False),
        ("orders:read", "GET", "/Orders", False),
        ("orders:read", "GET", "/ordersX", False),
        ("orders:read", "GET", "/x/orders", False),
        ("orders:read", "GET", "/unknown", False),
        ("orders:read", "GET", "//orders", False),
        ("orders:read", "GET", "/orders//7", False),
        ("orders:read", "GET", "/orders/7/./admin", False),
        ("orders:read", "GET", "/orders/7/x/../admin", False),
        ("orders:read", "GET", "/orders/7/admin/.", False),
        ("orders:read", "GET", "/orders/7/admin/x/..", False),
        ("orders:read", "GET", "/orders%2f7", False),
        ("orders:read", "GET", "/orders/7%2Fadmin", False),
        ("orders:read", "GET", "/orders/7%5cadmin", False),
        ("orders:read", "GET", "/orders/7\\admin", False),
        ("orders:read", "GET", "/orders/7/%61dmin", False),
        ("orders:read", "GET", "/orders/7/admi%6E", False),
        ("orders:read", "GET", "/orders/a%20b", True),
        ("orders:read", "GET", "/orders/a%40b", True),
        ("admin", "DELETE", "/admin/x", True),
        ("admin", "DELETE", "/x/admin/y", False),
        ("admin", "DELETE", "/admin", False),
        ("", "GET", "/health", True),
        ("", "GET", "/orders", False),
        ("chat", "", "$connect", True),
        ("orders:read", "", "$connect", False),
    ],
)
def test_a_route_is_open_to_the_scopes_of_all_its_patterns(
    scopes: str, method: str, path: str, is_open: bool
) -> None:
    """By decision and by policy alike, since API Gateway applies the policy to later requests."""
    held = frozenset(scopes.split())
    assert SHOP.allows(method, path, held) is is_open
    arn = f"{STAGE}/{method}{path}" if method else f"{STAGE}/{path}"
    assert permits(SHOP.policy(STAGE, held), arn) is is_open


def test_a_cached_policy_serves_every_route_and_opens_no_other_stage() -> None:
    """The policy is the same whichever route asked first, and ends at its stage."""
    policy = SHOP.policy(STAGE, frozenset({"orders:read"}))
    assert policy is SHOP.policy(STAGE, frozenset({"orders:read", "unrelated"}))
    other_stage = STAGE.replace("/prod", "/test")
    assert not permits(policy, f"{other_stage}/GET/orders")
    assert permits(SHOP.policy(other_stage, frozenset({"orders:read"})), f"{other_stage}/GET/orders")


def test_without_route_scopes_every_route_is_open() -> None:
    """To any valid token."""
    everything = parse_routes(None)
    assert everything.allows("DELETE", "/any/thing", frozenset())
    assert permits(everything.policy(STAGE, frozenset()), f"{STAGE}/DELETE/any/thing")
    assert not permits(everything.policy(STAGE, frozenset()), f"{STAGE}x/GET/any")


def test_with_no_pattern_at_all_nothing_is_open() -> None:
    """An empty object is a setting, not an absent one."""
    nothing = parse_routes("{}")
    assert not nothing.allows("GET", "/", frozenset())
    assert not permits(nothing.policy(STAGE, frozenset()), f"{STAGE}/GET/")


def test_a_wildcard_method_stays_a_method() -> None:
    """`*` spans slashes in an ARN: the allowed method must not swallow the start of another path."""
    policy = parse_routes('{"* /public": []}').policy(STAGE, frozenset())
    assert permits(policy, f"{STAGE}/PUT/public")
    assert not permits(policy, f"{STAGE}/PUT/private/public")


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "get", "*", "ANY", ""])
def test_a_method_of_no_list_is_never_open(method: str) -> None:
    """An open wildcard beside a closed one: what the Deny does not name must not be allowed either."""
    table = parse_routes('{"* /*": [], "* /admin/*": ["admin"]}')
    assert not table.allows(method, "/admin/x", frozenset())
    assert not table.allows(method, "/other", frozenset())
    assert not permits(table.policy(STAGE, frozenset()), f"{STAGE}/{method}/admin/x")
    assert not permits(table.policy(STAGE, frozenset()), f"{STAGE}/{method}/other")


@pytest.mark.parametrize(
    "path", ["/admin;x=1", "/admin;", "/x;/admin", "/admin%3bx", "/admin%3Bx", "/%2561dmin"]
)
def test_a_disguised_path_does_not_open_what_is_closed(path: str) -> None:
    """Path parameters, a second encoding: some routers take them for the closed path."""
    table = parse_routes('{"* /*": [], "* /admin": ["admin"], "* /admin/*": ["admin"]}')
    for scopes, is_open in ((frozenset[str](), False), (frozenset({"admin"}), True)):
        assert table.allows("GET", path, scopes) is is_open
        assert permits(table.policy(STAGE, scopes), f"{STAGE}/GET{path}") is is_open


@pytest.mark.parametrize(
    "path",
    [
        *("/public/..;/admin", "/public/..;a=b/admin", "/public/..%3b/admin", "/public/..%00/admin"),
        *("/public/..", "/public/../admin", "/public/.", "/public/./admin", "/public/.%2e/admin"),
        *("/public/%252e%252e/admin", "/public/%252E%252E%252Fadmin", "/public/x%255cadmin"),
        *("/a/;/z", "/a/;x=1/z", "/a/%3bx/z", "/a/.;/z", "/a/.%3B/z", "/a/x%00/z"),
    ],
)
def test_a_path_does_not_leave_the_pattern_that_opens_it(path: str) -> None:
    """What no pattern names is closed: `/public/..;/admin` is `/admin` to some, `/a/;/z` is `/a/z`."""
    table = parse_routes('{"GET /public/*": [], "GET /a/*/z": []}')
    assert table.allows("GET", "/public/a;x=1/100%25", frozenset())
    assert table.allows("GET", "/a/.hidden/z", frozenset())
    assert not table.allows("GET", path, frozenset())
    assert not permits(table.policy(STAGE, frozenset()), f"{STAGE}/GET{path}")


@pytest.mark.parametrize("end", ["%0a", "%0A", "%0D", "%09", "%1f", "%1F", "%7f", "%7F"])
def test_white_space_at_the_end_is_no_way_around_a_closed_name(end: str) -> None:
    r"""A router that asks for `^/admin$` takes `/admin\n` too; where nothing is closed it does no harm."""
    table = parse_routes('{"GET /*": [], "GET /admin": ["admin"]}')
    assert not table.allows("GET", f"/admin{end}", frozenset())
    assert not permits(table.policy(STAGE, frozenset()), f"{STAGE}/GET/admin{end}")
    assert table.allows("GET", f"/admin{end}", frozenset({"admin"}))


@pytest.mark.parametrize("character", ["\n", "\r", "\t", "\0", "\x1f", "\x7f"])
def test_a_decoded_control_character_opens_nothing(character: str) -> None:
    """The raw path of an HTTP API comes decoded."""
    table = parse_routes('{"GET /*": [], "GET /admin": ["admin"]}')
    assert not table.allows("GET", f"/admin{character}", frozenset())
    assert table.allows("GET", "/caf\u00e9 \u200d\u00a0", frozenset())


def test_a_name_that_is_closed_with_a_final_slash_is_closed_without_it_too() -> None:
    """A router that takes one for the other would else serve it; after a wildcard the slash is meant."""
    table = parse_routes('{"GET /*": [], "GET /admin/": ["admin"], "GET /x/*/": ["x"], "GET /": []}')
    for path in ("/admin", "/admin/", "/x/y/"):
        assert not table.allows("GET", path, frozenset())
        assert not permits(table.policy(STAGE, frozenset()), f"{STAGE}/GET{path}")
    for path in ("/", "/x/y", "/administrator"):
        assert table.allows("GET", path, frozenset())
        assert permits(table.policy(STAGE, frozenset()), f"{STAGE}/GET{path}")


def test_no_path_takes_long_to_compare() -> None:
    """Wildcards tried in all ways would take minutes for such a path."""
    table = parse_routes(json.dumps({f"GET /a{'*/b' * 8}*/c": []}))
    started = time.monotonic()
    assert not table.allows("GET", "/a" + "/b" * 4000, frozenset())
    assert time.monotonic() - started < 1


@pytest.mark.parametrize("path", ["/*", "/*/admin", "/*x"])
def test_a_path_that_starts_with_a_wildcard_covers_what_it_says(path: str) -> None:
    """For any method, in one resource."""
    table = parse_routes(json.dumps({f"* {path}": []}))
    for target in ("/a/admin", "/a/b/admin", "/x", "/a/x", "/"):
        allowed = table.allows("PATCH", target, frozenset())
        assert permits(table.policy(STAGE, frozenset()), f"{STAGE}/PATCH{target}") is allowed


def test_the_kept_policies_are_bounded() -> None:
    """Whatever number of stages and scopes is asked about, they are made anew then and are the same."""
    first = SHOP.policy(STAGE, frozenset())
    for number in range(300):
        SHOP.policy(f"{STAGE}{number}", frozenset())
    assert SHOP.policy(STAGE, frozenset()) == first
    assert len(SHOP._policies) <= 256


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        "x",
        '{"GET /orders": "orders:read"}',
        '{"GET /orders": [""]}',
        '{"GET /orders": ["a b"]}',
    ]
    + ['{"GET /orders": [7]}', '{"GET /orders": null}', '{"GET /a": [], "GET /a": ["x"]}']
    + [json.dumps({f"GET /{n}": [] for n in range(101)})]
    + [
        json.dumps({route: []})
        for route in (
            *(
                "GET",
                "/orders",
                "get /orders",
                "FETCH /orders",
                "GET  /orders",
                "GET orders",
                "GET /orders ",
                " GET /a",
            ),
            *(
                "GET /a//b",
                "GET /a/../b",
                "GET /a/./b",
                "GET /a/..",
                "GET /{id}",
                "GET /a?b",
                "GET /a%2fb",
                "GET /a%20b",
            ),
            *(
                "GET /$x",
                "GET /a;b",
                f"GET /{'a' * 256}",
                "G* /a",
                "GET,POST /a",
                "$disconnect",
                "",
                "GET /a\nb",
                "GET /é",
                "GET https://a/b",
            ),
        )
    ],
)
def test_a_mistake_is_named(text: str) -> None:
    """Never guessed, never passed over: a typo must not open a route."""
    with pytest.raises(ConfigurationError, match="ROUTE_SCOPES"):
        parse_routes(text)


@pytest.mark.parametrize(
    ("scope", "scopes"),
    [
        ("orders:read", {"orders:read"}),
        ("a b", {"a", "b"}),
        ("a  b ", {"a", "b"}),
        ("", set()),
        (None, set()),
        (["admin"], set()),
        ({"admin": True}, set()),
        (True, set()),
        ("a\tb", {"a\tb"}),
        ("a\nadmin", {"a\nadmin"}),
        ("a\u00a0admin", {"a\u00a0admin"}),
        ("a\u2003admin", {"a\u2003admin"}),
        ("a,admin", {"a,admin"}),
        ("Admin", {"Admin"}),
    ],
)
def test_scopes_are_divided_by_spaces_alone(scope: Any, scopes: set[str]) -> None:
    """A list grants nothing, and odd white space makes no second scope."""
    assert scopes_of({"scope": scope}) == scopes
    assert scopes_of({}) == frozenset()
