"""The answer comes first, with its range, and is the same number through every door."""

import json
import re
import shutil
from dataclasses import replace
from datetime import date
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from any_talks import player, talks
from winset.case.folder import read_case
from winset.case.parts import Question
from winset.case.quantities import parse_quantity
from winset.case.ranges import parse_range, point
from winset.case.shipped import open_case, shipped_cases
from winset.cli import cli
from winset.cli.forecast_text import hundredths
from winset.explain.answers import answers
from winset.explain.background import look_behind
from winset.explain.figures import NBSP, percent
from winset.explain.headline import headline, headline_issues
from winset.explain.levers import read_goal
from winset.explain.levers.find import _LeverRuns
from winset.explain.likelihood import YARDSTICK, likelihood_word
from winset.explain.sensitivity import measure_sensitivity
from winset.explain.strongest_drive import strongest_drive
from winset.explain.structural_range import evenly, interpolation, structural_range
from winset.forecast.forecast import load_forecast, make_forecast
from winset.forecast.scenario_effects import compare
from winset.forecast.timeline import make_timeline
from winset.games import games_of, play
from winset.models import Mean, TwoLevel, default_model, make_model
from winset.models.batch import sample
from winset.models.defaults import DRAWS, SEED
from winset.report import report_html
from winset.track_record.sealed.sealing import ForecastToSeal, seal
from workbench import entered

NUCLEAR = open_case("iran-nuclear-2015")
PIE = Path(__file__).parent / "fixtures" / "split-pie"
BOTH = ("enrichment", "sanctions")


@pytest.fixture(scope="module")
def forecast():
    return make_forecast(NUCLEAR, TwoLevel())


@pytest.fixture(scope="module")
def findings(forecast):
    return look_behind(NUCLEAR, forecast, structure=True)


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cases")
    with entered(folder) as opened:
        yield opened


@pytest.fixture(scope="module")
def text():
    return printed("forecast", "iran-nuclear-2015")


@pytest.fixture(scope="module")
def said():
    return forecast_json("iran-nuclear-2015")


def printed(*arguments):
    done = CliRunner().invoke(cli, arguments)
    assert done.exit_code == 0, done.output
    return done.stdout


# One quantity, one number.


def test_the_chance_of_an_agreement_is_one_number_through_every_door(forecast, client, text, said):
    number, error = forecast.agreed(*BOTH)
    assert f"{percent(number)}, range" in " ".join(text.split(" "))
    assert said["headline"]["probability"] == number
    assert said["answers"][0]["chances"][0]["probability"] == number
    assert said["headline"]["error"] == error
    assert measure_sensitivity(NUCLEAR, TwoLevel(), of="agreement", draws=2).value == number
    goal = read_goal(NUCLEAR, "agreement")
    levers = _LeverRuns(
        NUCLEAR, TwoLevel(), goal, actor="rouhani", draws=4, counted=DRAWS, seed=SEED
    )
    assert levers.chance == number and levers.shift != 0.0
    assert percent(number) in report_html(NUCLEAR, [forecast])
    api = "/api/cases/shipped/iran-nuclear-2015"
    told = client.get(f"{api}/forecast").json()
    whole = client.post(f"{api}/headline", json={}).json()
    assert told["headline"]["probability"] == whole["headline"]["probability"] == number
    assert whole["headline"]["low"] == said["headline"]["low"]


def test_an_issue_is_told_by_one_number_and_one_interval_through_every_door(forecast, client, said):
    issue = forecast.summary()[0]
    said = said["issues"][0]
    (moment,) = make_timeline(NUCLEAR, TwoLevel()).moments[-1:]
    base = compare(NUCLEAR, TwoLevel(), ["base", "new-sanctions"]).forecasts[0]
    told = client.get("/api/cases/shipped/iran-nuclear-2015/forecast").json()["issues"][0]
    ends = issue.quantiles[0.1], issue.quantiles[0.9]
    assert said["agreement"] == moment.summaries[0].agreement == told["agreement"]
    assert said["agreement"] == base.agreed("enrichment")[0] == issue.agreement
    assert (told["low"], told["high"]) == ends
    assert tuple(moment.summaries[0].quantiles[share] for share in (0.1, 0.9)) == ends
    assert [q["value"] for q in said["quantiles"] if q["share"] in (0.1, 0.9)] == [*ends]
    # A comparison leaves known errors out, so it says whose range it gives.
    assert base.quantile("enrichment", 0.1) > ends[0]
    text = printed("compare", "iran-nuclear-2015", "--scenario", "base", "--scenario", "open-split")
    assert "own 80 %" in text and "without its known errors" in " ".join(text.split())


def test_a_view_that_counts_fewer_draws_says_so_beside_its_number():
    text = " ".join(printed("sensitivity", "iran-nuclear-2015", "--draws", "4").split())
    assert "Changes in it are measured over 4 draws." in text
    text = " ".join(
        printed("levers", "iran-nuclear-2015", "--for", "rouhani", "--goal", "agreement",
                "--reach", "0.6", "--draws", "16").split()
    )  # fmt: skip
    assert f"over {DRAWS:,} draws; ± is the Monte Carlo standard error of a change, over 16" in text


def test_every_default_is_the_same_number_of_draws_and_the_same_seed():
    commands = {name: cli.get_command(None, name) for name in ("forecast", "compare", "timeline")}
    for command in commands.values():
        options = {option.name: option.default for option in command.params}
        assert (options["draws"], options["seed"]) == (DRAWS, SEED)
    assert forecast_json("emission-standards")["made"]["seed"] == SEED


def forecast_json(case):
    return json.loads(printed("forecast", case, "--json"))


def test_monte_carlo_errors_stand_in_tables_and_not_in_sentences(forecast, findings):
    said = [*headline(NUCLEAR, forecast, findings).sentences]
    said += [answer.sentence for answer in answers(NUCLEAR, forecast, findings)]
    assert not any("Monte Carlo" in sentence for sentence in said)
    chances = answers(NUCLEAR, forecast, findings)[0].chances
    assert all(chance.error > 0.0 for chance in chances)


# The headline.


def test_the_headline_leads_with_the_chance_and_its_range(forecast, findings):
    lead = headline(NUCLEAR, forecast, findings)
    assert lead.issues == BOTH and lead.probability == forecast.agreed()[0]
    assert 0.2 < lead.low < lead.probability < lead.high < 0.9
    assert lead.sentences[0] == (
        f"A deal on all issues has a roughly even chance: {percent(lead.probability)}, range "
        f"{100 * lead.low:.0f}–{100 * lead.high:.0f}{NBSP}% over what cannot be coded."
    )
    where, who, sure, way, lost, why = lead.sentences[1:]
    assert "would settle near 50" in where and f"80{NBSP}% range" in where
    iran = next(b for b in findings.bindings if b.issue == "enrichment")
    assert f"Iran is the likelier side to refuse (it ratifies with {percent(iran.share)})" in who
    points = f"{100 * iran.lift:.0f} points"
    assert sure == f"A certain yes from Ali Khamenei would add {points} to that."
    assert "US Congress" in way and "Khamenei" in way
    assert "of the failures another deal would have passed" in lost
    assert "US Congress: influence" in why
    assert [part.name for part in lead.over] == ["tau", "kappa"]


def test_the_command_prints_the_answer_first_and_tables_after(text):
    lines = text.splitlines()
    assert lines[1].startswith("A deal on all issues has a roughly even chance: ")
    places = [
        text.index(words)
        for words in ("would settle near", "likelier side to refuse", "moves the chance most",
                      "Will Iran and the six powers", "P(agreement)", "How it ends", "Made with")
    ]  # fmt: skip
    assert places == sorted(places)


def test_what_nobody_codes_is_ranged_over_as_brute_force_finds_it():
    """Every point of a lattice of equally likely parameters solved, against few and a surface."""
    forecast = make_forecast(NUCLEAR, TwoLevel(), draws=300)
    model = TwoLevel()
    values = [evenly(model.tau, 9), evenly(model.kappa, 9)]
    batch = sample(NUCLEAR, 300)
    solved = [
        TwoLevel(tau=point(float(t)), kappa=point(float(k))).solve(batch).agreement.mean(axis=0)
        for t, k in product(*values)
    ]
    found = structural_range(NUCLEAR, forecast, draws=300)
    for k, names in enumerate((("enrichment",), ("sanctions",))):
        chances = np.array([row[k] for row in solved])
        # The mean over a lattice and over draws of the parameters are two estimates of one number.
        chances += forecast.agreed(*names)[0] - chances.mean()
        assert found.ranges[names] == pytest.approx(np.quantile(chances, [0.1, 0.9]), abs=0.015)
    assert found.ranges[BOTH] == found.ranges[("sanctions",)]


def test_a_smooth_surface_is_met_between_the_points_where_it_was_solved():
    nodes = 0.2 + 0.3 * (1.0 - np.cos(np.pi * np.arange(5) / 4)) / 2
    at = np.linspace(0.2, 0.5, 50)
    found = interpolation(nodes, at) @ (1.0 / (1.0 + np.exp(-8.0 * nodes)))
    assert found == pytest.approx(1.0 / (1.0 + np.exp(-8.0 * at)), abs=2e-3)
    assert interpolation(nodes, nodes) == pytest.approx(np.eye(5))


def test_a_model_whose_parameters_are_all_fixed_has_no_range():
    fixed = TwoLevel(tau=point(0.1), kappa=point(0.25))
    forecast = make_forecast(NUCLEAR, fixed, draws=50)
    assert structural_range(NUCLEAR, forecast) is None
    lead = headline(NUCLEAR, forecast, look_behind(NUCLEAR, forecast, structure=True))
    assert lead.low is None and lead.over == () and "range" not in lead.sentences[0]


def test_with_one_uncertain_parameter_the_range_is_over_that_one():
    forecast = make_forecast(NUCLEAR, TwoLevel(kappa=point(0.25)), draws=100)
    found = structural_range(NUCLEAR, forecast)
    low, high = found.ranges[("enrichment",)]
    assert list(found.over) == ["tau"] and low < forecast.agreed("enrichment")[0] < high


def test_a_model_that_takes_agreement_for_granted_says_where_and_gives_no_chance():
    case = open_case("emission-standards")
    lead = headline(case, make_forecast(case, Mean(), draws=100))
    assert lead.probability is None and lead.word == ""
    assert lead.sentences[0].startswith("This model gives no chance of a deal")
    assert lead.sentences[1].startswith("It would settle near 7")


def two_issues(**requires):
    return talks(
        [
            player("n", "a", "negotiator; veto player", "10..30..60", price=30, salience=60),
            player("m", "b", "negotiator; veto player", "50..80..90", price=20, salience=50),
        ],
        issues={"first": {"reversion": 50}, "second": {"reversion": 40, **requires}},
    )


def test_a_case_without_questions_is_asked_for_all_its_issues_together():
    case = two_issues()
    assert headline_issues(case) == ("first", "second")
    forecast = make_forecast(case, TwoLevel(), draws=400)
    lead = headline(case, forecast)
    alone = [forecast.agreed(issue)[0] for issue in case.issues for issue in [issue.id]]
    assert lead.probability == pytest.approx(forecast.agreement.prod(axis=1).mean())
    assert lead.probability < min(alone)


@pytest.mark.parametrize(
    ("text", "issues"),
    [
        ("agreement(first)", ("first",)),
        ("agreement(second & first)", ("first", "second")),
        ("agreement(first, second)", ("first", "second")),
        ("agreement()", ("first", "second", "third")),
        ("agreement( all )", ("first", "second", "third")),
    ],
)
def test_a_question_may_ask_for_several_issues(text, issues):
    assert parse_quantity(text).issues(["first", "second", "third"]) == issues


def test_a_question_for_several_issues_is_answered_by_both_together(tmp_path):
    asked = Question(id="q", text="Both?", answer="agreement(second & first)")
    case = replace(two_issues(), questions=(asked,))
    forecast = make_forecast(case, TwoLevel(), draws=400)
    (answer,) = answers(case, forecast, look_behind(case, forecast, structure=True))
    both = forecast.agreement.prod(axis=1)
    assert answer.chances[0].probability == pytest.approx(both.mean())
    assert answer.chances[0].structure_low < both.mean() < answer.chances[0].structure_high
    assert answer.chances[0].error == pytest.approx(both.std(ddof=1) / 20)
    # A saved forecast keeps what was asked.
    forecast.save(tmp_path / "f.npz")
    assert load_forecast(tmp_path / "f.npz").agreed("first", "second") == forecast.agreed()


def test_the_nuclear_question_asks_for_a_final_agreement_on_everything(forecast, findings):
    (first, *_) = answers(NUCLEAR, forecast, findings)
    assert first.chances[0].probability == forecast.agreed(*BOTH)[0]
    assert (
        first.chances[0].probability == forecast.agreed("sanctions")[0]
    )  # which requires the other
    assert first.chances[0].probability < forecast.agreed("enrichment")[0] - 0.1


def test_a_question_for_several_issues_can_be_sealed_and_made_again(tmp_path):
    folder = tmp_path / "pie"
    shutil.copytree(PIE, folder)
    text = (folder / "case.yaml").read_text()
    (folder / "case.yaml").write_text(text.replace("agreement(pie)", "agreement(pie & plates)"))
    case = read_case(folder)
    sealed = seal(
        case,
        ForecastToSeal(question="deal", resolve_by=date(2100, 1, 1), rule="Both signed.", draws=50),
    )
    (yes, _) = sealed.seal.chances
    assert yes.probability == make_forecast(case, TwoLevel(), draws=50).agreed("pie", "plates")[0]


def test_what_drives_the_chance_is_what_the_draws_show(forecast):
    found = strongest_drive(NUCLEAR, forecast, BOTH)
    assert found.input.actor == "congress" and found.input.quantity == "influence"
    assert found.at_low > found.at_high + 0.2
    steady = talks([player("n", "a", "negotiator; veto player", 20, price=20),
                    player("m", "b", "negotiator; veto player", 80, price=20)])  # fmt: skip
    assert strongest_drive(steady, make_forecast(steady, TwoLevel(), draws=200), ("x",)) is None


# Words of likelihood.


def test_every_chance_has_exactly_one_word():
    for (low, word), (following, _) in zip(YARDSTICK, [*YARDSTICK[1:], (1.01, "")], strict=True):
        assert likelihood_word(low) == likelihood_word(following - 0.01) == word
    assert likelihood_word(0.5475) == "likely"  # as it is read: 55 %
    assert likelihood_word(1.0) == "almost certain"


# Ends of a game.


@pytest.mark.parametrize("name", shipped_cases())
def test_the_ends_of_every_shipped_game_sum_to_one(name):
    case = open_case(name)
    for game in games_of(case):
        played = play(case, game, draws=200)
        ends = played.ends()
        assert list(ends) == [end.id for end in game.ends]
        assert sum(value.mean for value in ends.values()) == pytest.approx(1.0, abs=1e-9)
        assert sum(hundredths([value.mean for value in ends.values()])) == 100


@pytest.mark.parametrize("case", ["iran-nuclear-2015", "iran-syria-2015"])
def test_the_command_prints_ends_that_add_up_to_one_and_names_single_moves_so(case):
    text = printed("forecast", case, "--draws", "200")
    block = text[text.index("How it ends") : text.index("Single moves")]
    shares = [int(share) for share in re.findall(r"^  \.(\d\d) ", block, re.MULTILINE)]
    assert len(shares) > 3 and sum(shares) == 100
    assert "these do not add up to 1" in " ".join(text.split())
    said = json.loads(printed("forecast", case, "--draws", "200", "--json"))
    for ends in said["ends"].values():
        assert sum(value["mean"] for value in ends.values()) == pytest.approx(1.0, abs=1e-9)


def test_every_shipped_case_has_a_headline_without_a_hole():
    for name in shipped_cases():
        case = open_case(name)
        forecast = make_forecast(case, make_model(default_model(case)), draws=100)
        for found in (None, look_behind(case, forecast)):
            lead = headline(case, forecast, found)
            assert lead.sentences and all(s[0].isupper() or s[0] == "“" for s in lead.sentences)
            assert not any("nan" in s or "None" in s for s in lead.sentences)


def test_kappa_may_be_given_as_a_plain_number_on_the_command_line():
    said = json.loads(
        printed("forecast", "iran-nuclear-2015", "--set", "kappa=0.25", "--draws", "40", "--json")
    )
    assert said["made"]["parameters"]["kappa"] == "0.25"
    assert [part["name"] for part in said["headline"]["over"]] == ["tau"]
    assert parse_range("0..0.25..0.5") == TwoLevel().kappa
