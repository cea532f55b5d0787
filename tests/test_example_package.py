"""A package of somebody else's, installed beside winset, adds a model, a format and a view."""

import json
import os
import shutil
import subprocess
import sys
import zipfile

import pytest

from pages import ROOT

EXAMPLE = ROOT / "examples" / "winset-midrange"
BUILD = "import sys; from hatchling.build import build_wheel; print(build_wheel(sys.argv[1]))"
BROKEN = """\
[winset.models]
mean = winset_midrange.model:Midrange
half = winset_midrange.model:Midrange
gone = winset_elsewhere:Model

[winset.formats]
excel = winset_midrange.format:POSITIONS

[winset.views]
claims = winset_midrange.view:EXTREMES
"""
PAGE = """
import pathlib, sys
sys.path[:0] = sys.argv[2:]
from unmarked import unmarked
from workbench import a_folder, entered
with entered(a_folder(pathlib.Path(sys.argv[1]))) as client:
    table = client.get("/cases/shipped/emission-standards/views/extremes.csv").text
    page = client.get("/cases/shipped/emission-standards/views/extremes")
    print(page.status_code, "stand furthest apart" in unmarked(page.text))
    print(table)
    print("case.pos" in client.get("/cases/shipped/emission-standards/exports").text)
    print("Positions (.pos)" in unmarked(client.get("/").text))
    print(client.get("/cases/shipped/emission-standards/exports/case.pos").text.splitlines()[0])
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder with the example package in it, as pip puts it into --target: no network."""
    pytest.importorskip("hatchling", reason="building the example takes hatchling")
    target, checkout = tmp_path_factory.mktemp("target"), tmp_path_factory.mktemp("example")
    shutil.copytree(EXAMPLE, checkout, dirs_exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-c", BUILD, str(target)],
        cwd=checkout, capture_output=True, text=True, check=True,
    )  # fmt: skip
    wheel = target / done.stdout.split()[-1]
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target)
    wheel.unlink()
    return target


def run(installed, *command, cwd=None, path=()):
    places = [str(installed), *path, str(ROOT / "src"), os.environ.get("PYTHONPATH", "")]
    return subprocess.run(
        [sys.executable, *command],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, places)), "COLUMNS": "200"},
        cwd=cwd, capture_output=True, text=True, check=False,
    )  # fmt: skip


def winset(installed, *words, **how):
    done = run(installed, "-m", "winset", *words, **how)
    assert done.returncode == 0, done.stderr
    return done


def test_its_model_is_listed_and_forecasts(installed, tmp_path):
    listed = json.loads(winset(installed, "models", "--json").stdout)
    ours = next(row for row in listed if row["name"] == "midrange")
    assert ours["package"] == "winset-midrange"
    done = winset(
        installed,
        "forecast",
        "emission-standards",
        "--model",
        "midrange",
        "--draws",
        "10",
        "--json",
    )
    assert json.loads(done.stdout)["made"]["model"] == "midrange"


def test_its_format_goes_out_and_comes_in(installed, tmp_path):
    assert "positions" in winset(installed, "export", "--help").stdout
    file = tmp_path / "out.pos"
    winset(installed, "export", "positions", "emission-standards", str(file))
    done = winset(
        installed, "import", "positions", str(file), str(tmp_path / "case"), "--as-of", "2020-01-01"
    )
    assert "positions" in done.stdout and (tmp_path / "case" / "stances.csv").exists()


def test_its_view_and_its_format_are_on_the_pages(installed, tmp_path):
    done = run(installed, "-c", PAGE, str(tmp_path), str(ROOT / "tests"))
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] == "200 True"
    assert "Issue,Lowest,Position" in done.stdout
    assert done.stdout.splitlines()[-3:] == ["True", "True", "# positions of a winset case"]


def test_its_model_format_and_view_keep_every_promise_in_a_folder_without_tests(
    installed, tmp_path
):
    done = run(
        installed, "-m", "pytest", "-q", "-p", "winset.promises", "-p", "no:cacheprovider",
        "--winset-model", "winset_midrange.model:Midrange",
        "--winset-format", "winset_midrange.format:POSITIONS",
        "--winset-view", "winset_midrange.view:EXTREMES",
        cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert "passed" in done.stdout and "failed" not in done.stdout


def test_a_model_that_breaks_a_promise_fails_the_suite(installed, tmp_path):
    (tmp_path / "broken_model.py").write_text(
        (EXAMPLE / "src" / "winset_midrange" / "model.py")
        .read_text()
        .replace("Outcome(settlement=settlement)", "Outcome(settlement=settlement + 1.0)")
    )
    done = run(
        installed, "-m", "pytest", "-q", "-p", "winset.promises", "-p", "no:cacheprovider",
        "--winset-model", "broken_model:Midrange", cwd=tmp_path, path=[str(tmp_path)],
    )  # fmt: skip
    assert done.returncode == 1
    assert "test_every_draw_settles_on_the_scale_or_nowhere" in done.stdout
    wrong = run(
        installed, "-m", "pytest", "-p", "winset.promises", "--winset-model", "nowhere:Model",
        cwd=tmp_path,
    )  # fmt: skip
    assert wrong.returncode == 4 and "must be package.module:Name" in wrong.stderr


def test_a_broken_package_is_named_in_one_line_and_never_stops_winset(installed, tmp_path):
    info = tmp_path / "winset_wrong-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: winset-wrong\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(BROKEN)
    done = winset(installed, "models", path=[str(tmp_path)])
    lines = [line for line in done.stderr.splitlines() if "winset-wrong" in line]
    assert len(lines) == 3
    assert any("“mean”" in line and "winset has one of that name itself" in line for line in lines)
    assert any("“half”" in line and "it calls itself “midrange”" in line for line in lines)
    assert any("“gone”" in line and "ModuleNotFoundError" in line for line in lines)
    assert "midrange" in done.stdout and "two-level" in done.stdout
    done = winset(installed, "export", "--help", path=[str(tmp_path)])
    assert "the format “excel” of the package winset-wrong is left out" in done.stderr
    quiet = winset(installed, "--help", path=[str(tmp_path)])
    assert quiet.stderr == ""


def test_asking_for_help_looks_at_no_entry_point(installed):
    code = (
        "import sys, importlib.metadata as m\n"
        "def refuse(**how): raise AssertionError('looked at ' + str(how))\n"
        "m.entry_points = refuse\n"
        "from winset.cli import cli\n"
        "from click.testing import CliRunner\n"
        "assert CliRunner().invoke(cli, ['--help']).exit_code == 0\n"
        "assert CliRunner().invoke(cli, ['export', 'ktab', '--help']).exit_code == 0\n"
    )
    done = run(installed, "-c", code)
    assert done.returncode == 0, done.stderr
