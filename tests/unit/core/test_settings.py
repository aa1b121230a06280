"""Settings are checked before the first request, and named when they are wrong."""

from __future__ import annotations

import pytest

from jwx.errors import ConfigurationError
from jwx.settings import base_url, jwk_set_type, required


@pytest.mark.parametrize(
    "url",
    [
        "https://issuer.example.com",
        "https://x.example:8443/tenant",
        "http://localhost:8080",
        "http://127.0.0.1:1",
    ],
)
def test_issuer_urls(url: str) -> None:
    """https, or plain http on this machine."""
    assert base_url({"ISSUER_URL": url}) == url


@pytest.mark.parametrize(
    "url",
    [
        "https://issuer.example.com/",
        "http://issuer.example.com",
        "issuer.example.com",
        "https://a?b",
        "https://a#b",
        "",
    ],
)
def test_other_issuer_urls_are_refused(url: str) -> None:
    """`iss` is compared to the character: a trailing slash is another issuer."""
    with pytest.raises(ConfigurationError, match="ISSUER_URL"):
        base_url({"ISSUER_URL": url})


def test_the_media_type_has_two_values() -> None:
    """RFC 7517 section 8.5 unless old clients are served."""
    assert jwk_set_type({}) == "application/jwk-set+json"
    assert jwk_set_type({"JWKS_MEDIA_TYPE": "application/json"}) == "application/json"
    with pytest.raises(ConfigurationError, match="JWKS_MEDIA_TYPE: 'text/html'"):
        jwk_set_type({"JWKS_MEDIA_TYPE": "text/html"})


def test_an_empty_setting_is_none() -> None:
    """A template that passes an empty parameter has set nothing."""
    with pytest.raises(ConfigurationError, match="X: is not set"):
        required({"X": ""}, "X")
