"""Long runs: the same whoever solves them, whenever they are stopped, in a short one's memory."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from click.testing import CliRunner

from builders import line_case
from winset.case.folder import write_case
from winset.case.parts import Question
from winset.case.shipped import open_case
from winset.charts.outcome import outcome
from winset.cli import cli
from winset.errors import WinsetError
from winset.explain.answers import answers, issue_answers
from winset.forecast import forecast
from winset.forecast import tasks as chunks
from winset.forecast.forecast import forget_run, load_forecast, make_forecast, repeat_forecast
from winset.forecast.rounds_table import rounds_table
from winset.forecast.scenario_effects import compare
from winset.forecast.tasks import CHUNK, MOST_KEPT, ThisProcess
from winset.models import ExpectedUtility, Mean, NashBargaining, TwoLevel

ROWS = [("a", "10..20..60", 50, 100), ("b", "50 to 90", "10 to 20", 50)]
CASE = replace(
    line_case(ROWS, reversion="0..5..10", issues=("x", "y")),
    questions=(
        Question(id="q", text="?", answer="settlement(x) >= 33.333"),
        Question(id="r", text="?", answer="agreement(y)"),
        Question(id="s", text="?", options={"low": "settlement(y) between 20.5 and 41.7"}),
    ),
)
BIG = MOST_KEPT + CHUNK + 7  # added up, the last chunk a short one


@pytest.fixture
def short(monkeypatch):
    """Adds draws up from the second chunk on, so that a long run is soon done."""
    monkeypatch.setattr(forecast, "MOST_KEPT", CHUNK)


def saved(made, path):
    made.save(path)
    return path.read_bytes()


def fields_of(summary):
    names = ("agreement", "agreement_error", "mean", "mean_error", "opens", "signed", "converged")
    return [np.nan if (value := getattr(summary, n)) is None else value for n in names]


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("", NashBargaining()),
        ("", ExpectedUtility()),
        ("iran-nuclear-2015", Mean()),
        ("iran-syria-2015", TwoLevel()),
    ],
)
def test_draws_added_up_say_what_draws_one_by_one_say(name, model, monkeypatch):
    case = open_case(name) if name else CASE
    monkeypatch.setattr(chunks, "CHUNK", 512)
    kept = make_forecast(case, model, draws=1_300, seed=2)
    monkeypatch.setattr(forecast, "MOST_KEPT", 512)
    added = make_forecast(case, model, draws=1_300, seed=2)
    assert kept.tally is None and added.tally is not None
    assert kept.draws == added.draws == 1_300
    for one, other, width in zip(
        kept.summary(), added.summary(), kept.high - kept.low, strict=True
    ):
        assert np.allclose(fields_of(one), fields_of(other), rtol=1e-9, equal_nan=True)
        quantiles = [list(said.quantiles.values()) for said in (one, other)]
        assert np.allclose(*quantiles, rtol=0, atol=width / 4096, equal_nan=True)
    for one, other in zip(answers(case, kept), answers(case, added), strict=True):
        assert one.sentence == other.sentence
        for chance, again in zip(one.chances, other.chances, strict=True):
            for said in ("probability", "error", "given_agreement"):
                before, after = getattr(chance, said), getattr(again, said)
                assert before is after is None or after == pytest.approx(before, rel=1e-9)
    assert len(issue_answers(case, added)) == len(case.issues)
    views = [outcome(made, case.issues[0].id, case=case) for made in (kept, added)]
    assert views[0].table.columns == views[1].table.columns
    assert views[0].caption == views[1].caption


def test_a_long_forecast_is_saved_as_sums_and_loses_nothing(short, tmp_path):
    made = make_forecast(CASE, NashBargaining(), draws=3 * CHUNK)
    before = saved(made, tmp_path / "one")
    loaded = load_forecast(tmp_path / "one")
    assert saved(loaded, tmp_path / "two") == before
    assert loaded.summary() == made.summary()
    assert loaded.draws == 3 * CHUNK
    assert saved(repeat_forecast(loaded, CASE), tmp_path / "three") == before


def test_the_draws_that_a_long_forecast_keeps_are_the_first(short):
    made = make_forecast(CASE, NashBargaining(), draws=3 * CHUNK)
    few = make_forecast(CASE, NashBargaining(), draws=CHUNK)
    assert np.array_equal(made.settlement, few.settlement, equal_nan=True)
    assert np.array_equal(made.agreement, few.agreement)


def test_what_needs_every_draw_says_that_they_are_gone(short):
    made = make_forecast(CASE, ExpectedUtility(), draws=2 * CHUNK)
    for ask in (
        made.to_pandas,
        made.to_xarray,
        lambda: rounds_table(CASE, ExpectedUtility(), made),
    ):
        with pytest.raises(WinsetError, match=r"needs every draw; of 32,768 draws only sums"):
            ask()
    with pytest.raises(WinsetError, match="at most 262,144 draws; found 262,145"):
        compare(CASE, Mean(), ["base", "base"], draws=MOST_KEPT + 1)


class Counting(ThisProcess):
    """This process, and which chunks it was asked for."""

    def __init__(self):
        self.solved = []

    def parts(self, task, numbers):
        for part, chunk in zip(super().parts(task, numbers := list(numbers)), numbers, strict=True):
            self.solved.append(chunk)
            yield part


class StoppedError(Exception):
    pass


def stop_at(draws):
    def progress(done):
        if done >= draws:
            raise StoppedError

    return progress


@pytest.mark.parametrize("folder", [True, False])
def test_a_run_that_was_stopped_goes_on_to_the_same_bytes(folder, short, tmp_path):
    resume = tmp_path / "runs" if folder else tmp_path / "state"
    if folder:
        resume.mkdir()
    run = {"draws": 5 * CHUNK + 3, "seed": 8}
    whole = saved(make_forecast(CASE, NashBargaining(), **run), tmp_path / "whole")
    with pytest.raises(StoppedError):
        make_forecast(CASE, NashBargaining(), **run, resume=resume, progress=stop_at(3 * CHUNK))
    again, seen = Counting(), []
    made = make_forecast(
        CASE, NashBargaining(), **run, resume=resume, workers=again, progress=seen.append
    )
    assert again.solved == [3, 4, 5]
    assert seen == [3 * CHUNK, 4 * CHUNK, 5 * CHUNK, 5 * CHUNK + 3]
    assert saved(made, tmp_path / "again") == whole
    # Until it is forgotten, even the end is there: nothing is lost before it is written elsewhere.
    done = Counting()
    made = make_forecast(CASE, NashBargaining(), **run, resume=resume, workers=done)
    assert done.solved == []
    assert saved(made, tmp_path / "done") == whole
    forget_run(made, resume)
    assert list(resume.iterdir()) == [] if folder else not resume.exists()


def test_another_run_is_not_gone_on_with(short, tmp_path):
    state = tmp_path / "state"
    made = make_forecast(CASE, NashBargaining(), draws=2 * CHUNK, resume=state)
    before = state.read_bytes()
    with pytest.raises(WinsetError, match=r"holds another run, with seed “0” rather than “1”; fin"):
        make_forecast(CASE, NashBargaining(), draws=2 * CHUNK, seed=1, resume=state)
    with pytest.raises(WinsetError, match=r"draws “32768” rather than “49152”"):
        make_forecast(CASE, NashBargaining(), draws=3 * CHUNK, resume=state)
    edited = replace(CASE, summary="Edited.")
    with pytest.raises(WinsetError, match="case_digest"):
        make_forecast(edited, NashBargaining(), draws=made.draws, resume=state)
    with pytest.raises(WinsetError, match=r"model “nash” rather than “mean”; parameters"):
        make_forecast(CASE, Mean(), draws=made.draws, resume=state)
    assert state.read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no archive", b"notes of mine", None])
def test_a_file_that_is_no_state_is_left_alone(content, short, tmp_path):
    state = tmp_path / "state"
    if content is None:
        make_forecast(CASE, Mean(), draws=10).save(state)
        content = state.read_bytes()
    state.write_bytes(content)
    with pytest.raises(WinsetError, match="must be the state of a run; found another file"):
        make_forecast(CASE, Mean(), draws=2 * CHUNK, resume=state)
    assert state.read_bytes() == content


# Runs the command line, its state written after each chunk; is killed where the first word says.
KILLED = """
import os, signal, sys
from winset.forecast import tasks as chunks
from winset.forecast import long_runs as runs
from winset.__main__ import main

runs.EVERY, (when, *sys.argv[1:]) = 0.0, sys.argv[1:]
solve, fsync, count = chunks.solve_part, os.fsync, 0

def solved(task, chunk):
    print("solved", chunk, file=sys.stderr, flush=True)
    if when == "solving" and chunk == 9:
        os.kill(os.getpid(), signal.SIGKILL)
    return solve(task, chunk)

def written(handle):
    global count
    count += 1
    if when == "writing" and count == 17:  # of the ninth state: each is a file and its folder
        os.kill(os.getpid(), signal.SIGKILL)
    fsync(handle)

chunks.solve_part, os.fsync = solved, written
main()
"""


@pytest.fixture(scope="module")
def command(tmp_path_factory):
    """Runs a long forecast in a process that may be killed; and what comes out if it is not."""
    folder = tmp_path_factory.mktemp("killed")
    write_case(CASE, folder / "case")
    words = ["forecast", "case", "--model", "nash", "--draws", str(BIG), "--json", "--save"]

    def run(when, out):
        return subprocess.run(
            [sys.executable, "-c", KILLED, when, *words, out],
            cwd=folder,
            env=os.environ | {"XDG_CACHE_HOME": str(folder / "cache")},
            capture_output=True,
            text=True,
        )

    return folder, run, run("never", "whole.npz")


@pytest.mark.skipif(sys.platform == "win32", reason="has no SIGKILL")
@pytest.mark.parametrize(("when", "done"), [("solving", 9), ("writing", 8)])
def test_a_process_killed_in_the_middle_is_gone_on_with_by_the_same_command(when, done, command):
    folder, run, whole = command
    assert whole.returncode == 0, whole.stderr
    killed = run(when, f"{when}.npz")
    assert killed.returncode == -9
    assert not (folder / f"{when}.npz").exists()
    kept = folder / "cache" / "winset" / "runs"
    assert len(list(kept.glob("*.part"))) == 1
    again = run("never", f"{when}.npz")
    assert again.returncode == 0, again.stderr
    solved = [line.split()[1] for line in again.stderr.splitlines() if line.startswith("solved")]
    assert solved == [str(chunk) for chunk in range(done, -(-BIG // CHUNK))]
    assert (folder / f"{when}.npz").read_bytes() == (folder / "whole.npz").read_bytes()
    assert json.loads(again.stdout) == json.loads(whole.stdout)
    assert list(kept.glob("*.part")) == []


# Prints the peak of the memory of a run, in bytes.
PEAK = """
import resource, sys
sys.path.insert(0, sys.argv[1])
from builders import line_case
from winset.forecast.forecast import make_forecast
from winset.models import Mean
rows = [("a", "10 to 60", 50, 100), ("b", 90, 20, 50)]
case = line_case(rows, issues=("u", "v", "w", "x", "y", "z"))
assert make_forecast(case, Mean(), draws=int(sys.argv[2])).draws == int(sys.argv[2])
unit = 1 if sys.platform == "darwin" else 1024
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="does not tell the peak of its memory")
def test_memory_does_not_grow_with_the_draws():
    def peak(draws):
        words = [sys.executable, "-c", PEAK, str(Path(__file__).parent), str(draws)]
        return int(subprocess.run(words, capture_output=True, text=True, check=True).stdout)

    more, issues = 1_200_000, 6
    grown = peak(300_000 + more) - peak(300_000)
    assert grown < more * issues * np.float64().nbytes / 4, "a quarter of the settlements alone"


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    write_case(CASE, tmp_path / "case")

    def call(*words, status=0):
        done = CliRunner().invoke(cli, ["forecast", "case", *map(str, words)])
        assert done.exit_code == status, (done.output, done.exception)
        return done.output

    return call


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--draws", 5000, "--resume", "state"], "--resume goes with more than 262,144 draws"),
        (["--draws", BIG, "--rounds", "r.csv"], "--rounds writes every draw: give --draws 262144"),
        (["--draws", BIG, "--model", "all", "--resume", "state"], "must name an existing folder"),
    ],
)
def test_options_that_do_not_go_together_are_refused_before_anything_is_drawn(words, said, run):
    assert said in " ".join(run(*words, status=1).split())


def test_a_long_forecast_for_machines_has_the_form_of_a_short_one(run, tmp_path):
    said = json.loads(run("--draws", BIG, "--model", "nash", "--json", "--resume", "state"))
    schema = Path(__file__).parents[1] / "docs" / "forecast.schema.json"
    jsonschema.validate(said, json.loads(schema.read_text()))
    assert said["draws"] == BIG
    assert {chance["draws"] for answer in said["answers"] for chance in answer["chances"]} == {BIG}
    assert sorted(p.name for p in tmp_path.iterdir()) == ["case"]


def test_a_cache_that_cannot_be_written_to_is_said_and_does_not_stop_the_run(run, tmp_path):
    (tmp_path / "cache").write_text("a file, not a folder")
    said = run("--draws", BIG, "--model", "mean")
    assert "no progress is saved" in said
    assert f"{BIG:,} draws" in said
