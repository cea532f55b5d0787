"""Forecasts: draws of outcomes with their provenance."""

import json
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
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
from winset.forecast.draws import StoredDraws, WeightedDraws
from winset.forecast.histogram import Tally, edges_of, read_tally
from winset.forecast.long_runs import gather, state_of
from winset.forecast.provenance import Provenance, read_provenance
from winset.forecast.saved_arrays import DRAW_SHAPES, MAY_LACK, Shape, check_arrays, read_arrays
from winset.forecast.tasks import ALL_DRAWN, DRAWN, MOST_KEPT, Task, ThisProcess, Workers, certain
from winset.models import Model, Outcome, make_model, parameters
from winset.models.defaults import DRAWS, SEED
from winset.models.version import UNKNOWN, code_digest, compare_code, winset_version

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

FloatArray = NDArray[np.float64]
PROBABILITIES = (0.1, 0.25, 0.5, 0.75, 0.9)
_TALLY = "tally_"


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueSummary:
    """A forecast of one issue, in the issue's own units.

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

    All draws are kept up to `MOST_KEPT`. Of a longer forecast the arrays over draws hold the first
    ones only, and ``tally`` all of them, added up; the methods below answer from all draws.

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
        tally: of all draws; None where all of them are kept.
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
    tally: Tally | None = None

    @property
    def draws(self) -> int:
        """How many draws."""
        return int(self.settlement.shape[0]) if self.tally is None else self.tally.draws

    @property
    def counted(self) -> WeightedDraws:
        """All draws, kept one by one or added up, to ask of by an issue's place."""
        if self.tally is not None:
            return self.tally
        return StoredDraws(Outcome(**{name: getattr(self, name) for name in ALL_DRAWN}))

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
        Draws that are added up stand together, each group at the mean of its cell.
        """
        return self.counted.settled(self.index(issue))

    def quantile(self, issue: str, share: float) -> float:
        """Return the settlement below which ``share`` of the belief lies, given an agreement."""
        return self.quantiles(issue, [share])[0]

    def quantiles(self, issue: str, shares: Sequence[float]) -> tuple[float, ...]:
        """Return `quantile` for each of ``shares``, sorting the draws once."""
        return self.counted.quantiles(self.index(issue), shares)

    def probability(self, issue: str, low: float, high: float) -> float:
        """Return the probability of an agreement that settles within [``low``, ``high``]."""
        return self.chance(issue, low, high)[0]

    def chance(
        self, issue: str, low: float = -math.inf, high: float = math.inf
    ) -> tuple[float, float]:
        """Return the probability of an agreement within [``low``, ``high``] and its error.

        The error is the Monte Carlo standard error; NaN with a single draw.
        """
        return self.counted.chance(self.index(issue), low, high)

    def agreed(self, *issues: str) -> tuple[float, float] | None:
        """Return the probability of an agreement on all of ``issues`` and its Monte Carlo error.

        All issues of the case if none is named; None where the model takes it for granted.

        Raises:
            WinsetError: when the forecast did not look at these issues together.
        """
        places = sorted({self.index(issue) for issue in issues} or range(len(self.issues)))
        if len(places) == 1:
            return self.counted.agreed(places[0])
        names = tuple(self.issues[k] for k in places)
        if names not in self.sets:
            raise WinsetError(
                f"this forecast did not look at {', '.join(names)} together; let a question of the "
                f"case ask for agreement({', '.join(names)}), and make the forecast again"
            )
        return self.counted.agreed_together(self.sets.index(names))

    def summary(self) -> tuple[IssueSummary, ...]:
        """Return what the forecast says, issue by issue."""
        return tuple(self._summary(k, issue) for k, issue in enumerate(self.issues))

    def _summary(self, k: int, issue: str) -> IssueSummary:
        counted = self.counted
        agreed, (mean, error) = counted.agreed(k), counted.mean(k)
        return IssueSummary(
            issue=issue,
            title=self.titles[k],
            unit=self.units[k],
            agreement=None if agreed is None else agreed[0],
            agreement_error=None if agreed is None else agreed[1],
            mean=mean,
            mean_error=error,
            quantiles=dict(zip(PROBABILITIES, counted.quantiles(k, PROBABILITIES), strict=True)),
            opens=counted.opens(k),
            signed=counted.signed(k),
            converged=counted.converged(k),
        )

    def to_pandas(self) -> "pd.DataFrame":
        """Return one row a draw and issue: ``draw, issue, settlement, agreement``.

        Raises:
            WinsetError: when the forecast is too long to have kept its draws.
        """
        import pandas as pd

        self.all_kept("a table of draws")
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
        """Return a dataset over ``draw`` and ``issue``, its attributes saying how it was made.

        Raises:
            WinsetError: when the forecast is too long to have kept its draws.
        """
        import xarray as xr

        self.all_kept("a dataset of draws")
        arrays = {
            name: (("draw", "issue"), values)
            for name in DRAWN
            if (values := getattr(self, name)) is not None
        }
        attributes = {**self.made.plain(), "parameters": json.dumps(self.made.parameters)}
        coordinates = {"issue": list(self.issues), "unit": ("issue", list(self.units))}
        return xr.Dataset(arrays, coords=coordinates, attrs=attributes)

    def all_kept(self, output: str) -> None:
        """Do nothing if every draw was kept, which ``output`` needs.

        Raises:
            WinsetError: if not.
        """
        if self.tally is not None:
            raise WinsetError(
                f"{output} needs every draw; of {self.draws:,} draws only sums were kept; make the "
                f"forecast again with at most {MOST_KEPT:,}: they are the first of these"
            )

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
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, np.ndarray):
                yield field.name, value
        if self.tally is not None:
            for field in fields(Tally):
                yield f"{_TALLY}{field.name}", np.asarray(getattr(self.tally, field.name))


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
        values["tally"] = _tally(values, dict(sizes))
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


def _tally(values: dict[str, Any], sizes: dict[str, int]) -> Tally | None:
    """Return the tally among saved ``values``, taken out of them."""
    names = [name for name in values if name.startswith(_TALLY)]
    parts = {name.removeprefix(_TALLY): values.pop(name) for name in names}
    return read_tally(parts, sizes) if parts else None


def make_forecast(
    case: Case,
    model: Model,
    *,
    draws: int = DRAWS,
    seed: int = SEED,
    scenario: str | None = None,
    raw: bool = False,
    fitted: Fitted | None = None,
    workers: Workers | None = None,
    resume: Path | None = None,
    progress: Callable[[int], None] | None = None,
) -> Forecast:
    """Return the forecast of ``model`` on ``case``.

    More than `MOST_KEPT` draws are added up, in memory that does not grow with their number.

    Args:
        case: the case as coded.
        model: any model.
        draws: how many; a raw forecast of a case without ranges, by a model that draws nothing
            itself, has one.
        seed: of the random streams.
        scenario: name of one of the case's scenarios.
        raw: leave settlements as the model has them, without the spread of its known errors.
        fitted: calibrations to use; those that come with the package unless given.
        workers: who solves the draws, `winset.forecast.cluster.connect` makes some; by default this
            process. The forecast is the same in any case.
        resume: file in which a run of more than `MOST_KEPT` draws keeps what it has, so that the
            same call goes on where another one was stopped; or a folder, where every run has a
            file of its own. It stays until `forget_run`.
        progress: called with the number of draws done, after each chunk.

    Raises:
        WinsetError: when the model cannot be applied to the case, ``resume`` holds another run, or
            the workers are gone.
    """
    if draws < 1:
        raise WinsetError(f"draws must be 1 or more; found {draws}")
    if not case.issues or not case.stances:
        raise WinsetError("the case has no stances yet: code at least one issue and one stance")
    changed = apply_scenario(case, scenario)
    if raw and certain(changed, model):
        draws = 1
    known = None if raw else fitted or shipped()
    provenance = Provenance(
        case=case.title,
        case_digest=case.digest,
        as_of=case.as_of.isoformat(),
        scenario=scenario or BASE,
        model=model.name,
        parameters=parameters(model),
        seed=seed,
        version=winset_version(),
        code=code_digest(),
        calibration=None if known is None else known.summary(model.name),
    )
    edges = edges_of(changed) if draws > MOST_KEPT else None
    ids, sets = [issue.id for issue in changed.issues], joint_sets(changed)
    task = Task(
        case=changed,
        model=model,
        seed=seed,
        draws=draws,
        edges=edges,
        calibration=None if known is None else known.of(model.name),
        sets=tuple(tuple(map(ids.index, names)) for names in sets),
    )
    state = None if resume is None else state_of(resume, provenance.run(draws))
    gathered = gather(task, workers or ThisProcess(), state=state, progress=progress)
    arrays: dict[str, Any] = gathered.joined()
    return Forecast(
        made=provenance,
        issues=tuple(issue.id for issue in case.issues),
        titles=tuple(issue.title for issue in case.issues),
        units=tuple(issue.scale.unit for issue in case.issues),
        low=np.array([issue.scale.low for issue in case.issues], float),
        high=np.array([issue.scale.high for issue in case.issues], float),
        tally=gathered.tally,
        sets=sets,
        **arrays,
    )


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


def forget_run(forecast: Forecast, resume: Path) -> None:
    """Remove what `make_forecast` has kept of ``forecast`` in ``resume``, once it is safe."""
    state_of(resume, forecast.made.run(forecast.draws)).drop()


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
        make_model(provenance.model, provenance.parameters),
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
    if provenance.code not in (UNKNOWN, code_digest()):
        changes.append(f"it was made by {compare_code(provenance.code)}, {provenance.code[:12]}")
    known = shipped().summary(provenance.model)
    if provenance.calibration is not None and provenance.calibration != known:
        changes.append(
            f"it was calibrated by {provenance.calibration['decisions']} decisions with the digest "
            f"{provenance.calibration['table'][:12]}, now by {known['decisions']} with "
            f"{known['table'][:12]}"
        )
    return tuple(changes)
