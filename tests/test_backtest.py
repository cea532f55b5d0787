"""Backtests: the same bytes again, stopped and gone on with, by group, everything counted."""

import dataclasses
import json
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from any_decisions import ACTORS, made_up, read
from mixture import fit_mixture
from winset.case.shipped import shipped_cases
from winset.cli import cli
from winset.errors import WinsetError
from winset.forecast.calibration import decision_key, fitted_text, shipped
from winset.forecast.draws import compute_draws
from winset.forecast.jsonable import jsonable
from winset.forecast.quantiles import quantile
from winset.formats.decisions import read_decisions
from winset.models import Constant, Exchange, Mean, Median, NashBargaining, ReversionPoint, TwoLevel
from winset.track_record.backtest import (
    CLIMATOLOGY,
    GRID,
    NEVER_SETTLES,
    Backtest,
    climatology,
    run_backtest,
    score,
)
from winset.track_record.calibration_fit import fit_models
from winset.track_record.decision import Trial
from winset.track_record.model_table import duels, standings
from winset.track_record.resolved_questions import score_events
from winset.track_record.scores import crps

DEV = Path(__file__).parents[2] / "shared" / "data" / "deu" / "dev.csv"
MODELS = (Mean(), Median(), ReversionPoint(), Exchange())


@pytest.fixture(scope="module")
def trees(tmp_path_factory):
    return read(tmp_path_factory.mktemp("trees"), made_up(12, 2))


@pytest.fixture(scope="module")
def run(trees):
    return run_backtest(trees, MODELS, draws=200)


def text(run: Backtest) -> str:
    return json.dumps(jsonable(run))


def test_the_same_run_gives_the_same_bytes_and_another_seed_does_not(trees, run):
    assert text(run_backtest(trees, MODELS, draws=200)) == text(run)
    assert text(run_backtest(trees, MODELS, draws=200, seed=1)) != text(run)


def test_the_command_prints_the_same_json_twice(tmp_path):
    (tmp_path / "trees.csv").write_text(made_up(4))
    words = [sys.executable, "-m", "winset", "backtest", "trees.csv", "--models", "mean,median",
             "--draws", "100", "--json"]  # fmt: skip
    ran = [subprocess.run(words, cwd=tmp_path, capture_output=True, check=True) for _ in range(2)]
    assert ran[0].stdout == ran[1].stdout
    said = json.loads(ran[0].stdout)
    assert said["made"]["models"] == ["mean", "median", CLIMATOLOGY]
    assert "doi:10.34810/data53" in said["made"]["calibration"]
    assert len(said["rows"]) == 8 * 3 and said["raw"]["standings"][0]["decisions"] == 8


def test_a_run_that_was_stopped_goes_on_to_the_same_end(trees, run, tmp_path):
    rows = tmp_path / "rows.jsonl"
    whole = run_backtest(trees, MODELS, draws=200, rows=rows)
    assert text(whole) == text(run)
    lines = rows.read_text().splitlines(keepends=True)
    assert len(lines) == 1 + 24 * len(MODELS)
    for kept in (lines[:1], lines[:30], [*lines[:30], lines[30][:40]], [lines[0][:25]], []):
        rows.write_text("".join(kept))
        computed = []
        again = run_backtest(trees, MODELS, draws=200, rows=rows, progress=computed.append)
        assert text(again) == text(run)
        assert rows.read_text() == "".join(lines)
    assert computed[-1] == 24 * len(MODELS)


KILLED = """
import os, signal, sys
import winset.track_record.backtest as stack
keep, kept = stack._BacktestCache.keep, []
def killed(self, *row):
    keep(self, *row)
    kept.append(row)
    if len(kept) == 9:
        os.kill(os.getpid(), signal.SIGKILL)
stack._BacktestCache.keep = killed
from winset.__main__ import main
main()
"""


@pytest.mark.slow
def test_a_process_killed_in_the_middle_goes_on_where_it_was(tmp_path):
    (tmp_path / "trees.csv").write_text(made_up(5))
    rows = tmp_path / "rows.jsonl"
    words = ["backtest", "trees.csv", "--models", "mean,median", "--draws", "300", "--json",
             "--rows", "rows.jsonl"]  # fmt: skip
    ended = subprocess.run([sys.executable, "-c", KILLED, *words], cwd=tmp_path)
    assert ended.returncode == -signal.SIGKILL
    kept = rows.read_bytes()
    assert kept.count(b"\n") == 1 + 9
    rows.write_bytes(kept + b'{"decision": "i3')  # as if cut off in the middle of a line
    command = [sys.executable, "-m", "winset", *words]
    resumed = subprocess.run(command, cwd=tmp_path, capture_output=True, check=True).stdout
    assert rows.read_bytes().startswith(kept) and rows.read_bytes().count(b"\n") == 1 + 20
    rows.unlink()
    whole = subprocess.run(command, cwd=tmp_path, capture_output=True, check=True).stdout
    assert resumed == whole


def test_rows_of_another_run_are_refused(trees, tmp_path):
    rows = tmp_path / "rows.jsonl"
    run_backtest(trees, [Mean()], draws=50, rows=rows)
    other = dataclasses.replace(shipped(), source="another fit")
    for changed in (
        {"draws": 51}, {"seed": 1}, {"models": [Median()]}, {"models": [Mean(weights="none")]},
        {"fitted": other},
    ):  # fmt: skip
        models = changed.pop("models", [Mean()])
        with pytest.raises(WinsetError, match="does not hold rows of this run"):
            run_backtest(trees, models, **{"draws": 50, "rows": rows, **changed})
    before = rows.read_text()
    rows.write_text(before + "{}\n")
    with pytest.raises(WinsetError, match="a line is not a row"):
        run_backtest(trees, [Mean()], draws=50, rows=rows)
    rows.write_text("my notes\n")
    with pytest.raises(WinsetError, match="does not hold rows of this run"):
        run_backtest(trees, [Mean()], draws=50, rows=rows)
    assert rows.read_text() == "my notes\n"


def test_each_model_runs_once(trees):
    with pytest.raises(WinsetError, match="once in a run"):
        run_backtest(trees, [Mean(), Mean(weights="none")])


def test_what_a_model_cannot_solve_is_counted_with_its_reason(trees):
    found = run_backtest(trees, [ReversionPoint(), TwoLevel(), Mean()], draws=50)
    # Every second issue has no reversion point, and no table names parties.
    assert found.left_out["reversion"] == {
        "model “reversion” needs a reversion point on every issue": 12
    }
    assert sum(found.left_out["two-level"].values()) == 24
    assert "mean" not in found.left_out and len(found.of("two-level")) == 0


def test_a_model_that_never_settles_is_counted_too(tmp_path):
    # Nobody moves from the reversion point: two who pull to either side of it never agree.
    rows = ["issue,group,actor,position,reversion,outcome", "a,g,fr,0,50,10", "a,g,de,100,50,10",
            "b,h,fr,90,50,80", "b,h,de,100,50,80"]  # fmt: skip
    found = run_backtest(read(tmp_path, "\n".join(rows)), [NashBargaining()], draws=50)
    first, second = found.of("nash")
    assert first.raw is None is first.calibrated and second.raw is not None
    assert found.left_out["nash"] == {NEVER_SETTLES: 1}
    assert standings(found, "raw")[0].decisions <= 2


def test_trading_models_see_the_whole_group_and_score_its_issue(tmp_path):
    trees = read(tmp_path, made_up(3, 2))
    found = run_backtest(trees, [Exchange(), Mean()], draws=50)
    assert [row.decision for row in found.of("exchange")] == [d.id for d in trees.decisions]
    alone = run_backtest(read(tmp_path, made_up(3, 1)), [Exchange()], draws=50)
    assert sum(alone.left_out["exchange"].values()) == 3
    together = trees.together(trees.decisions[3])
    from winset.models.batch import sample

    settled = Exchange().solve(sample(together.case, 1)).settlement[0]
    assert found.of("exchange")[3].raw.point == pytest.approx(100 * settled[1])


@pytest.mark.parametrize("model", [Mean(), NashBargaining(), Exchange()])
def test_a_trial_draws_what_a_forecast_of_the_same_case_and_seed_would(tmp_path, model):
    rows = made_up(3, 2, seed=2).replace(",50,", ",40 to 60,")  # a range here and there
    trees = read(tmp_path, rows)
    known = shipped().of(model.name)
    trial = Trial(trees.decisions[0], trees, draws=300, seed=3)
    solved = trial.solve(model)
    case = solved.decision.case
    raw = compute_draws(case, model, seed=3, draws=300)
    widened = compute_draws(case, model, seed=3, draws=300, calibration=known)
    np.testing.assert_array_equal(solved.outcome.settlement, raw.settlement)
    np.testing.assert_array_equal(
        trial.calibrate(solved, known).outcome.settlement, widened.settlement
    )
    np.testing.assert_array_equal(solved.outcome.settlement, raw.settlement)  # as it was


def test_scores_are_in_points_of_100_whatever_the_scale(tmp_path):
    plain = ["issue,actor,position,influence,outcome"]
    wide = ["issue,actor,position,influence,outcome,low,high"]
    for actor, position, influence in (("a", 0.1, 1), ("b", 0.5, 2), ("c", 0.9, 5)):
        plain.append(f"x,{actor},{100 * position:g},{influence},30")
        wide.append(f"x,{actor},{-4 + 8 * position:g},{influence},-1.6,-4,4")
    one, other = (
        run_backtest(read(tmp_path, "\n".join(rows)), [Mean()], draws=100) for rows in (plain, wide)
    )
    first, second = one.of("mean")[0], other.of("mean")[0]
    assert second.outcome == pytest.approx(first.outcome) == pytest.approx(30)
    assert second.raw.error == pytest.approx(first.raw.error) == pytest.approx(40)
    assert second.raw.crps == pytest.approx(40)


def test_a_score_is_what_its_draws_say():
    draws = np.random.default_rng(1).uniform(20, 60, 5_000)
    found = score(draws, None, 30.0)
    assert found.point == quantile(draws, None, 0.5) and found.crps == crps(draws, None, 30.0)
    assert found.intervals[1] == (quantile(draws, None, 0.1), quantile(draws, None, 0.9))
    assert len(found.grid) == len(GRID) and list(found.grid) == sorted(found.grid)
    # A hundred values stand for all of them.
    assert crps(found.grid, None, 30.0) == pytest.approx(found.crps, abs=0.05)


def test_climatology_has_seen_no_outcome_of_its_own_group(trees):
    rows = list(climatology(trees))
    for row in rows:
        others = [d.outcome for d in trees.decisions if d.group != row.group]
        assert row.raw.point == quantile(others, None, 0.5)
    assert not list(climatology(dataclasses.replace(trees, decisions=trees.decisions[:2])))


def test_calibrated_rows_use_the_fold_that_has_not_seen_them(tmp_path):
    trees = read(tmp_path, made_up(35, 2))
    from winset.track_record.backtest import settlements

    fitted = fit_models(trees, settlements(trees, [Mean()]), source="trees")
    found = run_backtest(trees, [Mean()], draws=50, fitted=fitted)
    decision = trees.decisions[7]
    blind = fitted.blind("mean", decision_key(decision.group, decision.id))
    alone = dataclasses.replace(
        fitted, folds=(), calibrations={"mean": blind}, source="that fold alone"
    )
    again = run_backtest(
        dataclasses.replace(trees, decisions=(decision,)), [Mean()], draws=50, fitted=alone
    )
    assert found.of("mean")[7].calibrated == again.of("mean")[0].calibrated
    assert found.calibration == "trees" and found.borrowed == ()
    assert run_backtest(trees, [Median()], draws=5, fitted=alone).borrowed == ("median",)
    assert len(fitted_text(fitted)) > 100


def test_standings_and_duels_are_means_over_the_rows(run):
    found = {s.model: s for s in standings(run, "raw")}
    errors = [row.raw.error for row in run.of("mean")]
    assert found["mean"].error.value == pytest.approx(np.mean(errors))
    assert found["mean"].hits.value == pytest.approx(np.mean(np.array(errors) <= 10))
    assert found["reversion"].decisions == 12  # a model that settles less comes last
    assert [s.model for s in standings(run, "raw")][-1] == "reversion"
    duel = next(d for d in duels(run, "raw") if (d.model, d.score) == ("reversion", "error"))
    both = {row.decision for row in run.of("reversion")}
    ours = np.mean([row.raw.error for row in run.of("reversion")])
    theirs = np.mean([row.raw.error for row in run.of("mean") if row.decision in both])
    assert duel.difference.value == pytest.approx(ours - theirs) and duel.decisions == 12
    assert duel.resolvable == pytest.approx(2.8015 * duel.difference.error)


def test_intervals_come_from_whole_groups(tmp_path):
    # Twelve issues of one group are one piece of news, not twelve.
    rows = made_up(10, 2, seed=8).splitlines()
    many = [rows[0]]
    for k in range(6):
        many += [row.replace("i", f"{k}i", 1) for row in rows[1:]]
    once = run_backtest(read(tmp_path, "\n".join(rows)), [Mean()], draws=20)
    often = run_backtest(read(tmp_path, "\n".join(many)), [Mean()], draws=20)
    first, second = (standings(r, "raw")[0].error for r in (once, often))
    assert second.value == pytest.approx(first.value)
    assert second.error == pytest.approx(first.error, rel=0.01)


def test_ensembles_are_of_models_that_settled_everything(run):
    found = fit_mixture(run)
    assert set(found.models) == {"mean", "median", "exchange"}
    assert sum(found.weights) == pytest.approx(1.0)


def test_resolved_questions_of_shipped_cases_are_scored(tmp_path):
    decisions = read_decisions(shipped_cases()["iran-nuclear-2015"])
    found = score_events(decisions, [TwoLevel(), Mean()], draws=200)
    assert found.thin and found.cases == 1 and found.questions >= 1
    best = found.models[0]
    own = [e for e in found.events if e.model == best.model]
    expected = np.mean([(e.probability - e.happened) ** 2 for e in own])
    assert best.brier.value == pytest.approx(expected) and best.count == len(own)


def test_a_stranger_gets_a_sentence(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("trees.csv").write_text(made_up(3))
    Path("bad.json").write_text("{}")
    for words, said in (
        (["tree.csv"], "did you mean “trees.csv”?"),
        (["trees.csv", "--models", "meen"], "did you mean “mean”?"),
        (["trees.csv", "--models", "mean,"], "no model “”"),
        (["trees.csv", "--calibration", "bad.json"], "bad.json"),
        (["trees.csv", "--rows", "no/rows.jsonl"], "No such file or directory"),
        (["trees.csv", "--report", "no/report.html", "--models", "mean"], "no/report.html"),
        (["trees.csv", "--draws", "0"], "0 is not in the range"),
    ):
        done = CliRunner().invoke(cli, ["backtest", *words])
        assert done.exit_code in (1, 2) and said in done.stderr, (words, done.output)
        assert "Traceback" not in done.output
    assert sorted(p.name for p in Path().iterdir()) == ["bad.json", "trees.csv"]


def test_the_command_says_who_is_best_beside_whom_and_what_was_left_out(tmp_path):
    (tmp_path / "trees.csv").write_text(made_up(6))
    done = CliRunner().invoke(cli, ["backtest", str(tmp_path / "trees.csv"), "--draws", "100"])
    assert done.exit_code == 0
    for words in ("12 decisions in 6 groups", "Not calibrated", "Calibrated", "resolvable",
                  "left out: two-level, 12 decisions", "compared with model “mean”"):  # fmt: skip
        assert words.lower() in done.output.lower(), words
    assert all(len(line) <= 80 for line in done.output.splitlines())
    rows = [line.split()[0] for line in done.output.splitlines() if line.strip()]
    assert rows.count("expected-utility") == 4  # twice in duels, and never broken in two


def test_constant_is_half_way_and_everybody_of_the_wood_is_there(trees):
    found = run_backtest(trees, [Constant()], draws=5)
    assert {row.raw.point for row in found.of("constant")} == {50.0}
    assert all(len(d.case.actors) == len(ACTORS) for d in trees.decisions)


@pytest.mark.slow
@pytest.mark.skipif(not DEV.exists(), reason="needs ../shared/data/deu")
def test_simple_rules_fare_on_the_development_collection_as_is_known():
    found = run_backtest(read_decisions(DEV), [Mean(), Median(), ReversionPoint()], draws=400)
    raw = {s.model: s for s in standings(found, "raw")}
    mean = raw["mean"].error
    assert (round(mean.value, 1), round(mean.low, 1), round(mean.high, 1)) == (23.6, 20.9, 26.4)
    assert (raw["mean"].decisions, raw["mean"].groups) == (250, 94)
    assert raw["median"].hits.value == pytest.approx(0.42, abs=0.02)
    assert raw["reversion"].error.value == pytest.approx(52.1, abs=0.1)
    calibrated = {s.model: s for s in standings(found, "calibrated")}
    assert calibrated["mean"].crps.value == pytest.approx(16.4, abs=0.1)
    assert calibrated["mean"].coverage[1].value == pytest.approx(0.8, abs=0.03)
    assert raw["climatology"].crps.value == pytest.approx(19.6, abs=0.1)
