"""Forecasts: draws of outcomes with how they were made."""

import json
import math
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from winset.batch import sample, uncertain_cells
from winset.case.folder import write_file
from winset.case.model import Case
from winset.case.scenarios import BASE, apply_scenario
from winset.errors import WinsetError
from winset.models import Model, RoundsModel, make_model, parameters

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

FloatArray = NDArray[np.float64]
CHUNK = 16_384
TRACED = 256  # draws whose rounds are held at once
DRAWN = ("settlement", "agreement", "open", "signed", "converged", "rounds")
PROBABILITIES = (0.1, 0.25, 0.5, 0.75, 0.9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """How a forecast came about: enough to make it again, byte for byte.

    Attributes:
        case: title of the case.
        case_digest: digest of the case before any scenario.
        as_of: its date.
        scenario: name of the scenario, ``base`` for the case as coded.
        model: name of the model.
        parameters: of the model, in the form that `make_model` reads.
        seed: of the random streams.
        version: of this package.
    """

    case: str
    case_digest: str
    as_of: str
    scenario: str
    model: str
    parameters: dict[str, Any]
    seed: int
    version: str


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
    """

    made: Made
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
        """Return the settlements on ``issue``, own units, and how much each draw counts.

        A draw counts by its probability of an agreement; one without an agreement is left out.
        """
        k = self.index(issue)
        values = self.settlement[:, k]
        weights = np.ones(self.draws) if self.agreement is None else self.agreement[:, k]
        there = ~np.isnan(values) & (weights > 0.0)
        return values[there], weights[there]

    def quantile(self, issue: str, share: float) -> float:
        """Return the settlement below which ``share`` of the belief lies, given an agreement."""
        values, weights = self.settled(issue)
        if not len(values):
            return math.nan
        return float(np.quantile(values, share, weights=weights, method="inverted_cdf"))

    def probability(self, issue: str, low: float, high: float) -> float:
        """Return the probability of an agreement that settles within [``low``, ``high``]."""
        values, weights = self.settled(issue)
        inside = weights[(values >= low) & (values <= high)].sum()
        return float(inside / self.draws)

    def agreed(self, issue: str) -> tuple[float, float] | None:
        """Return the probability of an agreement on ``issue`` and its Monte Carlo error."""
        if self.agreement is None:
            return None
        chance = self.agreement[:, self.index(issue)]
        error = chance.std(ddof=1) / math.sqrt(self.draws) if self.draws > 1 else math.nan
        return float(chance.mean()), float(error)

    def summary(self) -> tuple[IssueSummary, ...]:
        """Return what the forecast says, issue by issue."""
        return tuple(self._summary(k, issue) for k, issue in enumerate(self.issues))

    def _summary(self, k: int, issue: str) -> IssueSummary:
        values, weights = self.settled(issue)
        agreed = self.agreed(issue)
        mean = error = math.nan
        if len(values):
            mean = float(np.average(values, weights=weights))
            spread = np.sqrt((weights**2 * (values - mean) ** 2).sum())
            error = float(spread / weights.sum()) if len(values) > 1 else math.nan
        return IssueSummary(
            issue=issue,
            title=self.titles[k],
            unit=self.units[k],
            agreement=None if agreed is None else agreed[0],
            agreement_error=None if agreed is None else agreed[1],
            mean=mean,
            mean_error=error,
            quantiles={share: self.quantile(issue, share) for share in PROBABILITIES},
            opens=None if self.open is None else float(self.open[:, k].mean()),
            signed=self._signed(k),
            converged=None if self.converged is None else float(self.converged[:, k].mean()),
        )

    def _signed(self, k: int) -> float | None:
        if self.signed is None:
            return None
        opens = 1.0 if self.open is None else self.open[:, k]
        return float((opens * self.signed[:, k]).mean())

    def to_pandas(self) -> "pd.DataFrame":
        """Return one row a draw and issue: ``draw, issue, settlement, agreement``."""
        import pandas as pd

        draw, issue = np.indices(self.settlement.shape)
        columns: dict[str, Any] = {
            "draw": draw.ravel(),
            "issue": np.array(self.issues)[issue.ravel()],
            "settlement": self.settlement.ravel(),
        }
        for name in DRAWN[1:]:
            if (values := getattr(self, name)) is not None:
                columns[name] = values.ravel()
        return pd.DataFrame(columns)

    def to_xarray(self) -> "xr.Dataset":
        """Return a dataset over ``draw`` and ``issue``, its attributes saying how it was made."""
        import xarray as xr

        arrays = {
            name: (("draw", "issue"), values)
            for name in DRAWN
            if (values := getattr(self, name)) is not None
        }
        attributes = {**_plain(self.made), "parameters": json.dumps(self.made.parameters)}
        coordinates = {"issue": list(self.issues), "unit": ("issue", list(self.units))}
        return xr.Dataset(arrays, coords=coordinates, attrs=attributes)

    def save(self, path: str | Path) -> None:
        """Write the forecast to ``path``: the same forecast always makes the same bytes."""
        import io

        out = io.BytesIO()
        np.savez_compressed(out, **dict(self._arrays()))
        write_file(Path(path), out.getvalue())

    def _arrays(self) -> Iterator[tuple[str, Any]]:
        said = {
            "made": _plain(self.made),
            "issues": self.issues,
            "titles": self.titles,
            "units": self.units,
        }
        yield "said", np.array(json.dumps(said, ensure_ascii=False, sort_keys=True))
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, np.ndarray):
                yield field.name, value


def load_forecast(path: str | Path) -> Forecast:
    """Return the forecast saved at ``path``.

    Raises:
        WinsetError: when there is none, or the file is something else.
    """
    try:
        with Path(path).open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            said = json.loads(str(arrays["said"]))
            values: dict[str, Any] = {name: arrays[name] for name in arrays if name != "said"}
        values |= {name: tuple(said[name]) for name in ("issues", "titles", "units")}
        return Forecast(made=Made(**said["made"]), **values)
    except FileNotFoundError:
        raise WinsetError(f"{path}: no such file") from None
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise WinsetError(f"{path}: not a saved forecast ({error})") from None


def make_forecast(
    case: Case,
    model: Model,
    *,
    draws: int = 5_000,
    seed: int = 0,
    scenario: str | None = None,
    progress: Callable[[int], None] | None = None,
) -> Forecast:
    """Return the forecast of ``model`` on ``case``.

    Args:
        case: the case as coded.
        model: any model.
        draws: how many; a case without ranges runs once under a model that draws nothing itself.
        seed: of the random streams.
        scenario: name of one of the case's scenarios.
        progress: called with the number of draws done, after each chunk.

    Raises:
        WinsetError: when the model cannot be applied to the case.
    """
    if draws < 1:
        raise WinsetError(f"draws must be 1 or more; found {draws}")
    if not case.issues or not case.stances:
        raise WinsetError("the case has no stances yet: code at least one issue and one stance")
    changed = apply_scenario(case, scenario)
    if not model.random and not uncertain_cells(changed):
        draws = 1
    parts = []
    for first in range(0, draws, CHUNK):
        batch = sample(changed, min(CHUNK, draws - first), seed=seed, first=first)
        outcome = model.solve(batch)
        parts.append((batch.in_units(outcome.settlement), outcome))
        if progress is not None:
            progress(first + batch.draws)

    def joined(name: str) -> Any:
        values = [getattr(outcome, name) for _, outcome in parts]
        return None if values[0] is None else np.concatenate(values)

    return Forecast(
        made=Made(
            case=case.title,
            case_digest=case.digest,
            as_of=case.as_of.isoformat(),
            scenario=scenario or BASE,
            model=model.name,
            parameters=parameters(model),
            seed=seed,
            version=version("winset"),
        ),
        issues=tuple(issue.id for issue in case.issues),
        titles=tuple(issue.title for issue in case.issues),
        units=tuple(issue.scale.unit for issue in case.issues),
        low=np.array([issue.scale.low for issue in case.issues], float),
        high=np.array([issue.scale.high for issue in case.issues], float),
        settlement=np.concatenate([settlement for settlement, _ in parts]),
        **{name: joined(name) for name in DRAWN[1:]},
    )


def rounds_table(case: Case, model: RoundsModel, forecast: Forecast) -> str:
    """Return every round's positions as CSV, own units, unrounded, the draws of ``forecast``.

    Columns: ``draw, round, actor, issue, position``; round 0 is the start. An actor without a
    stance on an issue has no line there.
    """
    changed = apply_scenario(case, forecast.made.scenario)
    lines = ["draw,round,actor,issue,position\n"]
    for first in range(0, forecast.draws, TRACED):
        draws = min(TRACED, forecast.draws - first)
        batch = sample(changed, draws, seed=forecast.made.seed, first=first)
        traced = model.trace(batch)
        position = batch.in_units(traced.position)
        for draw, turn, actor, issue in np.ndindex(*position.shape):
            if turn <= traced.rounds[draw, issue] and batch.present[actor, issue]:
                value = float(position[draw, turn, actor, issue])
                names = f"{batch.actors[actor]},{batch.issues[issue]}"
                lines.append(f"{first + draw},{turn},{names},{value!r}\n")
    return "".join(lines)


def repeat_forecast(forecast: Forecast, case: Case) -> Forecast:
    """Return the forecast made again from ``case`` in the way that ``forecast`` was."""
    made = forecast.made
    return make_forecast(
        case,
        make_model(made.model, made.parameters),
        draws=forecast.draws,
        seed=made.seed,
        scenario=made.scenario,
    )


def what_changed(forecast: Forecast, case: Case) -> tuple[str, ...]:
    """Return what differs now from when ``forecast`` was made, in words; empty if nothing."""
    made, found = forecast.made, []
    if made.case_digest != case.digest:
        found.append(
            f"the case has changed: digest {case.digest[:12]}, the forecast was made from "
            f"{made.case_digest[:12]}"
        )
    if made.version != version("winset"):
        found.append(f"the package is {version('winset')}, the forecast was made by {made.version}")
    return tuple(found)


def _plain(made: Made) -> dict[str, Any]:
    return {field.name: getattr(made, field.name) for field in fields(made)}
