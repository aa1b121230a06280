"""A key whose kind the cryptographic library lacks."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.exceptions import UnsupportedAlgorithm

from jwx.jose.jwa import algorithm
from jwx.jose.key_material import UnusableKey, read_public_key


def test_a_kind_that_the_library_lacks_is_an_unusable_key() -> None:
    """Skipped like any other: one such key must not take the whole set away."""

    def lacking(*_: Any) -> Any:
        raise UnsupportedAlgorithm("not built in")

    with pytest.raises(UnusableKey, match="built without"):
        read_public_key({}, algorithm("ML-DSA-65"), readers={"AKP": lacking})
