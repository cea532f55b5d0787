"""Forecasts: draws of outcomes with how they were made."""

import json
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from winset.case.folder import write_file
from winset.case.model import Case
from winset.case.quantities import parse_quantity
from winset.case.scenarios import BASE, apply_scenario
from winset.errors import WinsetError
from winset.forecast.calibration import Fitted, shipped
from winset.forecast.draws import BY_DRAW, BY_ISSUE, CHUNK, CaseDraws, case_draws, compute_draws
from winset.forecast.provenance import Provenance, read_provenance
from winset.forecast.quantiles import quantiles
from winset.forecast.saved_arrays import DRAW_SHAPES, MAY_LACK, Shape, check_arrays, read_arrays
from winset.models import Model, code_of, find_model, model_name, parameters
from winset.models.defaults import DRAWS, SEED
from winset.models.version import UNKNOWN, compare_code, winset_version

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

FloatArray = NDArray[np.float64]
PROBABILITIES = (0.1, 0.25, 0.5, 0.75, 0.9)
MOST_DRAWS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueSummary:
    """What a forecast says of one issue, in the issue's own units.

    Attributes:
        agreement: probability of an agreement; None where the model takes it for granted.
        agreement_error: Monte Carlo standard error of ``agreement``.
        mean: of the settlement, given an agreement; NaN if no draw has one.
        mean_error: Monte Carlo standard error of ``mean``.
        quantiles: share to settlement, given an agreement.
        opens: probability that the issue opens at all; None where issues are not linked.
        signed: probability that it opens and something is signed; None where signing and ratifying
            are one. What exceeds ``agreement`` is signed and then refused at home.
        converged: share of draws whose rounds had settled down; None without rounds.
    """

    issue: str
    title: str
    unit: str
    agreement: float | None
    agreement_error: float | None
    mean: float
    mean_error: float
    quantiles: dict[float, float]
    opens: float | None
    signed: float | None
    converged: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """Draws of one model's outcomes on one case.

    Attributes:
        made: how it was made.
        issues: ids, in the order of the issue axis.
        titles: of the issues.
        units: of the issues.
        low: ``(issue,)``, low end of the scale, own units.
        high: ``(issue,)``, high end.
        settlement: ``(draw, issue)``, own units; NaN where the draw ends without an agreement.
        agreement: ``(draw, issue)``, probability that the draw ends in one; None where the model
            takes it for granted.
        open: ``(draw, issue)``, probability that the issue opens; None where issues are not linked.
        signed: ``(draw, issue)``, whether an open issue is signed; None where signing and
            ratifying are one.
        converged: ``(draw, issue)``; None for a model without rounds.
        rounds: ``(draw, issue)``; None for a model without rounds.
        sets: ids of issues whose agreement together was asked for, each in the order of the issue
            axis; all of them, and those that a question of the case names.
        together: ``(draw, set)``, probability that all issues of a set are agreed; None where the
            model takes agreement for granted.
        solver: the model that made it; None in one that was read from a file: see `model`.
    """

    made: Provenance
    issues: tuple[str, ...]
    titles: tuple[str, ...]
    units: tuple[str, ...]
    low: FloatArray
    high: FloatArray
    settlement: FloatArray
    agreement: FloatArray | None = None
    open: FloatArray | None = None
    signed: NDArray[np.bool_] | None = None
    converged: NDArray[np.bool_] | None = None
    rounds: NDArray[np.int64] | None = None
    sets: tuple[tuple[str, ...], ...] = ()
    together: FloatArray | None = None
    solver: Model | None = field(default=None, compare=False, repr=False)

    @property
    def model(self) -> Model:
        """The model that made it, with its parameters.

        Raises:
            WinsetError: when it was read from a file and its model cannot be found here.
        """
        return self.solver or find_model(self.made.model, self.made.parameters)

    @property
    def draws(self) -> int:
        """How many draws."""
        return int(self.settlement.shape[0])

    def index(self, issue: str) -> int:
        """Return the place of ``issue`` on the issue axis."""
        if issue not in self.issues:
            raise WinsetError(
                f"no issue “{issue}” in this forecast; it has {', '.join(self.issues)}"
            )
        return self.issues.index(issue)

    def settled(self, issue: str) -> tuple[FloatArray, FloatArray]:
        """Return the settlements on ``issue``, own units, and how much each counts.

        A draw counts by its probability of an agreement; one without an agreement is left out.
        """
        k = self.index(issue)
        values, weights = self.settlement[:, k], self._weights(k)
        settles = ~np.isnan(values) & (weights > 0.0)
        return values[settles], weights[settles]

    def _weights(self, k: int) -> FloatArray:
        return np.ones(self.draws) if self.agreement is None else self.agreement[:, k]

    def alike(self, issue: str) -> bool:
        """Return whether all draws that settle do so at the same point."""
        values, _ = self.settled(issue)
        return len(values) > 0 and float(np.ptp(values)) == 0.0

    def mean(self, issue: str) -> tuple[float, float]:
        """Return the mean settlement, given an agreement, and its Monte Carlo error."""
        values, weights = self.settled(issue)
        if not len(values):
            return math.nan, math.nan
        mean = float(np.average(values, weights=weights))
        spread = np.sqrt((weights**2 * (values - mean) ** 2).sum())
        return mean, float(spread / weights.sum()) if len(values) > 1 else math.nan

    def quantile(self, issue: str, share: float) -> float:
        """Return the settlement below which ``share`` of the belief lies, given an agreement."""
        return self.quantiles(issue, [share])[0]

    def quantiles(self, issue: str, shares: Sequence[float]) -> tuple[float, ...]:
        """Return `quantile` for each of ``shares``, sorting the draws once."""
        values, weights = self.settled(issue)
        if not len(values):
            return (math.nan,) * len(shares)
        return tuple(float(value) for value in quantiles(values, weights, shares))

    def probability(self, issue: str, low: float, high: float) -> float:
        """Return the probability of an agreement that settles within [``low``, ``high``]."""
        return self.chance(issue, low, high)[0]

    def chance(
        self, issue: str, low: float = -math.inf, high: float = math.inf
    ) -> tuple[float, float]:
        """Return the probability of an agreement within [``low``, ``high``] and its error.

        The error is the Monte Carlo standard error; NaN with a single draw.
        """
        k = self.index(issue)
        values = self.settlement[:, k]
        # A draw without an agreement has NaN there, which lies within no bounds.
        return _mean(np.where((values >= low) & (values <= high), self._weights(k), 0.0))

    def agreed(self, *issues: str) -> tuple[float, float] | None:
        """Return the probability of an agreement on all of ``issues`` and its Monte Carlo error.

        All issues of the case if none is named; None where the model takes it for granted.

        Raises:
            WinsetError: when the forecast did not look at these issues together.
        """
        places = sorted({self.index(issue) for issue in issues} or range(len(self.issues)))
        if len(places) == 1:
            return None if self.agreement is None else _mean(self.agreement[:, places[0]])
        names = tuple(self.issues[k] for k in places)
        if names not in self.sets:
            raise WinsetError(
                f"this forecast did not look at {', '.join(names)} together; let a question of the "
                f"case ask for agreement({', '.join(names)}), and make the forecast again"
            )
        return None if self.together is None else _mean(self.together[:, self.sets.index(names)])

    def opens(self, issue: str) -> float | None:
        """Return the probability that ``issue`` opens; None where issues are not linked."""
        return _share(self.open, self.index(issue))

    def signs(self, issue: str) -> float | None:
        """Return the probability that ``issue`` opens and is signed; None if not told apart."""
        if self.open is None or self.signed is None:
            return _share(self.signed, self.index(issue))
        return _share(self.open * self.signed, self.index(issue))

    def settles_down(self, issue: str) -> float | None:
        """Return the share of draws whose rounds had settled down; None without rounds."""
        return _share(self.converged, self.index(issue))

    def summary(self) -> tuple[IssueSummary, ...]:
        """Return what the forecast says, issue by issue."""
        return tuple(self._summary(k, issue) for k, issue in enumerate(self.issues))

    def _summary(self, k: int, issue: str) -> IssueSummary:
        agreed, (mean, error) = self.agreed(issue), self.mean(issue)
        return IssueSummary(
            issue=issue,
            title=self.titles[k],
            unit=self.units[k],
            agreement=None if agreed is None else agreed[0],
            agreement_error=None if agreed is None else agreed[1],
            mean=mean,
            mean_error=error,
            quantiles=dict(zip(PROBABILITIES, self.quantiles(issue, PROBABILITIES), strict=True)),
            opens=self.opens(issue),
            signed=self.signs(issue),
            converged=self.settles_down(issue),
        )

    def to_pandas(self) -> "pd.DataFrame":
        """Return one row a draw and issue: ``draw, issue, settlement, agreement``."""
        import pandas as pd

        draw, issue = np.indices(self.settlement.shape)
        columns: dict[str, Any] = {
            "draw": draw.ravel(),
            "issue": np.array(self.issues)[issue.ravel()],
            "settlement": self.settlement.ravel(),
        }
        for name in BY_ISSUE[1:]:
            if (values := getattr(self, name)) is not None:
                columns[name] = values.ravel()
        return pd.DataFrame(columns)

    def to_xarray(self) -> "xr.Dataset":
        """Return a dataset over ``draw`` and ``issue``, its attributes saying how it was made."""
        import xarray as xr

        arrays = {
            name: (("draw", "issue"), values)
            for name in BY_ISSUE
            if (values := getattr(self, name)) is not None
        }
        attributes = {**self.made.plain(), "parameters": json.dumps(self.made.parameters)}
        coordinates = {"issue": list(self.issues), "unit": ("issue", list(self.units))}
        return xr.Dataset(arrays, coords=coordinates, attrs=attributes)

    def save(self, path: str | Path) -> None:
        """Write the forecast to ``path``: the same forecast always makes the same bytes."""
        import io

        out = io.BytesIO()
        np.savez_compressed(out, **dict(self._arrays()))
        write_file(Path(path), out.getvalue())

    def _arrays(self) -> Iterator[tuple[str, Any]]:
        header = {
            "made": self.made.plain(),
            "issues": self.issues,
            "titles": self.titles,
            "units": self.units,
            "sets": self.sets,
        }
        yield "said", np.array(json.dumps(header, ensure_ascii=False, sort_keys=True))
        for entry in fields(self):
            value = getattr(self, entry.name)
            if isinstance(value, np.ndarray):
                yield entry.name, value


def _share(values: FloatArray | NDArray[np.bool_] | None, k: int) -> float | None:
    return None if values is None else float(values[:, k].mean())


def _mean(values: FloatArray) -> tuple[float, float]:
    """Return the mean over draws and its Monte Carlo error, NaN for a single draw."""
    error = values.std(ddof=1) / math.sqrt(len(values)) if len(values) > 1 else math.nan
    return float(values.mean()), float(error)


def load_forecast(path: str | Path) -> Forecast:
    """Return the forecast saved at ``path``.

    Raises:
        WinsetError: when there is none, or the file is something else.
    """
    try:
        header, values = read_arrays(path)
        provenance = read_provenance(header["made"])
        words = {name: _words(header[name]) for name in ("issues", "titles", "units")}
        sets = tuple(map(_words, header.get("sets", ())))
        sizes = {"issue": len(words["issues"])}
        if any(len(some) != sizes["issue"] for some in words.values()):
            raise ValueError("issues, titles and units must be as many")
        values |= words | {"sets": sets}
        if any(name.startswith("tally_") for name in values):
            raise ValueError(
                "an earlier version added its draws up instead of keeping them; make the forecast "
                f"again with at most {MOST_DRAWS:,} draws"
            )
        sizes["set"] = len(sets)
        check_arrays(values, _SCALE | DRAW_SHAPES, sizes, optional=MAY_LACK)
        if (
            not sizes["draw"]
            or not (np.isfinite(values["low"]) & np.isfinite(values["high"])).all()
        ):
            raise ValueError("it must have a draw, and every scale two ends")
        return Forecast(made=provenance, **values)
    except FileNotFoundError:
        raise WinsetError(f"{path}: no such file") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WinsetError(f"{path}: not a saved forecast ({error})") from None


_SCALE: dict[str, Shape] = {"low": ("f", ("issue",)), "high": ("f", ("issue",))}


def _words(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        raise ValueError("issues, titles, units and sets must be lists of words")
    return tuple(value)


def make_forecast(
    case: Case,
    model: Model,
    *,
    draws: int = DRAWS,
    seed: int = SEED,
    scenario: str | None = None,
    raw: bool = False,
    fitted: Fitted | None = None,
    progress: Callable[[int], None] | None = None,
) -> Forecast:
    """Return the forecast of ``model`` on ``case``.

    Args:
        case: the case as coded.
        model: any model.
        draws: how many, at most `MOST_DRAWS`; a raw forecast of a case without ranges, by a model
            that draws nothing itself, has one.
        seed: of the random streams.
        scenario: name of one of the case's scenarios.
        raw: leave settlements as the model has them, without the spread of its known errors.
        fitted: calibrations to use; those that come with the package unless given.
        progress: called with the number of draws done, after each chunk.

    Raises:
        WinsetError: when the model cannot be applied to the case, or there are too many draws.
    """
    if draws < 1:
        raise WinsetError(f"draws must be 1 or more; found {draws}")
    if draws > MOST_DRAWS:
        raise WinsetError(
            f"draws must be {MOST_DRAWS:,} or fewer; found {draws:,}; with that many, chance moves "
            "no probability by more than 0.002"
        )
    if not case.issues or not case.stances:
        raise WinsetError("the case has no stances yet: code at least one issue and one stance")
    changed = apply_scenario(case, scenario)
    known = None if raw else fitted or shipped()
    name = model_name(model)
    provenance = Provenance(
        case=case.title,
        case_digest=case.digest,
        as_of=case.as_of.isoformat(),
        scenario=scenario or BASE,
        model=name,
        parameters=parameters(model),
        seed=seed,
        version=winset_version(),
        code=code_of(model),
        calibration=None if known is None else known.summary(name),
    )
    ids, sets = [issue.id for issue in changed.issues], joint_sets(changed)
    low = np.array([issue.scale.low for issue in case.issues], float)
    high = np.array([issue.scale.high for issue in case.issues], float)
    width = np.array([issue.scale.width for issue in case.issues], float)
    outcome = compute_draws(
        changed,
        model,
        draws=draws,
        seed=seed,
        calibration=None if known is None else known.of(name),
        sets=tuple(tuple(map(ids.index, names)) for names in sets),
        progress=progress,
    )
    columns: dict[str, Any] = {name: getattr(outcome, name) for name in BY_DRAW[1:]}
    return Forecast(
        made=provenance,
        issues=tuple(issue.id for issue in case.issues),
        titles=tuple(issue.title for issue in case.issues),
        units=tuple(issue.scale.unit for issue in case.issues),
        low=low,
        high=high,
        sets=sets,
        solver=model,
        settlement=low + outcome.settlement * width,
        **columns,
    )


def forecast_draws(case: Case, forecast: Forecast, *, most: int) -> CaseDraws:
    """Return the first draws that ``forecast`` was made from, at most ``most``."""
    changed = apply_scenario(case, forecast.made.scenario)
    run = min(forecast.draws, CHUNK)
    return case_draws(changed, run, seed=forecast.made.seed).first(most)


def joint_sets(case: Case) -> tuple[tuple[str, ...], ...]:
    """Return the sets of issues whose agreement together ``case`` asks for: all of them first."""
    known = [issue.id for issue in case.issues]
    sets = [tuple(known)]
    for question in case.questions:
        answer = () if question.answer is None else (question.answer,)
        for text in (*answer, *question.options.values()):
            quantity = parse_quantity(text)
            if quantity.kind == "agreement":
                sets.append(quantity.issues(known))
    return tuple(dict.fromkeys(names for names in sets if len(names) > 1))


def repeat_forecast(forecast: Forecast, case: Case, *, fitted: Fitted | None = None) -> Forecast:
    """Return the forecast made again from ``case`` in the way that ``forecast`` was.

    Args:
        forecast: as it was made.
        case: what it shall be made from.
        fitted: the calibrations that it used, if they were not the package's own.
    """
    provenance = forecast.made
    return make_forecast(
        case,
        forecast.model,
        draws=forecast.draws,
        seed=provenance.seed,
        scenario=provenance.scenario,
        raw=provenance.calibration is None,
        fitted=fitted,
    )


def what_changed(forecast: Forecast, case: Case) -> tuple[str, ...]:
    """Return what differs now from when ``forecast`` was made, in words; empty if nothing."""
    provenance, changes = forecast.made, []
    if provenance.case_digest != case.digest:
        changes.append(
            f"the case has changed: digest {case.digest[:12]}, the forecast was made from "
            f"{provenance.case_digest[:12]}"
        )
    if provenance.version != winset_version():
        changes.append(
            f"the package is {winset_version()}, the forecast was made by {provenance.version}"
        )
    try:
        code = code_of(forecast.model)
    except WinsetError as error:
        changes.append(f"its model is not here: {error}")
    else:
        if provenance.code not in (UNKNOWN, code):
            difference = compare_code(provenance.code, code)
            changes.append(f"it was made by {difference}, {provenance.code[:12]}")
    known = shipped().summary(provenance.model)
    if provenance.calibration is not None and provenance.calibration != known:
        changes.append(
            f"it was calibrated by {provenance.calibration['decisions']} decisions with the digest "
            f"{provenance.calibration['table'][:12]}, now by {known['decisions']} with "
            f"{known['table'][:12]}"
        )
    return tuple(changes)
