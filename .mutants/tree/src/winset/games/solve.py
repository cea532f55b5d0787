"""Play a game of a case: draws of its equilibrium, with how they were made."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from winset.case.model import Case
from winset.case.scenarios import BASE, apply_scenario
from winset.errors import CaseError, WinsetError, nearest
from winset.games.equilibrium import quantal_response, reach
from winset.games.expressions import ExpressionError, FloatArray, evaluate
from winset.games.functions import CaseResolver
from winset.games.game import Formula, Game
from winset.games.reading import game_of
from winset.models import parameters
from winset.models.base import Model
from winset.models.batch import Batch, sample
from winset.models.defaults import DRAWS, SEED
from winset.models.version import winset_version

CHUNK = 16_384
ByPlayer = Mapping[str, FloatArray]


@dataclass(frozen=True, slots=True, kw_only=True)
class GameProvenance:
    """How a game was played: enough to play it again, number for number.

    Attributes:
        case: title of the case.
        case_digest: digest of the case before any scenario; game files are not part of it.
        as_of: the case's date.
        game: name of the game.
        game_digest: SHA-256 of its file.
        scenario: name of the scenario, ``base`` for the case as coded.
        model: name of the model behind `p_agreement`; empty where the game does not ask for it.
        parameters: of that model.
        seed: of the random streams.
        version: of this package.
    """

    case: str
    case_digest: str
    as_of: str
    game: str
    game_digest: str
    scenario: str
    model: str
    parameters: dict[str, Any]
    seed: int
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GameEstimate:
    """A mean over draws; ``error`` is its Monte Carlo standard error, NaN with a single draw."""

    mean: float
    error: float


def estimate(values: FloatArray) -> GameEstimate:
    """Return the mean of ``(draw,)`` values and its Monte Carlo standard error.

    >>> estimate(np.array([0.2, 0.4]))
    GameEstimate(mean=0.30000000000000004, error=0.1)
    """
    spread = values.std(ddof=1) if len(values) > 1 else math.nan
    return GameEstimate(mean=float(values.mean()), error=float(spread / math.sqrt(len(values))))


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayedGame:
    """Draws of one game, each in its equilibrium.

    Attributes:
        made: how it was played.
        game: the game.
        precision: ``(draw,)``, λ.
        names: parameter or quantity to its ``(draw,)`` values.
        payoffs: end, then player, to ``(draw,)``; may be minus infinity.
        strategy: node, then action, to the ``(draw,)`` probability that the player who moves there
            picks it, should the node be reached.
        reached: node or end to the ``(draw,)`` probability that the play comes there.
        expected: player to the ``(draw,)`` payoff that it can expect at the start.
    """

    made: GameProvenance
    game: Game
    precision: FloatArray
    names: Mapping[str, FloatArray]
    payoffs: Mapping[str, ByPlayer]
    strategy: Mapping[str, Mapping[str, FloatArray]]
    reached: Mapping[str, FloatArray]
    expected: ByPlayer

    @property
    def draws(self) -> int:
        """How many draws."""
        return len(self.precision)

    def chance(self, action: str, *, player: str | None = None) -> FloatArray:
        """Return the ``(draw,)`` probability that ``action`` is played, once or more often.

        Args:
            action: its name, at whatever nodes it stands.
            player: count it only where this player moves.

        Raises:
            WinsetError: when the game has no such action, or no such player has it.
        """
        nodes = [node for node in self.game.nodes if player in (None, node.player)]
        if player is not None and player not in self.game.players:
            raise WinsetError(
                f"no player “{player}” in game “{self.game.name}”; "
                f"{nearest(player, self.game.players)}"
            )
        if not any(action in node.actions for node in nodes):
            known = {known for node in nodes for known in node.actions}
            raise WinsetError(
                f"no action “{action}”{f' of {player}' if player else ''} in game "
                f"“{self.game.name}”; {nearest(action, known)}"
            )
        total = np.zeros(self.draws)
        # Probability of coming to a node without having played the action on the way.
        without = {self.game.start: np.ones(self.draws)}
        for node in self.game.nodes:
            for taken, target in node.actions.items():
                step = without.get(node.id, 0.0) * self.strategy[node.id][taken]
                if taken == action and player in (None, node.player):
                    total += step
                else:
                    without[target] = step
        return np.minimum(total, 1.0)

    def ends(self) -> dict[str, GameEstimate]:
        """Return how likely each end is, in the order of the game; these chances sum to 1."""
        return {end.id: estimate(self.reached[end.id]) for end in self.game.ends}

    def summary(self) -> dict[str, GameEstimate]:
        """Return how likely each action is to be played at all, in the order of the game.

        Several may be played on the way to one end, or none: these chances do not sum to 1.
        """
        return {action: estimate(self.chance(action)) for action in self.game.actions}


def play(
    case: Case,
    game: Game | str,
    *,
    draws: int = DRAWS,
    seed: int = SEED,
    scenario: str | None = None,
    model: Model | None = None,
    batch: Batch | None = None,
) -> PlayedGame:
    """Return ``game`` played in each of ``draws`` draws of ``case``.

    Args:
        case: the case as coded.
        game: one of its games, or its name.
        draws: how many.
        seed: of the random streams; those of a case are the same as in a forecast with this seed.
        scenario: name of one of the case's scenarios.
        model: what gives `p_agreement`; the two-level model, as it comes, if none is given.
        batch: these draws of the case, where they are sampled already.

    Raises:
        CaseError: when an expression divides by zero, is no number, or leaves its scale in a draw.
        WinsetError: when there is no such game or scenario, or the model cannot be applied.
    """
    if draws < 1:
        raise WinsetError(f"draws must be 1 or more; found {draws}")
    if isinstance(game, str):
        game = game_of(case, game)
    changed = apply_scenario(case, scenario)
    asks = any(
        call.function == "p_agreement"
        for formula in game.formulas
        for call in formula.expression.calls()
    )
    chosen = _model(model) if asks else None
    parts = (
        [play_batch(batch, game, chosen)]
        if batch is not None
        else [
            _play_chunk(changed, game, chosen, min(CHUNK, draws - first), seed, first)
            for first in range(0, draws, CHUNK)
        ]
    )
    return PlayedGame(
        made=GameProvenance(
            case=case.title,
            case_digest=case.digest,
            as_of=case.as_of.isoformat(),
            game=game.name,
            game_digest=game.digest,
            scenario=scenario or BASE,
            model=chosen.name if chosen else "",
            parameters=parameters(chosen) if chosen else {},
            seed=seed,
            version=winset_version(),
        ),
        game=game,
        **_joined(parts),
    )


def _play_chunk(
    case: Case, game: Game, model: Model | None, draws: int, seed: int, first: int
) -> dict[str, Any]:
    """Return the arrays of a `PlayedGame`, by field, for ``draws`` draws from number ``first``."""
    return play_batch(sample(case, draws, seed=seed, first=first), game, model)


def play_batch(batch: Batch, game: Game, model: Model | None) -> dict[str, Any]:
    """Return the arrays of a `PlayedGame`, by field, for the draws of ``batch``."""
    resolver = CaseResolver(batch=batch, model=model)
    # A blank, which no id holds, keeps these streams apart from those of the case.
    precision = batch.drawn(f"game {game.name}/precision", game.precision)
    for parameter in game.parameters:
        stream = f"game {game.name}/parameter {parameter.name}"
        resolver.names[parameter.name] = batch.drawn(stream, parameter.value)
    for name, formula in game.quantities.items():
        resolver.names[name] = _valued(formula, resolver)
    payoffs = {
        end.id: {player: _payoff(formula, resolver) for player, formula in end.payoffs.items()}
        for end in game.ends
    }
    strategy, expected = quantal_response(game, payoffs, precision)
    return {
        "precision": precision,
        "names": resolver.names,
        "payoffs": payoffs,
        "strategy": strategy,
        "reached": reach(game, strategy),
        "expected": expected[game.start],
    }


def _valued(formula: Formula, resolver: CaseResolver) -> FloatArray:
    try:
        values = evaluate(formula.expression, resolver)
        if missing := int(np.isnan(values).sum()):
            raise ExpressionError(
                "must be a number",
                f"none in {missing:,} of {len(values):,} draws",
                remedy="an infinite audience cost times 0, or minus another, has no value",
            )
    except ExpressionError as error:
        raise CaseError([formula.problem(error)]) from None
    return values


def _payoff(formula: Formula, resolver: CaseResolver) -> FloatArray:
    values = _valued(formula, resolver)
    if np.any(values == math.inf):
        error = ExpressionError(
            "must be finite, or minus infinity for what a player would never take",
            "infinity",
            remedy="a cost is subtracted",
        )
        raise CaseError([formula.problem(error)])
    return values


def _joined(parts: list[Any]) -> Any:
    """Return arrays, or mappings of them to any depth, put end to end."""
    if isinstance(parts[0], Mapping):
        return {key: _joined([part[key] for part in parts]) for key in parts[0]}
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def _model(model: Model | None) -> Model:
    if model is not None:
        return model
    from winset.models import full_model

    return full_model()
