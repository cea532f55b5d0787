"""Sentences say what the numbers say, and no more."""

import datetime
import math
import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given

from builders import line_case, line_cases
from winset.case.parts import Change, Party, Question, QuestionAnswer, Resolved, Scale, Scenario
from winset.case.ranges import point
from winset.case.shipped import open_case, shipped_cases
from winset.explain.answers import answers, calibration_sentence, issue_answers
from winset.explain.background import look_behind
from winset.explain.figures import NBSP, figure, percent
from winset.forecast.forecast import make_forecast
from winset.models import MODELS, Mean, NashBargaining, TwoLevel

ROWS = [("a", "10 to 60", 50, 80), ("b", "30..60..95", 90, 60), ("c", "55 to 80", 70, 20)]


def asking(answer=None, *, resolution=None, **options):
    case = line_case(ROWS, reversion="0 to 30")
    question = Question(
        id="q",
        text="Will it?",
        answer=answer,
        options={name.replace("_", " "): text for name, text in options.items()},
        resolution=resolution,
    )
    return replace(case, questions=(question,))


def answer_to(case, model, draws=500):
    forecast = make_forecast(case, model, draws=draws, raw=True)
    (answer,) = answers(case, forecast)
    return answer, forecast


def test_a_chance_of_agreement_is_the_forecasts_own():
    answer, forecast = answer_to(asking("agreement(x)"), NashBargaining())
    yes, no = answer.chances
    assert (yes.outcome, no.outcome) == ("yes", "no")
    assert (yes.probability, yes.error) == pytest.approx(forecast.agreed("x"))
    assert 0 < yes.probability < 1
    assert yes.probability + no.probability == 1
    assert percent(yes.probability) in answer.sentence


@pytest.mark.parametrize(
    ("quantity", "low", "high", "words"),
    [
        ("settlement(x) >= 52.25", 52.25, math.inf, "at 52.25 or more"),
        ("settlement(x) <= 50", -math.inf, 50, "at 50 or less"),
        ("settlement(x) between 45 and 55", 45, 55, "between 45 and 55"),
    ],
)
@pytest.mark.parametrize("model", [Mean(), NashBargaining()])
def test_a_chance_of_a_settlement_is_the_forecasts_own(model, quantity, low, high, words):
    answer, forecast = answer_to(asking(quantity), model)
    assert answer.chances[0].probability == pytest.approx(forecast.probability("x", low, high))
    assert words in answer.sentence
    assert percent(answer.chances[0].probability) in answer.sentence


def test_a_settlement_is_told_apart_from_a_settlement_given_an_agreement():
    answer, forecast = answer_to(asking("settlement(x) <= 40"), NashBargaining())
    yes = answer.chances[0]
    assert yes.given_agreement == pytest.approx(yes.probability / forecast.agreed("x")[0])
    assert (
        f"If there is an agreement, the chance is {percent(yes.given_agreement)}" in answer.sentence
    )
    taken, _ = answer_to(asking("settlement(x) <= 40"), Mean())
    assert taken.chances[0].given_agreement is None
    assert "“mean” assumes that there is an agreement" in taken.sentence


def test_the_error_is_that_of_the_mean_over_draws():
    answer, forecast = answer_to(asking("settlement(x) >= 52"), Mean(), draws=400)
    inside = forecast.settlement[:, 0] >= 52
    assert answer.chances[0].error == pytest.approx(inside.std(ddof=1) / 20)


def test_a_model_that_takes_agreement_for_granted_gives_no_chance_of_it():
    answer, _ = answer_to(asking("agreement(x)"), Mean())
    assert [chance.probability for chance in answer.chances] == [None, None]
    other = re.fullmatch(
        r"Model “mean” gives no chance of an agreement; use “(.*)”\.", answer.sentence
    )
    assert other[1] in MODELS


@pytest.mark.parametrize(
    ("quantity", "words"),
    [("blame(p)", "does not say who is to blame"), ("move(game, defy)", "plays no games")],
)
def test_what_a_forecast_does_not_know_is_said_in_words(quantity, words):
    case = replace(asking("agreement(x)"), parties=(Party(id="p"),))
    asked = replace(case, questions=(replace(case.questions[0], answer=quantity),))
    answer, _ = answer_to(asked, Mean(), draws=10)
    assert words in answer.sentence
    assert answer.chances[0].probability is None


def test_options_are_answered_one_by_one_with_what_is_left_over():
    case = asking(low="settlement(x) <= 40", high="settlement(x) >= 60")
    answer, forecast = answer_to(case, NashBargaining())
    low, high = answer.chances
    assert low.probability == pytest.approx(forecast.probability("x", -math.inf, 40))
    assert high.probability == pytest.approx(forecast.probability("x", 60, math.inf))
    rest = percent(1 - low.probability - high.probability)
    assert f"That leaves {rest} for none of these." in answer.sentence


def test_an_option_that_cannot_be_computed_does_not_hide_the_others():
    case = asking(never="settlement(x) <= 5", deal="agreement(x)")
    answer, _ = answer_to(case, Mean())
    assert "“never” 0" in answer.sentence
    assert "gives no chance of an agreement" in answer.sentence
    assert "none of these" not in answer.sentence


def test_a_question_that_came_out_says_how():
    came = QuestionAnswer(outcome="no", date=datetime.date(2016, 2, 1), source="the gazette")
    answer, _ = answer_to(asking("settlement(x) >= 40", resolution=came), Mean())
    assert answer.resolution == "Outcome: no (2016-02-01, the gazette)."


def test_a_single_run_claims_no_spread():
    case = replace(
        line_case([("a", 10, 50, 50), ("b", 60, 50, 50)]),
        questions=(Question(id="q", text="?", answer="settlement(x) >= 30"),),
    )
    forecast = make_forecast(case, Mean(), raw=True)
    assert "100" in answers(case, forecast)[0].sentence
    assert "(a single run)" in answers(case, forecast)[0].sentence
    said = issue_answers(case, forecast)[0].sentence
    assert "The single run settles at 35; one run has no range." in said
    assert "80" not in said


def test_draws_that_all_settle_alike_are_not_given_an_interval():
    case = line_case([("a", 10, 50, 50), ("b", 60, 50, 50)], reversion="0 to 5")
    forecast = make_forecast(case, Mean(), draws=50, raw=True)
    assert "Every draw settles at 35." in issue_answers(case, forecast)[0].sentence


def test_the_answers_say_by_whose_errors_settlements_are_calibrated():
    case = line_case([("a", 10, 50, 50), ("b", 60, 50, 50)])
    said = calibration_sentence(make_forecast(case, Mean(), draws=50))
    assert "the errors of model “mean” on 250 decisions in 94 groups" in said
    assert "could not be scored" not in said
    assert "without its past errors" in calibration_sentence(
        make_forecast(case, Mean(), draws=50, raw=True)
    )
    borrowed = calibration_sentence(
        make_forecast(open_case("iran-syria-2015"), TwoLevel(), draws=9)
    )
    assert "“two-level” itself could not be scored on them" in borrowed


def test_a_chance_of_agreement_is_widened_by_the_models_that_doubt_one():
    case = open_case("iran-nuclear-2015")
    forecast = make_forecast(case, TwoLevel(), draws=300)
    found = look_behind(case, forecast)
    answer = issue_answers(case, forecast, found)[0]
    said = {voice.label: float(voice.agreement[0]) for voice in found.model_chances}
    assert len(said) > 2
    (chance,) = answer.chances
    assert chance.low == min(said.values()) <= chance.probability <= chance.high
    assert chance.high == max(said.values())
    assert f"{percent(chance.low)} ({min(said, key=said.get)})" in answer.sentence
    yes, no = answers(case, forecast, found)[0].chances
    both = [voice.together[forecast.issues] for voice in found.model_chances]
    assert (yes.low, yes.high) == (min(both), max(both))
    assert no.low == pytest.approx(1 - yes.high) and no.high == pytest.approx(1 - yes.low)


def test_a_model_that_takes_agreement_for_granted_hears_no_other():
    case = open_case("iran-nuclear-2015")
    forecast = make_forecast(case, Mean(), draws=30)
    assert look_behind(case, forecast).model_chances == ()


def test_no_draw_that_agrees_is_said_and_what_holds_then():
    case = line_case([("a", "0 to 10", 50, 50), ("b", "90 to 100", 50, 50)], reversion=50)
    said = issue_answers(case, make_forecast(case, NashBargaining(), draws=100))[0].sentence
    assert f"almost no chance: 0{NBSP}% (none of 100 draws)" in said
    assert "No draw ends in an agreement. What holds without one lies at 50." in said


@pytest.mark.parametrize("name", shipped_cases())
def test_every_shipped_issue_is_told_with_the_forecasts_numbers(name):
    case = open_case(name)
    forecast = make_forecast(case, Mean(), draws=200)
    for issue, answer in zip(case.issues, issue_answers(case, forecast), strict=True):
        assert answer.id == issue.id
        for share in (0.1, 0.5, 0.9):
            assert figure(forecast.quantile(issue.id, share), issue.scale) in answer.sentence
        assert any(label in answer.sentence for label in issue.labels.values())


def labelled(outcome=None):
    case = line_case(ROWS, reversion=20, outcome=outcome)
    labels = {0.0: "nothing", 40.0: "a bridge", 50.0: "a tunnel", 100.0: "both"}
    return replace(case, issues=(replace(case.issues[0], labels=labels),))


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (50.9, "The median lies near “a tunnel” (50)."),
        (45.0, "The median lies between “a bridge” (40) and “a tunnel” (50)."),
    ],
)
def test_the_median_is_placed_among_the_states_of_the_world(value, words):
    case = labelled()
    forecast = make_forecast(case, Mean(), draws=10)
    moved = replace(forecast, settlement=np.full_like(forecast.settlement, value))
    assert words in issue_answers(case, moved)[0].sentence


def test_the_median_is_compared_with_what_holds_without_an_agreement():
    case = labelled()
    forecast = make_forecast(case, Mean(), draws=10)
    for value, words in ((50.0, "30 above"), (5.0, "15 below"), (20.2, "at what holds")):
        moved = replace(forecast, settlement=np.full_like(forecast.settlement, value))
        assert f"The median lies {words}" in issue_answers(case, moved)[0].sentence


def test_a_scenario_that_moves_the_reversion_moves_what_is_compared_with():
    case = replace(
        labelled(),
        scenarios=(Scenario(id="s", changes=(Change(quantity="reversion", set=point(70)),)),),
    )
    forecast = make_forecast(case, Mean(), draws=10, scenario="s")
    assert "what holds without an agreement, 70" in issue_answers(case, forecast)[0].sentence


def test_rounds_that_did_not_settle_are_owned_up_to():
    case = labelled()
    forecast = make_forecast(case, Mean(), draws=10)
    calm = np.array([[True]] * 8 + [[False]] * 2)
    said = issue_answers(case, replace(forecast, converged=calm))[0].sentence
    assert f"In 20{NBSP}% of the draws the actors were still moving" in said
    quiet = issue_answers(case, replace(forecast, converged=np.ones((10, 1), bool)))[0].sentence
    assert "rounds" not in quiet


@pytest.mark.parametrize(("value", "word"), [(50.0, "inside"), (99.0, "outside")])
def test_what_came_of_an_issue_is_inside_or_outside_the_interval(value, word):
    case = labelled(Resolved(value=point(value), date=datetime.date(2016, 5, 4)))
    said = issue_answers(case, make_forecast(case, Mean(), draws=200))[0].resolution
    assert said.startswith(f"Outcome: {value:g} on 2016-05-04, {word} the 80")


def test_certainty_is_never_rounded_into_being():
    assert percent(0.9999) == f"over 99{NBSP}%"
    assert percent(1e-9) == f"under 1{NBSP}%"
    assert percent(0.0) == f"0{NBSP}%"
    assert percent(0.994) == f"99{NBSP}%"


def test_figures_have_the_digits_that_their_scale_is_worth():
    assert figure(1234567.8, Scale(low=0, high=5e6)) == "1,234,568"
    assert figure(0.12345, Scale(low=0, high=1)) == "0.12"
    assert figure(-0.001, Scale(low=-1, high=1)) == "0.00"


@given(line_cases())
def test_every_issue_of_any_case_has_a_sentence_for_every_model(case):
    for model in (Mean(), NashBargaining()):
        (answer,) = issue_answers(case, make_forecast(case, model, draws=8))
        assert answer.sentence.endswith(".")
        assert "nan" not in answer.sentence
