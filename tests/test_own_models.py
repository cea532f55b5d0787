"""A model of one's own, which nothing registers, works in everything behind a forecast."""

import datetime
import shutil
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest
from click.testing import CliRunner

from conftest import SPLIT_PIE
from toy_model import DoubtfulMidrange, Midrange
from winset.case.folder import read_case
from winset.charts.outcome import outcome
from winset.cli import cli
from winset.errors import WinsetError
from winset.explain.answers import answers
from winset.explain.background import look_behind, needed
from winset.explain.forecast_json import forecast_json
from winset.explain.headline import headline
from winset.explain.levers import find_levers
from winset.explain.sensitivity import measure_sensitivity
from winset.forecast.forecast import load_forecast, make_forecast, repeat_forecast, what_changed
from winset.models import find_model, make_model, model_name
from winset.report.page import report_html
from winset.track_record.claims import claims_of
from winset.track_record.sealed import ForecastToSeal, seal, verify

MODELS = [Midrange(share=0.4), DoubtfulMidrange(share=0.4)]
PATHS = {Midrange: "toy_model:Midrange", DoubtfulMidrange: "toy_model:DoubtfulMidrange"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    target = tmp_path_factory.mktemp("toys") / "split-pie"
    shutil.copytree(SPLIT_PIE, target)
    return target


@pytest.fixture(scope="module")
def case(folder):
    return read_case(folder)


@pytest.fixture(scope="module", params=MODELS, ids=["certain", "doubtful"])
def forecast(request, case):
    return make_forecast(case, request.param, draws=60, seed=3)


def test_it_is_named_by_its_import_path_and_borrows_no_errors_by_its_name(forecast):
    assert forecast.made.model == PATHS[type(forecast.model)] == model_name(forecast.model)
    assert forecast.made.borrowed
    assert find_model(forecast.made.model, forecast.made.parameters) == forecast.model
    with pytest.raises(WinsetError, match="no model “toy_model:"):
        make_model(forecast.made.model)


def test_its_answers_headline_and_findings_are_its_own(case, forecast):
    findings = look_behind(case, forecast, structure=True)
    assert findings.curves is None and findings.blame is None and findings.bindings == ()
    doubts = forecast.agreed("pie") is not None
    assert bool(findings.model_chances) == doubts
    if doubts:
        first = findings.model_chances[0]
        assert first.label == forecast.made.model
        assert first.agreement[0] == forecast.agreed("pie")[0]
    answered = answers(case, forecast, findings)
    assert len(answered) == len(case.questions)
    assert headline(case, forecast, findings).sentences
    assert forecast_json(case, forecast, findings)["made"]["model"] == forecast.made.model
    assert needed([forecast.model]) == []


def test_it_is_saved_and_made_again_byte_for_byte(case, forecast, tmp_path):
    forecast.save(tmp_path / "one.npz")
    loaded = load_forecast(tmp_path / "one.npz")
    assert loaded.model == forecast.model
    assert what_changed(loaded, case) == ()
    repeat_forecast(loaded, case).save(tmp_path / "two.npz")
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()


def test_its_report_says_how_to_make_it_again(case, forecast):
    page = report_html(case, [forecast])
    assert f"--model {forecast.made.model}" in page
    assert "from winset.models import find_model" in page
    assert "the extremes split" in page or "Half-way between" in page or "The same, agreed" in page


def test_it_is_sealed_and_verified(case, folder, forecast):
    entry = seal(
        case,
        ForecastToSeal(
            issue="pie",
            resolve_by=datetime.date(2031, 1, 1),
            no_rule="a toy",
            model=forecast.model,
            draws=40,
        ),
    )  # fmt: skip
    assert entry.seal.made["model"] == forecast.made.model
    checked = verify(folder, git=False)
    last = checked.checks[-1]
    assert (last.verdict, last.code, last.harm) == ("same bytes", "the same code", ())


def test_sensitivity_levers_and_charts_take_it(case, forecast):
    found = measure_sensitivity(case, forecast.model, draws=16, counted=32)
    assert found.model == forecast.made.model
    levers = find_levers(
        case, forecast.model, actor=case.actors[0].id, goal="settlement(pie) >= 60", draws=16,
        counted=32,
    )  # fmt: skip
    assert levers.model == forecast.made.model and not levers.exact
    assert forecast.made.model in outcome(forecast, "pie", case=case).title
    assert isinstance(claims_of(case), tuple)


def test_commands_take_it_by_its_path(folder):
    done = CliRunner().invoke(
        cli, ["forecast", str(folder), "--model", "toy_model:Midrange", "--set", "share=0.4",
              "--draws", "20", "--json"],
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert '"toy_model:Midrange"' in done.output


def test_a_weighted_mean_of_ones_own_has_exact_levers(case):
    @dataclass(frozen=True)
    class Plain:
        name: ClassVar[str] = "plain"
        idea: ClassVar[str] = "all count alike"
        random: ClassVar[bool] = False

        @property
        def weighs(self):
            return make_model("mean").weighs

        def mean_weights(self, batch):
            return make_model("mean").mean_weights(batch)

        def solve(self, batch):
            return make_model("mean").solve(batch)

    ours = find_levers(
        case, Plain(), actor=case.actors[0].id, goal="settlement(pie) >= 60", draws=16
    )
    mean = find_levers(
        case, make_model("mean"), actor=case.actors[0].id, goal="settlement(pie) >= 60", draws=16
    )
    assert ours.exact and ours.levers == mean.levers


def test_a_model_that_cannot_be_found_again_is_refused_with_what_to_do(case, tmp_path, monkeypatch):
    @dataclass(frozen=True)
    class Local(Midrange):
        name: ClassVar[str] = "local"

    forecast = make_forecast(case, Local(), draws=5)
    forecast.save(tmp_path / "f.npz")
    loaded = load_forecast(tmp_path / "f.npz")
    assert np.array_equal(loaded.settlement, forecast.settlement, equal_nan=True)
    assert repeat_forecast(forecast, case).made == forecast.made
    with pytest.raises(WinsetError, match=r"inside a function: move it to the top level"):
        repeat_forecast(loaded, case)
    assert "its model is not here" in what_changed(loaded, case)[0]
    for name, words in {
        "nowhere_at_all:Model": "install the package that has “nowhere_at_all”",
        "__main__:Midrange": "defined in a notebook or script",
        "toy_model:np": "name the class itself",
    }.items():
        with pytest.raises(WinsetError, match=words):
            find_model(name)


def test_a_model_that_is_no_dataclass_is_refused(case):
    class Bare:
        name = idea = "bare"
        random = False

        def solve(self, batch):
            return Midrange().solve(batch)

    with pytest.raises(WinsetError, match="must be a frozen dataclass of its parameters"):
        make_forecast(case, Bare(), draws=5)


def test_a_changed_text_of_the_model_counts_as_other_code(case, monkeypatch):
    forecast = make_forecast(case, Midrange(), draws=5)
    monkeypatch.setattr("inspect.getsource", lambda kind: "class Midrange: ...")
    assert "it was made by other code" in what_changed(forecast, case)[0]
