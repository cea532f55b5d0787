"""The fuzz command in its short form, and that it notices what it is there to notice."""

import subprocess
import sys
from pathlib import Path

import pytest

import fuzz
from winset.errors import WinsetError

FUZZ = Path(__file__).with_name("fuzz.py")
KINDS = [kind for kind in fuzz.KINDS if kind.often]


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_damaged_inputs_are_refused_in_words_or_taken(kind):
    if kind.name == "document":
        pytest.importorskip("pypdf", reason="reading PDF takes the extra “evidence”")
    wrong = {}
    for number in range(2 + 2 * kind.often):
        _, what = fuzz.tried(kind, fuzz.input_of(kind, 0, number))
        if what:
            wrong[number] = what
    if kind.name == "request":
        import fuzz_requests

        fuzz_requests.close()
    assert wrong == {}


def kind_that(run):
    return fuzz.Kind(name="trial", make=lambda chance: {"a": b"b"}, run=run)


def test_a_traceback_is_a_finding_and_a_refusal_is_none():
    def refuse(files, folder):
        raise WinsetError("no")

    def fail(files, folder):
        raise KeyError("x")

    def say_nothing(files, folder):
        raise WinsetError

    assert fuzz.tried(kind_that(refuse), {}) == (True, "")
    assert "KeyError: 'x'" in fuzz.tried(kind_that(fail), {})[1]
    assert fuzz.tried(kind_that(say_nothing), {})[1] == "refused without a word"


def test_a_file_left_half_written_is_a_finding():
    def leave(files, folder):
        (folder / "statements").mkdir()
        (folder / "statements" / ".ida.csv.0a1b2c3d.case").write_text("")

    assert "statements/.ida.csv.0a1b2c3d.case" in fuzz.tried(kind_that(leave), {})[1]


def test_an_input_is_made_again_from_its_number():
    for kind in KINDS:
        assert fuzz.input_of(kind, 7, 3) == fuzz.input_of(kind, 7, 3), kind.name


def test_tracebacks_hangs_and_deaths_are_counted_kept_and_make_the_status_1(tmp_path):
    words = ["--inputs", "6", "--limit", "3", "--kinds", "trial", "--keep", str(tmp_path)]
    done = subprocess.run(
        [sys.executable, str(FUZZ), *words, "--seed", "65"], capture_output=True, text=True
    )
    assert done.returncode == 1, done.stderr
    assert "| trial | 6 | 1 | 3 |" in done.stdout
    findings = {path.parent.name: path.read_text() for path in tmp_path.glob("*/finding.txt")}
    assert "hangs for more than 3 s" in findings["trial-65-2"]
    assert "in _try_trial" in findings["trial-65-2"]
    assert "ValueError: on purpose" in findings["trial-65-3"]
    assert findings["trial-65-4"].startswith("dies")
    assert (tmp_path / "trial-65-3" / "input" / "deed").read_bytes() == b"fails"
    assert fuzz.main(["--again", str(tmp_path / "trial-65-3")]) == 1


@pytest.mark.long
def test_an_hour_of_damaged_inputs_finds_nothing(tmp_path):
    names = tuple(kind.name for kind in KINDS)
    assert fuzz.fuzz(minutes=60, seed=1, names=names, keep=tmp_path).findings == []
