import dataclasses
import importlib.metadata

import numpy as np
import pytest

from builders import line_case
from winset.errors import WinsetError
from winset.forecast.calibration import shipped
from winset.forecast.draws import CHUNK
from winset.forecast.forecast import (
    load_forecast,
    make_forecast,
    repeat_forecast,
    what_changed,
)
from winset.models import Mean, Median, NashBargaining

ROWS = [("a", "10..20..60", 50, 100), ("b", "50 to 90", "10 to 20", 50)]
CASE = line_case(ROWS, reversion="0..5..10", issues=("x", "y"))


def test_the_same_seed_makes_the_same_bytes(tmp_path):
    for name in ("one", "two"):
        made = make_forecast(CASE, NashBargaining(), draws=500, seed=4)
        made.save(tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_saving_and_loading_loses_nothing(tmp_path):
    made = make_forecast(CASE, NashBargaining(), draws=300)
    made.save(tmp_path / "f.npz")
    loaded = load_forecast(tmp_path / "f.npz")
    assert loaded.model == made.model
    for field in dataclasses.fields(made):
        if not field.compare:
            continue
        before, after = getattr(made, field.name), getattr(loaded, field.name)
        if isinstance(before, np.ndarray):
            assert np.array_equal(before, after, equal_nan=True)
            assert before.dtype == after.dtype
        else:
            assert before == after


def test_repeating_a_saved_forecast_reproduces_its_bytes(tmp_path):
    make_forecast(CASE, Median(weights="salience"), draws=200, seed=9).save(tmp_path / "f")
    loaded = load_forecast(tmp_path / "f")
    repeat_forecast(loaded, CASE).save(tmp_path / "g")
    assert (tmp_path / "f").read_bytes() == (tmp_path / "g").read_bytes()
    assert what_changed(loaded, CASE) == ()


def test_a_changed_case_is_named_as_changed():
    made = make_forecast(CASE, Mean(), draws=10)
    (said,) = what_changed(made, dataclasses.replace(CASE, title="Another"))
    assert "case has changed" in said


def test_a_forecast_says_how_it_was_made():
    made = make_forecast(CASE, Mean(weights="none"), draws=10, seed=3).made
    assert made.case_digest == CASE.digest
    assert (made.model, made.parameters, made.seed) == ("mean", {"weights": "none"}, 3)
    assert made.version == importlib.metadata.version("winset")


def test_chunks_leave_no_seam():
    whole = make_forecast(CASE, Mean(), draws=CHUNK + 100)
    assert np.array_equal(whole.settlement[:50], make_forecast(CASE, Mean(), draws=50).settlement)
    assert whole.draws == CHUNK + 100


def test_the_summary_counts_a_draw_by_its_chance_of_agreement():
    made = make_forecast(CASE, Mean(), draws=4)
    made = dataclasses.replace(
        made,
        settlement=np.array([[10.0, 1], [20, 1], [np.nan, 1], [40, 1]]),
        agreement=np.array([[1.0, 1], [0.5, 1], [0.0, 1], [0.5, 1]]),
    )
    said = made.summary()[0]
    assert said.agreement == pytest.approx(0.5)
    assert said.mean == pytest.approx((10 + 10 + 20) / 2)
    assert made.quantile("x", 0.5) == 10.0
    assert made.quantile("x", 0.75) == 20.0
    assert made.probability("x", 15, 100) == pytest.approx(0.25)
    assert made.agreed("x")[1] == pytest.approx(np.std([1, 0.5, 0, 0.5], ddof=1) / 2)


def test_where_nobody_agrees_there_is_no_settlement_to_summarise():
    case = line_case([("a", 10, 50, 50), ("b", 90, 50, 50)], reversion=50)
    made = make_forecast(case, NashBargaining(), draws=10)
    (said,) = made.summary()
    assert said.agreement == 0.0
    assert np.isnan(said.mean)
    assert made.probability("x", 0, 100) == 0.0


def test_a_raw_forecast_of_a_case_without_ranges_runs_once():
    case = line_case([("a", 10, 50, 50), ("b", 90, 50, 50)])
    assert make_forecast(case, Mean(), draws=1000, raw=True).draws == 1


def test_a_forecast_is_calibrated_unless_it_is_asked_for_raw():
    case = line_case([("a", 10, 50, 50), ("b", 90, 50, 50)])
    made = make_forecast(case, Mean(), draws=4000)
    assert made.draws == 4000
    assert made.made.calibration == shipped().summary("mean")
    low, high = made.quantile("x", 0.1), made.quantile("x", 0.9)
    assert low < 25 and high > 75
    assert make_forecast(case, Mean(), raw=True).made.calibration is None


def test_calibration_leaves_the_chance_of_an_agreement_alone():
    raw, made = (make_forecast(CASE, NashBargaining(), draws=300, raw=raw) for raw in (True, False))
    assert raw.agreement.tolist() == made.agreement.tolist()
    assert np.isnan(raw.settlement).tolist() == np.isnan(made.settlement).tolist()
    assert raw.settlement.tolist() != made.settlement.tolist()


def test_a_forecast_made_by_other_calibrations_says_so():
    made = make_forecast(CASE, Mean(), draws=20)
    other = dataclasses.replace(made.made, calibration={**made.made.calibration, "table": "0" * 64})
    (said,) = what_changed(dataclasses.replace(made, made=other), CASE)
    assert "calibrated by 250 decisions with the digest 000000000000" in said


def test_a_forecast_goes_to_pandas_and_xarray():
    made = make_forecast(CASE, NashBargaining(), draws=20)
    frame = made.to_pandas()
    assert list(frame.columns) == ["draw", "issue", "settlement", "agreement"]
    assert frame.query("issue == 'y' and draw == 3").settlement.item() == made.settlement[3, 1]
    dataset = made.to_xarray()
    assert dataset.settlement.sel(issue="x").values.tolist() == made.settlement[:, 0].tolist()
    assert dataset.attrs["model"] == "nash"


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no archive", b"\x93NUMPY", b"text"])
def test_a_file_that_is_no_forecast_is_refused_in_words(tmp_path, content):
    path = tmp_path / "f.npz"
    path.write_bytes(content)
    with pytest.raises(WinsetError, match="not a saved forecast"):
        load_forecast(path)


def test_a_missing_file_and_an_unknown_issue_are_named(tmp_path):
    with pytest.raises(WinsetError, match="no such file"):
        load_forecast(tmp_path / "none.npz")
    with pytest.raises(WinsetError, match="no issue “z”"):
        make_forecast(CASE, Mean(), draws=1).quantile("z", 0.5)
    with pytest.raises(WinsetError, match="draws must be 1 or more"):
        make_forecast(CASE, Mean(), draws=0)
