"""Models tested on decisions with known outcomes, one row for each decision and model.

Everything is scored as if each scale had 100 points. Raw scores are those of the model's own draws;
calibrated ones are those of draws widened by a calibration that has not seen the decision.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from winset.errors import WinsetError
from winset.forecast.calibration import Calibration, Fitted, decision_key, fitted_text, shipped
from winset.forecast.independent import run_independent
from winset.forecast.quantiles import quantile, quantiles
from winset.formats.decisions import Decision, Decisions
from winset.models import Model, parameters
from winset.models.base import FloatArray
from winset.models.version import winset_version
from winset.track_record.decision import Trial, settlement_draws
from winset.track_record.scores import binned_log_score, crps

DRAWS = 2_000
SHARES = (0.5, 0.8, 0.9)
HIT = 10.0  # points
EDGES = np.linspace(0.0, 100.0, 11)
GRID = (np.arange(100) + 0.5) / 100.0
CLIMATOLOGY = "climatology"
NEVER_SETTLES = "none of its draws ends in an agreement"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredDecision:
    """The scores of one predictive distribution, in points of a scale of 100.

    Attributes:
        point: its median.
        error: absolute, of the median.
        crps: continuous ranked probability score.
        log: binned log score, bins of 10 points.
        intervals: central ones of 50, 80 and 90 %.
        grid: 100 equally likely values that stand for the distribution.
    """

    point: float
    error: float
    crps: float
    log: float
    intervals: tuple[tuple[float, float], ...]
    grid: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BacktestRow:
    """The forecast of one model for one decision, scored.

    Attributes:
        decision: its id.
        group: its group.
        model: its name.
        outcome: points of a scale of 100.
        agreement: mean probability of an agreement; None where the model assumes one.
        raw: the model's own; None where none of its draws settles.
        calibrated: after calibration, likewise.
    """

    decision: str
    group: str
    model: str
    outcome: float
    agreement: float | None
    raw: ScoredDecision | None
    calibrated: ScoredDecision | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """All rows of one run.

    Attributes:
        name: of the collection.
        digest: of the collection.
        models: names, in the order of the run; climatology last.
        settings: of each model.
        draws: for each decision.
        seed: of the random streams.
        version: of the package.
        calibration: whose decisions the calibrations come from.
        calibration_digest: SHA-256 of them.
        borrowed: models that were never fitted and use another's errors.
        rows: decision by decision.
        left_out: model to the reasons why it has no forecast, and how often each.
        notes: what was filled in or left out of the collection.
    """

    name: str
    digest: str
    models: tuple[str, ...]
    settings: dict[str, dict[str, Any]]
    draws: int
    seed: int
    version: str
    calibration: str
    calibration_digest: str
    borrowed: tuple[str, ...]
    rows: tuple[BacktestRow, ...]
    left_out: dict[str, dict[str, int]]
    notes: tuple[str, ...]

    def of(self, model: str) -> tuple[BacktestRow, ...]:
        """Return the rows of ``model``."""
        return tuple(row for row in self.rows if row.model == model)


def run_backtest(
    decisions: Decisions,
    models: Sequence[Model],
    *,
    draws: int = DRAWS,
    seed: int = 0,
    fitted: Fitted | None = None,
    rows: Path | None = None,
    workers: str | None = None,
    progress: Callable[[int], None] | None = None,
) -> Backtest:
    """Return the forecasts of ``models`` for ``decisions``, scored.

    Args:
        decisions: the collection.
        models: any models, each once.
        draws: for each decision.
        seed: of the random streams.
        fitted: calibrations; those that come with the package unless given.
        rows: a file to which each row is written as soon as it is known. If it holds rows of the
            same run already, they are not computed again.
        workers: who computes the rows, as `run_independent` takes it; the rows are the same.
        progress: called with the number of rows done.

    Raises:
        WinsetError: when a model is named twice, or ``rows`` belongs to another run.
    """
    names = [model.name for model in models]
    if len(set(names)) < len(names):
        raise WinsetError("each model can be tested once in a run")
    calibrations = fitted or shipped()
    run = Backtest(
        name=decisions.name,
        digest=decisions.digest,
        models=(*names, CLIMATOLOGY),
        settings={model.name: parameters(model) for model in models},
        draws=draws,
        seed=seed,
        version=winset_version(),
        calibration=calibrations.source,
        calibration_digest=hashlib.sha256(fitted_text(calibrations).encode()).hexdigest(),
        borrowed=tuple(name for name in names if calibrations.of(name).name != name),
        rows=(),
        left_out={},
        notes=decisions.notes,
    )
    cache = _BacktestCache(rows, run)
    scored_rows: list[BacktestRow] = []
    left_out: dict[str, dict[str, int]] = {}
    pairs = [(decision, model) for decision in decisions.decisions for model in models]
    tasks = _tasks(
        [(d, m) for d, m in pairs if cache.row(d.id, m.name) is None],
        decisions,
        draws=draws,
        seed=seed,
        fitted=calibrations,
    )
    results = run_independent(tasks, workers=workers)
    for count, (decision, model) in enumerate(pairs, start=1):
        row = cache.row(decision.id, model.name)
        if row is None:
            row = next(results)
            cache.keep(decision.id, model.name, row)
        if isinstance(row, BacktestRow):
            scored_rows.append(row)
        if isinstance(row, _Refused) or row.raw is None:
            why = row.why if isinstance(row, _Refused) else NEVER_SETTLES
            reasons = left_out.setdefault(model.name, {})
            reasons[why] = reasons.get(why, 0) + 1
        if progress is not None:
            progress(count)
    scored_rows += climatology(decisions)
    return replace(run, rows=tuple(scored_rows), left_out=left_out)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Refused:
    why: str


def _refusal(why: str) -> _Refused:
    """Return the reason without the names of the case, so that like reasons count together."""
    return _Refused(why=why.split(";")[0])


def _tasks(
    pairs: list[tuple[Decision, Model]],
    decisions: Decisions,
    *,
    draws: int,
    seed: int,
    fitted: Fitted,
) -> "Iterator[BacktestTask]":
    """Yield what computes the row of each decision and model; a decision's draws are shared."""
    trial: Trial | None = None
    for decision, model in pairs:
        if trial is None or trial.decision is not decision:
            trial = Trial(decision, decisions, draws=draws, seed=seed)
        blind = fitted.blind(model.name, decision_key(decision.group, decision.id))
        yield BacktestTask(trial=trial, model=model, blind=blind)


@dataclass(frozen=True, slots=True, kw_only=True)
class BacktestTask:
    """One row, to be computed wherever this is called.

    Attributes:
        trial: of the decision.
        model: any.
        blind: a calibration that has not seen the decision.
    """

    trial: Trial
    model: Model
    blind: Calibration

    def __call__(self) -> "BacktestRow | _Refused":
        """Return the row, or why the model has none."""
        try:
            return _row(self.trial, self.model, self.blind)
        except WinsetError as error:
            return _refusal(str(error))


def _row(trial: Trial, model: Model, blind: Calibration) -> BacktestRow:
    """Return the row of one model.

    Raises:
        WinsetError: when the model cannot be applied.
    """
    decision = trial.decision
    scale = decision.scale
    outcome = 100.0 * (decision.outcome - scale.low) / scale.width
    solved = trial.solve(model)
    scored: list[ScoredDecision | None] = []
    agreement = None
    for decided in (solved, trial.calibrate(solved, blind)):
        values, weights, agreement = settlement_draws(decided)
        scored.append(score(values, weights, outcome) if len(values) else None)
    return BacktestRow(
        decision=decision.id,
        group=decision.group,
        model=model.name,
        outcome=outcome,
        agreement=agreement,
        raw=scored[0],
        calibrated=scored[1],
    )


def score(values: FloatArray, weights: FloatArray | None, outcome: float) -> ScoredDecision:
    """Return the scores of weighted draws, all in points of a scale of 100."""
    tails = [(1.0 - share) / 2.0 for share in SHARES]
    shares = [0.5, *tails, *(1.0 - tail for tail in tails), *GRID]
    middle, *ends = (float(v) for v in quantiles(values, weights, shares))
    count = len(SHARES)
    return ScoredDecision(
        point=middle,
        error=abs(middle - outcome),
        crps=crps(values, weights, outcome),
        log=binned_log_score(values, weights, outcome, edges=EDGES),
        intervals=tuple(zip(ends[:count], ends[count : 2 * count], strict=True)),
        grid=tuple(round(v, 3) for v in ends[2 * count :]),
    )


def climatology(decisions: Decisions) -> Iterator[BacktestRow]:
    """Yield the outcomes of all other groups as a forecast of each decision."""
    shares = np.array(
        [100.0 * (d.outcome - d.scale.low) / d.scale.width for d in decisions.decisions]
    )
    groups = np.array([d.group for d in decisions.decisions])
    if len(set(groups)) < 2:
        return
    for k, decision in enumerate(decisions.decisions):
        others = shares[groups != groups[k]]
        scored = score(others, None, float(shares[k]))
        yield BacktestRow(
            decision=decision.id,
            group=decision.group,
            model=CLIMATOLOGY,
            outcome=float(shares[k]),
            agreement=None,
            raw=scored,
            calibrated=scored,
        )


class _BacktestCache:
    """Rows of a run on disk, one a line; the first names the run, a torn last one is cut off."""

    def __init__(self, path: Path | None, run: Backtest) -> None:
        self._path = path
        self._rows: dict[tuple[str, str], BacktestRow | _Refused] = {}
        if path is None:
            return
        head = json.dumps(
            {
                "collection": run.digest,
                "models": run.settings,
                "draws": run.draws,
                "seed": run.seed,
                "version": run.version,
                "calibration": run.calibration_digest,
            },
            sort_keys=True,
        )
        if path.exists() and not head.startswith(path.read_text("utf-8", errors="replace")):
            self._read(path, head)
        else:
            path.write_text(head + "\n", "utf-8")

    def _read(self, path: Path, head: str) -> None:
        raw = path.read_bytes()
        complete = raw[: raw.rfind(b"\n") + 1]
        lines = complete.decode("utf-8", "replace").splitlines()
        if not lines or lines[0] != head:
            raise WinsetError(
                f"{path}: does not hold rows of this run (same table, models, parameters, draws, "
                "seed, calibration and version); choose another file, or delete it"
            )
        try:
            for line in lines[1:]:
                fields = json.loads(line)
                key = (fields["decision"], fields["model"])
                self._rows[key] = (
                    _Refused(why=fields["why"]) if "why" in fields else row_from(fields)
                )
        except (ValueError, KeyError, TypeError) as error:
            raise WinsetError(f"{path}: a line is not a row ({error}); delete the file") from None
        if len(complete) < len(raw):
            with path.open("r+b") as file:
                file.truncate(len(complete))

    def row(self, decision: str, model: str) -> BacktestRow | _Refused | None:
        return self._rows.get((decision, model))

    def keep(self, decision: str, model: str, row: BacktestRow | _Refused) -> None:
        if self._path is None:
            return
        fields = asdict(row) if isinstance(row, BacktestRow) else {"why": row.why}
        line = json.dumps({**fields, "decision": decision, "model": model}, ensure_ascii=False)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")


def row_from(fields: dict[str, Any]) -> BacktestRow:
    """Return the row in a line of the file."""

    def scored(own: dict[str, Any] | None) -> ScoredDecision | None:
        if own is None:
            return None
        intervals = tuple((float(low), float(high)) for low, high in own["intervals"])
        return ScoredDecision(**{**own, "intervals": intervals, "grid": tuple(own["grid"])})

    return BacktestRow(
        **{**fields, "raw": scored(fields["raw"]), "calibrated": scored(fields["calibrated"])}
    )


def settlements(
    decisions: Decisions, models: Sequence[Model], *, draws: int = DRAWS, seed: int = 0
) -> dict[str, dict[str, float]]:
    """Return where each model settles each decision: model to decision to share of the scale.

    A settlement is the median of the draws; decisions that the model cannot settle are left out.
    """
    points: dict[str, dict[str, float]] = {model.name: {} for model in models}
    for decision in decisions.decisions:
        trial = Trial(decision, decisions, draws=draws, seed=seed)
        for model in models:
            try:
                values, weights, _ = settlement_draws(trial.solve(model))
            except WinsetError:
                continue
            if len(values):
                points[model.name][decision.id] = quantile(values, weights, 0.5) / 100.0
    return points
