"""How long a start takes, first and again, beside `import numpy` in the same run.

CPU seconds, user and system, of whole processes; the least of a few runs. Beside it Schelling, a
package for the same trade, where it is installed.
"""

import argparse
import importlib.util
import os
import resource
import subprocess
import sys
import tempfile

CASE = "iran-nuclear-2015"
# Not a ratio of this run.
SCHELLING = "its whole process took 9 times that of winset 0.1.0, last measured in November 2026"


def seconds(*command: str, **variables: str) -> float:
    """Return the CPU seconds of ``command``."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        command, env=os.environ | variables, check=True, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    winset = (sys.executable, "-m", "winset")
    numpy = min(seconds(sys.executable, "-c", "import numpy") for _ in range(runs))
    print("| start | CPU | beside `import numpy` |\n|---|---:|---:|")
    print(f"| `import numpy` | {numpy:.3f} s | 1 |")
    with tempfile.TemporaryDirectory() as folder:
        first = seconds(*winset, "forecast", CASE, WINSET_CACHE=folder)
        warm = min(seconds(*winset, "forecast", CASE, WINSET_CACHE=folder) for _ in range(runs))
    for name, value in (
        (f"first `winset forecast {CASE}`, which compiles", first),
        ("the same again", warm),
        ("`winset --help`", min(seconds(*winset, "--help") for _ in range(runs))),
    ):
        print(f"| {name} | {value:.2f} s | {value / numpy:.1f} |")
    if importlib.util.find_spec("schelling"):
        other = min(seconds(sys.executable, "-c", "import schelling") for _ in range(runs))
        print(f"| `import schelling` | {other:.2f} s | {other / numpy:.1f} |")
    else:
        print(f"| Schelling, not installed here | {SCHELLING} | |")


if __name__ == "__main__":
    main()
