"""The verbs of the rotation function: a checked request, one conditional write, then a run of the plan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from typing import Any, Final

from jwx.errors import IssuerExists, LostRace, UnknownIssuer
from jwx.issuer_names import DEFAULT
from jwx.lifecycle.fleet import Fleet
from jwx.lifecycle.ledger import Ledger
from jwx.lifecycle.precautions import Precautions
from jwx.lifecycle.reconcile import Reconciler
from jwx.lifecycle.rotation import plan
from jwx.ports import Clock, Prober
from jwx.ring import issuer_transitions
from jwx.ring.keyring import KeyRing
from jwx.ring.policy import RotationPolicy
from jwx.verbs.answers import answer
from jwx.verbs.certificate_verbs import certificate_request
from jwx.verbs.verb_changes import CHANGES, bereft_algorithm
from jwx.verbs.verb_requests import ALL_ISSUERS, VerbRequest

ISSUERS_A_PAGE: Final = 100


class Verbs:
    """Answers one request each. Refusals are typed errors and change nothing."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        reconciler: Reconciler,
        fleet: Fleet,
        prober: Prober,
        precautions: Precautions,
        default_policy: RotationPolicy,
        clock: Clock,
    ) -> None:
        self._ledger = ledger
        self._reconciler = reconciler
        self._fleet = fleet
        self._prober = prober
        self._precautions = precautions
        self._default_policy = default_policy
        self._clock = clock
        self._verbs: dict[str, Callable[[VerbRequest], dict[str, Any]]] = {
            "reconcile": self._reconcile,
            "status": self._status,
            "plan": self._plan,
            "create_issuer": self._create_issuer,
            "list_issuers": self._list_issuers,
            "certificate_request": self._certificate_request,
        }

    def handle(self, given: object) -> dict[str, Any]:
        """One verb. Raises a RequestRefused that names the field, or a ServiceFailed."""
        request = VerbRequest(given)
        return self._verbs.get(request.action, self._change)(request)

    def _reconcile(self, request: VerbRequest) -> dict[str, Any]:
        if request.issuer == ALL_ISSUERS:
            return self._fleet.run()
        if request.issuer == DEFAULT:
            self._fleet.bootstrap()
        return self._run(request.issuer)

    def _status(self, request: VerbRequest) -> dict[str, Any]:
        ring = self._ledger.load(request.issuer)
        if ring is None:
            raise UnknownIssuer(f"issuer: there is no issuer {request.issuer!r}")
        return answer(ring, self._clock())

    def _plan(self, request: VerbRequest) -> dict[str, Any]:
        """The dry run: every step that is due or to come, with when and why; nothing is done."""
        now = self._clock()
        ring = self._ledger.load(request.issuer)
        if ring is None and request.issuer == DEFAULT:
            ring = issuer_transitions.new_ring(DEFAULT, self._default_policy, now=now)
        if ring is None:
            raise UnknownIssuer(f"issuer: there is no issuer {request.issuer!r}")
        return answer(ring, now, steps=plan(ring, now))

    def _list_issuers(self, request: VerbRequest) -> dict[str, Any]:
        """A page of names, those of deleted issuers included; `next` is the `after` of the next page."""
        names = self._ledger.issuers(request.optional_text("after", most=63))
        page = list(islice(names, ISSUERS_A_PAGE))
        return {"issuers": page, "next": page[-1] if page and next(names, None) is not None else None}

    def _certificate_request(self, request: VerbRequest) -> dict[str, Any]:
        return certificate_request(request, self._ledger.load(request.issuer), self._prober)

    def _change(self, request: VerbRequest) -> dict[str, Any]:
        change = CHANGES[request.action](request, self._clock())
        after = self._ledger.update(request.issuer, change, precaution=self._precautions)
        return self._run(request.issuer, warnings=_warnings(request, after))

    def _create_issuer(self, request: VerbRequest) -> dict[str, Any]:
        policy = RotationPolicy.parse(request.mapping("policy", default={}), base=self._default_policy)
        now = self._clock()
        fresh = issuer_transitions.new_ring(request.issuer, policy, now=now)
        if (old := self._ledger.load(request.issuer)) is not None:
            if old.restored:  # it may have been made again after that backup
                old = self._reconciler.run(request.issuer).ring
            _may_be_created_again(old, now)
            fresh = replace(fresh, version=old.version, tombstones=old.tombstones, restored=old.restored)
        try:
            self._ledger.create(fresh)
        except LostRace as error:
            raise IssuerExists(f"issuer: {request.issuer!r} was made by somebody else just now") from error
        return self._run(request.issuer)

    def _run(self, issuer: str, *, warnings: tuple[str, ...] = ()) -> dict[str, Any]:
        outcome = self._reconciler.run(issuer)
        told = (*warnings, *(f"{step.action}: {error}" for step, error in outcome.failed))
        return answer(outcome.ring, self._clock(), steps=outcome.done, warnings=told)


def _warnings(request: VerbRequest, ring: KeyRing) -> tuple[str, ...]:
    """What a person must know who just revoked the only key that could sign."""
    if request.action != "revoke":
        return ()
    algorithm = bereft_algorithm(ring, request.text("kid", most=128))
    if algorithm is None:
        return ()
    if request.flag("force"):
        return (
            f"{algorithm}: no standby was ready; a key signs that caches may not hold yet, so that clients "
            f"may refuse its tokens for up to {ring.policy.propagation} s",
        )
    return (f"{algorithm}: no standby was ready; signing answers NoActiveKey until one is (or use force)",)


def _may_be_created_again(old: KeyRing, now: int) -> None:
    """A cache may hold the old JWK Set until then, and the first new keys wait for no cache."""
    if old.deleted_at is None:
        what = "is being deleted" if old.deleting_since is not None else "exists already"
        raise IssuerExists(f"issuer: {old.issuer!r} {what}")
    free_at = max(old.deleted_at + old.policy.origin_timeout + old.policy.propagation, old.cache_horizon)
    if now < free_at:
        raise IssuerExists(
            f"issuer: {old.issuer!r} was deleted at {old.deleted_at}; caches may hold its keys until "
            f"{free_at}, now {now}"
        )
