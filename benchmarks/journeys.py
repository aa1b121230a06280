"""The journeys, in process, on AWS clients that answer at once."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections import Counter
from dataclasses import replace
from itertools import cycle
from typing import Final

from aws_lambda_powertools import Logger
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from benchmarks.instant_aws import TABLE, Dynamo, Kms, Nowhere
from benchmarks.journey import Journey
from benchmarks.scheduled_run import scheduled_run
from jwx.authorization.settings import authorizer_from
from jwx.issuing.issuer import TokenIssuer
from jwx.issuing.replay import OncePerKey
from jwx.issuing.ring_cache import RingCache
from jwx.issuing.signing import Signing
from jwx.issuing.token_policy import TokenPolicies
from jwx.jose import base64url
from jwx.publishing.well_known import WellKnown
from jwx.publishing.well_known_event import Request
from jwx.ring.keyring import KeyRing
from jwx.verification.deadline import TIMEOUT
from jwx.verification.fetched import Fetched
from jwx_aws.dynamodb import DynamoRingStore
from jwx_aws.kms_signer import KmsSigner
from jwx_aws.pyjwt_encoder import PyJwtEncoder
from jwx_aws.signing_audit import SigningAudit
from tests.fakes.api_events import api_event
from tests.fakes.foreign_issuer import AUDIENCE, ISSUER, jwk, private_key, token
from tests.fakes.key_endpoint import JWKS_URI, KeyEndpoint
from tests.fakes.token_service import BASE_URL, REQUEST, Ears, TokenService

KEYS: Final = 100
UNSEEN: Final = 1_100
"""More than the memory of verified tokens holds: in turn, each was forgotten when it comes again."""


def signing() -> Journey:
    """A token of ES256, its line in the log and its metric included."""
    calls: Counter[str] = Counter()
    service = TokenService()
    store = DynamoRingStore(Dynamo(service.open("ES256", standby=True), calls), table=TABLE)  # type: ignore[arg-type]
    kms, clock, policies = KmsSigner(Kms(calls)), service.clock, TokenPolicies.parse("{}")  # type: ignore[arg-type]
    audit = SigningAudit(Logger(service="bench", stream=Nowhere()))  # type: ignore[arg-type]
    issuer = TokenIssuer(
        base_url=BASE_URL,
        rings=RingCache(store, clock),
        signer=kms,
        encode=PyJwtEncoder(),
        summons=Ears(),
        policies=policies,
    )
    once = OncePerKey(None, store=store, clock=clock)
    journey = Signing(issuer=issuer, policies=policies, once=once, audit=audit)

    def request() -> object:
        return journey.answer(REQUEST, seconds_left=lambda: 30.0)

    request()  # reads the key ring, which then is cached
    return Journey(
        name="sign",
        request=request,
        floor=_least_signing,
        floor_is="JSON, SHA-256, base64url",
        calls=calls,
        goal=1000,
        asks={"Sign": 1},
    )


def _least_signing() -> str:
    header = json.dumps({"alg": "ES256", "kid": "k" * 43, "typ": "at+jwt"}).encode()
    signed = f"{base64url.encode(header)}.{base64url.encode(json.dumps(REQUEST).encode())}"
    hashlib.sha256(signed.encode()).digest()
    return f"{signed}.{base64.urlsafe_b64encode(b's' * 64).decode()}"


def publishing(keys: int = KEYS) -> Journey:
    """The JWK Set of an issuer with many keys, asked for again and again."""
    calls: Counter[str] = Counter()
    dynamo = Dynamo(ring_of(keys), calls)
    store = DynamoRingStore(dynamo, table=TABLE)  # type: ignore[arg-type]
    well_known = WellKnown(
        store,
        lambda: int(time.time()),
        base_url=BASE_URL,
        jwk_set_type="application/json",
    )
    request = Request("GET", "/.well-known/jwks.json")
    document = dynamo.item["document"]["S"]
    return Journey(
        name=f"JWK Set, {keys} keys",
        request=lambda: well_known.answer(request),
        floor=lambda: json.loads(document),
        floor_is="parsing the ring's JSON once",
        calls=calls,
        goal=500,
        asks={"GetItem": 1},
    )


def ring_of(keys: int) -> KeyRing:
    """A served ring; the keys differ in their kids."""
    ring = TokenService().open("ES256")
    model = ring.keys[0]
    many = tuple(
        replace(model, kid=f"{number:043d}", jwk={**model.jwk, "kid": f"{number:043d}"})
        for number in range(keys)
    )
    return replace(ring, keys=many)


def authorizing(*, seen: bool) -> Journey:
    """A request with a good token, whether for the first time or again."""
    calls: Counter[str] = Counter()
    now = int(time.time())
    endpoint = KeyEndpoint({JWKS_URI: json.dumps({"keys": [jwk("ES256")]}).encode()})
    issuers = json.dumps([{"issuer": ISSUER, "audiences": [AUDIENCE], "jwks_uri": JWKS_URI}])

    def fetch(url: str, /, *, etag: str | None = None, timeout: float = TIMEOUT) -> Fetched:
        calls["fetch"] += 1
        return endpoint(url, etag=etag, timeout=timeout)

    authorizer = authorizer_from({"TRUSTED_ISSUERS": issuers}, fetch=fetch, write=lambda line: None)
    tokens = 1 if seen else UNSEEN
    events = cycle([api_event("rest-request", token(iat=now, exp=now + 3600)) for _ in range(tokens)])
    authorizer.authorize(next(events))
    public, message, scheme = private_key("ES256").public_key(), b"m" * 300, ec.ECDSA(hashes.SHA256())
    signature = private_key("ES256").sign(message, scheme)
    return Journey(
        name="authorize, token seen before" if seen else "authorize, new token",
        request=lambda: authorizer.authorize(next(events)),
        floor=lambda: public.verify(signature, message, scheme),
        floor_is="one bare signature check",
        calls=calls,
    )


JOURNEYS: Final = (
    signing,
    publishing,
    scheduled_run,
    lambda: authorizing(seen=False),
    lambda: authorizing(seen=True),
)
