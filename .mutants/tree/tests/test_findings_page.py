"""The findings page: its tables are what the command makes; what calibrations earn, and where."""

import itertools
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from ablation import LADDER, by_actors, by_rule, by_spread, ladder
from any_decisions import made_up, read
from findings import BLOCK, findings, findings_tables, refreshed, tables_from
from winset.errors import WinsetError
from winset.forecast.calibration import shipped
from winset.models import Mean, Median
from winset.track_record.backtest import run_backtest, settlements
from winset.track_record.calibration_fit import FOLDS
from winset.track_record.model_table import standings

DEV = Path(__file__).parents[2] / "shared" / "data" / "deu" / "dev.csv"
PAGE = Path(__file__).parents[1] / "docs" / "findings.md"


@pytest.fixture(scope="module")
def trees(tmp_path_factory):
    return read(tmp_path_factory.mktemp("trees"), made_up(40, 2))


@pytest.fixture(scope="module")
def run(trees):
    return run_backtest(trees, [Mean(), Median()], draws=300)


@pytest.mark.skipif(not DEV.exists(), reason="needs ../shared/data/deu")
def test_the_tables_of_the_page_are_what_the_command_makes():
    page = PAGE.read_text("utf-8")
    assert refreshed(page, tables_from(DEV)) == page


def test_the_page_has_every_table_filled(trees, run):
    page = PAGE.read_text("utf-8")
    filled = {match["name"]: match["text"] for match in BLOCK.finditer(page)}
    assert set(filled) == set(findings_tables(run, trees, shipped()))
    assert all(text.strip() for text in filled.values())


def test_refreshing_changes_tables_and_leaves_the_prose_alone():
    page = (
        "# Own\n\n<!-- table: a -->\nold | old\n<!-- end -->\nprose\n<!-- table: b -->\n"
        "<!-- end -->\n"
    )
    made = refreshed(page, {"a": "new\n", "b": "more\n"})
    assert made == page.replace("old | old", "new").replace("b -->\n", "b -->\nmore\n")
    assert refreshed(made, {"a": "new\n", "b": "more\n"}) == made
    with pytest.raises(
        WinsetError, match=r"table a: must be one.*\n.*table c: must stand"
    ) as caught:
        refreshed(page, {"b": "", "c": ""})
    assert "did you mean" in str(caught.value) or "known: b, c" in str(caught.value)


def test_the_command_says_what_is_wrong_and_writes_nothing(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("no table\n")
    (tmp_path / "trees.csv").write_text(made_up(4))
    done = CliRunner().invoke(findings, [str(tmp_path / "tree.csv"), str(page)])
    assert done.exit_code == 1 and "did you mean “trees.csv”" in done.output
    assert page.read_text() == "no table\n"


def test_the_last_rung_of_the_ladder_is_the_whole_calibration(trees):
    points = settlements(trees, [Mean()])["mean"]
    rungs = ladder("mean", trees, points)
    assert [rung.name for rung in rungs] == list(LADDER)
    assert rungs[0].gained is None
    for before, rung in itertools.pairwise(rungs):
        assert rung.gained.value == pytest.approx(rung.crps.value - before.crps.value)
    from winset.track_record.calibration_fit import fit_models

    fitted = fit_models(trees, {"mean": points}, source="trees")
    assert len(fitted.folds) == FOLDS
    drawn = run_backtest(trees, [Mean()], draws=8_000, fitted=fitted)
    whole = standings(drawn, "calibrated")[0]
    assert rungs[-1].crps.value == pytest.approx(whole.crps.value, abs=0.1)
    assert rungs[-1].inside.value == pytest.approx(whole.coverage[1].value, abs=0.04)


def test_a_part_earns_something_where_it_is_needed(tmp_path):
    # Half the outcomes are somebody's position: errors alone cannot say so.
    wood = read(tmp_path, made_up(60, 2, won=0.8, error=0.2))
    rungs = ladder("mean", wood, settlements(wood, [Mean()])["mean"])
    assert rungs[1].gained.high < 0.0
    assert all(rung.inside.value == pytest.approx(0.8, abs=0.08) for rung in rungs)


def test_kinds_part_the_decisions_each_once(trees, run):
    for found in (by_spread(run, trees, "mean"), by_rule(run, trees, "mean")):
        assert sum(kind.decisions for kind in found) == 80
        mean = np.average([k.error.value for k in found], weights=[k.decisions for k in found])
        whole = next(s for s in standings(run, "calibrated") if s.model == "mean")
        assert mean == pytest.approx(whole.error.value)
    assert [kind.name for kind in by_rule(run, trees, "mean")] == ["QMV", "unanimity"]
    (all_alike,) = by_actors(run, trees, "mean")
    assert all_alike.name == "6" and all_alike.groups == 40
