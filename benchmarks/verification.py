"""What a verification costs beside its peers: `python -m benchmarks.verification`.

Every figure is the best of many short rounds in which all subjects take their turn, so that a busy machine
changes them little: everything above the best is somebody else's work. Microseconds.
"""

from __future__ import annotations

import json
import platform
import re
import time
from collections.abc import Callable, Mapping
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding

from benchmarks.charts import bars
from benchmarks.goals import Goal, goals_table
from benchmarks.markdown import image, table
from benchmarks.progress import step
from benchmarks.section import FULL, Effort, Section
from benchmarks.verification_peers import Figures, node_peers, node_versions, python_peers, versions
from jwx import TrustedIssuer, Verifier
from jwx.authorization.settings import authorizer_from
from jwx.jose.jwa import raw_to_der
from jwx.jose.jws import parse_unverified
from tests.fakes.api_events import api_event
from tests.fakes.foreign_issuer import AUDIENCE, ISSUER, jwks, private_key, token
from tests.fakes.key_endpoint import JWKS_URI, KeyEndpoint

WARM: Final = 10
LOOPS: Final = 10
ALGORITHMS: Final = ("RS256", "ES256")
BARE, FULL_CHECK, SEEN, HANDLER = (
    "`cryptography` alone",
    "**jwx**",
    "**jwx, token seen before**",
    "**authorizer, event to policy, token seen before**",
)

type Calls = Mapping[str, Callable[[], object]]


def best(what: str, calls: Calls, rounds: int) -> dict[str, float]:
    """Microseconds a call, all subjects in turn; each warms up first, as what ran before took its place."""
    fastest = dict.fromkeys(calls, float("inf"))
    for _ in step(what, range(rounds)):
        for name, call in calls.items():
            for _ in range(WARM):
                call()
            started = time.perf_counter_ns()
            for _ in range(LOOPS):
                call()
            fastest[name] = min(fastest[name], (time.perf_counter_ns() - started) / LOOPS / 1000)
    return fastest


def subjects(name: str, candidate: str) -> Calls:
    """Each checks signature, `iss`, `aud` and times with a key that it holds already."""
    return _ours(name, candidate) | python_peers(name, candidate)


def _bare(name: str, candidate: str) -> Callable[[], object]:
    """The signature check alone, its arguments at hand."""
    parsed, public = parse_unverified(candidate), private_key(name).public_key()
    if name == "RS256":
        scheme, digest = padding.PKCS1v15(), hashes.SHA256()
        return lambda: public.verify(parsed.signature, parsed.signing_input, scheme, digest)
    der, ecdsa = raw_to_der(parsed.signature, 32), ec.ECDSA(hashes.SHA256())
    return lambda: public.verify(der, parsed.signing_input, ecdsa)


def _ours(name: str, candidate: str) -> dict[str, Callable[[], object]]:
    trusted = TrustedIssuer(issuer=ISSUER, audiences=[AUDIENCE], jwks_uri=JWKS_URI)
    endpoint = KeyEndpoint({JWKS_URI: jwks(name)})
    forgetful = Verifier(trusted, fetch=endpoint, max_verified_tokens=0)
    remembering = Verifier(trusted, fetch=endpoint)
    environ = {
        "TRUSTED_ISSUERS": json.dumps([{"issuer": ISSUER, "audiences": [AUDIENCE], "jwks_uri": JWKS_URI}]),
        "ROUTE_SCOPES": json.dumps({"GET /orders": ["orders:read"], "* /admin/*": ["admin"]}),
    }
    authorizer = authorizer_from(environ, fetch=endpoint, write=lambda line: None)
    event = api_event("rest-request", candidate)
    return {
        BARE: _bare(name, candidate),
        FULL_CHECK: lambda: forgetful.verify(candidate),
        SEEN: lambda: remembering.verify(candidate),
        HANDLER: lambda: authorizer.authorize(event),
    }


def section(effort: Effort) -> Section:
    """Measure all and say it."""
    now = int(time.time())
    tokens = {name: token(name, iat=now, exp=now + 3600) for name in ALGORITHMS}
    rounds = 2 if effort.smoke else 600
    python = {
        name: best(f"verification, {name}", subjects(name, candidate), rounds)
        for name, candidate in tokens.items()
    }
    goals = _goals(python)
    parts = [
        "Microseconds for one token, best of many interleaved rounds; each library holds its key already and "
        "checks signature, `iss`, `aud` and times. Above: more than the bare signature check takes.",
        f"Python {platform.python_version()}: {versions()}.",
        _table(python, BARE),
        goals_table(goals),
        *(image(f"verification-{name}", f"Microseconds for a token of {name}") for name in ALGORITHMS),
    ]
    if (others := node_peers(tokens)) is not None:
        parts += [f"Node.js: {node_versions()}.", _table(others, "node:crypto alone")]
    charts = {f"verification-{name}": _chart(name, figures) for name, figures in python.items()}
    return Section(name="verification", text="\n\n".join(parts), charts=charts, goals=goals)


def _table(measured: Mapping[str, Figures], bare: str) -> str:
    head = [""] + [cell for name in ALGORITHMS for cell in (name, "above", "of bare")]
    rows = [
        [subject] + [cell for name in ALGORITHMS for cell in _cells(measured[name], subject, bare)]
        for subject in measured[ALGORITHMS[0]]
    ]
    return table(head, rows)


def _cells(figures: Figures, subject: str, bare: str) -> tuple[str, str, str]:
    above = figures[subject] - figures[bare]
    shown = "" if subject == bare or above < 0 else f"{above:.1f}"
    return f"{figures[subject]:.1f}", shown, f"{figures[subject] / figures[bare]:.2f}"


def _chart(name: str, figures: Figures) -> bytes:
    """What each takes, the bare check told apart."""
    subjects = [subject for subject in figures if subject != BARE]
    least = [min(figures[BARE], figures[subject]) for subject in subjects]
    above = [figures[subject] - floor for subject, floor in zip(subjects, least, strict=True)]
    labels = [re.sub("[*`]", "", subject) for subject in subjects]
    return bars(f"Verification, {name}, microseconds", labels, {"as the bare check": least, "above": above})


def _goals(measured: Mapping[str, Figures]) -> list[Goal]:
    goals: list[tuple[str, int, Callable[[Figures], float]]] = [
        ("above the bare check", 15, lambda f: f[FULL_CHECK] - f[BARE]),
        ("token seen before", 5, lambda f: f[SEEN]),
        ("handler, above that", 30, lambda f: f[HANDLER] - f[SEEN]),
    ]
    return [
        Goal(about=f"{name}: {label}, µs", value=reckon(measured[name]), most=most)
        for label, most, reckon in goals
        for name in ALGORITHMS
    ]


if __name__ == "__main__":
    print(section(FULL).text)
