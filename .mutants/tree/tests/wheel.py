"""Wheels of the package, built without a network, and environments that hold one.

That is what a user has: an environment in which nothing leads to the checkout.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

from pages import ROOT

NEEDED = ("pyproject.toml", "README.md", "LICENSE", "src")
_BUILD = "import sys; from hatchling.build import build_wheel; print(build_wheel(sys.argv[1]))"


def copy_checkout(to: Path) -> Path:
    """Return ``to``, which now holds what a wheel is built from: no bytecode and no caches."""
    to.mkdir(parents=True)
    for name in NEEDED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, to / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, to / name)
    return to


def build_wheel(folder: Path, checkout: Path = ROOT) -> Path:
    """Return the wheel of ``checkout``, built in ``folder`` by the backend that it names."""
    folder.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-c", _BUILD, str(folder)],
        cwd=checkout, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return folder / done.stdout.split()[-1]


def make_environment(folder: Path) -> Path:
    """Return the Python of a new environment in ``folder``, which has no winset yet.

    Its dependencies are those of the environment that runs the tests. A path in a .pth file is
    searched, and its own .pth files are not read: an editable install there does not shine through.
    """
    venv.EnvBuilder(with_pip=False, symlinks=True).create(folder)
    others = [path for path in sys.path if Path(path).name in ("site-packages", "dist-packages")]
    (_packages(folder) / "dependencies.pth").write_text("".join(f"{path}\n" for path in others))
    return Path(_paths(folder)["scripts"]) / "python"


def install(wheel: Path, folder: Path) -> None:
    """Put ``wheel`` into the environment in ``folder``, in place of another version of it."""
    packages = _packages(folder)
    for old in (*packages.glob("winset"), *packages.glob("winset-*.dist-info")):
        shutil.rmtree(old)
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)


def clean_environment(**more: str) -> dict[str, str]:
    """Return the variables for a child of such a Python: nothing leads to the checkout."""
    return {**{k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}, **more}


def run_python(python: Path, code: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Return what ``code`` prints in that Python, with these environment variables."""
    return subprocess.run(
        [str(python), "-c", code],
        env=clean_environment(**variables), capture_output=True, text=True, check=False,
    )  # fmt: skip


def _paths(folder: Path) -> dict[str, str]:
    return sysconfig.get_paths(scheme="venv", vars={"base": str(folder)})


def _packages(folder: Path) -> Path:
    return Path(_paths(folder)["purelib"])
