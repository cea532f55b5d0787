"""Measure the expected-utility model beside its naive twin and beside the same algorithm in C++.

One thread, one run, printed variant. Prints a table in Markdown:

    python benchmarks/bench_expected_utility.py
"""

import argparse
import ctypes
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from winset.models.kernels import threads

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests"))

from ruamel.yaml import YAML  # noqa: E402

from builders import line_case  # noqa: E402
from twins import expected_utility as twin  # noqa: E402
from winset.models.batch import Batch, sample  # noqa: E402
from winset.models.expected_utility import ExpectedUtility  # noqa: E402

ROUNDS = 10
EMISSION = HERE.parent / "tests" / "published" / "emission_standards.yaml"


def emission(draws: int) -> Batch:
    """The published case; positions half a year, saliences a tenth uncertain either way."""
    inputs = YAML(typ="safe").load(EMISSION)["inputs"]
    low, high = inputs["scale"]
    rows = [
        (name, around(x, 0.5, low, high), around(s, 10, 0, 100), c)
        for name, (c, x, s) in inputs["actors"].items()
    ]
    return sample(line_case(rows, scale=(low, high)), draws)


def thirty(draws: int) -> Batch:
    """Thirty actors about whom nothing is known."""
    anywhere = "0 to 100"
    return sample(line_case([(f"a{k}", *[anywhere] * 3) for k in range(30)]), draws)


def around(middle: float, spread: float, low: float, high: float) -> str:
    return f"{max(middle - spread, low)} to {min(middle + spread, high)}"


def compiled(folder: Path) -> tuple[ctypes.CDLL | None, str]:
    """The C++ twin as a library, or why there is none."""
    compiler = shutil.which("g++")
    if compiler is None:
        return None, "no g++ here"
    library = folder / "expected_utility.so"
    command = [compiler, "-std=c++17", "-O3", "-march=native", "-shared", "-fPIC", "-o"]
    done = subprocess.run(
        [*command, library, HERE / "expected_utility.cpp"], capture_output=True, text=True
    )
    if done.returncode:
        return None, f"g++ failed: {done.stderr.strip().splitlines()[0]}"
    return ctypes.CDLL(str(library)), ""


def arrays(batch: Batch) -> list[np.ndarray]:
    """Positions, saliences and influences of the only issue, ``(draw, actor)``."""
    whole = (batch.position, batch.salience, batch.influence)
    return [np.array(each[:, :, 0], order="C") for each in whole]


def run_cpp(library: ctypes.CDLL, batch: Batch) -> np.ndarray:
    tables = arrays(batch)
    settlement = np.empty(len(tables[0]))
    pointers = [each.ctypes.data_as(ctypes.c_void_p) for each in (*tables, settlement)]
    sizes = [ctypes.c_int64(k) for k in (*tables[0].shape, ROUNDS)]
    library.play(*pointers[:3], *sizes, pointers[3])
    return settlement


def run_twin(batch: Batch, draws: int) -> np.ndarray:
    tables = [each[:draws].tolist() for each in arrays(batch)]
    return np.array(
        [twin.play(x, s, c, rounds=ROUNDS).medians[-1] for x, s, c in zip(*tables, strict=True)]
    )


def best_of(repeats: int, work: Callable[[], np.ndarray]) -> tuple[float, np.ndarray]:
    best, result = np.inf, np.empty(0)
    for _ in range(repeats):
        start = time.perf_counter()
        result = work()
        best = min(best, time.perf_counter() - start)
    return best, result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5, help="of each measurement; best counts")
    parser.add_argument("--twin-draws", type=int, default=20, help="draws for the naive twin")
    options = parser.parse_args()
    threads.use_threads(1)
    model = ExpectedUtility(rounds=ROUNDS)
    model.solve(emission(2))  # compiles

    print("| work, one thread | winset, s | C++, s | winset ÷ C++ | naive twin, s | speed-up |")
    print("|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        library, reason = compiled(Path(folder))
        for name, make, draws in (
            ("10,000 draws × 10 rounds, 10 actors (emission standards)", emission, 10_000),
            ("1,000 draws × 10 rounds, 30 actors", thirty, 1_000),
        ):
            batch = make(draws)
            ours, settlement = best_of(
                options.repeats, lambda batch=batch: model.solve(batch).settlement[:, 0]
            )
            naive, few = best_of(1, lambda batch=batch: run_twin(batch, options.twin_draws))
            naive *= draws / len(few)
            assert np.allclose(few, settlement[: len(few)], atol=1e-9)
            cpp, ratio = f"({reason})", ""
            if library is not None:
                seconds, other = best_of(
                    options.repeats, lambda batch=batch: run_cpp(library, batch)
                )
                assert np.allclose(other, settlement, atol=1e-9)
                cpp, ratio = f"{seconds:.3f}", f"{ours / seconds:.2f}"
            print(f"| {name} | {ours:.3f} | {cpp} | {ratio} | {naive:.1f} | {naive / ours:.0f}× |")


if __name__ == "__main__":
    main()
