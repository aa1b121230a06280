"""The rotation policy of an issuer: one validated value, every duration in seconds.

The two sums below are the whole argument why no token is ever unverifiable:

- `propagation`: how long after its publication the last cache that keeps its promise may still hold
  a JWK Set without a new key. No key signs before that has passed.
- `retention`: how long after its last signature was due the last token of a key may still be accepted.
  No key leaves the JWK Set before that has passed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from jwx.errors import InvalidPolicy
from jwx.issuer_names import shown
from jwx.jose.jwa import ALGORITHMS
from jwx.ring.promises import Promises

MAX_PUBLISHED_KEYS = 100
"""A JWK Set never holds more keys than this; verifiers stop reading at 256 KB."""

_YEAR = 366 * 86400
_BOUNDS: Mapping[str, tuple[int, int]] = {
    "rotation_period": (1, 10 * _YEAR),
    "max_age": (0, 86400),
    "s_maxage": (0, 86400),
    "stale_while_revalidate": (0, 86400),
    "stale_if_error": (0, 7 * 86400),
    "client_cache": (0, 7 * 86400),
    "max_token_lifetime": (1, _YEAR),
    "verifier_leeway": (0, 300),
    # Times are whole seconds, so that rounding alone may be off by one.
    "clock_skew": (1, 300),
    "signer_cache": (0, 3600),
    "origin_timeout": (0, 60),
    "grace": (0, _YEAR),
    "deletion_window_days": (7, 30),  # KMS ScheduleKeyDeletion, PendingWindowInDays
    "rsa_bits": (2048, 4096),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RotationPolicy:
    """How an issuer's keys live. Build it with `parse`, which validates; times in seconds."""

    algorithms: tuple[str, ...] = ("ES256", "RS256")
    """JWS algorithms in use; the first is the one a request gets that names none."""
    rotation_period: int = 30 * 86400
    max_age: int = 300
    """Cache-Control max-age of the JWK Set: what browsers and clients may keep."""
    s_maxage: int = 60
    """Cache-Control s-maxage: what the CDN may keep."""
    stale_while_revalidate: int = 60
    stale_if_error: int = 86400
    client_cache: int = 12 * 3600
    """The slowest client cache that we promise to serve (Microsoft's .NET handler keeps 12 hours)."""
    max_token_lifetime: int = 3600
    verifier_leeway: int = 60
    clock_skew: int = 30
    """How far any clock may be from true time, either way."""
    signer_cache: int = 60
    """How old the key ring may be that a signer still signs from."""
    origin_timeout: int = 10
    """How long an answer of the origin may be on its way to the CDN."""
    grace: int = 7 * 86400
    """How long a retired key stays disabled before its deletion is scheduled."""
    deletion_window_days: int = 30
    rsa_bits: int = 2048
    key_ops: bool = False
    """Publish `key_ops` beside `use` in each JWK (RFC 7517 section 4.3), for clients that ask for it."""

    @classmethod
    def parse(cls, given: object, *, base: RotationPolicy | None = None) -> RotationPolicy:
        """A policy from JSON values; fields left out come from `base` or the defaults.

        Raises InvalidPolicy that names the field, what was given and what is allowed.
        """
        if not isinstance(given, Mapping):
            raise InvalidPolicy(f"policy: an object is needed, {type(given).__name__} was given")
        known = {field.name for field in fields(cls)}
        for name in given:
            if name not in known:
                raise InvalidPolicy(
                    f"policy.{name!s:.60}: no such field; known are {', '.join(sorted(known))}"
                )
        changes: dict[str, Any] = {name: _bounded(name, given[name]) for name in _BOUNDS if name in given}
        if "algorithms" in given:
            changes["algorithms"] = _algorithms(given["algorithms"])
        if "key_ops" in given:
            changes["key_ops"] = _flag("key_ops", given["key_ops"])
        policy = replace(base or cls(), **changes)
        policy._check()
        return policy

    def _check(self) -> None:
        """Refuse a policy whose parts contradict each other, with both numbers."""
        if self.rsa_bits not in (2048, 3072, 4096):
            raise InvalidPolicy(f"policy.rsa_bits: {self.rsa_bits} is not one of 2048, 3072, 4096")
        if self.client_cache < self.max_age:
            raise InvalidPolicy(
                f"policy.client_cache: {self.client_cache} s is below max_age, {self.max_age} s: "
                "clients are told to keep the JWK Set for longer than is waited for them"
            )
        if self.rotation_period <= self.propagation + self.origin_timeout:
            raise InvalidPolicy(
                f"policy.rotation_period: {self.rotation_period} s must be above propagation plus "
                f"origin_timeout, {self.propagation} + {self.origin_timeout} s: a successor could never be "
                "ready in time"
            )
        if self.steady_keys > MAX_PUBLISHED_KEYS:
            raise InvalidPolicy(
                f"policy.rotation_period: {self.rotation_period} s with a retention of {self.retention} s "
                f"keeps {self.steady_keys} keys in the JWK Set; {MAX_PUBLISHED_KEYS} are allowed"
            )

    @property
    def propagation(self) -> int:
        """Seconds until every cache that keeps its promise holds what was published."""
        return self.on_edge - self.origin_timeout + self.in_clients

    @property
    def on_edge(self) -> int:
        """Seconds for which an answer may be on its way to the CDN and then be served from there."""
        return self.origin_timeout + self.s_maxage + self.stale_while_revalidate + self.stale_if_error

    @property
    def in_clients(self) -> int:
        """Seconds for which a client may use what it got from the CDN, by any clock."""
        return self.client_cache + 2 * self.clock_skew

    @property
    def promises(self) -> Promises:
        """What tokens minted and caches filled under this policy rely on."""
        return Promises(
            max_token_lifetime=self.max_token_lifetime,
            signer_cache=self.signer_cache,
            verifier_leeway=self.verifier_leeway,
            clock_skew=self.clock_skew,
            on_edge=self.on_edge,
            in_clients=self.in_clients,
        )

    @property
    def retention(self) -> int:
        """Seconds for which a key stays published after it stopped to sign."""
        return self.promises.retention

    @property
    def steady_keys(self) -> int:
        """Keys in the JWK Set when every rotation is on time: standby, active and those retiring."""
        retiring = -(-self.retention // self.rotation_period)
        return len(self.algorithms) * (2 + retiring)

    def to_json(self) -> dict[str, Any]:
        """The policy as JSON values."""
        return asdict(self) | {"algorithms": list(self.algorithms)}


def _bounded(name: str, value: object) -> int:
    low, high = _BOUNDS[name]
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidPolicy(f"policy.{name}: a whole number is needed, {shown(value)} was given")
    if not low <= value <= high:
        raise InvalidPolicy(f"policy.{name}: {shown(value)} is not within {low} to {high}")
    return value


def _flag(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise InvalidPolicy(f"policy.{name}: true or false is needed, {shown(value)} was given")
    return value


def _algorithms(value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not value:
        raise InvalidPolicy(
            f"policy.algorithms: a list of one or more names is needed, {shown(value)} was given"
        )
    for name in value:
        if not isinstance(name, str) or name not in ALGORITHMS:
            raise InvalidPolicy(f"policy.algorithms: {shown(name)} is not one of {', '.join(ALGORITHMS)}")
    if len(set(value)) != len(value):
        raise InvalidPolicy("policy.algorithms: a name is listed twice")
    return tuple(value)
