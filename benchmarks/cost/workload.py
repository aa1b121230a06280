"""What is asked of the product, and how the stack answers it."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

MONTH = 30 * 86_400
"""Seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """Rates per second, sizes in bytes, times in seconds. The defaults are the template's, or measured."""

    tokens: float = 0.0
    """Tokens signed a second."""
    verifications: float = 0.0
    """Requests a second to APIs behind the authorizer."""
    algorithm: str = "ES256"
    algorithms: int = 2
    """How many an issuer has; each holds an active key, a standby, now and then one that retires."""
    issuers: int = 1
    batch: int = 1
    """Tokens asked for in one invoke."""
    over_http: float = 0.0
    """Share of the tokens that come by `POST /token`."""
    idempotent: float = 0.0
    """Share of the tokens that are asked for with an idempotency key."""
    decision_hits: float = 0.8
    """Share of requests that API Gateway answers from its decision cache."""
    outside_verifiers: int = 100
    """Verifiers elsewhere that fetch the JWK Set, each as often as `max_age` says."""
    revocations: float = 1.0
    """Keys a month."""
    max_age: int = 300
    s_maxage: int = 60
    edges: int = 20
    """Edge locations that somebody asks."""
    rotation_period: int = 2_592_000
    lingering: int = 604_800 + 3_600
    """How long a key is paid for after its turn: until its last token is gone, and for `Grace`."""
    schedule: int = 300
    log_retention_days: int = 90
    sign_seconds: float = 0.020
    """Billed duration of a signature at the signer: KMS's answer takes nearly all of it."""
    decide_seconds: float = 0.002
    publish_seconds: float = 0.010
    run_seconds: float = 1.0
    """Of the rotation, for one issuer."""

    @property
    def signed(self) -> float:
        """Tokens a month."""
        return self.tokens * MONTH

    @property
    def signer_invokes(self) -> float:
        """A month."""
        return self.signed / self.batch

    @property
    def decisions_a_second(self) -> float:
        """Those that reach the authorizer."""
        return self.verifications * (1 - self.decision_hits)

    @property
    def decided(self) -> float:
        """A month."""
        return self.decisions_a_second * MONTH

    @property
    def edge_requests(self) -> float:
        """By verifiers elsewhere, and by each warm authorizer every 30 seconds while it is used."""
        instances = ceil(self.decisions_a_second * self.decide_seconds * 2)
        return self.outside_verifiers * MONTH / self.max_age + instances * MONTH / 30

    @property
    def origin_requests(self) -> float:
        """No edge asks more often than its copy is stale."""
        return min(self.edge_requests, self.edges * MONTH / self.s_maxage * self.issuers)

    @property
    def runs(self) -> float:
        """Scheduled ones a month."""
        return MONTH / self.schedule

    @property
    def births(self) -> float:
        """New keys a month: one for each algorithm and period, and for each that was revoked."""
        return self.issuers * self.algorithms * MONTH / self.rotation_period + self.revocations

    @property
    def key_months(self) -> float:
        """Active, standby, and those that retire or are in their grace; pending deletion costs nothing."""
        return self.issuers * self.algorithms * (2 + self.lingering / self.rotation_period)
