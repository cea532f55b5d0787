"""Compiled code is always that of the kernels installed, wherever it is kept."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from wheels import build_wheel, copy_checkout, install, make_environment, run_python

LOSS = "            loss = abs(y - x)\n"
CURVES = """
import json, sys
from winset import open_case, sample
from winset.models import TwoLevel
from winset.version import code_digest
joint = TwoLevel(grid=21).curves(sample(open_case("iran-nuclear-2015"), 10)).joint
print(json.dumps([float(joint[:, 0].sum()), code_digest(), "numba" in sys.modules]))
"""


def with_loss(checkout: Path, factor: str) -> None:
    """Write how much worse each point is into the kernels; the file's length stays as it is."""
    path = checkout / "src" / "winset" / "kernels" / "ratification.py"
    text = path.read_text()
    assert text.count(LOSS) == 1 or "* abs(y - x)" in text
    lines = [
        f"            loss = {factor} * abs(y - x)" if "loss =" in line and "abs(y - x)" in line
        else line
        for line in text.split("\n")
    ]  # fmt: skip
    path.write_text("\n".join(lines))
    os.utime(path, (1_500_000_000, 1_500_000_000))


def curves(python, **variables):
    """The sum of the curves, the code's digest, and whether Numba was loaded."""
    done = run_python(python, CURVES, **variables)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


def test_a_wheel_installed_over_another_computes_with_its_own_kernels(tmp_path, cache):
    environment = tmp_path / "env"
    python = make_environment(environment)
    checkout = copy_checkout(tmp_path / "checkout")
    first = build_wheel(checkout, tmp_path / "first")
    with_loss(checkout, "3.0")
    second = build_wheel(checkout, tmp_path / "second")

    install(first, environment)
    before, old, compiled = curves(python, WINSET_CACHE=str(cache))
    assert compiled
    assert [folder.name for folder in (cache / "kernels").iterdir()] == [old]

    install(second, environment)
    after, new, compiled = curves(python, WINSET_CACHE=str(cache))
    assert compiled
    assert after < 0.9 * before
    assert new != old
    assert [folder.name for folder in (cache / "kernels").iterdir()] == [new], (
        "the old one is swept"
    )

    again, same, compiled = curves(python, WINSET_CACHE=str(cache))
    assert (again, same, compiled) == (after, new, False), "nothing is compiled twice"


def test_a_checkout_computes_with_the_kernels_checked_out_whatever_their_dates(tmp_path, cache):
    checkout = copy_checkout(tmp_path / "checkout")
    how = {"WINSET_CACHE": str(cache), "PYTHONPATH": str(checkout / "src")}

    def git(*words):
        who = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *who, *words], cwd=checkout, check=True, capture_output=True)

    git("init", "-b", "main")
    for branch, factor in (("more", "1.5"), ("most", "2.5")):
        with_loss(checkout, factor)
        git("add", "-A")
        git("commit", "-m", branch)
        git("branch", branch)
    numbers = {}
    for branch in ("more", "most", "more"):
        git("checkout", branch)
        # Same date, same length: to Python, and to Numba, a file that has not changed.
        os.utime(checkout / "src" / "winset" / "kernels" / "ratification.py", (1.5e9, 1.5e9))
        value, code, _ = curves(Path(sys.executable), **how)
        assert numbers.setdefault(branch, (value, code)) == (value, code)
    assert numbers["most"][0] < 0.9 * numbers["more"][0]
    assert numbers["most"][1] != numbers["more"][1]


def test_a_folder_in_use_is_not_swept(tmp_path):
    code = (
        "import sys; from winset.kernels.place import place; print(place().folder, flush=True); "
        "sys.stdin.read()"
    )
    how = os.environ | {"WINSET_CACHE": str(tmp_path)}
    user = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env=how,
    )  # fmt: skip
    folder = Path(user.stdout.readline().strip())
    unused = folder.with_name("0" * 32)
    shutil.copytree(folder, unused)
    newer = "import winset.version as v; v.code_digest = lambda: 'f' * 32; "
    subprocess.run(
        [sys.executable, "-c", newer + code], stdin=subprocess.DEVNULL, env=how, check=True
    )
    assert folder.is_dir()
    assert not unused.exists()
    user.communicate("")


def test_damaged_compiled_code_is_compiled_again(tmp_path):
    code = (
        "import numpy as np; from winset.kernels.medians import weighted_medians; "
        "print(weighted_medians(np.array([[[0.1], [0.9]]]), np.ones((1, 2, 1))).item())"
    )
    how = {"WINSET_CACHE": str(tmp_path)}
    assert run_python(Path(sys.executable), code, **how).stdout == "0.1\n"
    (path,) = tmp_path.glob("kernels/*/medians._medians.o")
    whole = path.read_bytes()
    path.write_bytes(whole[:-100] + b"\0" * 100)
    assert run_python(Path(sys.executable), code, **how).stdout == "0.1\n"
    assert path.read_bytes() == whole
