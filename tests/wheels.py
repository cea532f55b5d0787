"""Wheels of this package, built without a network, and environments to put them in."""

import os
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
NEEDED = ("pyproject.toml", "README.md", "LICENSE", "src")


def copy_checkout(to: Path) -> Path:
    """Return ``to`` with what a wheel is built from in it, no bytecode and no caches."""
    to.mkdir(parents=True)
    for name in NEEDED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, to / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, to / name)
    return to


def build_wheel(checkout: Path, into: Path) -> Path:
    """Return the wheel of ``checkout``, built in ``into`` by the backend that it names."""
    into.mkdir(parents=True, exist_ok=True)
    code = "import sys; from hatchling.build import build_wheel; print(build_wheel(sys.argv[1]))"
    done = subprocess.run(
        [sys.executable, "-c", code, str(into)],
        cwd=checkout, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return into / done.stdout.split()[-1]


def make_environment(folder: Path) -> Path:
    """Return the Python of a new environment that has all this one's packages but no winset."""
    venv.EnvBuilder(with_pip=False, symlinks=True).create(folder)
    others = [place for place in sys.path if Path(place).name == "site-packages"]
    (site_packages(folder) / "others.pth").write_text("\n".join(others) + "\n")
    return folder / "bin" / "python"


def site_packages(environment: Path) -> Path:
    """Return where packages lie in ``environment``."""
    return next(environment.glob("lib/python*/site-packages"))


def install(wheel: Path, environment: Path) -> None:
    """Put ``wheel`` into ``environment`` over whatever version is there, as installers do."""
    site = site_packages(environment)
    for old in (*site.glob("winset"), *site.glob("winset-*.dist-info")):
        shutil.rmtree(old)
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)


def run_python(python: Path, code: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Return what ``code`` says in that Python, with these environment variables."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    return subprocess.run(
        [str(python), "-c", code],
        env=inherited | variables, capture_output=True, text=True, check=False,
    )  # fmt: skip
