"""Compiled code is always that of the kernels installed, wherever it is kept."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from wheel import build_wheel, copy_checkout, install, make_environment, run_python
from winset.forecast.forecast import load_forecast, make_forecast, what_changed
from winset.forecast.provenance import Provenance
from winset.models import Mean
from winset.models.compiling_news import Compiling, tell
from winset.models.kernels.compiling import door
from winset.models.version import UNKNOWN, code_digest, compare_code
from workbench import a_folder, entered

LOSS = "            loss = abs(y - x)\n"
# A door to the line above that compiles in no time: it stands in another file, as the models do.
SMALL = '''"""What each actor gains at each point."""

from winset.models.kernels.arrays import Float1, Float2
from winset.models.kernels.compiling import door
from winset.models.kernels.ratification import own_gains


@door
def small(q: float, stance: Float2, point: Float1, h: Float2) -> None:
    own_gains(q, stance, point, h)
'''
GAIN = """
import json, sys
import numpy as np
from winset.models.kernels.small import small
from winset.models.version import code_digest
stance = np.array([[0.5], [0.0], [-np.inf], [np.inf], [0.0], [1.0], [1.0]])
gain = np.empty((1, 1))
small(0.0, stance, np.array([0.4]), gain)
print(json.dumps([gain.item(), code_digest(), "numba" in sys.modules]))
"""


def with_loss(checkout: Path, factor: str) -> Path:
    """Write how much worse each point is into the kernels; the file's length stays as it is."""
    (checkout / "src" / "winset" / "models" / "kernels" / "small.py").write_text(SMALL)
    path = checkout / "src" / "winset" / "models" / "kernels" / "ratification.py"
    text = path.read_text()
    assert text.count(LOSS) == 1 or "* abs(y - x)" in text
    lines = [
        f"            loss = {factor} * abs(y - x)" if "loss =" in line and "abs(y - x)" in line
        else line
        for line in text.split("\n")
    ]  # fmt: skip
    path.write_text("\n".join(lines))
    os.utime(path, (1_500_000_000, 1_500_000_000))
    return path


def gain(python, **variables):
    """What an actor at .5 gains at .4 over 0, the code's digest, and whether Numba was loaded."""
    done = run_python(python, GAIN, **variables)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


def test_a_wheel_installed_over_another_computes_with_its_own_kernels(tmp_path, cache):
    environment = tmp_path / "env"
    python = make_environment(environment)
    checkout = copy_checkout(tmp_path / "checkout")
    with_loss(checkout, "1.0")
    first = build_wheel(tmp_path / "first", checkout)
    with_loss(checkout, "3.0")
    second = build_wheel(tmp_path / "second", checkout)

    install(first, environment)
    before, old, compiled = gain(python, WINSET_CACHE=str(cache))
    assert compiled
    assert [folder.name for folder in (cache / "kernels").iterdir()] == [old]

    install(second, environment)
    after, new, compiled = gain(python, WINSET_CACHE=str(cache))
    assert compiled
    assert (before, after) == (pytest.approx(0.4), pytest.approx(0.2))
    assert new != old
    assert [folder.name for folder in (cache / "kernels").iterdir()] == [new], (
        "the old one is swept"
    )

    again, same, compiled = gain(python, WINSET_CACHE=str(cache))
    assert (again, same, compiled) == (after, new, False), "nothing is compiled twice"


def test_a_checkout_computes_with_the_kernels_checked_out_whatever_their_dates(tmp_path, cache):
    checkout = copy_checkout(tmp_path / "checkout")
    how = {"WINSET_CACHE": str(cache), "PYTHONPATH": str(checkout / "src")}

    def git(*words):
        who = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *who, *words], cwd=checkout, check=True, capture_output=True)

    git("init", "-b", "main")
    for branch, factor in (("more", "1.5"), ("most", "2.5")):
        with_loss(checkout, factor).touch()  # or git, too, would take it for unchanged
        git("add", "-A")
        git("commit", "-m", branch)
        git("branch", branch)
    numbers = {}
    for branch in ("more", "most", "more"):
        git("checkout", branch)
        # Same date, same length: to Python, and to Numba, a file that has not changed.
        os.utime(
            checkout / "src" / "winset" / "models" / "kernels" / "ratification.py", (1.5e9, 1.5e9)
        )
        value, code, _ = gain(Path(sys.executable), **how)
        assert numbers.setdefault(branch, (value, code)) == (value, code)
    assert numbers["more"][0] == pytest.approx(0.35)
    assert numbers["most"][0] == pytest.approx(0.25)
    assert numbers["most"][1] != numbers["more"][1]


def test_a_folder_in_use_is_not_swept(tmp_path):
    code = (
        "import sys; from winset.models.kernels.place import place; "
        "print(place().folder, flush=True); "
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
    newer = "import winset.models.version as v; v.code_digest = lambda: 'f' * 32; "
    subprocess.run(
        [sys.executable, "-c", newer + code], stdin=subprocess.DEVNULL, env=how, check=True
    )
    assert folder.is_dir()
    assert not unused.exists()
    user.communicate("")


def test_damaged_compiled_code_is_compiled_again(tmp_path):
    code = (
        "import numpy as np; from winset.models.kernels.medians import weighted_medians; "
        "print(weighted_medians(np.array([[[0.1], [0.9]]]), np.ones((1, 2, 1))).item())"
    )
    how = {"WINSET_CACHE": str(tmp_path)}
    assert run_python(Path(sys.executable), code, **how).stdout == "0.1\n"
    (path,) = tmp_path.glob("kernels/*/medians._medians.o")
    whole = path.read_bytes()
    path.write_bytes(whole[:-100] + b"\0" * 100)
    assert run_python(Path(sys.executable), code, **how).stdout == "0.1\n"
    assert path.read_bytes() == whole


def test_warm_compiles_what_is_missing_and_says_where_it_is_kept(tmp_path):
    code = (
        "import winset.models.kernels.medians, winset.models.kernels.compiling as c; "
        "known = c.doors; c.doors = lambda: known('medians'); "
        "from winset.cli import cli; cli(['warm'])"
    )
    first, again = (
        run_python(Path(sys.executable), code, WINSET_CACHE=str(tmp_path)) for _ in range(2)
    )
    assert first.stdout.startswith(f"1 of 1 kernels compiled: {tmp_path}")
    assert "compiling medians (1 of 1)" in first.stderr
    assert again.stdout.startswith(f"nothing to compile: {tmp_path}")
    assert again.stderr == ""


def test_a_warm_start_does_without_numba(tmp_path):
    code = (
        "import sys; from winset.cli import cli\n"
        "try: cli(['forecast', 'emission-standards', '--model', 'median'])\n"
        "except SystemExit: pass\n"
        "print('numba' in sys.modules, 'scipy' in sys.modules, 'altair' in sys.modules)"
    )
    run_python(Path(sys.executable), code, WINSET_CACHE=str(tmp_path))
    again = run_python(Path(sys.executable), code, WINSET_CACHE=str(tmp_path))
    assert again.stdout.splitlines()[-1] == "False False False", again.stderr


def test_the_page_is_told_what_is_being_compiled(tmp_path):
    with entered(a_folder(tmp_path)) as client:
        try:
            tell(Compiling("two_level._solve_draws", 2, 5, "/cache"))
            state = client.get("/api/state").json()
        finally:
            tell(Compiling("", 2, 5, "/cache"))
        assert state["compiling"]
        assert (state["kernel"], state["place"], state["total"]) == ("two-level", 2, 5)
        assert client.get("/api/state").json()["kernel"] == ""


def test_a_forecast_says_which_code_made_it(pie, tmp_path):
    made = make_forecast(pie, Mean(), draws=2)
    assert made.made.code == code_digest()
    made.save(tmp_path / "made.npz")
    assert load_forecast(tmp_path / "made.npz").made.code == code_digest()
    assert what_changed(made, pie) == ()
    other = replace(made, made=replace(made.made, code="0" * 32))
    assert what_changed(other, pie) == ("it was made by other code, 000000000000",)


def test_the_code_of_an_older_forecast_is_unknown_and_it_still_loads(pie):
    made = make_forecast(pie, Mean(), draws=2).made.plain()
    del made["code"]
    assert Provenance(**made).code == UNKNOWN
    assert compare_code(UNKNOWN) == "code that was not recorded"


def test_code_is_told_apart_from_what_compiled_it():
    here = code_digest()
    assert compare_code(here) == "the same code"
    assert compare_code(here[:16] + "0" * 16).startswith("the same code, compiled for another")
    assert compare_code("0" * 16 + here[16:]) == "other code"


UNKNOWN_NUMBA = """
import numpy as np
import winset.models.kernels.machine as machine
from winset.models.kernels.medians import weighted_medians

def unsuited(kernel, function):
    raise machine.UnsuitedError(f"{kernel.name}: arguments lie elsewhere")

machine._check = unsuited
values = np.array([[[3.0], [1.0], [2.0]]])
values.flags.writeable = False  # to Numba another kind of array
print(weighted_medians(values, np.array([[[1.0], [1.0], [5.0]]])).item())
"""


def test_a_release_of_numba_that_is_not_known_runs_the_models_and_says_what_it_costs(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", UNKNOWN_NUMBA],
        env={**os.environ, "WINSET_CACHE": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) == 2.0
    assert done.stderr.count("every start compiles again") == 1
    assert "arguments lie elsewhere" in done.stderr
    assert not list(tmp_path.rglob("*.o"))


@pytest.mark.long
def test_kernels_that_run_uncompiled_say_the_same(pie):
    """`NUMBA_DISABLE_JIT=1` is how a kernel is debugged, and how its mutants are tried."""
    code = (
        "import sys, json; from winset.case.folder import read_case; "
        "from winset.forecast.forecast import make_forecast; "
        "from winset.models import fitting_models; case = read_case(sys.argv[1]); "
        "print(json.dumps({m.name: [[e.agreement, *e.quantiles.values()] for e in "
        "make_forecast(case, m, draws=3, raw=True).summary()] for m in fitting_models(case)}))"
    )
    compiled, plain = (
        json.loads(
            subprocess.run(
                [sys.executable, "-c", code, str(pie.folder)],
                env={**os.environ, "NUMBA_DISABLE_JIT": disabled},
                capture_output=True, text=True, check=True,
            ).stdout
        )
        for disabled in ("0", "1")
    )  # fmt: skip
    assert len(compiled) > 4 and plain.keys() == compiled.keys()
    for name, rows in compiled.items():
        np.testing.assert_allclose(
            np.array(plain[name], float), np.array(rows, float), rtol=1e-9, err_msg=name
        )


def test_an_uncompiled_kernel_runs_over_the_same_steps(monkeypatch):
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")
    spans = []
    run = door(lambda span, name: spans.append((span, name)))
    run.over(5, 2, "x")
    assert spans == [((0, 2), "x"), ((2, 4), "x"), ((4, 5), "x")]
