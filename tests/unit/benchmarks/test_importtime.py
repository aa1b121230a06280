"""How the costs of imports are told apart."""

from __future__ import annotations

from benchmarks.imports import cost_of

LINES = """\
import time: self [us] | cumulative | imported package
import time:       100 |        100 | zipimport
import time:        20 |         20 |     dataclasses
import time:         5 |         25 |   jwx.errors
import time:        40 |         40 |       cryptography.x509
import time:        30 |         30 |       secrets
import time:         7 |         77 |     jwt
import time:         3 |         80 |   jwx_aws.pyjwt_encoder
import time:         1 |        106 | app
import time:        50 |         50 | botocore.client
"""


def test_a_module_counts_for_the_distribution_that_brought_it() -> None:
    """What PyJWT imports is PyJWT's, `cryptography` included; what we import of Python is Python's."""
    assert dict(cost_of(LINES.splitlines())) == {
        "standard library": 120,
        "our own modules": 9,
        "PyJWT": 77,
        "botocore": 50,
    }
