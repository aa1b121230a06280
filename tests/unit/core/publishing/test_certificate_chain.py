"""A chain is published only if it holds together: each way in which it may not is refused by name."""

from __future__ import annotations

from base64 import b64decode
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa, rsa

from jwx.errors import InvalidRequest
from jwx.publishing.certificate_chain import Chain, check_chain, read_chain
from jwx.publishing.certificates import MAX_CERTIFICATES, MAX_CHAIN_BYTES
from tests.fakes.certificate_authority import NOW, YEAR, Certificate, base64_der, leaf, pem, private_key, root

KEY = private_key("the signing key").public_key()


def check(*chain: x509.Certificate, key: Any = KEY, now: int = NOW) -> Chain:
    return check_chain(read_chain([pem(one) for one in chain]), key=key, now=now)


def between(**other: Any) -> x509.Certificate:
    return Certificate(**{"subject": "CN=Between"} | other).made()


def test_a_good_chain_is_kept_as_rfc_7517_has_it() -> None:
    """Base64 of DER, the key's own first, valid until the first of them expires."""
    chain = leaf(KEY, issuer="CN=Between"), between(end=NOW + 60), root()
    assert check(*chain) == Chain(tuple(map(base64_der, chain)), NOW + 60)


def test_pem_and_base64_are_the_same() -> None:
    """What is stored does not depend on how it came."""
    one = leaf(KEY)
    assert read_chain([pem(one)]) == read_chain([base64_der(one)]) == [one]


@pytest.mark.parametrize(
    "key",
    [
        rsa.generate_private_key(65537, 2048),
        ec.generate_private_key(ec.SECP521R1()),
        ed25519.Ed25519PrivateKey.generate(),
        mldsa.MLDSA44PrivateKey.generate(),
    ],
    ids=lambda key: type(key).__name__,
)
def test_every_kind_of_key_can_be_certified(key: Any) -> None:
    """Also by an authority of the same kind."""
    digest = None if isinstance(key, ed25519.Ed25519PrivateKey | mldsa.MLDSA44PrivateKey) else hashes.SHA256()
    ca = Certificate(subject="CN=Root", signed_by=key, digest=digest).of(key.public_key())
    assert len(check(leaf(key.public_key(), signed_by=key, digest=digest), ca, key=key.public_key())[0]) == 2


@pytest.mark.parametrize(
    ("chain", "message"),
    [
        ([leaf(private_key("x").public_key()), root()], "chain[0]: certifies another key"),
        ([leaf(KEY, usage="key_agreement")], "chain[0]: its key usage is not digitalSignature"),
        ([leaf(KEY, start=NOW + 1)], f"chain[0]: is valid from {NOW + 1} to {NOW + YEAR}, now it is {NOW}"),
        ([leaf(KEY, end=NOW - 1)], f"chain[0]: is valid from {NOW - 60} to {NOW - 1}, now it is {NOW}"),
        ([leaf(KEY), root(end=NOW - 1)], "chain[1]: is valid from"),
        ([root(), leaf(KEY)], "chain[0]: certifies another key"),
        ([leaf(KEY), between(), root()], "chain[1]: its subject is not the issuer of chain[0]"),
        ([leaf(KEY, issuer="CN=Between"), root()], "chain[1]: its subject is not the issuer of chain[0]"),
        ([leaf(KEY, signed_by=private_key("x")), root()], "chain[1]: did not sign chain[0]"),
        ([leaf(KEY), root(ca=False)], "chain[1]: is no certificate of an authority"),
        ([leaf(KEY), root(ca=None)], "chain[1]: is no certificate of an authority"),
        ([leaf(KEY), root(usage="digital_signature")], "chain[1]: its key usage is not keyCertSign"),
        (
            [leaf(KEY, issuer="CN=Between"), between(), root(path_length=0)],
            "chain[2]: allows 0 authorities below it, 1 stand there",
        ),
        ([leaf(KEY), root(), root()], "chain: a certificate is listed twice"),
    ],
)
def test_a_chain_that_does_not_hold_together_is_refused(chain: list[x509.Certificate], message: str) -> None:
    """The certificate and what is wrong with it are named."""
    with pytest.raises(InvalidRequest) as refused:
        check(*chain)
    assert str(refused.value).startswith(message)


def test_a_weak_digest_is_refused() -> None:
    """SHA-1 collides: such a signature vouches for whatever certificate an attacker made to match."""
    key = rsa.generate_private_key(65537, 2048)
    ca = Certificate(subject="CN=Root", signed_by=key).of(key.public_key())
    # The library signs with SHA-1 no more. The name of the algorithm stands twice in a certificate.
    good = leaf(KEY, signed_by=key)
    weak = b64decode(base64_der(good)).replace(
        bytes.fromhex("2a864886f70d01010b"), bytes.fromhex("2a864886f70d010105")
    )
    chain = [x509.load_der_x509_certificate(weak), ca]
    with pytest.raises(InvalidRequest, match=r"chain\[0\]: is signed with sha1; SHA-2 is needed"):
        check_chain(chain, key=KEY, now=NOW)


@pytest.mark.parametrize("now", [NOW - 60, NOW + YEAR])
def test_both_ends_belong_to_the_time_of_validity(now: int) -> None:
    """RFC 5280 section 4.1.2.5."""
    assert check(leaf(KEY), now=now).until == NOW + YEAR


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (None, "chain: a list of 1 to 5 certificates is needed, null was given"),
        ("MIIB", "chain: a list of 1 to 5 certificates is needed, a string was given"),
        (
            [""] * (MAX_CERTIFICATES + 1),
            "chain: a list of 1 to 5 certificates is needed, 6 entries was given",
        ),
        ([7], "chain[0]: a string of PEM or base64 is needed, a number was given"),
        ([""], "chain[0]: is no certificate"),
        (["MII_"], "chain[0]: is no certificate"),
        ([base64_der(root()) + "AAAA"], "chain[0]: is no certificate"),
        ([pem(root()), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"], "chain[1]: is no"),
        (["-----BEGIN CERTIFICATE-----\n\ud800"], "chain[0]: is no certificate"),
        ([pem(root()) + pem(root())], "chain[0]: one certificate is needed, 2 were given"),
        (["A" * (2 * MAX_CHAIN_BYTES + 1)], f"chain: {2 * MAX_CHAIN_BYTES + 1} characters are more than"),
    ],
)
def test_what_is_no_chain_is_refused(given: object, message: str) -> None:
    """Before anything is parsed that is not bounded."""
    with pytest.raises(InvalidRequest) as refused:
        read_chain(given)
    assert str(refused.value).startswith(message)


def test_a_large_chain_is_refused() -> None:
    """In DER, as it would be stored."""
    large = leaf(KEY, subject=",".join(f"2.5.4.{n}={'x' * 1000}" for n in range(50, 66)))
    with pytest.raises(InvalidRequest, match=f"bytes of DER are more than the {MAX_CHAIN_BYTES} allowed"):
        read_chain([pem(large), base64_der(large)])
