"""Everything that the functions tell: they are run on fakes, under the names that the template gives."""

from __future__ import annotations

import io
import itertools
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import redirect_stdout, suppress
from pathlib import Path
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics

from functions.jwks import app as jwks_app
from functions.rotation import app as rotation_app
from functions.signer import app as signer_app
from jwx.authorization.settings import authorizer_from
from jwx.errors import JwxError
from jwx.issuing.replay import OncePerKey
from jwx.issuing.signing import Signing
from jwx.issuing.token_policy import TokenPolicies
from jwx.jose.jwa import algorithm
from jwx.jose.jwk import load_public_key
from jwx.publishing.well_known import WellKnown
from jwx.ring.policy import RotationPolicy
from jwx.verbs.rotating import Rotating
from jwx_aws.events import AwsJournal
from jwx_aws.kms_throttles import KmsThrottles
from jwx_aws.signing_audit import SigningAudit
from tests.fakes.api_events import api_event
from tests.fakes.certificate_authority import leaf, pem, root
from tests.fakes.clock import FakeClock
from tests.fakes.foreign_issuer import AUDIENCE, ISSUER, NOW, jwks, token
from tests.fakes.key_endpoint import JWKS_URI, KeyEndpoint
from tests.fakes.kms import FakeKms, fake_keys, fake_signer
from tests.fakes.prober import FakeProber
from tests.fakes.publication import FakePublication
from tests.fakes.ring_store import FakeRingStore
from tests.fakes.run_record import FakeRunRecord
from tests.fakes.token_service import BASE_URL, REQUEST, TokenService

EVENTS = Path(__file__).parents[3] / "events"
SERVE_JWKS = json.loads((EVENTS / "jwks-rest-get.json").read_text())


class Context:
    """Lambda's."""

    aws_request_id = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"
    invoked_function_arn = "arn:aws:lambda:eu-central-1:111122223333:function:jwx-rotation"

    def get_remaining_time_in_millis(self) -> int:
        return 300_000


class Bus:
    """EventBridge that takes everything but the first event."""

    def __init__(self) -> None:
        self._failed = 1

    def put_events(self, **_: Any) -> dict[str, Any]:
        failed, self._failed = self._failed, 0
        return {"FailedEntryCount": failed, "Entries": [{"ErrorCode": "InternalFailure"}]}


class Throttled:
    """The part of a KMS client that the throttle counter listens to."""

    def __init__(self) -> None:
        self.meta = self.events = self

    def register(self, _: str, listener: Any) -> None:
        listener((None, {"Error": {"Code": "ThrottlingException"}}))


def told_by_signer(service: str, fail: Any) -> Iterator[Any]:
    """Tokens, a refusal, and each way in which KMS or the table can fail; `fail` makes a store fail."""
    world, log = TokenService(), io.StringIO()
    world.open("ES256")
    audit = SigningAudit(Logger(service=service, stream=log, level="INFO"))
    signing = Signing(
        issuer=world.issuer(),
        policies=TokenPolicies.parse("{}"),
        once=OncePerKey(None, store=world.store, clock=world.clock),
        audit=audit,
        sleep=world.clock.sleep,
    )
    throttled: Any = Throttled()
    signer = signer_app.Signer(signing=signing, audit=audit, throttles=KmsThrottles(throttled))

    def ask(request: Any) -> None:
        with suppress(JwxError):
            signer_app.serve(request, Context(), signer)

    ask(REQUEST)
    ask({})
    world.keys.disable(str(world.active().key_arn))
    ask(REQUEST)
    world.change(lambda ring: ring.with_key(ring.keys[0].kid, revoked_at=world.clock()))
    world.clock.advance(3600)
    ask(REQUEST)
    world.clock.advance(3600)
    fail(world.store)
    ask(REQUEST)
    yield log.getvalue()


def told_by_rotation(service: str) -> Iterator[Any]:
    """A key from birth to deletion, verbs that are done and refused, an emergency, and a failure."""
    clock, store, log, operations = FakeClock(), FakeRingStore(), io.StringIO(), itertools.count()
    kms = FakeKms(clock)
    bus: Any = Bus()
    journal = AwsJournal(
        bus,
        bus="shop",
        logger=Logger(service=service, stream=log, level="INFO"),
        new_metrics=lambda: EphemeralMetrics(namespace="Jwx", service=service),
    )
    throttled: Any = Throttled()
    rotating = Rotating(
        store=store,
        keys=fake_keys(kms, clock),
        prober=FakeProber(store, fake_signer(kms)),
        publication=FakePublication(store, clock),
        journal=journal,
        record=FakeRunRecord(),
        default_policy=RotationPolicy.parse({"algorithms": ["ES256"]}),
        clock=clock,
        sleep=clock.sleep,
        new_operation=lambda: f"op-{next(operations)}",
    )
    rotation = rotation_app.Rotation(rotating=rotating, throttles=KmsThrottles(throttled))

    def ask(event: Any) -> dict[str, Any]:
        with suppress(JwxError):
            return rotation_app.serve(event, Context(), rotation)
        return {"keys": []}

    scheduled = json.loads((EVENTS / "rotation-scheduled.json").read_text())
    ask(scheduled)
    ask({"action": "rotate"})
    ask({"action": "rotate", "force": True})
    ask({"action": "revoke", "kid": "nobody"})
    (active,) = (key["kid"] for key in ask({"action": "status"})["keys"] if key["state"] == "active")
    ask({"action": "attach_certificate", "kid": active, "chain": _chain(store, active, clock())})
    detail = {"issuer": "default", "kid": active, "reason": "leaked"}
    kind = "Signing Key Revocation Requested"
    ask({"detail-type": kind, "source": "guard", "detail": detail})
    for _ in range(40):
        clock.advance(86400)
        ask(scheduled)
    journal.warned("default", "copy: PublicationUnavailable: S3 PutObject: SlowDown (request r-1)")
    yield log.getvalue()


def _chain(store: FakeRingStore, kid: str, now: int) -> list[str]:
    """A CA's answer for a key of the ring."""
    key = store.rings["default"].key(kid)
    assert key is not None
    times = {"start": now - 60, "end": now + 3600}
    return [pem(leaf(load_public_key(key.jwk, algorithm("ES256")), **times)), pem(root(**times))]


def told_by_jwks(service: str, fail: Any) -> Iterator[Any]:
    """A key set that is served, and one that cannot be read."""
    world = TokenService()
    world.open("ES256")
    well_known = WellKnown(world.store, world.clock, base_url=BASE_URL, jwk_set_type="application/json")
    function = jwks_app.Jwks(well_known=well_known, count=jwks_app.counter(service))
    jwks_app.serve(SERVE_JWKS, function)
    fail(world.store)
    jwks_app.serve(SERVE_JWKS, function)
    yield ""


def told_by_authorizer(service: str) -> Iterator[Any]:
    """Every outcome: allowed, denied, unauthorized, unavailable, unreadable."""
    issuers = [{"issuer": ISSUER, "audiences": [AUDIENCE], "jwks_uri": JWKS_URI}]
    endpoint = KeyEndpoint({JWKS_URI: jwks("ES256")})
    settings = {
        "TRUSTED_ISSUERS": json.dumps(issuers),
        "ROUTE_SCOPES": '{"GET /orders": ["orders:read"]}',
        "POWERTOOLS_SERVICE_NAME": service,
    }
    lines: list[str] = []

    def ask(*tokens: str) -> None:
        authorizer = authorizer_from(settings, fetch=endpoint, clock=FakeClock(NOW), write=lines.append)
        for each in tokens:
            with suppress(Exception):
                authorizer.authorize(api_event("rest-request", each))

    with suppress(JwxError):
        authorizer_from(settings, write=lines.append).authorize({})
    ask(token(), token(scope="other"), "a.b.c")
    endpoint.documents.clear()
    ask(token())
    yield "\n".join(lines)


def everything(services: Mapping[str, str], fail: Any) -> dict[str, list[dict[str, Any]]]:
    """By function: each line that is JSON, logs and embedded metrics alike.

    Sets the name of the service that Powertools reads; whoever calls puts the old one back.
    """
    tellers = {
        "signer": lambda name: told_by_signer(name, fail),
        "rotation": told_by_rotation,
        "jwks": lambda name: told_by_jwks(name, fail),
        "authorizer": told_by_authorizer,
    }
    heard = {}
    for function, teller in tellers.items():
        os.environ["POWERTOOLS_SERVICE_NAME"] = services[function]
        with redirect_stdout(io.StringIO()) as printed:
            logged = "".join(teller(services[function]))
        text = printed.getvalue() + logged
        heard[function] = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    return heard
