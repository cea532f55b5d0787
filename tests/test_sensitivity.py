"""What drives a forecast: indices that are known, swings that can be computed by hand."""

import json
import math
import re
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import line_case
from winset.case.parts import Party
from winset.case.ranges import parse_range, point
from winset.case.shipped import open_case, shipped_cases
from winset.charts.render import rendered
from winset.charts.theme import DARK, LIGHT
from winset.charts.tornado import COUNT, HEAD, MOST, ROW, SHARES, SWINGS, tornado
from winset.cli import cli
from winset.errors import WinsetError
from winset.explain.sensitivity import (
    case_inputs,
    headline,
    measure_sensitivity,
    read_summary,
    research_sentences,
    sobol,
    uncertain_inputs,
)
from winset.explain.sensitivity.streams import DesignedShares, model_streams
from winset.explain.sensitivity.summary import PerDraw, SummaryReading, paired
from winset.explain.sensitivity.words import noise_sentence
from winset.models import Constant, Mean, TwoLevel, default_model, make_model
from winset.models.batch import RandomShares, make_batch, sample

NUCLEAR = open_case("iran-nuclear-2015")


def ishigami(design):
    """Ishigami and Homma 1990 on the unit cube, a = 7, b = 0.1."""
    x = np.pi * (2.0 * design - 1.0)
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def ishigami_indices():
    """Its first-order and total indices, integrated by hand."""
    alone = (0.5 * (1 + 0.1 * np.pi**4 / 5) ** 2, 49 / 8, 0.0)
    together = 0.01 * np.pi**8 * (1 / 18 - 1 / 50)
    variance = sum(alone) + together
    first = np.array(alone) / variance
    return variance, first, first + np.array([together, 0.0, together]) / variance


def test_the_indices_of_the_ishigami_function_come_out():
    variance, first, total = ishigami_indices()
    found = sobol(ishigami, 3, points=8_192)
    assert found.variance == pytest.approx(variance, rel=0.01)
    assert found.first.value == pytest.approx(first, abs=0.01)
    assert found.total.value == pytest.approx(total, abs=0.01)


def test_the_intervals_hold_the_truth_about_as_often_as_they_say():
    _, first, total = ishigami_indices()
    inside = []
    for seed in range(40):
        found = sobol(ishigami, 3, points=256, seed=seed, resamples=199)
        for estimates, truth in ((found.first, first), (found.total, total)):
            inside += list((estimates.low <= truth) & (truth <= estimates.high))
    assert np.mean(inside) >= 0.9


@given(st.lists(st.floats(0.1, 10), min_size=1, max_size=6))
@settings(max_examples=15)
def test_without_interplay_first_and_total_are_one_and_sum_to_one(weights):
    found = sobol(lambda u: u @ np.array(weights), len(weights), points=2_048, resamples=19)
    truth = np.square(weights) / np.square(weights).sum()
    assert found.total.value == pytest.approx(truth, abs=0.02)
    assert found.first.value == pytest.approx(truth, abs=0.06)
    assert found.total.value.sum() == pytest.approx(1.0, abs=0.03)


@given(st.integers(1, 4), st.integers(0, 9))
@settings(max_examples=10)
def test_an_input_that_is_not_used_has_no_index(used, seed):
    found = sobol(
        lambda u: np.prod(1.0 + u[:, :used], axis=1), used + 1, points=64, seed=seed, resamples=19
    )
    assert found.first.value[used] == found.total.value[used] == 0.0
    assert (found.total.value[:used] > 0.0).all()


def test_a_constant_has_no_variance_and_no_index():
    found = sobol(lambda u: np.full(len(u), 7.0), 2, points=16)
    assert found.variance == 0.0
    assert not found.total.value.any() and not np.isnan(found.first.value).any()


def test_indices_of_some_columns_are_those_among_all():
    every = sobol(ishigami, 3, points=256, resamples=19)
    some = sobol(ishigami, 3, points=256, of=[2], resamples=19)
    assert some.total.value[0] == every.total.value[2]


def test_the_same_seed_gives_the_same_numbers_and_touches_no_global_state():
    state = np.random.get_state()[1].copy()
    one, two = (sobol(ishigami, 3, points=64, seed=5) for _ in range(2))
    assert (one.first.low == two.first.low).all() and (one.total.value == two.total.value).all()
    assert (np.random.get_state()[1] == state).all()


def three(**changes):
    rows = {
        "a": ("0 to 40", 50, 2),
        "b": ("20..50..80", 50, 1),
        "c": (100, 50, 1),
        "idle": ("0 to 100", 50, 0),
    } | changes
    return line_case([(name, *row) for name, row in rows.items()])


def by_label(found):
    return {driver.input.label: driver for driver in found.drivers}


def test_under_the_mean_of_certain_weights_indices_are_weights_times_variances():
    found = by_label(measure_sensitivity(three(), Mean(), draws=4_096))
    part = {"a: position": 4 * 40**2 / 12, "b: position": 30**2 / 6}
    for label, share in part.items():
        truth = share / sum(part.values())
        assert found[label].total.value == pytest.approx(truth, abs=0.01)
        assert found[label].first.value == pytest.approx(truth, abs=0.04)


def test_a_swing_is_what_the_tenth_percentile_alone_does():
    found = by_label(measure_sensitivity(three(), Mean(), draws=4_096))
    driver = found["a: position"]
    assert (driver.at_low, driver.at_high) == pytest.approx((4.0, 36.0))
    assert (driver.swing.low, driver.swing.high) == pytest.approx((-8.0, 8.0), abs=0.02)


def test_what_a_model_does_not_read_is_idle():
    driver = by_label(measure_sensitivity(three(), Mean(), draws=16))["idle: position"]
    assert driver.idle and driver.swing.width == 0.0 and driver.total.value == 0.0


def test_drivers_come_by_the_width_of_their_swing():
    widths = [d.swing.width for d in nuclear_sensitivity().drivers]
    assert widths == sorted(widths, reverse=True)


def test_where_nothing_varies_it_says_so_and_gives_no_indices():
    case = three()
    found = measure_sensitivity(case, Constant(), draws=16)
    assert not found.varies and found.spread == 0.0
    assert all(driver.total is None and driver.score is None for driver in found.drivers)
    assert "no variance to explain" in headline(case, found)
    assert research_sentences(found) == ()


@cache
def nuclear_sensitivity():
    """What drives the two-level model's forecast, measured once for all tests that only read it."""
    return measure_sensitivity(NUCLEAR, TwoLevel(), draws=16)


def test_the_number_is_the_models_own():
    outcome = TwoLevel().solve(sample(NUCLEAR, 4_000))
    settled, agreed = 100.0 * outcome.settlement[:, 1], outcome.agreement[:, 1]
    there = ~np.isnan(settled)
    for of, value in (
        ("agreement(enrichment)", outcome.agreement[:, 0].mean()),
        ("settlement(sanctions)", np.average(settled[there], weights=agreed[there])),
        ("settlement(sanctions) >= 50", np.where(settled >= 50, agreed, 0.0).mean()),
    ):
        found = measure_sensitivity(NUCLEAR, TwoLevel(), of=of, draws=32)
        assert found.value == pytest.approx(value, abs=5 * found.error)


def test_an_odd_number_of_draws_is_rounded_up_to_a_power_of_two():
    assert measure_sensitivity(three(), Mean(), draws=9).draws == 16


def test_a_models_own_parameter_is_an_input_but_nothing_to_look_up():
    found = nuclear_sensitivity()
    own = {d.input.name: d for d in found.drivers if d.input.kind == "model"}
    assert own.keys() == {"two-level/tau", "two-level/kappa"}
    assert all(driver.score is None for driver in own.values())
    fixed = TwoLevel(tau=point(0.1), kappa=point(0.25))
    certain = measure_sensitivity(NUCLEAR, fixed, draws=16)
    assert all(d.input.kind != "model" for d in certain.drivers)


def test_mere_chance_is_named_and_held_the_same():
    model = TwoLevel(information="complete")
    found = measure_sensitivity(NUCLEAR, model, draws=16)
    assert "enrichment/khamenei/type" in found.noise
    assert "They are the same in the draws that are compared" in noise_sentence(found)
    assert noise_sentence(measure_sensitivity(three(), Mean(), draws=16)) == ""
    noise = RandomShares(0, 4)
    shares = DesignedShares(columns={"x": 0}, design=np.arange(8.0)[:, None] / 8, noise=noise)
    assert (shares("x") == np.arange(8) / 8).all()
    assert (shares("other") == np.tile(noise("other"), 2)).all()


def test_watching_a_model_does_not_change_what_it_says():
    seen = []
    model_streams(NUCLEAR, lambda batch: seen.append(TwoLevel().solve(batch).agreement))
    assert (seen[0] == TwoLevel().solve(sample(NUCLEAR, 2)).agreement).all()


def test_only_accepted_statements_count():
    inputs = {entry.label: entry for entry in case_inputs(NUCLEAR)}
    label = "Ali Khamenei: position, enrichment"
    assert inputs[label].statements == 3
    assert inputs["Reversion, enrichment"].statements == 0
    none = tuple(replace(row, status="proposed") for row in NUCLEAR.statements)
    unread = {entry.label: entry for entry in case_inputs(replace(NUCLEAR, statements=none))}
    assert unread[label].statements == 0


def test_every_input_bears_the_name_of_its_own_cell():
    for name in shipped_cases():
        for entry in case_inputs(open_case(name)):
            owners = (entry.issue, entry.party, entry.actor, entry.target)
            assert all(f"/{owner}/" in f"/{entry.name}/" for owner in owners if owner)
            assert entry.name.endswith(f"/{entry.quantity}")
            assert entry.limits[0] <= entry.range.low <= entry.range.high <= entry.limits[1]


def test_what_much_hangs_on_and_little_is_known_of_comes_first():
    found = measure_sensitivity(NUCLEAR, TwoLevel(), draws=64)
    scores = [driver.score for driver in found.research()]
    assert scores == sorted(scores, reverse=True)
    for driver in found.research():
        assert driver.score == driver.total.value / (1 + driver.input.statements)
    sentences = research_sentences(found, most=2)
    assert len(sentences) == 2
    assert all(s.startswith("Research next: ") and "95\xa0% interval" in s for s in sentences)


def test_an_input_that_says_two_things_in_one_draw_swings_both_ways():
    case = three(b=("20..50..80", "10 to 90", 1))
    found = by_label(measure_sensitivity(case, Mean(), draws=256))
    assert found["b: salience"].swing.low_error > 0.0
    assert found["b: salience"].first.low <= found["b: salience"].first.value


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("agreement(enrichment)", "agreement(enrichment)"),
        ("agreement sanctions", "agreement(sanctions)"),
        ("agreement", "agreement(enrichment & sanctions)"),  # a question of that name
        ("agreement(all)", "agreement(enrichment & sanctions)"),
        ("agreement(sanctions, enrichment)", "agreement(enrichment & sanctions)"),
        ("settlement(sanctions)", "settlement(sanctions)"),
        ("settlement sanctions >= 40", "settlement(sanctions) >= 40"),
        ("settlement(sanctions)<=40.5", "settlement(sanctions) <= 40.5"),
        ("middling-relief", "settlement(sanctions) between 50 and 80"),
        ("front-breaks", "move(united_front, open_split)"),
    ],
)
def test_what_is_asked_is_read_and_written_alike(text, read):
    summary = read_summary(NUCLEAR, text)
    assert str(summary) == read
    assert read_summary(NUCLEAR, str(summary)) == summary


def test_an_issue_may_stand_beside_the_quantity():
    assert str(read_summary(NUCLEAR, "agreement", issue="sanctions")) == "agreement(sanctions)"
    one = three()
    assert (
        str(read_summary(one, "settlement between 10 and 20")) == "settlement(x) between 10 and 20"
    )


def test_an_option_of_a_question_is_asked_by_its_name():
    case = open_case("iran-syria-2015")
    assert str(read_summary(case, "talks-on-syria: neither")) == "move(defiance, comply)"
    with pytest.raises(WinsetError, match=r"several options.*bilateral"):
        read_summary(case, "talks-on-syria")
    with pytest.raises(WinsetError, match="did you mean “neither”"):
        read_summary(case, "talks-on-syria: niether")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("agrement", "did you mean “agreement”"),
        ("agreement(enrichmnt)", "did you mean “enrichment”"),
        ("settlement", "on which issue? This case has enrichment, sanctions"),
        ("who-blocks", "measured over all draws"),
        ("settlement(sanctions) => 3", "no model answers"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_what_can(text, said):
    with pytest.raises(WinsetError, match=re.escape(said)):
        read_summary(NUCLEAR, text)


@pytest.mark.parametrize(
    ("case", "question"),
    [
        pytest.param(case, q, id=f"{name}-{q.id}")
        for name in shipped_cases()
        for case in [open_case(name)]
        for q in case.questions
        if uncertain_inputs(case) and not (q.answer or "").startswith("blame")
    ],
)
def test_every_question_of_a_shipped_case_can_be_looked_into(case, question):
    option = f": {next(iter(question.options))}" if question.options else ""
    model = make_model(default_model(case))
    found = measure_sensitivity(case, model, of=f"{question.id}{option}", draws=4)
    assert 0.0 <= found.value <= 1.0


def test_what_cannot_be_analysed_is_refused():
    certain = line_case([("a", 10, 50, 50), ("b", 60, 50, 50)])
    with pytest.raises(WinsetError, match="nothing to vary"):
        measure_sensitivity(certain, Mean())
    with pytest.raises(WinsetError, match="gives no chance of an agreement"):
        measure_sensitivity(three(), Mean(), of="agreement")
    with pytest.raises(WinsetError, match="draws must be 2 or more"):
        measure_sensitivity(three(), Mean(), draws=1)
    with pytest.raises(WinsetError, match="no stances yet"):
        measure_sensitivity(replace(three(), stances=()), Mean())
    with pytest.raises(WinsetError, match="no scenario"):
        measure_sensitivity(three(), Mean(), scenario="none")


def test_a_draw_counts_for_the_settlement_by_its_chance_of_an_agreement():
    drawn = PerDraw(total=np.array([0.5 * 10, 1.0 * 40, 0.0]), weight=np.array([0.5, 1.0, 0.0]))
    assert drawn.value == pytest.approx(30.0)
    assert drawn.deviation.mean() == pytest.approx(0.0, abs=1e-12)
    assert drawn.deviation[2] == 0.0
    assert math.isnan(PerDraw(total=np.zeros(2), weight=np.zeros(2)).value)


def test_a_paired_difference_has_the_error_of_repeated_runs():
    narrow = three(b=("20..50..80", "10 to 90", 1))
    wide = three(b=("20..50..90", "10 to 90", 1))
    summary = read_summary(narrow, "settlement")
    values, errors = [], []
    for seed in range(200):
        base, changed = (
            SummaryReading(case, Mean(), summary)(make_batch(case, RandomShares(seed, 50)))
            for case in (narrow, wide)
        )
        value, error = paired(base, changed)
        values.append(value)
        errors.append(error)
    assert np.mean(errors) == pytest.approx(np.std(values, ddof=1), rel=0.15)


def test_a_scenario_is_looked_into_as_it_changes_the_case():
    found = measure_sensitivity(NUCLEAR, TwoLevel(), scenario="open-split", draws=4)
    unity = next(d for d in found.drivers if d.input.name == "iran/unity")
    assert str(unity.input.range) == "0..0.05..0.15"
    assert found.scenario == "open-split"


def rows_of(view, mark, **properties):
    specification = view.chart.to_dict(validate=False)
    sets = specification["datasets"]
    return [
        row
        for layer in specification["layer"]
        if layer["mark"]["type"] == mark
        and all(layer["mark"].get(key) == value for key, value in properties.items())
        for row in sets[layer["data"]["name"]]
    ]


def test_the_tornado_shows_at_most_twenty_and_none_that_is_idle():
    found = nuclear_sensitivity()
    view = tornado(found, case=NUCLEAR)
    assert len(view.table.rows) == MOST
    assert len(rows_of(view, "bar")) == 2 * MOST
    small = tornado(measure_sensitivity(three(), Mean(), draws=16), case=three())
    assert [row[0] for row in small.table.rows] == ["a: position", "b: position"]


def test_no_two_rows_of_the_tornado_overlap_however_long_the_names():
    long = "The Committee of the Whole for Foreign and Other Affairs of Somewhere " * 3
    actors = tuple(replace(a, name=long + a.id) for a in NUCLEAR.actors)
    case = replace(NUCLEAR, actors=actors)
    view = tornado(measure_sensitivity(case, TwoLevel(), draws=16), case=case)
    names = sorted(rows_of(view, "text", x=-12), key=lambda row: row["y"])
    assert len(names) == MOST
    for row, (place, said) in zip(names, enumerate(names), strict=True):
        top = HEAD + place * ROW
        assert top <= row["y"] - 6 and row["y"] - 6 + 12 * len(said["text"]) <= top + ROW


def test_every_mark_of_the_tornado_stays_in_its_column():
    assert SWINGS[1] < SHARES[0] < SHARES[1] < COUNT
    view = tornado(nuclear_sensitivity(), case=NUCLEAR)
    for row in rows_of(view, "bar"):
        assert SWINGS[0] <= min(row["from"], row["to"]) <= max(row["from"], row["to"]) <= SWINGS[1]
    for row in rows_of(view, "point", style="solid"):
        assert SHARES[0] <= row["from"] <= row["x"] <= row["to"] <= SHARES[1]


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_the_tornado_is_drawn_in_either_theme_and_hostile_names_stay_text(theme):
    party = Party(id="p", name="<script>alert(1)</script>")
    actors = tuple(replace(a, name="<b>" + a.id, party="p") for a in three().actors)
    case = replace(three(), parties=(party,), actors=actors)
    view = tornado(measure_sensitivity(case, Mean(), draws=16), case=case)
    picture = rendered(view, ".svg", theme=theme).decode()
    assert "<script>" not in picture and "&lt;b&gt;a" in picture
    assert theme.paper in picture and theme.ink in picture


def run(*words):
    return CliRunner().invoke(cli, ["sensitivity", *words])


def test_the_command_prints_drivers_research_and_how_it_was_done():
    done = run("iran-nuclear-2015", "--draws", "16")
    assert done.exit_code == 0, done.output
    said = " ".join(done.output.split())
    for part in ("uncalibrated", "US Congress: influence", "Research next: ", "seed 0"):
        assert part in said
    assert max(map(len, done.output.splitlines())) <= 80


def test_the_command_writes_all_inputs_as_json_and_a_picture(tmp_path):
    picture = tmp_path / "tornado.svg"
    done = run("iran-nuclear-2015", "--draws", "4", "--json", "--chart", str(picture))
    said = json.loads(done.output)
    assert len(said["drivers"]) == len(uncertain_inputs(NUCLEAR)) + 2
    assert said["of"] == "agreement(enrichment & sanctions)"
    assert picture.read_text().startswith("<svg")


def test_the_command_says_what_is_wrong_and_leaves_nothing_behind(tmp_path):
    picture = tmp_path / "tornado.png"
    done = run("emission-standards", "--chart", str(picture))
    assert done.exit_code == 1 and "nothing to vary" in done.output
    assert not picture.exists()
    assert run("iran-nuclear-2015", "--of", "agreemnt").exit_code == 1
    assert run("iran-nuclear-2015", "--draws", "1").exit_code == 2


def test_ranges_are_taken_at_their_ends_when_screened():
    """An input that bites only at the very end of its range is not idle."""
    case = line_case([("a", "0 to 100", 50, 1)], reversion="0 to 10")
    found = by_label(measure_sensitivity(case, Mean(), draws=64))
    assert not found["a: position"].idle and found["Reversion"].idle
    assert found["a: position"].first.value == pytest.approx(1.0, abs=0.1)
    assert str(found["a: position"].input.range) == str(parse_range("0 to 100"))
