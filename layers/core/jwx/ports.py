"""What the core asks of the world, as small Protocols; adapters live in `jwx_aws`, fakes in the tests.

Each port has one contract suite in tests/contract that runs on the fake and on the real adapter.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from jwx.ring.keyring import KeyRing
from jwx.ring.promises import Promises

if TYPE_CHECKING:
    from jwx.origin import Origin

Clock = Callable[[], int]
"""Now, in whole epoch seconds."""


class RingStore(Protocol):
    """Key rings, each written whole under a condition on its version."""

    def load(self, issuer: str) -> KeyRing | None:
        """The ring as of now (strongly consistent), or None. Raises KeyRingUnavailable."""

    def save(self, ring: KeyRing) -> KeyRing:
        """Write `ring` if the stored version is still `ring.version` ("" for a new ring).

        Returns it with its new version. Raises LostRace, KeyRingUnavailable.
        """

    def issuers(self, after: str | None = None) -> Iterator[str]:
        """Names of all issuers, in a stable order, page by page; `after` resumes behind a name."""


class KeyStatus(StrEnum):
    """What KMS says of a key."""

    USABLE = "usable"
    DISABLED = "disabled"
    DELETED = "deleted"  # pending deletion, or gone


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedKey:
    """A KMS key of this stack, as a listing shows it: tags only, which may lag by minutes; it may be gone."""

    key_arn: str
    issuer: str
    operation: str
    mark: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredKey:
    """A KMS key of this stack, as KMS itself knows it."""

    key_arn: str
    issuer: str
    operation: str
    algorithm: str
    """The tag `jwx:algorithm`: an RSA key alone does not tell RS256 from PS256."""
    mark: str | None
    """`published`, `retired`, `revoked`, or None."""
    promises: Promises | None
    """What was promised while it was in use, as `promise` noted it."""
    created_at: int
    status: KeyStatus


class KeyService(Protocol):
    """KMS, less signing."""

    def create(self, *, issuer: str, algorithm: str, operation: str, rsa_bits: int) -> str:
        """Make a key, tagged with stack, issuer, algorithm and operation; answers its ARN.

        Raises KeyNotMade when KMS says that it made none, KeyServiceUnavailable when nobody can know.
        """

    def public_key(self, key_arn: str) -> bytes:
        """The DER SubjectPublicKeyInfo; waits out KMS's eventual consistency, bounded."""

    def mark(self, key_arn: str, mark: str) -> None:
        """Set the tag `jwx:state`: `published` before a key enters a JWK Set, `retired`, `revoked`."""

    def promise(self, key_arn: str, promises: Promises) -> None:
        """Set the tag `jwx:promises`, which outlives the table."""

    def status(self, key_arn: str) -> KeyStatus:
        """Usable, disabled or (to be) deleted."""

    def stored(self, key_arn: str) -> StoredKey | None:
        """One key with its tags, read from the key itself; None when it is gone."""

    def disable(self, key_arn: str) -> None:
        """Stop all signing with the key; no error when that is so already."""

    def schedule_deletion(self, key_arn: str, *, days: int) -> None:
        """Have the key deleted in `days`; no error when that is so already."""

    def list_keys(self, issuer: str | None = None) -> Iterator[ListedKey]:
        """All keys tagged with this stack (and issuer), page by page; one call a page, none a key."""


class Prober(Protocol):
    """Whoever may sign, asked for the two things beside tokens that are signed."""

    def probe(self, *, issuer: str, operation: str) -> bytes:
        """The JWS-form signature of a key that is not published yet over `probe.probe_message(operation)`."""

    def request_certificate(self, *, issuer: str, kid: str, subject: object) -> str:
        """A certificate signing request in PEM for a published key, see `jwx.issuing.certificate_request`."""


class Publication(Protocol):
    """The public face of an issuer: static copy, CDN, public URL."""

    @property
    def place(self) -> str:
        """Another where the copy is another: another bucket, another issuer URL, another media type."""

    def copy(self, ring: KeyRing, now: int, *, stale: Callable[[], bool]) -> None:
        """Write the documents of `ring` to the static copy.

        `stale` is asked after the copy's fence was read and before the write: when it says yes, or
        another writer was faster, LostRace is raised and nothing (or the newer documents) stays written.
        """

    def invalidate(self, issuer: str, *, token: str) -> None:
        """Have the CDN drop the issuer's documents. `token` makes a repeat harmless."""

    def seen(self, issuer: str) -> Collection[str] | None:
        """The kids that the public URL serves just now; None when it does not answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What one scheduled run leaves for the next."""

    last_success_at: int | None = None
    """When every issuer had last been served."""
    resume_after: str | None = None
    """The issuer behind which the next run begins; None for the first of all."""
    under_way: bool = False
    """Noted before that issuer's turn; it stays when the run is ended from outside."""
    failed: bool = False
    """An issuer before that one was not served."""


class RunRecord(Protocol):
    """The progress of scheduled runs, beside the key rings."""

    def load(self) -> Progress:
        """As it was saved last. Raises KeyRingUnavailable."""

    def save(self, progress: Progress) -> None:
        """The last writer wins, since a repeated run does no harm. Raises KeyRingUnavailable."""


class Journal(Protocol):
    """Where changes are told: event bus, log, metrics. Never an ARN."""

    def changed(self, change: KeyChange) -> None:
        """A key was created, published, activated, retired, revoked, deleted, certified or decertified."""

    def asked(self, origin: Origin, refusal: str | None) -> None:
        """A verb was asked for; `refusal` is the name of the error that it ended with."""

    def measured(self, issuer: str, values: Mapping[str, int]) -> None:
        """Metrics of one run for one issuer."""

    def warned(self, issuer: str, message: str) -> None:
        """Something a person should know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyChange:
    """One change in the life of a key, fit to be told to others."""

    issuer: str
    kid: str
    algorithm: str
    change: str
    """`Created`, `Published`, `Activated`, `Retired`, `Revoked`, `Deleted`, `Certified` or `Decertified`."""
    at: int
    reason: str | None = None
    forced: bool = False
    certified_until: int | None = None
    """Of `Certified`: when the first certificate expires and the chain leaves the JWK Set by itself."""
    origin: Origin | None = None
    """Who asked for the verb in whose run it happened."""
