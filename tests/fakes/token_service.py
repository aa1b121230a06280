"""A signer's world: key rings with served keys, KMS, a clock, and ears for what the signer tells."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from jwx.errors import JwxError
from jwx.issuing.issuer import Encode, Token, TokenIssuer
from jwx.issuing.proving import Proving
from jwx.issuing.replay import OncePerKey, Replays
from jwx.issuing.ring_cache import RingCache
from jwx.issuing.signing import Signing
from jwx.issuing.token_policy import TokenPolicies
from jwx.jose.jwa import algorithm
from jwx.jose.jwk import public_jwk
from jwx.ring import birth_transitions, cache_transitions, transitions
from jwx.ring.keyring import KeyRing, SigningKey
from jwx.ring.policy import RotationPolicy
from jwx_aws.pyjwt_encoder import PyJwtEncoder
from tests.fakes.calls import Calls
from tests.fakes.clock import FakeClock
from tests.fakes.kms import FakeKms, fake_keys, fake_signer
from tests.fakes.private_keys import new_key
from tests.fakes.ring_store import FakeRingStore

BASE_URL = "https://issuer.example.com"
REQUEST = {"claims": {"sub": "svc-1", "aud": "api://orders", "scope": "orders:read"}}


@cache
def _rsa_key(key_spec: str, index: int) -> Any:
    """RSA keys take long to find: all worlds of a test run share a few."""
    return new_key(key_spec, random.Random(index))  # noqa: S311  # not a real key


class Ears:
    """The ports `Summons` and `Audit`, remembering what they were told."""

    def __init__(self) -> None:
        self.summoned: list[str] = []
        self.tokens: list[Token] = []
        self.errors: list[JwxError] = []

    def reconcile(self, issuer: str) -> None:
        self.summoned.append(issuer)

    def signed(self, token: Token) -> None:
        self.tokens.append(token)

    def failed(self, error: JwxError) -> None:
        self.errors.append(error)


class TokenService:
    """Rings made with `open`; signers made with `issuer` and `signing`, which share everything else."""

    def __init__(self, *, seed: int = 0) -> None:
        self.clock = FakeClock()
        self.calls = Calls()
        rsa_keys = itertools.count()
        self.kms = FakeKms(
            self.clock,
            self.calls,
            seed=seed,
            key_factory=lambda spec, seeded: (
                _rsa_key(spec, next(rsa_keys)) if spec.startswith("RSA") else new_key(spec, seeded)
            ),
        )
        self.keys = fake_keys(self.kms, self.clock)
        self.signer = fake_signer(self.kms)
        self.store = FakeRingStore(self.calls, seed=seed)
        self.ears = Ears()
        self._operations = itertools.count()

    def open(
        self,
        *algorithms: str,
        issuer: str = "default",
        standby: bool = False,
        policy: dict[str, Any] | None = None,
    ) -> KeyRing:
        """A served ring whose first key of each algorithm signs; the first algorithm is the default one."""
        parsed = RotationPolicy.parse({"algorithms": list(algorithms or ("ES256",))} | (policy or {}))
        ring = KeyRing(issuer=issuer, policy=parsed, created_at=self.clock())
        ring = self.publish(ring, parsed.algorithms * (2 if standby else 1))
        for key in ring.keys[: len(parsed.algorithms)]:
            ring = transitions.activate(ring, kid=key.kid, now=self.clock())
        return self.save(ring)

    def publish(self, ring: KeyRing, algorithms: Sequence[str]) -> KeyRing:
        """Pending keys, seen at the public URL."""
        operations = []
        for name in algorithms:
            ring, operation = self.prove(ring, name)
            operations.append(operation)
        ring = birth_transitions.publish(ring, operations=operations, now=self.clock())
        return cache_transitions.confirm(ring, seen={key.kid for key in ring.keys}, now=self.clock())

    def prove(self, ring: KeyRing, name: str) -> tuple[KeyRing, str]:
        """A birth that is complete but for its publication."""
        operation, row = f"op-{next(self._operations)}", algorithm(name)
        arn = self.keys.create(issuer=ring.issuer, algorithm=name, operation=operation, rsa_bits=2048)
        ring = birth_transitions.begin_birth(ring, operation=operation, algorithm=name, now=self.clock())
        ring = birth_transitions.attach(ring, operation=operation, key_arn=arn)
        jwk = public_jwk(self.keys.public_key(arn), algorithm=row)
        return birth_transitions.prove(ring, operation=operation, jwk=jwk), operation

    def save(self, ring: KeyRing) -> KeyRing:
        """The ring as the table holds it from now on."""
        saved = self.store.save(ring)
        self.calls.names.clear()
        return saved

    def change(self, change: Callable[[KeyRing], KeyRing], issuer: str = "default") -> KeyRing:
        """What a rotation does behind the signer's back."""
        return self.save(change(self.store.rings[issuer]))

    def active(self, name: str = "ES256", issuer: str = "default") -> SigningKey:
        """The key that signs; a test that has none fails here."""
        key = self.store.rings[issuer].active(name)
        assert key is not None
        return key

    def issuer(self, policies: str = "{}", *, encode: Encode | None = None) -> TokenIssuer:
        """A signer with an empty cache."""
        return TokenIssuer(
            base_url=BASE_URL,
            rings=RingCache(self.store, self.clock),
            signer=self.signer,
            encode=encode or PyJwtEncoder(),
            summons=self.ears,
            policies=TokenPolicies.parse(policies),
        )

    def proving(self) -> Proving:
        """The prover's journey on such an issuer."""
        return Proving(store=self.store, signer=self.signer)

    def signing(self, policies: str = "{}", *, replays: Replays | None = None) -> Signing:
        """The signer's journey on such an issuer."""
        return Signing(
            issuer=self.issuer(policies),
            policies=TokenPolicies.parse(policies),
            once=OncePerKey(replays, store=self.store, clock=self.clock),
            audit=self.ears,
            sleep=self.clock.sleep,
        )
