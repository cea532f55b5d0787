"""What the package and each of its extras add to an empty environment, as a Markdown table.

    python benchmarks/sizes.py

Installs each of them from the package index with the pip of the Python that runs this.
"""

import datetime
import subprocess
import sys
import tempfile
import tomllib
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NOT_FOR_USERS = ("dev", "benchmarks")


def installed_size(extra: str) -> float:
    """Return the MB (10^6 bytes) of an environment without pip after installing with ``extra``."""
    with tempfile.TemporaryDirectory() as folder:
        venv.EnvBuilder(with_pip=False, symlinks=True).create(folder)
        python = Path(folder) / "bin" / "python"
        pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet"]
        subprocess.run([*pip, f"{ROOT}[{extra}]" if extra else str(ROOT)], check=True)
        files = [path for path in Path(folder, "lib").rglob("*") if path.is_file()]
        return sum(path.stat().st_size for path in files) / 1e6


def main() -> None:
    """Print the table."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    core = installed_size("")
    print(f"| installed | MB | measured on {datetime.date.today()} |\n|---|---:|---|")
    print(f"| the package alone | {core:.0f} | |")
    for extra in project["optional-dependencies"]:
        if extra not in NOT_FOR_USERS:
            print(f"| `{extra}` | + {installed_size(extra) - core:.0f} | |", flush=True)


if __name__ == "__main__":
    main()
