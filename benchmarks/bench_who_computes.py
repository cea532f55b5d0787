"""What a what-if takes beside a sensitivity analysis: in a process of its own, or in a thread.

python benchmarks/bench_who_computes.py
"""

import argparse
import itertools
import statistics
import threading
import time
from typing import Any

from winset import make_model, open_case
from winset.case.model import Case
from winset.explain.sensitivity import measure_sensitivity
from winset.web.forecasts.compute import Compute
from winset.web.forecasts.query import ForecastRequest, understood
from winset.web.forecasts.worker_process import WorkerProcess

CASE, ISSUE = "iran-syria-2015", "implementation"


def analyse(case: Case, seed: int, progress: Any) -> None:
    """Work out a sensitivity analysis that takes some seconds."""
    measure_sensitivity(
        case, make_model("two-level"), draws=1_024, seed=seed,
        progress=lambda solved, foreseen: progress(solved / foreseen),
    )  # fmt: skip


def what_ifs(case: Case, times: int, values: "itertools.count[int]") -> list[float]:
    """Return the milliseconds of each of ``times`` forecasts with a new number."""
    compute, found = Compute(), []
    for k in range(times + 1):
        change = {"quantity": "position", "actor": "khamenei", "issue": ISSUE,
                  "set": f"{90.0 - 0.1 * next(values):g}"}  # fmt: skip
        question = understood(case, ForecastRequest(changes=(change,)), revision="")
        begun = time.perf_counter()
        compute.submit(lambda question=question: compute.forecast_here(question)).result()
        if k:
            found.append(1000.0 * (time.perf_counter() - begun))
    compute.close()
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--times", type=int, default=40)
    times = parser.parse_args().times
    case, process, values = open_case(CASE), WorkerProcess(), itertools.count()
    ended, begun = threading.Event(), threading.Event()
    from bench_who_computes import analyse as importable  # the other process has another main

    def beside(run: Any) -> list[float]:
        ended.clear()
        begun.clear()

        def repeat() -> None:
            for seed in itertools.count(1):
                if ended.is_set():
                    return
                run(seed)

        thread = threading.Thread(target=repeat)
        thread.start()
        begun.wait()
        found = what_ifs(case, times, values)
        ended.set()
        thread.join()
        return found

    rows = {
        "alone": lambda: what_ifs(case, times, values),
        "beside an analysis in a process": lambda: beside(
            lambda seed: process.run(importable, case, seed, progress=lambda _: begun.set())
        ),
        "beside an analysis in a thread": lambda: beside(
            lambda seed: analyse(case, seed, lambda _: begun.set())
        ),
    }
    print("| what-if, 5,000 draws | median, ms | 90 %, ms |\n|---|---:|---:|")
    for name, run in rows.items():
        found = run()
        most = statistics.quantiles(found, n=10)[-1]
        print(f"| {name} | {statistics.median(found):.0f} | {most:.0f} |", flush=True)
    process.kill()


if __name__ == "__main__":
    main()
