"""What the tests of the key set cache ask and expect."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from jwx.errors import VerificationError
from jwx.jose.jwa import algorithm
from tests.fakes.foreign_issuer import jwk

ES256 = algorithm("ES256")
KID = jwk("ES256")["kid"]
UNAVAILABLE = ("keys_unavailable", True)
UNKNOWN = ("unknown_key", False)


def reason_of(call: Callable[[], object]) -> tuple[str, bool]:
    with pytest.raises(VerificationError) as refusal:
        call()
    return refusal.value.reason, refusal.value.retryable
