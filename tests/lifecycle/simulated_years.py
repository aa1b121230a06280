"""Years in the life of several issuers: runs come, are late, overlap or break, and much else goes on."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial
from typing import Final

from jwx.errors import JwxError
from tests.lifecycle.faults import Fault, error_of, fault_at
from tests.lifecycle.interleaving import Interleaving
from tests.lifecycle.manual_verbs import ManualVerbs
from tests.lifecycle.mishaps import Mishaps
from tests.lifecycle.random_policy import DAY, SKEW, random_policy
from tests.lifecycle.simulation_report import Report
from tests.lifecycle.token_traffic import TokenTraffic
from tests.lifecycle.unrest import STEP, Unrest
from tests.lifecycle.world import World

YEAR: Final = 365 * DAY


class SimulatedYears:
    """One seeded course of events."""

    def __init__(self, *, seed: int, issuers: int = 10) -> None:
        self.random = random.Random(seed)  # noqa: S311  # a course of events must repeat
        policy = random_policy(self.random)
        self.world = World(policy=policy, seed=seed, tag_lag=300, appears_after=1.5)
        self.report = Report()
        self.unrest = Unrest(self.world)
        self._tokens = TokenTraffic(self.random, self.world, self.report.count)
        self._verbs = ManualVerbs(self.random, self.world)
        self._mishaps = Mishaps(self.random, self.world, self.report.count)
        self._wanted = issuers
        self.world.calls.before = self._before_call

    def go_on(self, years: float, *, progress: Callable[[str], None] = lambda _: None) -> Report:
        """For so many issuer-years, or until an invariant is broken."""
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
        self._pass_time()
        self._tokens.sign_and_verify()
        self._mishaps.create_lost_issuers()
        self._scheduled_run()
        if self.random.random() < 0.06:
            self._manual_verb()
        if self.random.random() < 0.02:
            self._mishaps.happen()
            self.unrest.disturb()
        self._tokens.sign_and_verify()
        if self._mishaps.outage:
            self.unrest.excuse_all()
        else:
            self.unrest.check_standbys()
        self._forget()
        self._add_an_issuer()

    def run(self, *, skew: int) -> None:
        """One that its time-out stops short leaves the issuers behind it to the next, 5 minutes later."""
        if not self.world.run(skew=skew)["complete"]:
            self.report.count("runs out of time")
            self.unrest.disturb()

    def _pass_time(self) -> None:
        world = self.world
        passed = self.random.uniform(200, 400) if self.unrest.hot else self.random.expovariate(1 / STEP)
        world.clock.advance(passed)
        living = sum(ring.deleted_at is None for ring in world.store.rings.values())
        self.report.issuer_years += passed * living / YEAR

    def _scheduled_run(self) -> None:
        dice = self.random.random()
        run = partial(self.run, skew=self._skew())
        if dice < 0.05:
            self.report.count("missed runs")
            self.unrest.disturb()
        elif dice < 0.08:
            self.report.count("concurrent runs")
            turns = [(self.random.randrange(2), self.random.randrange(1, 30)) for _ in range(40)]
            Interleaving(self.world.calls, turns).run(run, partial(self.run, skew=self._skew()))
        elif dice < 0.11:
            self.report.count("duplicated runs")
            self._attempt(run)
            self._attempt(run)
        else:
            self._attempt(run)

    def _manual_verb(self) -> None:
        action, request = self._verbs.draw()
        self.report.count(action)
        self.unrest.disturb()
        self._attempt(partial(self.world.do, action, skew=self._skew(), **request))

    def _attempt(self, act: Callable[[], object]) -> None:
        """Sometimes something goes wrong at one of its calls."""
        if self.random.random() > 0.12:
            try:
                act()
            except JwxError as error:
                self.report.count(f"refused: {type(error).__name__}")
            return
        fault = self.random.choice(list(Fault))
        self.report.count("crashes" if fault in (Fault.DIES_BEFORE, Fault.DIES_AFTER) else "failed calls")
        self.unrest.disturb()
        with fault_at(self.world.calls, self.random.randrange(60), fault):
            act()

    def _before_call(self, call: str) -> None:
        """Calls take their time, during which signers go on; KMS may be busy."""
        if call == "kms.CreateKey" and self._mishaps.kms_is_busy:
            self.report.count("throttled calls")
            error = error_of(call)
            assert error is not None
            raise error
        if self.random.random() < 0.01:
            self.world.clock.advance(self.random.uniform(0, 40))
            self._tokens.sign_somewhere()

    def _skew(self) -> int:
        return self.random.randint(1 - SKEW, SKEW)  # rounding down to whole seconds takes part of it

    def _forget(self) -> None:
        """What nobody can ask for any more would only slow the simulation down."""
        now, kms = self.world.clock.exact, self.world.kms
        self._tokens.forget()
        for arn in [a for a, k in kms.keys.items() if k.gone_at is not None and k.gone_at < now]:
            del kms.keys[arn]
        self.world.calls.names.clear()

    def _add_an_issuer(self) -> None:
        """Until there are as many as wanted."""
        if self._verbs.names < self._wanted and len(self.world.store.rings) <= self._verbs.names:
            action, request = self._verbs.create()
            self._attempt(partial(self.world.do, action, **request))

    def _rest(self) -> None:
        """Nothing more happens, so that everything comes to its end and nothing may be left over."""
        world = self.world
        self._mishaps.end()
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
