"""A run of draws cut into chunks, each of which can be solved anywhere and in any order.

The draws of a chunk depend only on the seed and on their own numbers, so that a chunk solved again,
or by another process, gives the same bytes.
"""

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from winset.case.model import Case
from winset.forecast.calibration import Calibration
from winset.forecast.histogram import CellEdges, Tally, tally
from winset.models.base import Model, Outcome
from winset.models.batch import Batch, sample, uncertain_cells
from winset.models.together import Sets, sets_together

CHUNK = 16_384  # draws
MOST_KEPT = 262_144  # draws of a run that are all kept; a longer one is added up
FIRST_KEPT = CHUNK  # draws of a longer run that are stored anyway
DRAWN = ("settlement", "agreement", "open", "signed", "converged", "rounds")  # by issue
ALL_DRAWN = (*DRAWN, "together")

# Compiled kernels use all cores themselves, and not every way they do it stands a second caller.
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """All that is needed to solve any chunk of one run; small enough to be sent around.

    Attributes:
        case: with the scenario applied.
        model: any model.
        seed: of the random streams.
        draws: of the whole run.
        edges: between what points draws are counted; None where all of them are kept.
        calibration: of the settlements; None to leave them as the model has them.
        sets: of issues whose agreement together is asked for, by their places.
    """

    case: Case
    model: Model
    seed: int
    draws: int
    edges: CellEdges | None
    calibration: Calibration | None = None
    sets: tuple[tuple[int, ...], ...] = ()

    @property
    def chunks(self) -> int:
        """How many chunks there are."""
        return -(-self.draws // CHUNK)


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawsPart:
    """The result of a chunk.

    Attributes:
        draws: how many it has.
        drawn: their outcome, settlements in own units; None where these draws are not kept.
        tally: of the same draws; None where all draws of the run are kept.
    """

    draws: int
    drawn: Outcome | None
    tally: Tally | None


class Workers(Protocol):
    """Whatever solves chunks: this process, or others that it sends them to."""

    def parts(self, task: Task, chunks: Iterable[int]) -> Iterator[DrawsPart]:
        """Yield the parts of ``chunks``, in their order whatever order they were solved in."""


class ThisProcess:
    """Solves one chunk after the other."""

    def parts(self, task: Task, chunks: Iterable[int]) -> Iterator[DrawsPart]:
        """Yield the parts of ``chunks``."""
        return (solve_part(task, chunk) for chunk in chunks)


def solve_chunk(
    case: Case,
    model: Model,
    *,
    seed: int,
    first: int,
    draws: int,
    calibration: Calibration | None = None,
    sets: Sets = (),
) -> Outcome:
    """Return the outcome of ``draws`` draws of ``case``, from number ``first`` of the run.

    This is the one place where a forecast's draws are computed. Where nothing in case or model
    varies, the model is solved once.
    """
    if certain(case, model):
        solved = solve_sets(model, sample(case, 1, seed=seed), sets)
        if calibration is None:
            return solved
        batch = sample(case, draws, seed=seed, first=first)
        return calibration.apply(batch, repeated(solved, draws))
    batch = sample(case, draws, seed=seed, first=first)
    solved = solve_sets(model, batch, sets)
    return solved if calibration is None else calibration.apply(batch, solved)


def solve_sets(model: Model, batch: Batch, sets: Sets, **options: Any) -> Outcome:
    """Return ``batch`` solved by ``model``, with how likely the issues of each set are agreed.

    ``options`` go to the model's ``solve``.
    """
    solved = model.solve(batch, **options)
    return replace(solved, together=sets_together(model, batch, solved, sets)) if sets else solved


def certain(case: Case, model: Model) -> bool:
    """Return whether every draw of ``model`` on ``case`` is the same before calibration."""
    return not model.random and not uncertain_cells(case)


def repeated(outcome: Outcome, draws: int) -> Outcome:
    """Return the single draw of ``outcome`` many times over."""
    repeated: dict[str, Any] = {
        name: None if values is None else np.repeat(values, draws, axis=0)
        for name in ALL_DRAWN
        for values in [getattr(outcome, name)]
    }
    return Outcome(**repeated)


def solve_part(task: Task, chunk: int) -> DrawsPart:
    """Return the result of chunk number ``chunk`` of ``task``."""
    first = chunk * CHUNK
    draws = min(CHUNK, task.draws - first)
    with _ONE_AT_A_TIME:
        outcome = solve_chunk(
            task.case, task.model, seed=task.seed, first=first, draws=draws,
            calibration=task.calibration, sets=task.sets,
        )  # fmt: skip
    scales = [issue.scale for issue in task.case.issues]
    low = np.array([scale.low for scale in scales], float)
    width = np.array([scale.width for scale in scales], float)
    # What a model's own outcome says besides is not kept.
    drawn = Outcome(
        settlement=_whole(low + outcome.settlement * width),
        **{name: _whole(getattr(outcome, name)) for name in ALL_DRAWN[1:]},
    )
    stored = task.edges is None or first < FIRST_KEPT
    return DrawsPart(
        draws=draws,
        drawn=drawn if stored else None,
        tally=None if task.edges is None else tally(drawn, task.edges),
    )


def _whole(values: Any) -> Any:
    """A view into something larger would be sent, and then lie in memory, in another order."""
    if values is None or values.flags.c_contiguous or values.flags.f_contiguous:
        return values
    return np.ascontiguousarray(values)
