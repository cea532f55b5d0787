"""Ten readers at once on one workbench, each with a connection of its own.

Starts `winset serve` in a process of its own on a folder with a copy of a shipped case, and reads
pages, forecasts as coded, documents, views and pictures over and over: first as fast as answers
come, then with a pause between two reads. Prints Markdown tables. Run it from the project's root.
"""

import argparse
import asyncio
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx

from winset.case.shipped import shipped_cases

IRAN = "/cases/own/iran-nuclear-2015"
CHINA = "/cases/shipped/china-cnpc-2014"
READS = {
    "list of cases": "/",
    "case page": IRAN,
    "case page, 34 actors": CHINA,
    "case, JSON": f"/api{IRAN}",
    "forecast as coded": f"/api{IRAN}/forecast",
    "documents": f"{IRAN}/evidence",
    "one document": f"{IRAN}/evidence/{{document}}",
    "who wants what and why": f"{IRAN}/trace/{{stance}}",
    "rounds, page": f"{IRAN}/views/rounds",
    "sensitivity, page": f"{IRAN}/views/sensitivity",
    "sensitivity, CSV": f"{IRAN}/views/sensitivity.csv",
    "sensitivity, SVG": f"{IRAN}/views/sensitivity.svg",
    "games, JSON": f"{IRAN}/views/games.json",
    "models, PNG": f"{IRAN}/views/models.png",
    "style sheet": "/static/css/workbench.css",
}


class Served:
    """`winset serve` in a process of its own."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, "-m", "winset", "serve", str(folder), "--no-open", "--port", "0"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        lines = iter(self.process.stdout.readline, "")
        address = next(line.strip() for line in lines if "http://" in line)
        self.base = address.split("/enter")[0]
        with httpx.Client(timeout=120) as client:
            client.get(address)
            self.cookies = dict(client.cookies)

    def close(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.wait()


async def read(
    served: Served, reads: dict[str, str], *, seconds: float, pause: float, seed: int
) -> list[tuple[str, float, int]]:
    """Return what one reader saw: read, milliseconds, status."""
    order, found = random.Random(seed), []
    async with httpx.AsyncClient(
        base_url=served.base, cookies=served.cookies, timeout=120
    ) as client:
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            if pause:
                await asyncio.sleep(order.expovariate(1.0 / pause))
            name = order.choice(list(reads))
            begun = time.perf_counter()
            answer = await client.get(reads[name])
            found.append((name, 1000.0 * (time.perf_counter() - begun), answer.status_code))
    return found


async def measure(
    served: Served, reads: dict[str, str], *, readers: int, seconds: float, pause: float
) -> None:
    """Let ``readers`` read, and print what they saw."""
    begun = time.perf_counter()
    parts = await asyncio.gather(
        *(read(served, reads, seconds=seconds, pause=pause, seed=k) for k in range(readers))
    )
    took = time.perf_counter() - begun
    rows = [row for part in parts for row in part]
    bad = [row for row in rows if row[2] != 200]
    every = [ms for _, ms, _ in rows]
    how = f"{pause:g} s on average between two reads" if pause else "no pause between two reads"
    print(f"\n{readers} readers, {how}: {len(rows):,} reads in {took:.1f} s, "
          f"{len(rows) / took:,.0f} a second, {len(bad)} refused\n")  # fmt: skip
    print("| read | reads | median, ms | p95, ms |\n|---|---:|---:|---:|")
    for name in ("all", *reads):
        own = every if name == "all" else [ms for read, ms, _ in rows if read == name]
        if len(own) > 1:
            p95 = statistics.quantiles(own, n=20)[-1]
            print(f"| {name} | {len(own):,} | {statistics.median(own):.1f} | {p95:.1f} |")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--readers", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--pause", type=float, default=1.0)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(shipped_cases()["iran-nuclear-2015"], Path(folder) / "iran-nuclear-2015")
        served = Served(Path(folder))
        try:
            with httpx.Client(base_url=served.base, cookies=served.cookies, timeout=300) as client:
                told = client.get(f"/api{IRAN}").json()["rows"]
                document = told["documents"][0]["key"]["id"]
                stance = told["stances"][0]["key"]
                reads = {
                    name: path.format(document=document,
                                      stance=f"{stance['issue']}/{stance['actor']}")
                    for name, path in READS.items()
                }  # fmt: skip
                begun = time.perf_counter()
                for path in reads.values():  # compiles, computes and keeps
                    client.get(path)
                print(f"first read of everything: {time.perf_counter() - begun:.1f} s")
            for pause in (0.0, asked.pause):
                asyncio.run(
                    measure(served, reads, readers=asked.readers, seconds=asked.seconds,
                            pause=pause)
                )  # fmt: skip
        finally:
            served.close()


if __name__ == "__main__":
    main()
