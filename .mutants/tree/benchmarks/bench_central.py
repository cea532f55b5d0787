"""Mean and median over a million draws, sampling, memory and start-up, each beside its twin.

Prints a Markdown table. Run it from the project's root.
"""

import argparse
import resource
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np

from winset import open_case, sample
from winset.models import Mean, Median


def seconds(work: Callable[[], object], repeats: int = 3) -> float:
    """Return the best of a few runs, after one that compiles."""
    work()
    best = float("inf")
    for _ in range(repeats):
        begun = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - begun)
    return best


def numpy_median(position: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Return lower weighted medians by sorting, as one would write it in NumPy."""
    order = np.argsort(position, axis=1, kind="stable")
    x = np.take_along_axis(position, order, axis=1)
    w = np.take_along_axis(weight, order, axis=1).cumsum(axis=1)
    k = (w >= 0.5 * w[:, -1:]).argmax(axis=1)
    return np.take_along_axis(x, k[:, None], axis=1)[:, 0]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=1_000_000)
    draws = parser.parse_args().draws
    case = open_case("emission-standards")
    # The case as published is certain: give every number a range, so that every draw differs.
    from dataclasses import replace

    wide = tuple(
        replace(
            s,
            position=type(s.position)(max(4.0, s.position.low - 1), min(10.0, s.position.low + 1)),
            salience=type(s.salience)(s.salience.low * 0.8, s.salience.low),
            influence=type(s.influence)(s.influence.low * 0.8, s.influence.low * 1.2),
        )
        for s in case.stances
    )
    case = replace(case, stances=wide)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    batch = sample(case, draws)
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 / draws
    x, w = np.array(batch.position[:, :, 0]), batch.weight[:, :, 0]
    rows = [
        ("sample 30 ranges", seconds(lambda: sample(case, draws), 1), None),
        (
            "mean",
            seconds(lambda: Mean().solve(batch)),
            seconds(lambda: (x * batch.weight[:, :, 0]).sum(1) / batch.weight[:, :, 0].sum(1)),
        ),
        (
            "median",
            seconds(lambda: Median().solve(batch)),
            seconds(lambda: numpy_median(x, w)),
        ),
    ]
    print(f"| {draws:,} draws, 10 actors | seconds | NumPy twin | ratio |\n|---|---:|---:|---:|")
    for name, own, twin in rows:
        other = "" if twin is None else f"{twin:.3f}"
        ratio = "" if twin is None else f"{twin / own:.1f}× as fast"
        print(f"| {name} | {own:.3f} | {other} | {ratio} |")
    help_ = [sys.executable, "-m", "winset", "--help"]
    bare = [sys.executable, "-c", "pass"]
    spent = [cpu(command) for command in (help_, bare)]
    print(f"\n`winset --help`: {spent[0]:.2f} s CPU (an empty Python: {spent[1]:.2f})")
    print(f"memory of a batch of 30 ranges: {memory:.0f} bytes a draw")


def cpu(command: list[str], repeats: int = 5) -> float:
    """Return the least CPU time of a few runs of ``command``, its children included."""
    best = float("inf")
    for _ in range(repeats):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        best = min(best, spent)
    return best


if __name__ == "__main__":
    main()
