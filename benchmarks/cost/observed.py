"""What a request of each kind takes, as the code and the template have it; tests hold the figures to them."""

from __future__ import annotations

from typing import Final

from benchmarks.cost.workload import Workload

MEMORY_GB: Final = 0.5
PUBLISHING_MEMORY_GB: Final = 1.0
LONGEST_RUN: Final = 280.0
"""Seconds, after which a run goes on at the next schedule."""

RING_BYTES: Final = 3_500
"""Of an issuer with two algorithms: an active and a standby key each."""
RING_READS_A_RUN: Final = 4
"""By the scan, the run itself, the look for orphans."""
WRITES_A_BIRTH: Final = 8
"""Each step of a key's life records its intent and its result."""
WRITES_A_REPLAY: Final = 4
"""Units of 1 KB: a record before the signature, and again with the token."""

JWKS_BYTES: Final = 1_400
DOCUMENTS: Final = 4
INVALIDATED_PATHS: Final = 2 * DOCUMENTS
"""A revocation empties the edge at once, and once more when slow answers of the origin are over."""
EVENTS_A_KEY: Final = 5

SIGN_LOG: Final = 360
"""Bytes, with the 26 that CloudWatch counts for each line besides; so are those below."""
SIGN_METRIC_LOG: Final = 320
DECIDE_LOG: Final = 760
PUBLISH_LOG: Final = 280
RUN_LOG: Final = 900
LAMBDA_LOG: Final = 600
"""Lambda's own lines for an invoke, its start and its report. From AWS's documentation, not measured."""

ALARMS: Final = 16
_OF_ROTATION: Final = 6
_OF_THE_ORIGIN: Final = 3
"""Documents by status: 200, 304, 404."""
_OF_THE_API: Final = 5
"""Detailed metrics of the one method that is asked: Count, two latencies, two kinds of errors."""
_OF_THE_SIGNER: Final = 4
"""Refusals by kind; failures are none on a good day. Besides, one for each issuer and algorithm."""
_OF_THE_AUTHORIZER: Final = 12
"""Three outcomes, seven reasons of one issuer, two of its caches."""


def metrics(w: Workload) -> int:
    """Metrics that get data, each billed on its own."""
    always = _OF_ROTATION + _OF_THE_ORIGIN + _OF_THE_API
    signing = _OF_THE_SIGNER + w.issuers * w.algorithms if w.tokens else 0
    return always + signing + (_OF_THE_AUTHORIZER if w.verifications else 0)
