"""Seconds for many draws of a shipped case under the two-level model, beside its naive twin.

Both issues, private information unless said otherwise. The twin runs fewer draws and is scaled up.
Prints a Markdown table. Run from the project's root: `python benchmarks/bench_two_level.py`.
"""

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from winset import open_case, sample
from winset.models import TwoLevel
from winset.models.kernels import threads

sys.path.append(str(Path(__file__).parents[1] / "tests"))

from twins import two_level as twin


def best_of(repeats: int, work: Callable[[], object]) -> tuple[float, float]:
    """Return the least of a few running times, and the processor's, in seconds."""
    times = []
    for _ in range(repeats):
        begun, used = time.perf_counter(), time.process_time()
        work()
        times.append((time.perf_counter() - begun, time.process_time() - used))
    return min(times)


def measure_twin(case_id: str, draws: int, grid: int) -> tuple[float, float]:
    """Return seconds of the twin for ``draws`` and its greatest difference from the model."""
    batch, model = sample(open_case(case_id), draws), TwoLevel(grid=grid)
    taus = batch.drawn("two-level/tau", model.tau)
    outcome = model.solve(batch)
    rules = twin.Rules(grid=grid)
    begun, apart = time.perf_counter(), 0.0
    for d in range(draws):
        talks = twin.Talks(batch=batch, d=d, tau=taus[d], rules=rules)
        for k in range(len(batch.issues)):
            _, solved, opens = talks.world(k)
            apart = max(apart, abs(opens * solved.passes - outcome.agreement[d, k]))
    return time.perf_counter() - begun, apart


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--case", default="iran-nuclear-2015")
    parser.add_argument("--draws", type=int, default=100_000)
    parser.add_argument("--twin-draws", type=int, default=5)
    parser.add_argument("--grid", type=int, default=201)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()

    case = open_case(options.case)
    batch, few = sample(case, options.draws), sample(case, 2_000)
    private = TwoLevel(grid=options.grid)
    work: dict[str, tuple[int, Callable[[], object]]] = {
        "sampling the case": (options.draws, lambda: sample(case, options.draws)),
        "private information": (options.draws, lambda: private.solve(batch)),
        "complete information": (
            options.draws,
            lambda: TwoLevel(information="complete", grid=options.grid).solve(batch),
        ),
        "Kalai-Smorodinsky": (
            options.draws,
            lambda: TwoLevel(rule="kalai-smorodinsky", grid=options.grid).solve(batch),
        ),
        "winset curves": (few.draws, lambda: private.curves(few)),
        "blame": (few.draws, lambda: private.blame(few)),
    }
    print(f"{options.case}, {options.grid} points, {threads.processors()} threads\n")
    print("| work | draws | seconds | processor seconds | µs a draw and issue |")
    print("|:---|---:|---:|---:|---:|")
    rates = {}
    for name, (draws, measured) in work.items():
        measured()  # compiles, or loads what is compiled
        wall, used = best_of(options.repeats, measured)
        rates[name] = wall / draws
        each = 1e6 * wall / draws / len(case.issues)
        print(f"| {name} | {draws:,} | {wall:.2f} | {used:.2f} | {each:.1f} |")
    wall, apart = measure_twin(options.case, options.twin_draws, options.grid)
    scaled, each = wall / options.twin_draws, 1e6 * wall / options.twin_draws / len(case.issues)
    print(
        f"| naive twin, private information, scaled from {options.twin_draws} draws | "
        f"{options.draws:,} | {scaled * options.draws:,.0f} | | {each:,.0f} |"
    )
    ratio = np.round(scaled / rates["private information"], -1)
    print(f"\nTwin / model: {ratio:,.0f}. Greatest difference in P(agreement): {apart:.1g}.")


if __name__ == "__main__":
    main()
