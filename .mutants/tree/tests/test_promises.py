"""What every registered model keeps, whatever it computes."""

import dataclasses
import datetime

import numpy as np
import pytest

from winset.case.model import Case
from winset.case.parts import Actor, Issue, Party, Stance, Tie
from winset.case.ranges import parse_range
from winset.models import MODELS, Model, Outcome, RoundsModel, make_model, parameters
from winset.models.batch import sample

NAMES = sorted(MODELS)


def bargain(positions=("10..20..30", "25..35..45", "60..70..80", "50..65..75")):
    """Two parties, two issues: every model can solve it."""
    actors = (
        Actor(id="minister", name="M", party="home", role=("negotiator", "voter")),
        Actor(id="leader", name="L", party="home", role=("veto player",)),
        Actor(id="envoy", name="E", party="abroad", role=("negotiator", "veto player")),
        Actor(id="senate", name="S", party="abroad", role=("voter",)),
    )
    stances = tuple(
        Stance(
            issue=issue,
            actor=actor.id,
            position=parse_range(position).moved(add=shift),
            salience=parse_range("20..30..50"),
            influence=parse_range(str(40 + 20 * k)),
            price=parse_range("5..20..40"),
        )
        for issue, shift in (("x", 0), ("y", 5))
        for k, (actor, position) in enumerate(zip(actors, positions, strict=True))
    )
    return Case(
        title="A bargain",
        as_of=datetime.date(2015, 1, 1),
        parties=(Party(id="home"), Party(id="abroad")),
        issues=tuple(Issue(id=i, title=i, reversion=parse_range("40..50..55")) for i in ("x", "y")),
        actors=actors,
        stances=stances,
        ties=(
            Tie(source="minister", target="leader", kind="dependence", weight=parse_range(".3")),
        ),
    )


@pytest.fixture(scope="module", params=NAMES)
def model(request):
    return make_model(request.param)


def test_a_model_is_a_frozen_dataclass_with_a_name_and_an_idea(model):
    assert isinstance(model, Model)
    assert dataclasses.is_dataclass(model)
    assert model.idea
    assert "\n" not in model.idea
    assert not hasattr(model, "__dict__")
    with pytest.raises((AttributeError, TypeError)):
        model.name = "other"
    assert MODELS[model.name] is type(model)


def test_its_docstring_says_what_it_assumes_or_that_it_is_a_baseline(model):
    text = type(model).__doc__
    assert "For skill scores only" in text or ("Assum" in text and "References:" in text)


def test_it_can_be_made_again_from_its_own_parameters(model):
    assert make_model(model.name, parameters(model)) == model
    as_text = {key: str(value) for key, value in parameters(model).items() if value is not None}
    assert make_model(model.name, as_text) == model


def test_every_draw_settles_on_the_scale_or_nowhere(model):
    batch = sample(bargain(), 64)
    outcome = model.solve(batch)
    assert isinstance(outcome, Outcome)
    assert outcome.settlement.shape == (64, 2)
    there = ~np.isnan(outcome.settlement)
    assert ((outcome.settlement[there] >= 0) & (outcome.settlement[there] <= 1)).all()
    if outcome.agreement is None:
        assert there.all()
    else:
        assert ((outcome.agreement >= 0) & (outcome.agreement <= 1)).all()
        assert (outcome.agreement[~there] == 0).all()


def test_a_draw_does_not_know_its_neighbours(model):
    case = bargain()
    whole = model.solve(sample(case, 40, seed=3))
    for first, draws in ((0, 7), (7, 1), (8, 32)):
        piece = model.solve(sample(case, draws, seed=3, first=first))
        part = whole.settlement[first : first + draws]
        assert np.array_equal(piece.settlement, part, equal_nan=True)
        if whole.agreement is not None:
            assert np.array_equal(piece.agreement, whole.agreement[first : first + draws])


def test_it_leaves_its_input_alone(model):
    batch = sample(bargain(), 8)
    before = {
        f.name: getattr(batch, f.name).copy()
        for f in dataclasses.fields(batch)
        if isinstance(getattr(batch, f.name), np.ndarray)
    }
    model.solve(batch)
    for name, array in before.items():
        assert np.array_equal(getattr(batch, name), array, equal_nan=True), name


def test_the_unit_of_influence_does_not_matter(model):
    case = bargain()
    tenfold = tuple(
        dataclasses.replace(s, influence=s.influence.moved(multiply=16)) for s in case.stances
    )
    before = model.solve(sample(case, 32)).settlement
    after = model.solve(sample(dataclasses.replace(case, stances=tenfold), 32)).settlement
    assert np.allclose(before, after, atol=2e-3, equal_nan=True)


def test_the_names_of_actors_do_not_matter_to_a_case_without_ranges(model):
    case = bargain(("20", "35", "70", "65"))
    renamed = {"minister": "aa", "leader": "bb", "envoy": "cc", "senate": "dd"}
    other = dataclasses.replace(
        case,
        actors=tuple(dataclasses.replace(a, id=renamed[a.id]) for a in case.actors),
        stances=tuple(
            dataclasses.replace(s, actor=renamed[s.actor], salience=parse_range("30"),
                                price=parse_range("20"))
            for s in case.stances
        ),
        ties=(),
        issues=tuple(dataclasses.replace(i, reversion=parse_range("50")) for i in case.issues),
    )  # fmt: skip
    same = dataclasses.replace(
        case,
        stances=tuple(
            dataclasses.replace(s, salience=parse_range("30"), price=parse_range("20"))
            for s in case.stances
        ),
        ties=(),
        issues=tuple(dataclasses.replace(i, reversion=parse_range("50")) for i in case.issues),
    )
    left = model.solve(sample(same, 1)).settlement
    right = model.solve(sample(other, 1)).settlement
    assert np.allclose(left, right, equal_nan=True, atol=1e-12)


def test_a_model_with_rounds_shows_the_rounds_that_it_solves(model):
    if not isinstance(model, RoundsModel):
        pytest.skip("plays no rounds")
    batch = sample(bargain(), 5)
    outcome, rounds = model.solve(batch), model.trace(batch)
    assert outcome.rounds is not None
    assert np.array_equal(outcome.rounds, rounds.rounds)
    assert np.array_equal(outcome.converged, rounds.converged)
    assert np.allclose(rounds.settlement[:, -1], outcome.settlement)
    assert np.array_equal(rounds.position[:, 0], np.asarray(batch.position))
    moved = rounds.moved_by[:, 1:] >= 0
    changed = ~np.isclose(rounds.position[:, 1:], rounds.position[:, :-1], atol=1e-12)
    assert not (changed & ~moved).any()
