"""What was promised while a key was in use, and its written form on the KMS key.

A table that is restored brings back the policy of its time. What a later one promised to tokens and caches
would be forgotten with it, were it not on the keys themselves (invariant 1 of docs/lifecycle.md).
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, fields
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Promises:
    """The largest values in force while a key was in use, in seconds.

    They freeze how long it stays published. On the KMS key they outlive the table, for caches too.
    """

    max_token_lifetime: int
    signer_cache: int
    verifier_leeway: int
    clock_skew: int
    on_edge: int = 0
    in_clients: int = 0

    @property
    def retention(self) -> int:
        """Seconds from the end of signing to the last moment a token may be accepted."""
        return self.max_token_lifetime + self.signer_cache + self.verifier_leeway + 4 * self.clock_skew

    def widen(self, other: Promises) -> Promises:
        """Member by member the larger one: a token may mix an old lifetime with a new leeway."""
        pairs = zip(asdict(self).items(), asdict(other).values(), strict=True)
        return Promises(**{name: max(mine, theirs) for (name, mine), theirs in pairs})

    def to_tag(self) -> str:
        """The value of a KMS tag: at most 256 letters, digits, spaces, `_` and `=` (TagResource)."""
        return " ".join(f"{name}={seconds}" for name, seconds in asdict(self).items())

    @classmethod
    def from_tag(cls, tag: str) -> Promises | None:
        """What a tag says; None for one that a person wrote otherwise, which is as good as none."""
        said = {name: int(seconds) for name, seconds in _SAID.findall(tag)}
        return cls(**said) if said.keys() == {field.name for field in fields(cls)} else None


_SAID: Final = re.compile(r"\b([a-z_]+)=(\d{1,10})\b", re.ASCII)
