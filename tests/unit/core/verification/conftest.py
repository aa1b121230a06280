"""A key set cache before an endpoint and a clock that do as a test tells them."""

from __future__ import annotations

import pytest

from jwx.verification.jwks_cache import JwksCache
from tests.fakes.clock import FakeClock
from tests.fakes.foreign_issuer import NOW, jwks
from tests.fakes.key_endpoint import JWKS_URI, KeyEndpoint


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW)


@pytest.fixture
def endpoint() -> KeyEndpoint:
    return KeyEndpoint({JWKS_URI: jwks("ES256")})


@pytest.fixture
def cache(endpoint: KeyEndpoint, clock: FakeClock) -> JwksCache:
    return JwksCache(lambda *_: JWKS_URI, endpoint, clock)
