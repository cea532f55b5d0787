"""Measure time and peak memory of forecasts of ever more draws, each in a process of its own.

Prints a table in Markdown. Ten million draws take a few minutes:

    python benchmarks/bench_draws.py [--most 10000000] [--cluster local]
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CASE = "iran-syria-2015"
RUNS = {
    "mean": (100_000, 262_144, 1_000_000, 10_000_000),
    "two-level": (100_000, 262_144, 1_000_000),
}


def measured(words: list[str], folder: Path) -> tuple[float, float, float]:
    """Return seconds, seconds of CPU and peak megabytes of `winset` with ``words``."""
    begun = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "winset", *words],
        stdout=subprocess.DEVNULL,
        env=os.environ | {"XDG_CACHE_HOME": str(folder)},
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"winset {' '.join(words)}: exit status {process.returncode}")
    unit = 1e6 if sys.platform == "darwin" else 1e3
    return time.perf_counter() - begun, used.ru_utime + used.ru_stime, used.ru_maxrss / unit


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--most", type=int, default=10_000_000, help="leave longer runs out")
    parser.add_argument("--cluster", help="solve there; memory is then that of the main process")
    given = parser.parse_args()
    print(
        f"| {CASE} | draws | seconds | CPU s | peak MB | saved MB |\n|---|---:|---:|---:|---:|---:|"
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for model, counts in RUNS.items():
            for draws in (count for count in counts if count <= given.most):
                out = folder / "out.npz"
                words = ["forecast", CASE, "--model", model, "--draws", str(draws)]
                words += ["--save", str(out), "--json"]
                words += ["--cluster", given.cluster] if given.cluster else []
                seconds, spent, peak = measured(words, folder)
                size = out.stat().st_size / 1e6
                numbers = (f"{seconds:.1f}", f"{spent:.1f}", f"{peak:.0f}", f"{size:.1f}")
                cells = " | ".join([model, f"{draws:,}", *numbers])
                print(f"| {cells} |", flush=True)


if __name__ == "__main__":
    main()
