"""The package as a wheel, in an environment of its own: what a user has, not the checkout."""

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

from pages import ROOT

_BUILD = "import sys; from hatchling.build import build_wheel; print(build_wheel(sys.argv[1]))"


def build_wheel(folder: Path) -> Path:
    """Return a wheel of this checkout, built without a network into ``folder``."""
    done = subprocess.run(
        [sys.executable, "-c", _BUILD, str(folder)],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return folder / done.stdout.split()[-1]


def install_wheel(wheel: Path, folder: Path) -> Path:
    """Return the Python of a new environment in ``folder`` that holds ``wheel``.

    Its dependencies are those of the environment that runs the tests. A path in a .pth file is
    searched, and its own .pth files are not read: an editable install there does not shine through.
    """
    venv.EnvBuilder(with_pip=False, symlinks=True).create(folder)
    paths = sysconfig.get_paths(scheme="venv", vars={"base": str(folder)})
    packages = Path(paths["purelib"])
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    others = [path for path in sys.path if Path(path).name in ("site-packages", "dist-packages")]
    (packages / "dependencies.pth").write_text("".join(f"{path}\n" for path in others))
    return Path(paths["scripts"]) / "python"


def clean_environment(**more: str) -> dict[str, str]:
    """Return the variables for a child of the wheel's Python: nothing leads to the checkout."""
    return {**{k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}, **more}
