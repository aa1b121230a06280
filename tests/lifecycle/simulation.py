"""Years in the life of several issuers, with everything that can go wrong, checked for all invariants.

Run it with `python -m tests.lifecycle.simulation --years 100 --seed 1`; the seed repeats it exactly.
"""

from __future__ import annotations

import argparse
import multiprocessing
import signal
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial

from tests.lifecycle.simulated_years import SimulatedYears
from tests.lifecycle.simulation_report import Report, sum_of


def simulate(*, years: float, seed: int, progress: Callable[[str], None] = lambda _: None) -> Report:
    """One simulation from its beginning to its report."""
    return SimulatedYears(seed=seed).go_on(years, progress=progress)


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
