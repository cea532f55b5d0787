"""Which inputs drive a forecast, and which of them have little evidence: what to research next."""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from winset.case.model import Case
from winset.case.scenarios import BASE, apply_scenario
from winset.errors import WinsetError
from winset.explain.sensitivity.inputs import Input, parameter_input, uncertain_inputs
from winset.explain.sensitivity.sobol import ROWS, Estimates, sobol_of_designs, unit_design
from winset.explain.sensitivity.streams import DesignedShares, model_streams
from winset.explain.sensitivity.summary import (
    PerDraw,
    Summary,
    SummaryReading,
    default_summary,
    paired,
    read_summary,
)
from winset.forecast.draws import case_draws
from winset.forecast.independent import Workers, open_workers
from winset.models import Model, parameters
from winset.models.batch import RandomShares, make_batch, sample
from winset.models.defaults import DRAWS, SEED

FloatArray = NDArray[np.float64]
LOW, HIGH = 0.1, 0.9  # shares of belief below the two values of a swing
SCREENED = 64  # draws in which an input must change something to be analysed further
SAME = 1e-12  # of the summary: a change by rounding alone


@dataclass(frozen=True, slots=True, kw_only=True)
class Swing:
    """How the summary changes if one input is fixed and all others are drawn as they are.

    Attributes:
        low: change with the input at its 10th percentile.
        low_error: its Monte Carlo standard error, draws paired.
        high: change with it at its 90th.
        high_error: its error.
    """

    low: float
    low_error: float
    high: float
    high_error: float

    @property
    def width(self) -> float:
        """The distance between the lowest and the highest summary, the unchanged one included."""
        return max(self.low, self.high, 0.0) - min(self.low, self.high, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """A Sobol index with its 95 % bootstrap interval; an estimate, which may leave [0, 1]."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """The effect of one input.

    Attributes:
        input: which.
        at_low: its 10th percentile, own units.
        at_high: its 90th.
        swing: the effect of these two values.
        first: share of the variance that would go if it alone were known; None where the summary
            does not vary.
        total: share that would remain if all other inputs were known; None likewise.
        idle: whether it changed nothing in any screened draw at either end of its range; its
            swing and indices are then set to 0.
        score: ``total / (1 + statements)``: the higher, the more useful is research on it. None for
            a model's own parameter, which no document settles, and where the summary does not vary.
    """

    input: Input
    at_low: float
    at_high: float
    swing: Swing
    first: Index | None
    total: Index | None
    idle: bool
    score: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensitivity:
    """What drives one number of a forecast, before any calibration.

    Attributes:
        case: title.
        scenario: ``base`` for the case as coded.
        model: name.
        parameters: of the model.
        summary: the number.
        of: the same as text, in the form that `read_summary` reads.
        value: the number for the case as coded; a chance in [0, 1], or a settlement in the issue's
            units. A chance equals that of a forecast with as many draws and the same seed.
        error: its Monte Carlo standard error.
        counted: draws behind ``value``. Changes come from fewer, ``draws``, and have their own
            errors.
        spread: standard deviation of the number over draws.
        drivers: one for each input, the widest swing first.
        noise: streams of the model's own chance events. They are the same in draws that are
            compared, and part of the variance of which the indices are shares.
        draws: of a swing, and points of the Sobol design: a power of two.
        solved: draws solved in all.
        seed: of the design.
    """

    case: str
    scenario: str
    model: str
    parameters: dict[str, object]
    summary: Summary
    of: str
    value: float
    error: float
    counted: int
    spread: float
    drivers: tuple[Driver, ...]
    noise: tuple[str, ...]
    draws: int
    solved: int
    seed: int

    @property
    def varies(self) -> bool:
        """Whether any input moves the number at all."""
        return any(driver.total is not None for driver in self.drivers)

    def research(self) -> tuple[Driver, ...]:
        """Return what to research, the most useful first: inputs with much effect, little evidence.

        These are the drivers with a total index of 0.01 or more, by falling score.
        """
        worth = [
            d for d in self.drivers if d.score is not None and d.total and d.total.value >= 0.01
        ]
        return tuple(sorted(worth, key=lambda d: -(d.score or 0.0)))


def measure_sensitivity(
    case: Case,
    model: Model,
    *,
    of: str | None = None,
    issue: str | None = None,
    draws: int = 256,
    seed: int = SEED,
    scenario: str | None = None,
    counted: int = DRAWS,
    workers: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Sensitivity:
    """Return how far each input of ``case`` moves a number of the forecast of ``model``.

    The number is the model's own: no calibration is applied. Inputs are the ranges of the case and
    the model's own uncertain parameters, taken as independent. An input that changes nothing in
    `SCREENED` draws, neither at the low nor at the high end of its range, is set aside as idle. An
    input that matters in a twentieth of the draws is missed in this way one time in 27.

    Args:
        case: the case as coded.
        model: any model.
        of: the number, as `read_summary` takes it; by default the chance of an agreement on all
            issues, or the first one's settlement where the model assumes an agreement.
        issue: id of the issue where ``of`` names none.
        draws: of each swing and points of the Sobol design; rounded up to a power of two.
        seed: of the design, and of the draws behind the number itself.
        scenario: name of one of the case's scenarios.
        counted: draws behind the number itself, as many as a forecast's.
        workers: who solves the designs, as `open_workers` takes it; the numbers are the same.
        progress: called with the draws solved and those foreseen.

    Raises:
        WinsetError: when nothing in the case is a range, the model cannot be applied or does not
            give the number, or no draw has it.
    """
    if draws < 2:
        raise WinsetError(f"draws must be 2 or more; found {draws}")
    if not case.issues or not case.stances:
        raise WinsetError("the case has no stances yet: code at least one issue and one stance")
    changed = apply_scenario(case, scenario)
    few = sample(changed, 2, seed=seed)
    if of is None and issue is None:
        summary = default_summary(changed, model, few)
    else:
        chosen = "agreement" if model.solve(few).agreement is not None else "settlement"
        summary = read_summary(changed, of or chosen, issue=issue)
    reading = SummaryReading(changed, model, summary)
    reading.check(few)
    own, noise = model_streams(changed, reading)
    inputs = (*uncertain_inputs(changed), *(parameter_input(n, r) for n, r in own.items()))
    if not inputs:
        raise WinsetError(
            f"nothing to vary: no number of this case is a range, and model “{model.name}” has no "
            "uncertain parameter; write an uncertain number as 30 to 50 or 30..40..60"
        )
    points = 1 << (draws - 1).bit_length()
    with open_workers(workers) as opened:
        runs = _SensitivityRuns(changed, reading, inputs, points, seed, opened, progress)
        drivers = runs.drivers()
    number = reading(case_draws(changed, counted, seed=seed).batch)
    return Sensitivity(
        case=case.title,
        scenario=scenario or BASE,
        model=model.name,
        parameters=parameters(model),
        summary=summary,
        of=str(summary),
        value=number.value,
        error=number.error,
        counted=counted,
        spread=float(runs.base.deviation.std()),
        drivers=drivers,
        noise=noise,
        draws=points,
        solved=runs.solved,
        seed=seed,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignRun:
    """One batch of an analysis, to be solved wherever this is called.

    Attributes:
        reading: of the summary.
        columns: name of a stream to its column.
        design: ``(m · draws, column)`` shares.
        seed: of all other streams.
        draws: how many there are before they repeat.
    """

    reading: SummaryReading
    columns: dict[str, int]
    design: FloatArray
    seed: int
    draws: int

    def __call__(self) -> PerDraw:
        """Return the summary in each draw."""
        shares = DesignedShares(
            columns=self.columns, design=self.design, noise=RandomShares(self.seed, self.draws)
        )
        return self.reading(make_batch(self.reading.case, shares))


class _SensitivityRuns:
    """The batches of one analysis, all on one design, so that only the fixed input differs."""

    def __init__(
        self,
        case: Case,
        reading: SummaryReading,
        inputs: tuple[Input, ...],
        points: int,
        seed: int,
        workers: Workers,
        progress: Callable[[int, int], None] | None,
    ) -> None:
        self._case, self._reading, self._inputs = case, reading, inputs
        self._workers = workers
        self._columns = {entry.name: k for k, entry in enumerate(inputs)}
        self._points, self._seed = points, seed
        self._progress = progress
        # At most: an idle input costs nothing further.
        self._foreseen = points * (3 * len(inputs) + 3) + 2 * SCREENED * len(inputs)
        self.solved = 0
        self._design, _ = unit_design(len(inputs), points=points, seed=seed)
        (self.base,) = self._solve([self._design], points)
        if math.isnan(self.base.value):
            raise WinsetError("no draw ends in an agreement: there is no settlement to look at")

    def _solve(self, designs: Iterable[FloatArray], draws: int) -> Iterator[PerDraw]:
        """Yield the summary of each design, ``(m · draws, column)`` shares."""
        runs = (
            DesignRun(
                reading=self._reading,
                columns=self._columns,
                design=design,
                seed=self._seed,
                draws=draws,
            )
            for design in designs
        )
        for summary in self._workers.run(runs):
            self.solved += len(summary.total)
            if self._progress is not None:
                self._progress(self.solved, self._foreseen)
            yield summary

    def _with_inputs_held(self, chosen: list[int], at: float, draws: int) -> list[PerDraw]:
        """Return the summary over the first ``draws``, each column of ``chosen`` in turn ``at``."""
        pages = max(1, ROWS // draws)

        def designs() -> Iterator[FloatArray]:
            for begin in range(0, len(chosen), pages):
                some = chosen[begin : begin + pages]
                design = np.tile(self._design[:draws], (len(some), 1))
                for page, column in enumerate(some):
                    design[page * draws : (page + 1) * draws, column] = at
                yield design

        return [
            summary.part(slice(first, first + draws))
            for summary in self._solve(designs(), draws)
            for first in range(0, len(summary.total), draws)
        ]

    def _active(self) -> list[int]:
        """Return the columns that change something in the screened draws."""
        every, draws = list(range(len(self._inputs))), min(SCREENED, self._points)
        base = self.base.part(slice(0, draws))
        ends = zip(
            self._with_inputs_held(every, 0.0, draws),
            self._with_inputs_held(every, 1.0, draws),
            strict=True,
        )
        return [k for k, both in enumerate(ends) if not all(_same(base, end) for end in both)]

    def drivers(self) -> tuple[Driver, ...]:
        """Return the effect of each input, the widest swing first."""
        active = self._active()
        self._foreseen = self.solved + self._points * (3 * len(active) + 2)
        ends = [self._with_inputs_held(active, at, self._points) for at in (LOW, HIGH)]
        swings = dict.fromkeys(
            range(len(self._inputs)), Swing(low=0.0, low_error=0.0, high=0.0, high_error=0.0)
        )
        for k, low, high in zip(active, *ends, strict=True):
            swings[k] = _swing(self.base, low, high)
        value, weight = self.base.value, float(self.base.weight.mean())
        indices = sobol_of_designs(
            lambda designs: (
                summary.influence(value, weight) for summary in self._solve(designs, self._points)
            ),
            len(self._inputs),
            points=self._points,
            seed=self._seed,
            of=active,
        )
        varies = indices.variance > 0.0
        nothing = Index(value=0.0, low=0.0, high=0.0) if varies else None
        drivers = [
            _driver(entry, swings[k], nothing, idle=k not in active)
            for k, entry in enumerate(self._inputs)
        ]
        if varies:
            for place, k in enumerate(active):
                first, total = _index(indices.first, place), _index(indices.total, place)
                drivers[k] = replace(
                    drivers[k], first=first, total=total, score=_score(drivers[k].input, total)
                )
        return tuple(sorted(drivers, key=lambda d: (-d.swing.width, d.idle)))


def _same(base: PerDraw, changed: PerDraw) -> bool:
    return all(
        np.allclose(first, second, rtol=SAME, atol=SAME)
        for first, second in ((base.total, changed.total), (base.weight, changed.weight))
    )


def _swing(base: PerDraw, low: PerDraw, high: PerDraw) -> Swing:
    """Return the swing; NaN where no draw with an agreement is left."""
    changes = [paired(base, end) for end in (low, high)]
    return Swing(low=changes[0][0], low_error=changes[0][1],
                 high=changes[1][0], high_error=changes[1][1])  # fmt: skip


def _index(estimates: Estimates, place: int) -> Index:
    return Index(
        value=float(estimates.value[place]),
        low=float(estimates.low[place]),
        high=float(estimates.high[place]),
    )


def _driver(entry: Input, swing: Swing, index: Index | None, *, idle: bool) -> Driver:
    low, high = entry.range.quantile(np.array([LOW, HIGH]))
    return Driver(
        input=entry,
        at_low=float(low),
        at_high=float(high),
        swing=swing,
        first=index,
        total=index,
        idle=idle,
        score=None if index is None else _score(entry, index),
    )


def _score(entry: Input, total: Index) -> float | None:
    """Return the variance from an input for each source it has; the coder's word is one source."""
    return None if entry.kind == "model" else total.value / (1 + entry.statements)
