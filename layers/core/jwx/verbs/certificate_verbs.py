"""The verbs about certificates of signing keys (RFC 7517 section 4.7, RFC 2986).

Both are rare, and X.509 takes long to import: it is imported when one is asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jwx.errors import InvalidRequest, UnknownKey
from jwx.jose.jwa import algorithm
from jwx.jose.jwk import load_public_key
from jwx.ports import Prober
from jwx.publishing.certificates import MAX_RING_BYTES, size
from jwx.ring.keyring import PUBLISHED, KeyRing, SigningKey
from jwx.verbs.verb_requests import VerbRequest


def attach_certificate(request: VerbRequest, now: int) -> Callable[[KeyRing], KeyRing]:
    """Publish a certificate chain with a key; an empty one takes it away again."""
    kid, given = request.text("kid", most=128), request.value("chain")
    if given == []:
        return lambda ring: ring.with_key(
            _published(ring, kid, now).kid, certificates=(), certified_until=None
        )
    from jwx.publishing.certificate_chain import check_chain, read_chain

    chain = read_chain(given)

    def change(ring: KeyRing) -> KeyRing:
        key = _published(ring, kid, now)
        public_key = load_public_key(key.jwk, algorithm(key.algorithm))
        checked = check_chain(chain, key=public_key, now=now)
        _room_for(checked.certificates, ring, kid)
        return ring.with_key(kid, certificates=checked.certificates, certified_until=checked.until)

    return change


def certificate_request(request: VerbRequest, ring: KeyRing | None, prober: Prober) -> dict[str, Any]:
    """A certificate signing request for a key; what is wrong with it is found before the prover is asked."""
    from jwx.issuing.certificate_request import read_subject, requestable

    kid, subject = request.text("kid", most=128), request.value("subject")
    read_subject(subject)
    key = requestable(ring, issuer=request.issuer, kid=kid)
    pem = prober.request_certificate(issuer=request.issuer, kid=kid, subject=subject)
    return {"issuer": request.issuer, "kid": kid, "alg": key.algorithm, "certificate_request": pem}


def _published(ring: KeyRing, kid: str, now: int) -> SigningKey:
    key = ring.key(kid)
    if key is None:
        raise UnknownKey(f"kid: {kid!r} is not a key of issuer {ring.issuer!r}")
    if (state := key.state(now)) not in PUBLISHED:
        raise InvalidRequest(f"kid: {kid!r} is {state}; only a key in the JWK Set has certificates")
    return key


def _room_for(certificates: tuple[str, ...], ring: KeyRing, kid: str) -> None:
    """Invariant 7: refuse rather than publish a larger document."""
    there = size(certificates) + sum(size(key.certificates) for key in ring.keys if key.kid != kid)
    if there > MAX_RING_BYTES:
        raise InvalidRequest(
            f"chain: with it the certificates of {ring.issuer!r} have {there} bytes; "
            f"{MAX_RING_BYTES} are allowed"
        )
