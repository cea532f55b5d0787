"""The background of a forecast: winsets, binding constraints, blame and the games played."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from winset.case.model import Case
from winset.explain.model_spread import ModelChance, model_chances
from winset.explain.structural_range import Structure, structural_range
from winset.forecast.forecast import Forecast, forecast_draws
from winset.games import GameEstimate, PlayedGame, estimate, games_of, play
from winset.models import (
    Model,
    doubting_models,
    doubts_agreement,
    has_binding,
    has_blame,
    has_curves,
    kernels_of,
)
from winset.models.base import IntArray
from winset.models.compiled_code import Kernel, doors
from winset.models.defaults import DRAWS
from winset.models.two_level.binding import Binding
from winset.models.two_level.winsets import Blame, Curves


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """The background of one forecast, from its own first draws.

    Attributes:
        draws: how many of them were used.
        parties: ids, in the order of the party axis.
        actors: ids, in the order of the actor axis.
        party_of: ``(actor,)``, index of each actor's party; -1 outside all.
        curves: the winsets; None for a model that has none.
        bindings: the binding constraint of each issue; empty likewise.
        blame: who stands in the way where there is no agreement; None likewise.
        games: the case's games, by name, played under the same scenario and seed.
        structure: how far chances of agreement move with the parameters that cannot be coded; None
            where that was not requested, or the model has no such parameters.
        model_chances: the chance of an agreement in each model that gives one, this model's own
            variants included.
    """

    draws: int
    parties: tuple[str, ...] = ()
    actors: tuple[str, ...] = ()
    party_of: IntArray = field(default_factory=lambda: np.empty(0, np.int64))
    curves: Curves | None = None
    bindings: tuple[Binding, ...] = ()
    blame: Blame | None = None
    games: Mapping[str, PlayedGame] = field(default_factory=dict)
    model_chances: tuple[ModelChance, ...] = ()
    structure: Structure | None = None


def needed(models: Iterable[Model]) -> list[Kernel]:
    """Return the kernels that forecasts of ``models`` and their background run."""
    modules: set[str] = set()
    for model in models:
        modules |= kernels_of(model)
        if doubts_agreement(model):  # `model_chances` asks all that do
            modules = modules.union(*map(kernels_of, doubting_models()))
    return doors(*modules) if modules else []


def look_behind(
    case: Case, forecast: Forecast, *, structure: bool = False, curves: bool = True
) -> Findings:
    """Return the background of ``forecast`` of ``case``.

    Args:
        case: the case of the forecast.
        forecast: by any model.
        structure: whether to compute how far its chances move with the parameters that cannot be
            coded, which takes as long as a few forecasts.
        curves: whether to compute the winset curves, which only pictures show.

    Raises:
        CaseError: when a game of the case is inconsistent.
    """
    provenance = forecast.made
    drawn = forecast_draws(case, forecast, most=DRAWS)
    batch, draws = drawn.batch, drawn.batch.draws
    games = {
        game.name: play(
            case,
            game,
            draws=draws,
            seed=provenance.seed,
            scenario=provenance.scenario,
            batch=batch,
        )
        for game in games_of(case)
    }
    model = forecast.model
    findings = Findings(
        draws=draws,
        parties=batch.parties,
        actors=batch.actors,
        party_of=batch.party_of,
        games=games,
        model_chances=model_chances(case, forecast),
        structure=structural_range(case, forecast) if structure else None,
    )
    if curves and has_curves(model):
        findings = replace(findings, curves=model.curves(batch))
    if has_binding(model):
        bindings = model.binding(batch, drawn.outcome(model), names=_names(case))
        findings = replace(findings, bindings=bindings)
    if has_blame(model):
        findings = replace(findings, blame=model.blame(batch))
    return findings


def reckoned_with(played: PlayedGame) -> dict[str, GameEstimate]:
    """Return the chances of an agreement that the players of a game expect, by name."""
    return {
        name: estimate(played.names[name])
        for name, formula in played.game.quantities.items()
        if any(call.function == "p_agreement" for call in formula.expression.calls())
    }


def _names(case: Case) -> dict[str, str]:
    """Return the names of parties and actors by their ids."""
    names = {party.id: party.name or party.id for party in case.parties}
    return names | {actor.id: actor.name for actor in case.actors}
