"""The status page at the deployed edge: CloudFront's function, the bucket, and a browser before both."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from local.identities import create_user
from local.stack import Stack

MAY = [
    {"Effect": "Allow", "Action": "cloudformation:DescribeStacks", "Resource": "*"},
    {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::*/static/*"},
    {"Effect": "Allow", "Action": "cloudfront:CreateInvalidation", "Resource": "*"},
]


@pytest.fixture(scope="module")
def published(stack: Stack) -> Stack:
    """The stack with its page, put there by somebody who may do that and nothing else."""
    publisher = create_user(stack.place, f"publisher-{os.getpid()}", MAY)
    command = [sys.executable, "-m", "jwx_cli", "publish-page", "--stack", stack.place.stack_name]
    environment = os.environ | publisher.environment(stack.place)
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    assert ended.stdout == f"The status page is at {stack.outputs['IssuerUrl']}/\n", ended.stderr
    return stack


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


def test_the_root_shows_the_page_under_its_policy(published: Stack) -> None:
    """From the bucket, with the header that the template gives it."""
    answer = published.get(f"{published.outputs['IssuerUrl']}/")

    assert (answer.status, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "default-src 'none'; script-src 'self'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/index.html", "/static/", "/static/nothing.js", "/static/../jwks", "/x"])
def test_all_other_paths_end_at_the_edge(published: Stack, path: str) -> None:
    """Only the files of the page have names there; the bucket is not open."""
    assert published.get(f"{published.outputs['IssuerUrl']}{path}").status == 404


@pytest.mark.browser
def test_a_token_of_the_stack_is_verified_in_the_browser(published: Stack, page: Page) -> None:
    """Then its key is revoked, and the page that stayed open says so."""
    name = f"page-{os.getpid()}"
    published.rotation("create_issuer", issuer=name, policy={"algorithms": ["ES256"]})
    token = published.sign({"sub": "svc-1", "aud": "api://orders"}, issuer=name)
    page.goto(f"{published.outputs['IssuerUrl']}/#{name}")
    page.get_by_text("2 keys in the JWK Set.").wait_for()
    page.get_by_label("Token", exact=True).fill(token["token"])
    page.get_by_role("button", name="Inspect").click()
    page.get_by_text("✓ Accepted").wait_for()

    published.rotation("revoke", issuer=name, kid=token["kid"])
    page.get_by_role("button", name="Inspect").click()

    page.get_by_text(f"Its key “{token['kid']}” is not in the JWK Set").wait_for()
