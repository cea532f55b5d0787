"""What every model keeps, whatever it computes.

A model that breaks a law by design says so: ``departures`` maps the law's name, without ``test_``,
to the reason. The law is then skipped with that reason.
"""

import dataclasses
import functools
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from winset.errors import WinsetError
from winset.models import (
    Outcome,
    doubts_agreement,
    find_model,
    has_binding,
    has_blame,
    has_challenges,
    has_curves,
    has_rounds,
    has_weights,
    links_issues,
    model_name,
    parameters,
)
from winset.models.base import Model
from winset.models.batch import Batch, sample
from winset.promises.bargain import bargain, odd_cases, with_bystander

Law = Callable[[Any], None]
SAME = 1e-9  # of a scale: what another order of adding up may change


def law(check: Law) -> Law:
    """Skip ``check`` for a model that departs from it by design."""

    @functools.wraps(check)
    def checked(promised_model: Any) -> None:
        reason = getattr(promised_model, "departures", {}).get(check.__name__.removeprefix("test_"))
        if reason:
            pytest.skip(f"{promised_model.name}: {reason}")
        check(promised_model)

    return checked


def _same(one: Any, other: Any) -> bool:
    if one is None or other is None:
        return one is other
    return bool(np.allclose(one, other, rtol=0.0, atol=SAME, equal_nan=True))


@law
def test_a_model_is_a_frozen_dataclass_with_a_name_and_an_idea(promised_model: Any) -> None:
    """The name is what commands and files call it; the idea is one line."""
    model = promised_model
    assert isinstance(model, Model)
    assert dataclasses.is_dataclass(model)
    assert model.name and "\n" not in model.name
    assert model.idea and "\n" not in model.idea
    assert isinstance(model.random, bool)
    with pytest.raises((AttributeError, TypeError)):
        model.name = "other"


@law
def test_it_names_its_source_and_the_test_that_proves_it(promised_model: Any) -> None:
    """No model without a published table or a law with a closed form."""
    assert getattr(promised_model, "source", ""), "`source` must name a publication or a law"
    file, _, test = getattr(promised_model, "proof", "").partition("::")
    assert file.endswith(".py") and test.startswith("test_"), "`proof` must be file.py::test_name"


@law
def test_it_can_be_made_again_from_its_own_parameters(promised_model: Any) -> None:
    """Also from their JSON, as a saved forecast keeps them."""
    settings = parameters(promised_model)
    assert find_model(model_name(promised_model), settings) == promised_model
    kept = json.loads(json.dumps(settings))
    assert find_model(model_name(promised_model), kept) == promised_model


@law
def test_every_draw_settles_on_the_scale_or_nowhere(promised_model: Any) -> None:
    """Shares of the scale in [0, 1], or NaN; chances in [0, 1], none where nothing is settled."""
    outcome = promised_model.solve(sample(bargain(), 64))
    assert isinstance(outcome, Outcome)
    assert outcome.settlement.shape == (64, 2)
    settles = ~np.isnan(outcome.settlement)
    assert ((outcome.settlement[settles] >= 0) & (outcome.settlement[settles] <= 1)).all()
    if outcome.agreement is None:
        assert settles.all(), "a model that gives no chance of an agreement always settles"
        return
    assert outcome.agreement.shape == (64, 2)
    assert ((outcome.agreement >= 0) & (outcome.agreement <= 1)).all()
    assert (outcome.agreement[~settles] == 0).all()


@law
def test_the_same_batch_gives_the_same_bytes(promised_model: Any) -> None:
    """Solved twice, and from a batch made again."""
    batch = sample(bargain(), 32)
    outcomes = [promised_model.solve(b) for b in (batch, batch, sample(bargain(), 32))]
    for field in dataclasses.fields(outcomes[0]):
        first, *others = (getattr(outcome, field.name) for outcome in outcomes)
        for other in others:
            assert (first is None and other is None) or first.tobytes() == other.tobytes(), field


@law
def test_a_batch_solved_whole_equals_its_parts(promised_model: Any) -> None:
    """A draw does not know its neighbours."""
    whole = promised_model.solve(sample(bargain(), 40, seed=3))
    for first, draws in ((0, 7), (7, 1), (8, 32)):
        part = promised_model.solve(sample(bargain(), draws, seed=3, first=first))
        rows = slice(first, first + draws)
        assert np.array_equal(part.settlement, whole.settlement[rows], equal_nan=True)
        if whole.agreement is not None:
            assert np.array_equal(part.agreement, whole.agreement[rows])


@law
def test_it_leaves_its_input_alone(promised_model: Any) -> None:
    """The arrays of a batch are shared by all who solve it."""
    batch = sample(bargain(), 8)
    before = _copies(batch)
    promised_model.solve(batch)
    for name, array in before.items():
        assert np.array_equal(getattr(batch, name), array, equal_nan=True), name


def _copies(batch: Batch) -> dict[str, Any]:
    values = {field.name: getattr(batch, field.name) for field in dataclasses.fields(batch)}
    return {name: value.copy() for name, value in values.items() if isinstance(value, np.ndarray)}


@law
def test_the_order_of_actors_does_not_matter(promised_model: Any) -> None:
    """The actor listed first has no privilege."""
    case = bargain()
    other = dataclasses.replace(case, actors=case.actors[::-1], stances=case.stances[::-1])
    one, two = (promised_model.solve(sample(c, 24)) for c in (case, other))
    assert _same(one.settlement, two.settlement)
    assert _same(one.agreement, two.agreement)


@law
def test_the_order_of_issues_does_not_matter(promised_model: Any) -> None:
    """Permuting the issues permutes the result."""
    case = bargain()
    other = dataclasses.replace(case, issues=case.issues[::-1])
    one, two = (promised_model.solve(sample(c, 24)) for c in (case, other))
    assert _same(one.settlement, two.settlement[:, ::-1])
    assert _same(one.agreement, None if two.agreement is None else two.agreement[:, ::-1])


@law
def test_an_actor_without_capability_changes_nothing(promised_model: Any) -> None:
    """Of no party, without influence and without salience."""
    case = bargain()
    one, two = (promised_model.solve(sample(c, 24)) for c in (case, with_bystander(case)))
    assert _same(one.settlement, two.settlement)
    assert _same(one.agreement, two.agreement)


@law
def test_a_case_that_does_not_suit_is_refused_in_words(promised_model: Any) -> None:
    """Solved within the scale, or refused with a `WinsetError`."""
    for name, case in odd_cases().items():
        try:
            outcome = promised_model.solve(sample(case, 3))
        except WinsetError as error:
            assert str(error), f"{name}: refused without a word"
            continue
        settles = ~np.isnan(outcome.settlement)
        inside = (outcome.settlement[settles] >= 0) & (outcome.settlement[settles] <= 1)
        assert inside.all(), name


@law
def test_what_it_can_do_besides_has_the_shapes_that_are_asked_for(promised_model: Any) -> None:
    """Each capability that it has is used once."""
    model, batch = promised_model, sample(bargain(), 5)
    outcome = model.solve(batch)
    draws, actors, issues = batch.position.shape
    if doubts_agreement(model):
        readings = model.readings()
        assert readings and all(r.solve(batch).agreement is not None for r in readings.values())
    if has_weights(model):
        weights = model.mean_weights(batch)
        mean = (weights * batch.position).sum(axis=1) / weights.sum(axis=1)
        assert outcome.agreement is None and _same(outcome.settlement, mean)
    if has_rounds(model):
        rounds = model.trace(batch)
        assert outcome.rounds is not None and outcome.converged is not None
        assert np.array_equal(outcome.rounds, rounds.rounds)
        assert np.array_equal(outcome.converged, rounds.converged)
        assert np.array_equal(rounds.position[:, 0], np.asarray(batch.position))
        assert _same(rounds.settlement[:, -1], outcome.settlement)
        moved = rounds.moved_by[:, 1:] >= 0
        changed = ~np.isclose(rounds.position[:, 1:], rounds.position[:, :-1], atol=1e-12)
        assert not (changed & ~moved).any()
    if has_challenges(model):
        gains = model.challenge_gains(batch)
        assert gains.own.shape == gains.other.shape == (draws, actors, actors, issues)
    if has_curves(model):
        curves = model.curves(batch)
        assert curves.joint.shape == (len(curves.point), issues)
        assert ((curves.party >= 0) & (curves.party <= 1) | np.isnan(curves.party)).all()
    if has_binding(model):
        assert [b.issue for b in model.binding(batch, outcome)] == list(batch.issues)
    if has_blame(model):
        blame = model.blame(batch)
        assert blame.actor.shape == (actors, issues)
        total = np.nansum(blame.actor, axis=0)
        assert (np.isclose(total, 1.0) | np.isnan(blame.actor).all(axis=0)).all()
    if links_issues(model):
        together = model.together(batch, outcome, (0, 1))
        assert together.shape == (draws,)
        assert outcome.agreement is not None
        assert (together <= outcome.agreement.min(axis=1) + SAME).all()
