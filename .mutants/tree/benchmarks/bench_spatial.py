"""Seconds per turn of the spatial model, beside its naive twin and the same algorithm in C++.

One thread, one dimension, default options, random actors. Prints a Markdown table and the exponents
with which the seconds grow. Run from the project's root: `python benchmarks/bench_spatial.py`.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from winset.models import SpatialPolitics
from winset.models.kernels import spatial as kernel
from winset.models.kernels import threads

HERE = Path(__file__).parent
sys.path.append(str(HERE.parent / "tests"))

from twins import spatial as twin  # noqa: E402


def random_actors(actors: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return positions, saliences and capabilities, each ``(actor,)``."""
    rng = np.random.default_rng(actors)
    return rng.random(actors), rng.uniform(0.1, 1.0, actors), rng.uniform(1.0, 100.0, actors)


def best_of(repeats: int, work: Callable[[], object]) -> float:
    """Return the least of a few running times."""
    times = []
    for _ in range(repeats):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return min(times)


def measure_kernel(actors: int, turns: int, repeats: int) -> tuple[float, np.ndarray]:
    """Return seconds per turn and the final positions."""
    x, s, c = (a[None] for a in random_actors(actors))
    record = kernel.Record(
        settlement=np.empty((1, 1)),
        probability=np.zeros((1, actors)),
        position=x[:, :, None].copy(),
        rounds=np.empty(1, np.int64),
        converged=np.empty(1, np.bool_),
        path=np.empty((1, 0, actors, 1)),
        moved_by=np.empty((1, 0, actors, 1), np.int64),
        forecasts=np.empty((1, 0, 1)),
    )
    rules = SpatialPolitics(max_turns=turns, stop=0.0)._rules()
    everybody, key, identity = np.ones(actors, bool), np.zeros(1, np.uint64), np.empty((0, 0))

    def work() -> None:
        kernel.play(
            (0, 1), x[:, :, None], s[:, :, None], c, everybody, key, identity, rules, record
        )

    work()  # compiles, or loads what is compiled
    return best_of(repeats, work) / turns, record.position[0, :, 0]


def measure_twin(actors: int) -> float:
    """Return seconds per turn of the twin."""
    x, s, c = (a.tolist() for a in random_actors(actors))
    points, saliences = [[a] for a in x], [[a] for a in s]
    rules = twin.Rules()
    return best_of(1, lambda: twin.one_turn(points, points, saliences, c, rules, [0.0] * actors))


def build(folder: Path) -> Path | str:
    """Return the compiled C++ program, or why there is none."""
    if (compiler := shutil.which("g++")) is None:
        return "no g++ on this machine"
    program = folder / "spatial"
    command = [compiler, "-O3", "-march=native", "-std=c++17", "-o", program, HERE / "spatial.cpp"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return program if done.returncode == 0 else f"g++ failed: {done.stderr.strip()[:200]}"


def measure_program(
    program: Path, actors: int, turns: int, repeats: int
) -> tuple[float, np.ndarray]:
    """Return seconds per turn of the C++ program and its final positions."""
    columns = (a.tolist() for a in random_actors(actors))
    rows = "\n".join(" ".join(map(repr, row)) for row in zip(*columns, strict=True))
    times = []
    for _ in range(repeats):
        text = subprocess.run(
            [program], input=f"{actors} {turns}\n{rows}\n", capture_output=True, text=True,
            check=True,
        ).stdout.split()  # fmt: skip
        times.append(float(text[0]))
    return min(times), np.array(text[1:], float)


def exponent(sizes: list[int], seconds: list[float]) -> float:
    """Return the slope of a line through the logarithms."""
    return float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--actors", type=int, nargs="+", default=[40, 80, 160, 250])
    parser.add_argument("--turns", type=int, default=10)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--twin-up-to", type=int, default=40, metavar="ACTORS")
    options = parser.parse_args()
    threads.use_threads(1)

    kernels, programs = [], []
    heads = ("actors", "kernel, ms a turn", "C++, ms a turn", "kernel / C++", "twin, ms a turn")
    print("| " + " | ".join((*heads, "same end")) + " |")
    print("|---:|---:|---:|---:|---:|:---:|")
    with tempfile.TemporaryDirectory() as folder:
        program = build(Path(folder))
        for n in options.actors:
            mine, end = measure_kernel(n, options.turns, options.repeats)
            kernels.append(mine)
            row = [str(n), f"{1e3 * mine:.2f}"]
            if isinstance(program, Path):
                theirs, other = measure_program(program, n, options.turns, options.repeats)
                programs.append(theirs)
                row += [f"{1e3 * theirs:.2f}", f"{mine / theirs:.2f}"]
            else:
                row += ["", ""]
            row.append(f"{1e3 * measure_twin(n):.0f}" if n <= options.twin_up_to else "")
            if isinstance(program, Path):
                row.append("yes" if np.array_equal(end, other) else "no")
            else:
                row.append("")
            print("| " + " | ".join(row) + " |")
    if isinstance(program, str):
        print(f"\nC++ skipped: {program}.")
    if len(options.actors) > 1:
        print(f"\nGrowth of the kernel: actors^{exponent(options.actors, kernels):.2f}", end="")
        print(f", of C++: actors^{exponent(options.actors, programs):.2f}." if programs else ".")


if __name__ == "__main__":
    main()
