"""Where nothing can be written: reading works, and what writes says which place it needs."""

import os
import shutil
import subprocess
import sys

import pytest

MAIN = """
import sys, tempfile
tempfile.tempdir = sys.argv.pop(1)  # where temporary files would go
from winset.__main__ import main
sys.argv[0] = "winset"
main()
"""


@pytest.fixture(scope="module")
def sealed(tmp_path_factory):
    """A folder that nobody may write to."""
    folder = tmp_path_factory.mktemp("sealed")
    folder.chmod(0o555)
    yield folder
    folder.chmod(0o755)


@pytest.fixture
def winset(sealed):
    """Run a command with nowhere to write: no home, no cache, no temporary folder."""
    as_nobody = []
    if os.geteuid() == 0:
        if shutil.which("setpriv") is None:
            pytest.skip("root may write anywhere, and setpriv is not there to make it less")
        as_nobody = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"]

    def run(*words, temporary=sealed, **more):
        variables = {k: v for k, v in os.environ.items() if k not in ("WINSET_CACHE",)}
        variables |= {"HOME": str(sealed), "XDG_CACHE_HOME": str(sealed / "cache"), **more}
        return subprocess.run(
            [*as_nobody, sys.executable, "-B", "-c", MAIN, str(temporary), *words],
            cwd=sealed, env=variables, capture_output=True, text=True, check=False,
        )  # fmt: skip

    return run


def test_a_forecast_is_made_in_memory_alone_and_one_line_says_what_it_costs(winset):
    done = winset("forecast", "emission-standards", "--model", "median", "--draws", "10")
    assert done.returncode == 0, done.stderr
    assert "median" in done.stdout
    assert "compiling medians (1 of 1), once after installing" in done.stderr
    (line,) = (line for line in done.stderr.splitlines() if "WINSET_CACHE" in line)
    assert "memory alone, so that every start compiles again" in line
    assert "set WINSET_CACHE to a folder that can be written to" in line


def test_a_private_temporary_folder_is_the_next_best_place(winset, tmp_path):
    words = ("forecast", "emission-standards", "--model", "median", "--draws", "10")
    first, again = (winset(*words, temporary=tmp_path) for _ in range(2))
    assert f"kept in {tmp_path}/winset-" in first.stderr.replace("\n", "")
    assert again.stderr == "", "compiled, and nothing left to say"
    assert again.stdout == first.stdout
    (folder,) = tmp_path.iterdir()
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_temporary_folder_that_another_could_have_made_is_not_trusted(tmp_path, monkeypatch):
    from winset.models.cache_folders import private_folder

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    name = tmp_path / f"winset-{os.geteuid()}"
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    name.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(PermissionError, match="not a folder of this user alone"):
        private_folder()
    name.unlink()
    name.mkdir()
    name.chmod(0o777)
    with pytest.raises(PermissionError, match="not a folder of this user alone"):
        private_folder()


def test_a_cache_that_cannot_be_written_to_is_still_read(winset, tmp_path):
    words = ("forecast", "emission-standards", "--model", "median", "--draws", "10")
    winset(*words, WINSET_CACHE=str(tmp_path))
    (compiled,) = (tmp_path / "kernels").iterdir()
    compiled.chmod(0o555)
    done = winset(*words, WINSET_CACHE=str(tmp_path))
    compiled.chmod(0o755)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    "words",
    [
        ["check", "iran-nuclear-2015"],
        ["show", "iran-nuclear-2015"],
        ["forecast", "emission-standards", "--model", "mean"],
        ["compare", "iran-nuclear-2015", "--model", "mean", "--scenario", "base", "--scenario",
         "open-split"],
    ],
    ids=lambda words: words[0],
)  # fmt: skip
def test_what_only_reads_needs_no_place(winset, words):
    done = winset(*words)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("words", "place"),
    [
        (["new", "talks"], "talks"),
        (["forecast", "emission-standards", "--model", "mean", "--save", "draws.npz"], "draws.npz"),
        (["warm"], "WINSET_CACHE"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_what_writes_says_which_place_it_needs(winset, words, place):
    done = winset(*words)
    assert done.returncode == 1, done.stdout
    assert "Traceback" not in done.stderr
    assert place in done.stderr
