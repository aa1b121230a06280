"""The status page at the edge: its files by name, its policy, and a switch."""

from __future__ import annotations

import re
from typing import Any

from tests.unit.template.cloudformation import ROOT, Stack

SITE = ROOT / "site"


def csp_of(policy: str) -> set[str]:
    """The directives of a content security policy."""
    return {" ".join(directive.split()) for directive in policy.split(";")}


def default_behaviour(template: dict[str, Any], **parameters: Any) -> dict[str, Any]:
    """What becomes of paths that are no well-known document."""
    config = Stack(template, **parameters).resource("Distribution")["DistributionConfig"]
    behaviour: dict[str, Any] = config["DefaultCacheBehavior"]
    return behaviour


def test_the_edge_serves_the_files_of_the_page_and_no_others(template: dict[str, Any]) -> None:
    """A file that is added to the page must be named in the function, else it answers 404."""
    code = Stack(template).resource("PageFiles")["FunctionCode"]
    (named,) = re.findall(r"FILES = \[(.*?)\]", code)

    assert set(re.findall(r"'([^']+)'", named)) | {"index.html"} == {path.name for path in SITE.iterdir()}


def test_the_header_is_as_strict_as_the_page(template: dict[str, Any]) -> None:
    """One policy in two places; frames can be refused by a header only."""
    config = Stack(template).resource("PageHeaders")["ResponseHeadersPolicyConfig"]
    header = csp_of(config["SecurityHeadersConfig"]["ContentSecurityPolicy"]["ContentSecurityPolicy"])
    (meta,) = re.findall(r'Content-Security-Policy" content="([^"]+)"', (SITE / "index.html").read_text())

    assert header == csp_of(meta) | {"frame-ancestors 'none'"}
    assert not {word for directive in header for word in directive.split() if "unsafe" in word or "*" in word}


def test_the_page_names_nothing_of_anybody_else() -> None:
    """No file of it loads or links to another origin."""
    for path in SITE.iterdir():
        urls = set(re.findall(r"https?://[^\s\"')]+", path.read_text()))
        assert urls <= {"http://www.w3.org/2000/svg"}, path.name


def test_a_parameter_hides_the_page(template: dict[str, Any]) -> None:
    """Then the edge answers 404 to all but the well-known documents, as before there was a page."""
    hidden = default_behaviour(template, StatusPage="off")

    assert hidden["ResponseHeadersPolicyId"] != default_behaviour(template)["ResponseHeadersPolicyId"]
    assert "NotFound" in str(hidden["FunctionAssociations"])
    assert "PageFiles" in str(default_behaviour(template)["FunctionAssociations"])
