"""What a change on the page of a case takes: from the request to the whole forecast, 5,000 draws.

Starts `winset serve` in a process of its own and moves one number of every kind in both Iranian
cases, a new value each time, as a slider does. Prints a Markdown table; beside each median stands
how much longer a forecast from nothing takes in the same run. Run it from the project's root.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from bench_web import Served

from winset import make_forecast, make_model, open_case
from winset.web.forecasts.query import ForecastRequest, understood

CASES = {"iran-nuclear-2015": "enrichment", "iran-syria-2015": "implementation"}
HUNDRED = ("position", "salience", "influence", "price", "audience_cost", "red_line_high")
SHARE = ("quota", "unity", "power", "dependence")


def selected(quantity: str, issue: str) -> dict[str, str]:
    """Return what names one number of the kind ``quantity``, the same in both cases."""
    if quantity == "reversion":
        return {"issue": issue}
    if quantity == "dependence":
        return {"source": "rouhani", "target": "khamenei"}
    return {"party": "iran"} if quantity in SHARE else {"actor": "khamenei", "issue": issue}


def taken(act: Callable[[int], Any], times: int) -> tuple[float, float]:
    """Return the median and the 90 % quantile of the milliseconds that ``act`` takes."""
    found = []
    for k in range(times):
        begun = time.perf_counter()
        act(k)
        found.append(1000.0 * (time.perf_counter() - begun))
    return statistics.median(found), statistics.quantiles(found, n=10)[-1]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--times", type=int, default=15)
    parser.add_argument("--draws", type=int, default=5_000)
    asked = parser.parse_args()
    print(
        "| case | number moved | median, ms | 90 %, ms | from nothing |\n|---|---|---:|---:|---:|"
    )
    with tempfile.TemporaryDirectory() as folder:
        served = Served(Path(folder))
        headers = {"origin": served.base}
        try:
            with httpx.Client(
                base_url=served.base, cookies=served.cookies, headers=headers, timeout=300
            ) as client:
                while client.get("/api/state").json()["compiling"]:
                    time.sleep(0.5)
                for name, issue in CASES.items():
                    measure(client, name, issue, times=asked.times, draws=asked.draws)
        finally:
            served.close()


def measure(client: httpx.Client, name: str, issue: str, *, times: int, draws: int) -> None:
    """Print a row for each kind of number of the case ``name``."""
    case, model = open_case(name), make_model("two-level")

    def change(quantity: str, k: int) -> dict[str, Any]:
        value = 0.3 + 0.01 * k if quantity in SHARE else 90.0 - k
        return {"quantity": quantity, **selected(quantity, issue), "set": f"{value:g}"}

    def move(quantity: str, k: int) -> None:
        body = {"draws": draws, "changes": [change(quantity, k)]}
        client.post(f"/api/cases/shipped/{name}/forecast", json=body).raise_for_status()

    def anew(k: int) -> None:
        asked = ForecastRequest(draws=draws, changes=(change("position", k),))
        question = understood(case, asked, revision="")
        make_forecast(question.case, model, draws=draws, scenario=question.scenario)

    move("position", 0)
    anew(0)
    nothing, _ = taken(anew, times)
    for quantity in (*HUNDRED, "reversion", *SHARE):
        move(quantity, times)
        median, most = taken(lambda k, quantity=quantity: move(quantity, k), times)
        print(
            f"| {name} | {quantity.replace('_', ' ')} | {median:.0f} | {most:.0f} | "
            f"{nothing / median:.1f}× |",
            flush=True,
        )


if __name__ == "__main__":
    main()
