"""Models held to decisions whose outcome is known, one row a decision and model.

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
from winset.forecast.calibration import Fitted, decision_key, fitted_text, shipped
from winset.forecast.quantiles import quantile, quantiles
from winset.formats.decisions import Decision, Decisions
from winset.models import Model, model_name, parameters
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
    """One predictive distribution beside what happened, in points of a scale of 100.

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
    """What one model said of one decision.

    Attributes:
        decision: its id.
        group: its group.
        model: its name.
        outcome: points of a scale of 100.
        agreement: mean probability of an agreement; None where the model takes it for granted.
        raw: as the model says; None where none of its draws settles.
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
        models: names, in the order asked for; climatology last.
        settings: of each model.
        draws: for each decision.
        seed: of the random streams.
        version: of the package.
        calibration: whose decisions the calibrations come from.
        calibration_digest: SHA-256 of them.
        borrowed: models that were never fitted and use another's errors.
        rows: decision by decision.
        left_out: model to why it has no forecast, and how often.
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
    progress: Callable[[int], None] | None = None,
) -> Backtest:
    """Return what ``models`` say of ``decisions``, scored.

    Args:
        decisions: the collection.
        models: any; each once.
        draws: for each decision.
        seed: of the random streams.
        fitted: calibrations; those that come with the package unless given.
        rows: a file to which each row is written as soon as it is known. If it holds rows of the
            same run already, they are not computed again.
        progress: called with the number of rows done.

    Raises:
        WinsetError: when a model stands twice, or ``rows`` belongs to another run.
    """
    names = [model_name(model) for model in models]
    if len(set(names)) < len(names):
        raise WinsetError("each model can be tested once in a run")
    calibrations = fitted or shipped()
    run = Backtest(
        name=decisions.name,
        digest=decisions.digest,
        models=(*names, CLIMATOLOGY),
        settings={model_name(model): parameters(model) for model in models},
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
    trials = ((d, Trial(d, decisions, draws=draws, seed=seed)) for d in decisions.decisions)
    for count, (decision, trial, model) in enumerate(
        ((d, trial, m) for d, trial in trials for m in models), start=1
    ):
        row = cache.row(decision.id, model_name(model))
        if row is None:
            try:
                row = _row(trial, decision, model, calibrations)
            except WinsetError as error:
                row = _refusal(str(error))
            cache.keep(decision.id, model_name(model), row)
        if isinstance(row, BacktestRow):
            scored_rows.append(row)
        if isinstance(row, _Refused) or row.raw is None:
            why = row.why if isinstance(row, _Refused) else NEVER_SETTLES
            reasons = left_out.setdefault(model_name(model), {})
            reasons[why] = reasons.get(why, 0) + 1
        if progress is not None:
            progress(count)
    scored_rows += climatology(decisions)
    return replace(run, rows=tuple(scored_rows), left_out=left_out)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Refused:
    why: str


def _refusal(why: str) -> _Refused:
    """Keep what is said before the names of the case, so that like reasons count together."""
    return _Refused(why=why.split(";")[0])


def _row(trial: Trial, decision: Decision, model: Model, fitted: Fitted) -> BacktestRow:
    """Return the row of one model.

    Raises:
        WinsetError: when the model cannot be applied.
    """
    scale = decision.scale
    outcome = 100.0 * (decision.outcome - scale.low) / scale.width
    solved = trial.solve(model)
    blind = fitted.blind(model_name(model), decision_key(decision.group, decision.id))
    scored: list[ScoredDecision | None] = []
    agreement = None
    for decided in (solved, trial.calibrate(solved, blind)):
        values, weights, agreement = settlement_draws(decided)
        scored.append(score(values, weights, outcome) if len(values) else None)
    return BacktestRow(
        decision=decision.id,
        group=decision.group,
        model=model_name(model),
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
    """Yield what the outcomes of all other groups say of each decision, whatever its case."""
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
    """Rows of a run on disk, a line each; the first says which run, a torn last one is cut off."""

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
                f"{path}: holds something else than rows of this run (same table, models, "
                "parameters, draws, seed, calibration and version); choose another file, or "
                "delete it"
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
    """Return the row that a line of the file says."""

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

    The median of its draws; what it cannot settle is left out.
    """
    points: dict[str, dict[str, float]] = {model_name(model): {} for model in models}
    for decision in decisions.decisions:
        trial = Trial(decision, decisions, draws=draws, seed=seed)
        for model in models:
            try:
                values, weights, _ = settlement_draws(trial.solve(model))
            except WinsetError:
                continue
            if len(values):
                points[model_name(model)][decision.id] = quantile(values, weights, 0.5) / 100.0
    return points
