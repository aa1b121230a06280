"""Bring a key ring and the world to where the plan wants them, one recorded step after the other.

A run may die anywhere: each effect is harmless to repeat and its record is one conditional write, so the next
run finishes. Losing such a write is information: the ring is read again and planned again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial

from jwx.errors import JwxError, LostRace, UnknownIssuer
from jwx.lifecycle.effects import Effects
from jwx.lifecycle.ledger import Ledger
from jwx.lifecycle.rotation import plan
from jwx.lifecycle.steps import Action, NotYet, Step
from jwx.ports import Clock, KeyService, KeyStatus
from jwx.ring.keyring import KeyRing, SigningKey, State
from jwx.ring.transitions import found_unusable

MAX_STEPS = 400
"""Far above what a ring of the largest allowed size can ask for at once."""

PATIENCE = 30
"""Seconds that a verb waits for a step that is almost due, such as the second invalidation."""


@dataclass(slots=True)
class Outcome:
    """What a run did to one ring."""

    ring: KeyRing
    done: list[Step] = field(default_factory=list)
    failed: list[tuple[Step, JwxError]] = field(default_factory=list)

    @property
    def succeeded(self) -> bool:
        """Nothing failed; what the world does not show yet is no failure."""
        return all(isinstance(error, NotYet) for _, error in self.failed)


class Reconciler:
    """Runs plans. `remaining` answers the seconds left; a run stops by itself before they are used up."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        effects: Effects,
        keys: KeyService,
        clock: Clock,
        sleep: Callable[[float], None],
        remaining: Callable[[], float],
        place: str,
    ) -> None:
        self._ledger = ledger
        self._effects = effects
        self._keys = keys
        self._clock = clock
        self._sleep = sleep
        self._remaining = remaining
        self._place = place

    def run(self, issuer: str, *, patience: int = PATIENCE) -> Outcome:
        """Do all that is due for `issuer`, and what becomes due within `patience` seconds.

        Raises UnknownIssuer. A step that fails is left to the next run; the others still happen.
        """
        ring = self._ledger.load(issuer)
        if ring is None:
            raise UnknownIssuer(f"issuer: there is no issuer {issuer!r}")
        outcome = Outcome(ring)
        if not ring.restored:
            self._mistrust_another_copy(outcome)
            self._inspect(outcome)
        for _ in range(MAX_STEPS):
            step = self._next(outcome, patience)
            if step is None or self._remaining() <= 0:
                break
            self._take(outcome, step)
        return outcome

    def _next(self, outcome: Outcome, patience: int) -> Step | None:
        """The first step that is due and did not fail in this run; waits a little for one that almost is."""
        tried = {_identity(step) for step, _ in outcome.failed}
        open_steps = [s for s in plan(outcome.ring, self._clock()) if _identity(s) not in tried]
        if not open_steps:
            return None
        step = open_steps[0]
        wait = step.at - self._clock()
        if wait > min(patience, self._remaining()) or (wait > 0 and step.action not in _WORTH_WAITING):
            return None
        if wait > 0:
            self._sleep(wait)
            return self._next(outcome, patience)
        return step

    def _take(self, outcome: Outcome, step: Step) -> None:
        try:
            outcome.ring = self._effects.do(outcome.ring, step)
            outcome.done.append(step)
        except LostRace:
            outcome.ring = self._ledger.load(outcome.ring.issuer) or outcome.ring
        except JwxError as error:
            outcome.failed.append((step, error))
            outcome.ring = self._ledger.load(outcome.ring.issuer) or outcome.ring

    def _mistrust_another_copy(self, outcome: Outcome) -> None:
        """What the ring knows of the static copy is no news of one in another bucket or of another URL."""
        if outcome.ring.copied is None or outcome.ring.copied_to == self._place:
            return
        with suppress(LostRace):  # somebody else is at it, or the next run is
            outcome.ring = self._ledger.write(outcome.ring, replace(outcome.ring, copied=None))

    def _inspect(self, outcome: Outcome) -> None:
        """See whether KMS would still sign with the keys that sign now or next.

        When KMS is too busy to say, all else still happens: a revocation must not wait for this.
        """
        for key in _expected_usable(outcome.ring, self._clock()):
            try:
                if key.key_arn and self._keys.status(key.key_arn) is not KeyStatus.USABLE:
                    lost = partial(found_unusable, kid=key.kid, now=self._clock())
                    outcome.ring = self._ledger.update(outcome.ring.issuer, lost)
            except JwxError as error:
                outcome.failed.append((_inspection(key, self._clock()), error))


_WORTH_WAITING = frozenset({Action.INVALIDATE_AGAIN, Action.CONFIRM, Action.CONFIRM_ABSENCE, Action.ACTIVATE})


def _inspection(key: SigningKey, now: int) -> Step:
    return Step(action=Action.INSPECT, at=now, reason="does KMS still sign with it", kid=key.kid)


def _expected_usable(ring: KeyRing, now: int) -> Iterator[SigningKey]:
    return (k for k in ring.keys if k.state(now) in (State.PENDING, State.ACTIVE) and not k.unusable)


def _identity(step: Step) -> tuple[object, ...]:
    return (step.action, step.kid, step.algorithm, step.operations)
