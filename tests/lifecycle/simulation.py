"""Years in the life of several issuers, with everything that can go wrong, checked for all invariants.

Run it with `python -m tests.lifecycle.simulation --years 100 --seed 1`; the seed repeats it exactly.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from jwx.errors import JwxError
from jwx.jose.jwa import algorithm as algorithm_row
from jwx.jose.jwk import load_public_key
from jwx.lifecycle.keyring import KeyRing
from jwx.lifecycle.policy import RotationPolicy
from tests.fakes.kms import fake_signer
from tests.lifecycle.faults import Fault, error_of, fault_at
from tests.lifecycle.interleaving import Interleaving
from tests.lifecycle.invariants import Violation
from tests.lifecycle.scenarios import FOREIGN
from tests.lifecycle.signers import Minted
from tests.lifecycle.world import World

DAY: Final = 86400
YEAR: Final = 365 * DAY
SKEW: Final = 30
ALGORITHMS: Final = ("ES256", "ES384", "EdDSA")
STEP: Final = 18 * 3600
"""Mean seconds between scheduled runs while nothing happens; after a fault they come every 5 minutes."""


@dataclass(slots=True)
class Report:
    """What a simulation saw."""

    issuer_years: float = 0
    counts: Counter[str] = field(default_factory=Counter)
    violations: list[Violation] = field(default_factory=list)

    def lines(self) -> list[str]:
        """The report as text."""
        by_invariant = Counter(v.invariant for v in self.violations)
        told = [f"{'simulated issuer-years':28}{self.issuer_years:>12.1f}"]
        told += [f"{name:28}{count:>12,}" for name, count in sorted(self.counts.items())]
        told += [f"{f'violations of invariant {n}':28}{by_invariant[n]:>12}" for n in range(1, 8)]
        return told + [f"  {v}" for v in self.violations[:20]]


class Simulation:
    """One seeded course of events."""

    def __init__(self, *, seed: int, issuers: int = 10) -> None:
        self.random = random.Random(seed)  # noqa: S311  # a course of events must repeat
        policy = random_policy(self.random)
        self.world = World(policy=policy, seed=seed, tag_lag=300, appears_after=1.5)
        self.report = Report()
        self.tokens: list[Minted] = []
        self._disturbed: dict[str, float] = {}
        self._hot_until = 0.0
        self._busy_kms_until = 0.0
        self._backup: dict[str, KeyRing] = {}
        self._backup_at = 0.0
        self._wanted = issuers
        self._names = 0
        self._create_again: list[dict[str, Any]] = []
        self.world.calls.before = self._before_call

    # -- the course of events ------------------------------------------------------------------

    def run(self, years: float, *, progress: Callable[[str], None] = lambda _: None) -> Report:
        """Go on for so many issuer-years, or until an invariant is broken."""
        told = 0.0
        while self.report.issuer_years < years and not self.world.watch.violations:
            self.step()
            if self.report.issuer_years >= told + 10:
                told += 10
                progress(f"{self.report.issuer_years:.0f} issuer-years, {self.world.watch.tokens:,} tokens")
        if not self.world.watch.violations:
            self._rest()
        return self._told()

    def step(self) -> None:
        """Time passes, tokens are made, a run comes or does not, and something may happen."""
        world, chance = self.world, self.random.random
        hot = world.clock.exact < self._hot_until
        passed = self.random.uniform(200, 400) if hot else self.random.expovariate(1 / STEP)
        world.clock.advance(passed)
        living = sum(ring.deleted_at is None for ring in world.store.rings.values())
        self.report.issuer_years += passed * living / YEAR
        self._sign_and_verify()
        self._create_lost_issuers()
        self._scheduled_run()
        if chance() < 0.06:
            self._manual_verb()
        if chance() < 0.02:
            self._mishap()
        self._sign_and_verify()
        self._check_standbys()
        self._forget()

    def _scheduled_run(self) -> None:
        world, dice = self.world, self.random.random()
        run = partial(self._run, self._skew())
        if dice < 0.05:
            self._count("missed runs")
            self._disturb()
        elif dice < 0.08:
            self._count("concurrent runs")
            turns = [(self.random.randrange(2), self.random.randrange(1, 30)) for _ in range(40)]
            Interleaving(world.calls, turns).run(run, partial(self._run, self._skew()))
        elif dice < 0.11:
            self._count("duplicated runs")
            self._attempt(run)
            self._attempt(run)
        else:
            self._attempt(run)

    def _run(self, skew: int) -> None:
        """One that its time-out stops short leaves the issuers behind it to the next, 5 minutes later."""
        if not self.world.run(skew=skew)["complete"]:
            self._count("runs out of time")
            self._disturb()

    def _attempt(self, act: Callable[[], object]) -> None:
        """Sometimes something goes wrong at one of its calls."""
        if self.random.random() > 0.12:
            try:
                act()
            except JwxError as error:
                self._count(f"refused: {type(error).__name__}")
            return
        fault = self.random.choice(list(Fault))
        self._count("crashes" if fault in (Fault.DIES_BEFORE, Fault.DIES_AFTER) else "failed calls")
        self._disturb()
        with fault_at(self.world.calls, self.random.randrange(60), fault):
            act()

    def _before_call(self, call: str) -> None:
        """Calls take their time, during which signers go on; KMS may be busy."""
        if call == "kms.CreateKey" and self.world.clock.exact < self._busy_kms_until:
            self._count("throttled calls")
            error = error_of(call)
            assert error is not None
            raise error
        if self.random.random() < 0.01:
            self.world.clock.advance(self.random.uniform(0, 40))
            self._sign(self.random.choice(list(self.world.store.rings) or ["default"]))

    # -- tokens --------------------------------------------------------------------------------

    def _sign_and_verify(self) -> None:
        for name in list(self.world.store.rings):
            self._sign(name)
        now, faces = self.world.clock.exact, self.world.watch.faces
        for token in self.random.sample(self.tokens, min(10, len(self.tokens))):
            if token.accepted_until < now or token.kid in self.world.watch.revoked:
                continue
            self._count("verifications")
            for served in faces[token.issuer].sets():
                held = served.start <= now < faces[token.issuer].held_until(served)
                forced = token.kid in self.world.watch.forced
                if held and token.kid not in served.kids and not forced:
                    self.world.watch.found(1, token.issuer, f"a token of {token.kid} does not verify")

    def _sign(self, issuer: str) -> None:
        world = self.world
        minted = self.random.choice(world.signers).mint(issuer, self.random.choice((None, *ALGORITHMS)))
        if minted is None:
            return
        self.tokens.append(minted)
        if world.watch.tokens % 100 == 0:
            self._sign_for_real(minted)

    def _sign_for_real(self, minted: Minted) -> None:
        key = self.world.ring(minted.issuer).key(minted.kid)
        kms_key = key and self.world.kms.keys.get(key.key_arn or "")
        if key is None or kms_key is None or kms_key.state != "Enabled":
            return
        row, message = algorithm_row(key.algorithm), f"{minted}".encode()
        before, self.world.calls.before = self.world.calls.before, lambda _: None
        signature = fake_signer(self.world.kms).sign(key.key_arn or "", key.algorithm, message)
        self.world.calls.before = before
        self._count("real signatures")
        if not row.verify(load_public_key(key.jwk, row), signature, message):
            self.world.watch.found(1, minted.issuer, f"a signature of {minted.kid} is wrong")

    # -- verbs and mishaps ---------------------------------------------------------------------

    def _manual_verb(self) -> None:
        issuer = self.random.choice(list(self.world.store.rings) or ["default"])
        act = self.random.choices(
            (self._rotate, self._revoke, self._policy, self._delete, self._create, self._import),
            weights=(6, 5, 5, 1, 3, 1),
        )[0]
        action, request = act(issuer)
        self._count(action)
        self._disturb()
        self._attempt(partial(self.world.do, action, skew=self._skew(), **request))

    def _rotate(self, issuer: str) -> tuple[str, dict[str, Any]]:
        return "rotate", {"issuer": issuer, "force": self.random.random() < 0.2}

    def _revoke(self, issuer: str) -> tuple[str, dict[str, Any]]:
        ring = self.world.store.rings.get(issuer)
        kids = [key.kid for key in ring.keys] if ring else []
        kid = self.random.choice(kids or ["unknown"])
        return "revoke", {"issuer": issuer, "kid": kid, "force": self.random.random() < 0.3}

    def _policy(self, issuer: str) -> tuple[str, dict[str, Any]]:
        new = random_policy(self.random).to_json()
        names = self.random.sample(sorted(new), self.random.randrange(1, 6))
        return "update_policy", {"issuer": issuer, "policy": {name: new[name] for name in names}}

    def _delete(self, issuer: str) -> tuple[str, dict[str, Any]]:
        return "delete_issuer", {"issuer": issuer}

    def _create(self, _: str) -> tuple[str, dict[str, Any]]:
        """A new one while there are few, else one that was deleted."""
        gone = [n for n, ring in self.world.store.rings.items() if ring.deleted_at is not None]
        self._names += 1
        name = self.random.choice(gone) if gone else f"tenant-{self._names}"
        policy = random_policy(self.random).to_json()
        return "create_issuer", {"issuer": name, "policy": policy}

    def _import(self, issuer: str) -> tuple[str, dict[str, Any]]:
        until = self.world.clock() + self.random.randrange(1, 60 * DAY)
        return "import_key", {"issuer": issuer, "jwk": FOREIGN, "until": until}

    def _mishap(self) -> None:
        happens = self.random.choice(
            (self._disable_a_key, self._origin_fails, self._kms_is_busy, self._table_is_restored)
        )
        happens()
        self._disturb()

    def _disable_a_key(self) -> None:
        ring = self.random.choice(list(self.world.store.rings.values()))
        usable = [k for k in ring.keys if k.key_arn and k.state(0).value in ("active", "pending")]
        if usable:
            self._count("keys disabled behind our back")
            arn = self.random.choice(usable).key_arn or ""
            if self.world.kms.keys[arn].state == "Enabled":
                self.world.kms.keys[arn].state = "Disabled"

    def _origin_fails(self) -> None:
        self._count("origin outages")
        self.world.publication.origin_down = not self.world.publication.origin_down

    def _kms_is_busy(self) -> None:
        self._count("KMS outages")
        self._busy_kms_until = self.world.clock.exact + self.random.uniform(0, DAY)

    def _table_is_restored(self) -> None:
        """To a time at most 35 days ago, as point-in-time recovery has it."""
        world, lost = self.world, dict(self.world.store.rings)
        if self._backup and world.clock.exact - self._backup_at < 35 * DAY:
            self._count("restored tables")
            world.restore(self._backup)
            for name in (name for name in lost if name not in self._backup):
                # Its keys are still in KMS; its policy a person remembers, or believes to.
                policy = self.random.choice((lost[name].policy, random_policy(self.random)))
                self._create_again.append({"issuer": name, "policy": policy.to_json()})
        self._backup, self._backup_at = world.backup(), world.clock.exact

    def _create_lost_issuers(self) -> None:
        while self._create_again:
            request = self._create_again.pop()
            try:
                self.world.do("create_issuer", **request)
            except JwxError:
                if request["issuer"] not in self.world.store.rings:
                    self._create_again.append(request)
                return

    # -- bookkeeping ---------------------------------------------------------------------------

    def _skew(self) -> int:
        return self.random.randint(1 - SKEW, SKEW)  # rounding down to whole seconds takes part of it

    def _count(self, what: str) -> None:
        self.report.counts[what] += 1

    def _disturb(self) -> None:
        """From now on runs come often for a while, as after an alarm; a standby may take its time."""
        self._hot_until = self.world.clock.exact + 1800
        for name in self.world.store.rings:
            self._disturbed[name] = self.world.clock.exact

    def _check_standbys(self) -> None:
        """Invariant 4, where nothing disturbed the issuer for long enough."""
        world, now = self.world, self.world.clock.exact
        if world.publication.origin_down or now < self._busy_kms_until:
            self._disturbed |= dict.fromkeys(world.store.rings, now)
            return
        for name, ring in world.store.rings.items():
            longest = max(p.propagation for _, p in world.watch.faces[name].policies[-3:])
            activated = max((k.activated_at or 0 for k in ring.keys), default=0)
            since = max(self._disturbed.get(name, 0), activated, ring.cache_horizon, ring.created_at)
            if now > since + longest + 8 * STEP and (lacks := world.unsettled(name)):
                world.watch.found(4, name, f"nothing was disturbed, and yet: {lacks}")

    def _forget(self) -> None:
        """What nobody can ask for any more would only slow the simulation down."""
        now, world = self.world.clock.exact, self.world
        if len(self.tokens) > 500:
            self.tokens = [t for t in self.tokens if t.accepted_until >= now][-400:]
        for arn in [a for a, k in world.kms.keys.items() if k.gone_at is not None and k.gone_at < now]:
            del world.kms.keys[arn]
        world.calls.names.clear()
        if self._names < self._wanted and len(world.store.rings) <= self._names:
            action, request = self._create("")
            self._attempt(partial(world.do, action, **request))

    def _rest(self) -> None:
        """Nothing more happens, so that everything comes to its end and nothing may be left over."""
        world = self.world
        world.publication.origin_down, self._busy_kms_until = False, 0.0
        world.calls.before = lambda _: None
        for _ in range(20):
            world.clock.advance(300)
            world.run()
        for _ in range(60):
            world.clock.advance(DAY)
            world.mint()
            world.run()
        for arn in world.leftovers():
            world.watch.found(5, "", f"left over in KMS: {arn}")

    def _told(self) -> Report:
        watch, counts = self.world.watch, self.report.counts
        counts["tokens"], counts["activations"] = watch.tokens, watch.activations
        counts["keys revoked"] = len(watch.revoked)
        counts["issuers"] = len(self.world.store.rings)
        self.report.violations = watch.violations
        return self.report


def random_policy(seeded: random.Random) -> RotationPolicy:
    """Any policy that the product takes, with lives short enough for something to happen."""
    algorithms = list(ALGORITHMS)
    seeded.shuffle(algorithms)
    max_age = seeded.randrange(0, 3600)
    return RotationPolicy.parse(
        {
            "algorithms": algorithms[: seeded.choice((1, 1, 2))],
            "rotation_period": seeded.randrange(3 * DAY, 20 * DAY),
            "max_age": max_age,
            "s_maxage": seeded.randrange(0, 3600),
            "stale_while_revalidate": seeded.randrange(0, 600),
            "stale_if_error": seeded.randrange(0, DAY // 2),
            "client_cache": max_age + seeded.randrange(0, DAY),
            "max_token_lifetime": seeded.choice((300, 3600, DAY, 7 * DAY)),
            "verifier_leeway": seeded.randrange(0, 120),
            "clock_skew": seeded.randrange(SKEW, 2 * SKEW),
            "signer_cache": seeded.choice((0, 60, 300, 3600)),
            "origin_timeout": seeded.randrange(6, 60),
            "grace": seeded.randrange(0, 7 * DAY),
            "deletion_window_days": 7,
        }
    )


def simulate(*, years: float, seed: int, progress: Callable[[str], None] = lambda _: None) -> Report:
    """One simulation from its beginning to its report."""
    return Simulation(seed=seed).run(years, progress=progress)


def sum_of(reports: Sequence[Report]) -> Report:
    """One report for all worlds."""
    whole = Report()
    for report in reports:
        whole.issuer_years += report.issuer_years
        whole.counts.update(report.counts)
        whole.violations += report.violations
    return whole


def _side_by_side(years: float, seeds: Sequence[int]) -> list[Report]:
    """Each world in a process of its own; a single one in this."""
    one = partial(_told_world, years)
    if len(seeds) == 1:
        return [one(seeds[0])]
    with multiprocessing.get_context("spawn").Pool(len(seeds), _leave_interrupts_to_the_parent) as pool:
        return pool.map(one, seeds)


def _told_world(years: float, seed: int) -> Report:
    return simulate(years=years, seed=seed, progress=lambda text: print(f"seed {seed}: {text}", flush=True))


def _leave_interrupts_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def main(arguments: Sequence[str]) -> int:
    """The command: 1 when an invariant was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.lifecycle.simulation", description=__doc__)
    parser.add_argument("--years", type=float, default=100, help="simulated years, summed over the issuers")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--worlds", type=int, default=1, help="simulated beside each other; seeds count up")
    given = parser.parse_args(arguments)
    began = time.monotonic()
    print(f"simulating {given.years:g} issuer-years, seed {given.seed}, in {given.worlds} worlds", flush=True)
    seeds = range(given.seed, given.seed + given.worlds)
    try:
        reports = _side_by_side(given.years / given.worlds, seeds)
    except KeyboardInterrupt:
        print("stopped")
        return 130
    report = sum_of(reports)
    print("\n".join(report.lines()))
    print(f"{time.monotonic() - began:.0f} s")
    return 1 if report.violations else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
