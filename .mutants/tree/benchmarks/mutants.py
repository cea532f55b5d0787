"""How many small errors the tests catch: a seeded sample of mutants of a package, one run each.

    python3 dev.py mutants                     every package below, 200 mutants each: some hours
    python3 dev.py mutants scores --sample 25

A mutant is the code with one small error: another operator, number, condition, a line less. The
tests of its package run on it; a mutant that they pass has survived. Cosmic Ray makes them, in a
copy of the project, so that the sources are never touched. What is done is kept in ``.mutants`` and
not done again; the table in ``benchmarks/README.md`` is renewed at the end.
"""

import argparse
import os
import random
import re
import shutil
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / ".mutants"
PAGE = Path(__file__).with_name("README.md")
BLOCK = re.compile(r"(<!-- mutants -->\n).*?(<!-- end of mutants -->)", re.DOTALL)
HEADER = (
    "| package | mutants | killed | survived | killed, of those that differ | seed |",
    "|---|---:|---:|---:|---:|---:|",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """What is mutated, and the tests that are to notice.

    Attributes:
        sources: files and folders below ``src/winset``.
        tests: files below ``tests``.
        interpreted: whether kernels run as plain Python: compiling each mutant takes a minute.
        equivalent: ends of descriptions of mutants that behave like the original, by judgement.
    """

    sources: tuple[str, ...]
    tests: tuple[str, ...]
    interpreted: bool = False
    equivalent: tuple[str, ...] = ()


PACKAGES = {
    "case": Package(
        sources=("case",),
        tests=("test_cases.py", "test_checks.py", "test_folder.py", "test_ranges.py",
               "test_schema.py", "test_asof.py", "test_writers.py", "test_naming.py"),
    ),
    "scores": Package(
        sources=("track_record/scores.py",), tests=("test_scores.py", "test_backtest.py")
    ),
    "calibration": Package(
        sources=("forecast/calibration.py", "track_record/calibration_fit.py"),
        tests=("test_calibration.py",),
    ),
    "server": Package(
        sources=("web/server",),
        tests=("test_web_security.py", "test_web_waiting.py", "test_web_cases.py"),
    ),
    "two-level": Package(
        sources=("models/two_level",), tests=("test_two_level.py",), interpreted=True
    ),
}  # fmt: skip


def run(name: str, sample: int, seed: int) -> None:
    """Try a sample of the mutants of one package; go on where an earlier call stopped."""
    from cosmic_ray import commands, modules
    from cosmic_ray.config import ConfigDict
    from cosmic_ray.work_db import WorkDB, use_db

    package = PACKAGES[name]
    tree = KEPT / "tree"
    refresh(tree)
    os.chdir(tree)
    files = modules.find_modules([tree / "src" / "winset" / part for part in package.sources])
    tests = " ".join(f"tests/{file}" for file in package.tests)
    os.environ["PYTHONPATH"] = os.pathsep.join([str(tree / "src"), str(tree / "tests")])
    os.environ["NUMBA_DISABLE_JIT"] = "1" if package.interpreted else "0"
    config = ConfigDict(
        {"timeout": 600.0, "distributor": {"name": "local"},
         "test-command": f"{sys.executable} -m pytest -q -x -p no:cacheprovider {tests}"}
    )  # fmt: skip
    session = KEPT / f"{name}-{sample}-{seed}.sqlite"
    with use_db(session, WorkDB.Mode.create) as work:
        if work.num_work_items == 0:
            commands.init([file.relative_to(tree) for file in files], work, {})
            items = sorted(work.work_items, key=lambda item: str(item.mutations))
            chosen = random.Random(seed).sample(items, min(sample, len(items)))  # noqa: S311
            work.clear()
            work.add_work_items(chosen)
        commands.execute(work, config)


def refresh(tree: Path) -> None:
    """Make ``tree`` a copy of the project as it is."""
    shutil.rmtree(tree, ignore_errors=True)
    skip = shutil.ignore_patterns(".git", ".venv*", ".mutants", "__pycache__", "node_modules")
    shutil.copytree(ROOT, tree, ignore=skip, symlinks=True)


def survivors(session: Path) -> tuple[Counter[str], list[str]]:
    """Return how many mutants were killed or not, and what those that were not look like."""
    from cosmic_ray.work_db import WorkDB, use_db

    counts: Counter[str] = Counter()
    differences = []
    with use_db(session, WorkDB.Mode.open) as work:
        for _, result in work.results:
            outcome = "killed" if result.is_killed else "survived"
            counts[outcome] += 1
            if outcome == "survived":
                differences.append(result.diff or "")
    return counts, differences


def table() -> str:
    """Return the table of all that was tried, for the page."""
    rows = []
    for session in sorted(KEPT.glob("*.sqlite")):
        name, sample, seed = session.stem.rsplit("-", 2)
        counts, differences = survivors(session)
        alike = sum(any(part in text for part in PACKAGES[name].equivalent) for text in differences)
        tried = counts.total()
        if not tried:
            continue
        share = counts["killed"] / max(tried - alike, 1)
        rows.append(
            f"| {name} | {tried} of {sample} | {counts['killed']} | {counts['survived']} | "
            f"{share:.0%} | {seed} |".replace("%", " %")
        )
    return "\n".join([*HEADER, *rows]) + "\n"


def main() -> None:
    """Try mutants of the packages named, then renew the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("packages", nargs="*", help=f"of {', '.join(PACKAGES)}; all if none")
    parser.add_argument("--sample", type=int, default=200, help="mutants of each (200)")
    parser.add_argument("--seed", type=int, default=1, help="of the sample (1)")
    parser.add_argument("--survivors", action="store_true", help="only show what survived")
    options = parser.parse_args()
    unknown = sorted(set(options.packages) - set(PACKAGES))
    if unknown:
        parser.error(f"no package {', '.join(unknown)}; known: {', '.join(PACKAGES)}")
    KEPT.mkdir(exist_ok=True)
    for name in options.packages or PACKAGES:
        if not options.survivors:
            run(name, options.sample, options.seed)
        session = KEPT / f"{name}-{options.sample}-{options.seed}.sqlite"
        if session.exists():
            for text in survivors(session)[1]:
                print(text)
    os.chdir(ROOT)
    page = PAGE.read_text("utf-8")
    PAGE.write_text(BLOCK.sub(rf"\g<1>{table()}\g<2>", page), "utf-8")


if __name__ == "__main__":
    main()
