"""Mint a token with the issuer's active key: RFC 7515 section 5.1, RFC 7519 section 7.1, RFC 9068.

One KMS call a token and no other call while the cached key ring is in date. All checks come before that call.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from jwx.errors import InvalidRequest, NoActiveKey, SigningUnavailable, UnsupportedAlgorithm
from jwx.issuer_names import issuer_url
from jwx.issuing.probe import Signer
from jwx.issuing.ring_cache import Reading, RingCache
from jwx.issuing.token_policy import TokenPolicies
from jwx.issuing.token_request import TokenRequest
from jwx.jose import base64url
from jwx.jose.jwa import algorithm
from jwx.ring.keyring import KeyRing, SigningKey
from jwx.ring.policy import RotationPolicy

DEFAULT_LIFETIME: Final = 3600

type Sign = Callable[[bytes], bytes]
"""From signing input to signature."""

type Encode = Callable[[Mapping[str, str], bytes, Sign], str]
"""Header, payload and `Sign` to the compact form of a JWS."""


class Summons(Protocol):
    """The rotation, asked to look after an issuer soon."""

    def reconcile(self, issuer: str) -> None:
        """Ask and do not wait; whatever goes wrong is not the caller's trouble."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A signed token and what may be told of it."""

    issuer: str
    token: str
    kid: str
    alg: str
    jti: str
    issued_at: int
    expires_at: int

    def to_json(self) -> dict[str, Any]:
        """The answer to the request."""
        return {
            "token": self.token,
            "token_type": "Bearer",
            "kid": self.kid,
            "alg": self.alg,
            "jti": self.jti,
            "issued_at": self.issued_at,
            "expires_at": self.expires_at,
        }


class TokenIssuer:
    """Grants requests for tokens. Threads may share one."""

    def __init__(
        self,
        *,
        base_url: str,
        rings: RingCache,
        signer: Signer,
        encode: Encode,
        summons: Summons,
        policies: TokenPolicies,
    ) -> None:
        self._base_url = base_url
        self._rings = rings
        self._signer = signer
        self._encode = encode
        self._summons = summons
        self._policies = policies

    def issue(self, request: TokenRequest) -> Token:
        """A new token. Raises RequestRefused and ServiceFailed in their kinds."""
        reading = self._rings.read(request.issuer)
        key = _signing_key(reading.ring, request.algorithm)
        try:
            return self._mint(request, reading, key)
        except SigningUnavailable as refusal:
            if refusal.throttled:
                raise
            return self._mint_with_successor(request, reading.ring, key)

    def _mint_with_successor(self, request: TokenRequest, stale: KeyRing, refused: SigningKey) -> Token:
        """KMS refused the key: it may have been revoked since the ring was read, and its standby active."""
        self._rings.drop(stale)
        reading = self._rings.read(request.issuer)
        key = _signing_key(reading.ring, request.algorithm)
        if key.kid != refused.kid:
            return self._mint(request, reading, key)
        self._rings.drop(reading.ring)
        self._summons.reconcile(request.issuer)
        raise SigningUnavailable(
            f"KMS does not sign with the active {key.algorithm} key of issuer {request.issuer!r} just now; "
            "the rotation was asked to promote its standby"
        )

    def _mint(self, request: TokenRequest, reading: Reading, key: SigningKey) -> Token:
        policy = self._policies.of(request.issuer)
        policy.check(request.claims)
        jti, now = secrets.token_urlsafe(16), reading.at
        expires_at = now + _lifetime(request.expires_in, reading.ring.policy)
        iss = issuer_url(self._base_url, request.issuer)
        claims = {"iss": iss, **request.claims, "iat": now, "exp": expires_at, "jti": jti}
        if policy.own_nbf:
            claims["nbf"] = now
        elif claims.get("nbf", 0) >= expires_at:
            raise InvalidRequest(f"claims.nbf: the token would expire first, at {expires_at}")
        header = {"alg": key.algorithm, "kid": key.kid, "typ": request.typ}
        token = self._encode(header, _json(claims), self._signature_by(key, policy.max_token_bytes))
        return Token(
            issuer=request.issuer,
            token=token,
            kid=key.kid,
            alg=key.algorithm,
            jti=jti,
            issued_at=now,
            expires_at=expires_at,
        )

    def _signature_by(self, key: SigningKey, max_token_bytes: int) -> Sign:
        """KMS's signature by that very key, by its ARN: an alias could move between `kid` and signature."""

        def sign(signing_input: bytes) -> bytes:
            size = len(signing_input) + 1 + (_signature_size(key) * 4 + 2) // 3
            if size > max_token_bytes:
                raise InvalidRequest(
                    f"claims: the token would have {size} bytes; {max_token_bytes} are allowed"
                )
            return self._signer.sign(key.key_arn or "", key.algorithm, signing_input)

        return sign


def _signing_key(ring: KeyRing, wanted: str | None) -> SigningKey:
    allowed = ring.policy.algorithms
    if wanted is not None and wanted not in allowed:
        raise UnsupportedAlgorithm(
            f"algorithm: {wanted!r} is not one of issuer {ring.issuer!r}; allowed are {', '.join(allowed)}"
        )
    name = wanted or _default_algorithm(ring)
    key = ring.active(name)
    if key is None or key.key_arn is None:
        raise NoActiveKey(f"issuer {ring.issuer!r} has no key that may sign with {name} just now")
    return key


def _default_algorithm(ring: KeyRing) -> str:
    """The first of the policy, less those whose first key still waits for its turn.

    An algorithm put first by a policy change must not stop all who name none until its key is ready. One that
    did sign and has no key now is not passed over: the caller would get what it never got before, unasked.
    """
    begun = {key.algorithm for key in ring.keys if key.activated_at is not None}
    begun |= {stone.algorithm for stone in ring.tombstones}
    return next((name for name in ring.policy.algorithms if name in begun), ring.policy.algorithms[0])


def _lifetime(wanted: int | None, policy: RotationPolicy) -> int:
    bound = policy.max_token_lifetime
    if wanted is None:
        return min(DEFAULT_LIFETIME, bound)
    if wanted > bound:
        raise InvalidRequest(f"expires_in: {wanted} s is over the issuer's max_token_lifetime, {bound} s")
    return wanted


def _signature_size(key: SigningKey) -> int:
    fixed = algorithm(key.algorithm).signature_size
    return fixed if fixed is not None else len(base64url.decode(key.jwk["n"]))


def _json(claims: Mapping[str, Any]) -> bytes:
    return json.dumps(claims, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
