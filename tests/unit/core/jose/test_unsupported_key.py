"""A key whose kind the cryptographic library lacks."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.exceptions import UnsupportedAlgorithm

from jwx.jose.jwa import ALGORITHMS, algorithm
from jwx.jose.key_material import UnusableKey, is_supported, read_public_key


def test_a_kind_that_the_library_lacks_is_an_unusable_key() -> None:
    """Skipped like any other: one such key must not take the whole set away."""

    def lacking(*_: Any) -> Any:
        raise UnsupportedAlgorithm("not built in")

    with pytest.raises(UnusableKey, match="built without"):
        read_public_key({}, algorithm("ML-DSA-65"), readers={"AKP": lacking})


def test_a_kind_that_the_library_is_too_old_for_is_an_unusable_key() -> None:
    """Its module is not there at all: no other exception gets out."""

    def absent(*_: Any) -> Any:
        raise ImportError("cannot import name 'mldsa'")

    with pytest.raises(UnusableKey, match="does not know"):
        read_public_key({}, algorithm("ML-DSA-65"), readers={"AKP": absent})


@pytest.mark.parametrize("name", ALGORITHMS)
def test_what_is_installed_here_supports_every_row(name: str) -> None:
    """The probe itself is a sound key."""
    assert is_supported(algorithm(name))


@pytest.mark.parametrize("name", ["ML-DSA-44", "ML-DSA-87", "Ed25519", "EdDSA"])
def test_a_row_that_the_library_lacks_is_not_supported(name: str) -> None:
    """However it says so."""

    def lacking(*_: Any) -> Any:
        raise UnsupportedAlgorithm("not built in")

    row = algorithm(name)
    assert not is_supported(row, readers={row.kty: lacking})
