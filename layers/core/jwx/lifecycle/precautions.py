"""What the KMS keys must remember before the key ring says it: a table may be lost, and they stay.

A verb that revokes a key or promises more to tokens and caches tells the keys first. Whoever dies between the
two has told a key more than is true, which is harmless; the other way round a restored table would publish a
revoked key, or retire one whose tokens live on (invariants 1 and 6 of docs/lifecycle.md).
"""

from __future__ import annotations

from contextlib import suppress

from jwx.errors import ServiceFailed
from jwx.ports import KeyService
from jwx.ring.keyring import KeyRing, SigningKey
from jwx.ring.promises import Promises


class Precautions:
    """Called with the ring as it is and as it is about to be written; repeating it is harmless."""

    def __init__(self, keys: KeyService) -> None:
        self._keys = keys

    def __call__(self, before: KeyRing, after: KeyRing) -> None:
        """Raises KeyServiceUnavailable when a longer promise cannot be noted: then it may not be made."""
        for key in after.keys:
            if key.key_arn and _revoked_now(before, key):
                # A revocation waits for nothing; where this fails, it is the plan's first step.
                with suppress(ServiceFailed):
                    self._keys.mark(key.key_arn, "revoked")
        old = before.policy.promises
        if (wider := old.widen(after.policy.promises)) != old:
            for key in before.keys:
                if key.key_arn and key.revoked_at is None and key.retired_at is None:
                    self._note(key.key_arn, wider)

    def _note(self, key_arn: str, promises: Promises) -> None:
        """Widened by what the key remembers already, of policies before the one that ends now."""
        stored = self._keys.stored(key_arn)
        if stored is not None:
            known = stored.promises or promises
            self._keys.promise(key_arn, known.widen(promises))


def _revoked_now(before: KeyRing, key: SigningKey) -> bool:
    known = before.key(key.kid)
    return key.revoked_at is not None and (known is None or known.revoked_at is None)
