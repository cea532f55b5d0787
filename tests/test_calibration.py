"""Calibrations: what is drawn is what is said, nothing is scored that was seen, parts are found."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from any_decisions import made_up, read
from winset.case.folder import write_file
from winset.errors import WinsetError
from winset.forecast.calibration import (
    BORROWED_FROM,
    FILE,
    Calibration,
    Fold,
    _signed,
    decision_key,
    deviation,
    fitted_text,
    read_fitted,
    shipped,
    weights_and_spread,
)
from winset.forecast.quantiles import quantile, quantiles
from winset.models import Mean, Median, ReversionPoint, make_model
from winset.models.base import Outcome
from winset.models.batch import sample
from winset.models.central import stance_weights
from winset.track_record.backtest import settlements
from winset.track_record.calibration_fit import (
    FOLDS,
    LEAST_DECISIONS,
    PARTS,
    SLOPES,
    SeenDecisions,
    coverage,
    fit,
    fit_models,
    folds,
    mean_crps,
    unmixed,
)
from winset.track_record.scores import crps

DRAWS = 60_000
DEV = Path(__file__).parents[2] / "shared" / "data" / "deu" / "dev.csv"
PLAIN = Calibration(
    name="mean", slope=0.8, positions=0.2, climatology=0.15,
    errors=(0.1, 0.4, 0.9, 1.6), outcomes=(0.0, 0.2, 0.5),
)  # fmt: skip


@pytest.fixture
def decision(tmp_path):
    return read(tmp_path, made_up(1, 1)).decisions[0]


def seen_by(random, count, *, slope=1.0, positions=0.0, climatology=0.0, size=0.7):
    """Return decisions drawn from a calibration whose parts are known."""
    found = []
    for k in range(count):
        position, weight = random.random(8), random.uniform(0.2, 1.0, 8)
        settlement = float(np.average(position, weights=weight))
        around = deviation(position, weight)
        luck = random.random()
        if luck < positions:
            outcome = float(random.choice(position, p=weight / weight.sum()))
        elif luck < positions + climatology:
            outcome = float(random.choice([0.0, 0.0, 0.05, 0.95, 1.0, 1.0]))
        else:
            outcome = 0.5 + slope * (settlement - 0.5) + size * around * random.normal()
        found.append(
            SeenDecisions(group=f"g{k // 2}", settlement=settlement, position=position,
                          weight=weight, outcome=float(np.clip(outcome, 0, 1)))
        )  # fmt: skip
    return found


def test_draws_have_the_mean_and_the_quantiles_of_the_distribution(decision):
    batch = sample(decision.case, DRAWS, seed=4)
    drawn = PLAIN.apply(batch, Mean().solve(batch)).settlement[:, 0]
    weight = stance_weights(batch, "influence-salience")[0, :, 0]
    settlement = float(Mean().solve(batch).settlement[0, 0])
    values, weights = PLAIN.distribution(settlement, batch.position[0, :, 0], weight)
    assert weights.sum() == pytest.approx(1.0)
    error = drawn.std() / np.sqrt(DRAWS)
    assert drawn.mean() == pytest.approx(values @ weights, abs=4 * error)
    for at in np.linspace(0.02, 0.98, 25):
        share = weights[values <= at].sum()
        assert (drawn <= at).mean() == pytest.approx(share, abs=4 * np.sqrt(0.25 / DRAWS))
    assert set(np.round(drawn, 9)) <= set(np.round(values, 9))


def test_more_luck_is_never_a_lower_error_and_the_lower_half_is_negative():
    sizes = np.array([0.1, 0.4, 0.9, 1.6])
    luck = np.array([0.0, 0.2, 0.3, 0.49, 0.5, 0.51, 0.7, 0.8, 1.0 - 1e-12])
    errors = [-1.6, -0.9, -0.4, -0.1, 0.1, 0.1, 0.4, 0.9, 1.6]
    np.testing.assert_array_equal(_signed(sizes, luck), errors)


def test_a_draw_is_what_its_shares_of_luck_say_one_by_one(decision):
    """A sign turned gives other draws of the same case, and the distribution does not tell."""
    batch = sample(decision.case, 400, seed=4)
    solved = Mean().solve(batch)
    drawn = PLAIN.apply(batch, solved).settlement[:, 0]
    weight = stance_weights(batch, "influence-salience")[0, :, 0]
    position = batch.position[0, :, 0]
    centre = 0.5 + 0.8 * (solved.settlement[0, 0] - 0.5)
    (issue,) = batch.issues
    parts = {"way": 0, "past": 0, "error": 0}
    for d in range(400):
        which = batch.shares(f"calibration/{issue}/which")[d]
        luck = batch.shares(f"calibration/{issue}/luck")[d]
        sign, share = (-1, 1 - 2 * luck) if luck < 0.5 else (1, 2 * luck - 1)
        if which < 0.2:
            parts["way"] += 1
            actor = next(
                k for k in range(len(weight)) if weight[: k + 1].sum() > luck * weight.sum()
            )
            expected = 0.95 * position[actor] + 0.05 * centre
        elif which < 0.35:
            parts["past"] += 1
            expected = 0.5 + sign * 0.95 * PLAIN.outcomes[int(share * 3)]
        else:
            parts["error"] += 1
            error = sign * PLAIN.errors[int(share * 4)] * deviation(position, weight)
            expected = min(max(centre + error, 0.0), 1.0)
        assert drawn[d] == pytest.approx(expected, abs=1e-12)
    assert min(parts.values()) > 30


def test_a_calibration_with_nothing_but_errors_of_zero_and_full_slope_changes_nothing(decision):
    batch = sample(decision.case, 50)
    still = dataclasses.replace(PLAIN, slope=1.0, positions=0.0, climatology=0.0, errors=(0.0,))
    solved = Mean().solve(batch)
    np.testing.assert_allclose(still.apply(batch, solved).settlement, solved.settlement)


def test_draws_without_an_agreement_stay_without_and_nothing_else_is_touched(decision):
    batch = sample(decision.case, 400)
    settlement = Mean().solve(batch).settlement.copy()
    settlement[::3] = np.nan
    agreement = np.linspace(0, 1, 400)[:, None]
    before = Outcome(settlement=settlement, agreement=agreement)
    kept = settlement.copy()
    after = PLAIN.apply(batch, before)
    np.testing.assert_array_equal(np.isnan(after.settlement), np.isnan(kept))
    np.testing.assert_array_equal(after.agreement, agreement)
    np.testing.assert_array_equal(before.settlement, kept)


def test_draws_are_the_same_bytes_however_a_run_is_cut(decision):
    def drawn(first, draws):
        batch = sample(decision.case, draws, seed=9, first=first)
        return PLAIN.apply(batch, Mean().solve(batch)).settlement

    parts = [drawn(0, 7), drawn(7, 64), drawn(71, 1), drawn(72, 128)]
    assert np.concatenate(parts).tobytes() == drawn(0, 200).tobytes()


def test_every_draw_lies_on_the_scale_and_its_ends_can_be_missed(decision):
    batch = sample(decision.case, 5_000)
    wild = dataclasses.replace(PLAIN, errors=(50.0,), positions=0.3)
    drawn = wild.apply(batch, Mean().solve(batch)).settlement
    assert drawn.min() == 0.0 and drawn.max() == 1.0
    tame = dataclasses.replace(PLAIN, errors=(0.0,))
    drawn = tame.apply(batch, Mean().solve(batch)).settlement
    assert drawn.min() > 0.0 and drawn.max() < 1.0


def test_the_spread_of_a_batch_is_the_deviation_of_each_draw(decision):
    batch = sample(decision.case, 3)
    weight = stance_weights(batch, "influence-salience")
    assert weights_and_spread(batch)[1][2, 0] == pytest.approx(
        deviation(batch.position[2, :, 0], weight[2, :, 0]), abs=1e-12
    )
    assert deviation(np.full(3, 0.4), np.ones(3)) == pytest.approx(0.05)


seeds = st.integers(0, 2**31)


@given(seeds, st.sampled_from(SLOPES), st.sampled_from(PARTS[:7]), st.sampled_from(PARTS[:7]))
def test_scores_of_many_decisions_are_those_of_each_distribution(seed, slope, positions, past):
    seen = seen_by(np.random.default_rng(seed), 9)
    seen[3] = dataclasses.replace(seen[3], position=seen[3].position[:2],
                                  weight=np.array([1.0, 0.0]))  # fmt: skip
    c = dataclasses.replace(PLAIN, slope=slope, positions=positions, climatology=past)
    each = [c.distribution(s.settlement, s.position, s.weight) for s in seen]
    inside = [
        quantile(*d, 0.1) <= s.outcome <= quantile(*d, 0.9)
        for d, s in zip(each, seen, strict=True)
    ]  # fmt: skip
    assert coverage(c, seen) == pytest.approx(np.mean(inside))
    scores = [crps(*d, s.outcome) for d, s in zip(each, seen, strict=True)]
    assert mean_crps(c, seen) == pytest.approx(np.mean(scores), abs=1e-12)


def test_no_mixture_on_the_grid_scores_better_than_the_one_found():
    seen = seen_by(np.random.default_rng(3), 120, positions=0.3, climatology=0.1)
    found = fit("mean", seen)
    # The stretch comes after the choice of the mixture: take it back.
    best = dataclasses.replace(unmixed("mean", found.slope, seen), positions=found.positions,
                               climatology=found.climatology)  # fmt: skip
    least = mean_crps(best, seen)
    for slope in SLOPES:
        plain = unmixed("mean", slope, seen)
        for positions in PARTS[::3]:
            for past in PARTS[::3]:
                if positions + past <= 1.0:
                    other = dataclasses.replace(plain, positions=positions, climatology=past)
                    assert mean_crps(other, seen) >= least - 1e-12


@pytest.mark.parametrize("seed", [11, 12])
def test_a_part_that_is_there_is_found_and_one_that_is_not_is_not(seed):
    random = np.random.default_rng(seed)
    found = fit("mean", seen_by(random, 1500, slope=0.8, size=0.5))
    assert found.slope == pytest.approx(0.8, abs=0.101)
    assert found.positions + found.climatology <= 0.05
    # Less than is there: the table of errors has learned some of it already.
    found = fit("mean", seen_by(random, 1500, positions=0.5, size=0.2))
    assert 0.1 <= found.positions <= 0.5 and found.climatology <= 0.05
    found = fit("mean", seen_by(random, 1500, climatology=0.4, size=0.2))
    assert 0.1 <= found.climatology <= 0.4 and found.positions <= 0.05


@pytest.mark.parametrize("parts", [{}, {"positions": 0.3}, {"climatology": 0.3, "slope": 0.8}])
def test_intervals_of_80_percent_cover_80_percent_of_what_was_not_seen(parts):
    random = np.random.default_rng(7)
    taught, unseen = seen_by(random, 400, **parts), seen_by(random, 2000, **parts)
    assert coverage(fit("mean", taught), unseen) == pytest.approx(0.8, abs=0.035)
    assert coverage(fit("mean", taught), taught) == pytest.approx(0.8, abs=0.02)


def test_folds_part_whole_groups_each_once():
    groups = [f"g{k % 33}" for k in range(100)]
    parts = folds(groups)
    assert len(parts) == FOLDS and sum(map(len, parts)) == 33
    assert frozenset().union(*parts) == set(groups)
    assert folds(["a", "b"]) and all(folds(["a", "b"]))


@pytest.fixture(scope="module")
def trees(tmp_path_factory):
    return read(tmp_path_factory.mktemp("trees"), made_up(40, 2))


@pytest.fixture(scope="module")
def fitted(trees):
    said = settlements(trees, [Mean(), Median(), ReversionPoint()])
    return fit_models(trees, said, source="made up")


def test_a_model_that_settled_too_few_decisions_borrows_from_the_mean(fitted):
    assert set(fitted.calibrations) == {"mean", "median"}  # reversion: 40 of 80
    assert LEAST_DECISIONS > 40
    assert fitted.of("reversion").name == "mean" and fitted.of("median").name == "median"
    assert fitted.of("reversion") == fitted.of(BORROWED_FROM) != fitted.of("median")


def test_a_blind_calibration_is_from_a_fold_that_has_not_seen_the_decision(trees, fitted):
    said = settlements(trees, [Median()])["median"]
    for fold in fitted.folds:
        keys = {decision_key(d.group, d.id): d for d in trees.decisions}
        groups = {keys[key].group for key in fold.unseen}
        # Whole groups: nothing of a group is seen while another of it is not.
        assert fold.unseen == {k for k, d in keys.items() if d.group in groups}
        for key in fold.unseen:
            assert fitted.blind("median", key) is fold.calibrations["median"]
            assert fitted.blind("nash", key) is fold.calibrations["mean"]
    assert frozenset().union(*(fold.unseen for fold in fitted.folds)) == set(keys)
    # What a decision became cannot reach its own calibration: change it, and fit again.
    first = trees.decisions[0]
    moved = dataclasses.replace(first, outcome=100.0 - first.outcome)
    changed = dataclasses.replace(trees, decisions=(moved, *trees.decisions[1:]))
    again = fit_models(changed, {"mean": settlements(trees, [Mean()])["mean"], "median": said},
                       source="changed")  # fmt: skip
    key = decision_key(first.group, first.id)
    assert again.blind("median", key) == fitted.blind("median", key)
    assert again.of("median") != fitted.of("median")


def test_a_decision_of_no_fold_is_calibrated_by_all(fitted):
    assert fitted.blind("mean", decision_key("elsewhere", "x")) is fitted.of("mean")


def test_a_file_says_what_was_written_to_four_digits(tmp_path, fitted):
    path = tmp_path / "calibration.json"
    write_file(path, fitted_text(fitted).encode())
    back = read_fitted(path)
    assert fitted_text(back) == fitted_text(fitted)
    assert back.folds[3].unseen == fitted.folds[3].unseen
    np.testing.assert_allclose(back.of("mean").errors, fitted.of("mean").errors, atol=5e-5)
    assert (back.source, back.table, back.decisions) == ("made up", fitted.table, 80)


def test_too_few_decisions_are_refused(tmp_path):
    few = read(tmp_path, made_up(5, 2))
    with pytest.raises(WinsetError, match=r"at least 60 decisions.*found 10"):
        fit_models(few, settlements(few, [Mean()]), source="few")


def test_the_shipped_file_says_whose_decisions_it_rests_on_and_has_no_decision_in_it():
    ours = shipped()
    assert "doi:10.34810/data53" in ours.source and len(ours.folds) == FOLDS
    assert sum(len(fold.unseen) for fold in ours.folds) == ours.decisions == 250
    assert all(isinstance(fold, Fold) and len(fold.calibrations) == len(ours.calibrations)
               for fold in ours.folds)  # fmt: skip
    assert FILE.stat().st_size < 60_000
    for c in ours.calibrations.values():
        assert sorted(c.errors) == list(c.errors) and 0 <= c.positions + c.climatology <= 1


@pytest.mark.slow
@pytest.mark.skipif(not DEV.exists(), reason="needs ../shared/data/deu")
def test_the_shipped_file_is_what_the_command_makes_of_the_decisions():
    from winset.formats.decisions import read_decisions

    decisions = read_decisions(DEV)
    said = settlements(decisions, [make_model(name) for name in ("mean", "median")])
    again = fit_models(decisions, said, source=shipped().source)
    for model in said:
        for one, other in zip((again, *again.folds), (shipped(), *shipped().folds), strict=True):
            ours, theirs = one.calibrations[model], other.calibrations[model]
            assert (ours.slope, ours.positions, ours.climatology) == (
                theirs.slope, theirs.positions, theirs.climatology,
            )  # fmt: skip
            np.testing.assert_allclose(ours.errors, theirs.errors, atol=6e-5)
    assert again.table == shipped().table


def test_quantiles_of_the_grid_are_those_of_one_at_a_time():
    values, weights = PLAIN.distribution(0.3, np.array([0.1, 0.9]), np.array([1.0, 2.0]))
    shares = [0.05, 0.5, 0.95]
    assert quantiles(values, weights, shares).tolist() == [
        quantile(values, weights, share) for share in shares
    ]


def test_a_file_without_the_calibration_that_others_borrow_is_refused(tmp_path):
    text = json.loads(fitted_text(shipped()))
    del text["calibrations"]["mean"]
    (tmp_path / "own.json").write_text(json.dumps(text))
    with pytest.raises(WinsetError, match=r"own\.json: not a file of calibrations"):
        read_fitted(tmp_path / "own.json")
