"""What grows, in process: each function makes a call for a size."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from benchmarks.journeys import UNSEEN, publishing, ring_of
from jwx import TrustedIssuer, Verifier
from jwx.authorization.settings import authorizer_from
from jwx.lifecycle.rotation import plan
from jwx.publishing.publication import document
from jwx.ring.keyring import KeyRing
from jwx.ring.policy import RotationPolicy
from jwx.verbs.rotating import Rotating
from tests.fakes.api_events import api_event
from tests.fakes.foreign_issuer import AUDIENCE, jwk, token
from tests.fakes.journal import FakeJournal
from tests.fakes.key_endpoint import KeyEndpoint
from tests.fakes.prober import FakeProber
from tests.fakes.publication import FakePublication
from tests.fakes.run_record import FakeRunRecord
from tests.fakes.token_service import BASE_URL, REQUEST, TokenService

type Call = Callable[[], object]


def jwk_set_of(keys: int) -> Call:
    """The JWK Set from a ring that was answered before."""
    return publishing(keys).request


def jwk_set_rendered(keys: int) -> Call:
    """The JWK Set made anew."""
    ring, now = ring_of(keys), int(time.time())
    return lambda: document(ring, "jwks.json", base_url=BASE_URL, now=now)


def plan_of(keys: int) -> Call:
    """The plan of one ring."""
    ring, now = ring_of(keys), int(time.time())
    return lambda: plan(ring, now)


def ring_store_of(issuers: int, action: str) -> Call:
    """A verb on one of many issuers."""
    rotating = _rotation_of(issuers)
    event = {"action": action, "issuer": _name(issuers - 1)}
    return lambda: rotating.answer(event, remaining=lambda: 300.0)


def fleet_of(issuers: int) -> Call:
    """The scheduled run while nothing is due."""
    rotating = _rotation_of(issuers)
    event = {"action": "reconcile", "issuer": "*"}

    def run() -> object:
        answer = rotating.answer(event, remaining=lambda: 10_000.0)
        if answer["failed"] or not answer["complete"]:
            raise RuntimeError(f"the run over {issuers} issuers failed")
        return answer

    run()  # does what was due after the rings were made
    return run


def _name(number: int) -> str:
    return "default" if number == 0 else f"tenant-{number:05d}"


def _rotation_of(issuers: int) -> Rotating:
    """Rings of many issuers; they share their keys, which costs a run as much as keys of their own."""
    service, operations = TokenService(), itertools.count()
    model: KeyRing = service.open("ES256", standby=True)
    service.store.rings = {_name(number): replace(model, issuer=_name(number)) for number in range(issuers)}
    service.calls.names = _Forgetful()
    return Rotating(
        store=service.store,
        keys=service.keys,
        prober=FakeProber(service.store, service.signer),
        publication=FakePublication(service.store, service.clock, service.calls),
        journal=_DeafJournal(),
        record=FakeRunRecord(service.calls),
        default_policy=RotationPolicy.parse({"algorithms": ["ES256"]}),
        clock=service.clock,
        sleep=service.clock.sleep,
        new_operation=lambda: f"later-{next(operations)}",
    )


class _Forgetful(list[str]):
    """Stands for the log of all calls, which would grow with each round."""

    def append(self, name: str) -> None:
        """Nothing is kept."""


class _DeafJournal(FakeJournal):
    """Forgets what it is told."""

    def asked(self, origin: object, refusal: str | None) -> None:
        """Nothing is kept."""

    def measured(self, issuer: str, values: Mapping[str, int]) -> None:
        """Nothing is kept."""


def authorizer_trusting(issuers: int, *, seen: bool) -> Call:
    """Decisions on tokens of one among many trusted issuers."""
    names = [f"https://{number}.issuers.example.com" for number in range(issuers)]
    keys = json.dumps({"keys": [jwk("ES256")]}).encode()
    endpoint = KeyEndpoint({f"{name}/jwks.json": keys for name in names})
    trusted = [{"issuer": name, "audiences": [AUDIENCE], "jwks_uri": f"{name}/jwks.json"} for name in names]
    authorizer = authorizer_from(
        {"TRUSTED_ISSUERS": json.dumps(trusted)}, fetch=endpoint, write=lambda line: None
    )
    events = in_turn(
        api_event("rest-request", good_token(iss=names[-1])) for _ in range(1 if seen else UNSEEN)
    )
    return lambda: authorizer.authorize(next(events))


def verifier_of_token(kilobytes: float, *, seen: bool) -> Call:
    """Verification of tokens of one size."""
    name = "https://issuer.example.com"
    endpoint = KeyEndpoint({f"{name}/jwks.json": json.dumps({"keys": [jwk("ES256")]}).encode()})
    trusted = TrustedIssuer(issuer=name, audiences=[AUDIENCE], jwks_uri=f"{name}/jwks.json")
    verifier = Verifier(trusted, fetch=endpoint, max_verified_tokens=1024 if seen else 0)
    sized = good_token(**_filling(kilobytes))
    return lambda: verifier.verify(sized)


def signer_of_claims(kilobytes: float) -> Call:
    """Signing of tokens of one size, the signature itself included."""
    service = TokenService()
    service.open("ES256")
    signing = service.signing()
    request = {"claims": REQUEST["claims"] | _filling(kilobytes)}

    def sign() -> object:
        service.ears.tokens.clear()
        service.calls.names.clear()
        return signing.answer(request, seconds_left=lambda: 30.0)

    return sign


def _filling(kilobytes: float) -> dict[str, str]:
    """A claim that makes the token about so large; base64url adds a third, and 0.4 KB are there anyway."""
    return {"filling": "x" * max(0, int(kilobytes * 1000 * 3 / 4) - 450)}


def good_token(**changes: Any) -> str:
    """One that holds now."""
    now = int(time.time())
    return token(iat=now, exp=now + 3600, **changes)


def in_turn(events: Iterable[Any]) -> Any:
    """Over and over again."""
    return itertools.cycle(list(events))
