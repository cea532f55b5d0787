"""From what a model says to how wrong such forecasts have been: calibrated draws.

A model's draws know the coder's uncertainty and the model's own, not how far the model misses.
Decisions whose outcome is known say that (`winset backtest`). What they say is kept, with its
provenance, in ``calibration.json``, and applied draw by draw:

1. the settlement is pulled towards the middle of the scale, ``0.5 + slope × (settlement − 0.5)``;
2. mostly an error is added, one that was seen, in units of the spread of positions (the standard
   deviation by influence × salience): parties far apart are forecast worse;
3. in a share of the draws somebody has his way: the settlement is an actor's position, drawn by
   weight, brought nearer to the model's point by a twentieth;
4. in a share of the draws the case tells nothing: the outcome of any other decision.

The errors are those of decisions coded without ranges, so a case with wide ranges is spread twice,
and its interval is, if anything, too wide. Whether there is an agreement at all is left untouched.
"""

import hashlib
import json
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np

from winset.errors import WinsetError
from winset.models.base import FloatArray, Outcome
from winset.models.batch import Batch
from winset.models.central import stance_weights

FILE = Path(__file__).with_name("calibration.json")
LEAST_SPREAD = 0.05  # of the scale: even where all say the same, decisions surprise
NEARER = 0.05  # an interval that ends at the end of the scale could not be missed there
BORROWED_FROM = "mean"


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """What the past says of one model's errors.

    Attributes:
        name: of the model it was measured on.
        slope: how much of the distance from the middle of the scale is kept.
        positions: share of the draws in which an actor has his way.
        climatology: share of the draws that ignore the case.
        errors: ``(error,)``, sizes of the residuals in units of the spread, rising; both signs are
            as likely.
        outcomes: ``(outcome,)``, distances of outcomes from the middle of the scale, shares of it,
            rising; both sides are as likely.
    """

    name: str
    slope: float
    positions: float
    climatology: float
    errors: tuple[float, ...]
    outcomes: tuple[float, ...]

    def centre(self, settlement: FloatArray) -> FloatArray:
        """Return ``settlement``, shares of the scale, pulled towards the middle."""
        return 0.5 + self.slope * (settlement - 0.5)

    def apply(self, batch: Batch, outcome: Outcome) -> Outcome:
        """Return ``outcome`` with calibrated settlements; draws without an agreement stay so.

        Args:
            batch: what was solved; random numbers come from its own streams.
            outcome: ``(draw, issue)`` of the same batch.
        """
        settlement = np.array(outcome.settlement)
        of = batch.position, batch.influence, batch.salience, batch.present
        weights, around = batch.once("spread", of, partial(weights_and_spread, batch))
        centre = self.centre(settlement)
        for k, issue in enumerate(batch.issues):
            which = batch.shares(f"calibration/{issue}/which")
            uniform = batch.shares(f"calibration/{issue}/luck")
            error = _signed(np.array(self.errors), uniform) * around[:, k]
            own = np.clip(centre[:, k] + error, 0.0, 1.0)
            won = np.flatnonzero(which < self.positions)
            position = _picked(batch.position[won, :, k], weights[won, :, k], uniform[won])
            past = 0.5 + (1.0 - NEARER) * _signed(np.array(self.outcomes), uniform)
            drawn = np.where(which < self.positions + self.climatology, past, own)
            drawn[won] = position + NEARER * (centre[won, k] - position)
            settlement[:, k] = np.where(np.isnan(settlement[:, k]), np.nan, drawn)
        return replace(outcome, settlement=settlement)

    def distribution(
        self, settlement: float, position: FloatArray, weight: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Return the values and weights that `apply` draws from, for one issue without ranges.

        Args:
            settlement: the model's, share of the scale.
            position: ``(actor,)``, shares of the scale.
            weight: ``(actor,)``, influence × salience, not all 0.
        """
        centre = float(self.centre(np.array(settlement)))
        around = deviation(position, weight)
        errors, outcomes = np.array(self.errors), np.array(self.outcomes)
        own = np.clip(centre + around * np.concatenate([-errors, errors]), 0.0, 1.0)
        won = position + NEARER * (centre - position)
        past = 0.5 + (1.0 - NEARER) * np.concatenate([-outcomes, outcomes])
        rest = max(0.0, 1.0 - self.positions - self.climatology)
        shares = (
            np.full(len(own), rest / len(own)),
            self.positions * weight / weight.sum(),
            np.full(len(past), self.climatology / len(past)),
        )
        return np.concatenate([own, won, past]), np.concatenate(shares)


def deviation(position: FloatArray, weight: FloatArray) -> float:
    """Return the weighted standard deviation of positions, a little more than nothing at least."""
    mean = np.average(position, weights=weight)
    variance = np.average((position - mean) ** 2, weights=weight)
    return float(np.sqrt(variance + LEAST_SPREAD**2))


def weights_and_spread(batch: Batch) -> tuple[FloatArray, FloatArray]:
    """Return ``(draw, actor, issue)`` weights, and ``(draw, issue)`` `deviation` by them."""
    weights = stance_weights(batch, "influence-salience")
    total = np.einsum("dai->di", weights)
    pull = weights * batch.position
    mean = np.einsum("dai->di", pull) / total
    square = np.einsum("dai,dai->di", pull, batch.position) / total
    return weights, np.sqrt(np.maximum(square - mean**2, 0.0) + LEAST_SPREAD**2)


def _signed(sizes: FloatArray, uniform: FloatArray) -> FloatArray:
    """Return sizes with either sign: negative where ``uniform`` lies below a half."""
    places = np.minimum((np.abs(2.0 * uniform - 1.0) * len(sizes)).astype(np.int64), len(sizes) - 1)
    return np.where(uniform < 0.5, -1.0, 1.0) * sizes[places]


def _picked(position: FloatArray, weights: FloatArray, uniform: FloatArray) -> FloatArray:
    """Return ``(draw,)`` positions, an actor's by its weight."""
    below = np.cumsum(weights, axis=1)
    actor = (below <= (uniform * below[:, -1])[:, None]).sum(axis=1)
    last = np.minimum(actor, weights.shape[1] - 1)
    picked: FloatArray = np.take_along_axis(position, last[:, None], axis=1)[:, 0]
    return picked


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """The decisions that one fit did not see, and what it found.

    Attributes:
        unseen: keys of decisions (`decision_key`).
        calibrations: by model.
    """

    unseen: frozenset[str]
    calibrations: dict[str, Calibration]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """Calibrations of several models with where they come from.

    Attributes:
        source: whose decisions.
        table: digest of them.
        decisions: how many.
        groups: in how many groups.
        version: of the package that fitted them.
        calibrations: by model, from all decisions.
        missed: by model, mean absolute error of the calibrated median where a fit has not looked,
            points of a scale of 100.
        folds: from all but a tenth of the groups each, to score decisions that a fit has not seen.
    """

    source: str
    table: str
    decisions: int
    groups: int
    version: str
    calibrations: dict[str, Calibration]
    missed: dict[str, float]
    folds: tuple[Fold, ...] = ()

    def of(self, model: str) -> Calibration:
        """Return the calibration of ``model``, or the one that it must borrow."""
        return self.calibrations.get(model, self.calibrations[BORROWED_FROM])

    def summary(self, model: str) -> dict[str, Any]:
        """Return the summary of its calibration that a forecast of ``model`` records."""
        return {
            "source": self.source,
            "table": self.table,
            "decisions": self.decisions,
            "groups": self.groups,
            "measured_on": self.of(model).name,
            "missed": self.missed[self.of(model).name],
        }

    def blind(self, model: str, key: str) -> Calibration:
        """Return a calibration of ``model`` that has not seen the decision ``key``."""
        for fold in self.folds:
            if key in fold.unseen:
                return fold.calibrations.get(model, fold.calibrations[BORROWED_FROM])
        return self.of(model)


def decision_key(group: str, issue: str) -> str:
    """Return what a decision is called in the folds: a digest, so that no collection is told on."""
    return hashlib.sha256(f"{group}\t{issue}".encode()).hexdigest()[:12]


@cache
def shipped() -> Fitted:
    """Return the calibrations that come with the package."""
    return read_fitted(FILE)


def read_fitted(path: Path) -> Fitted:
    """Return the calibrations in a file that `winset calibrate` wrote.

    Raises:
        WinsetError: when it is something else.
    """
    try:
        content = json.loads(path.read_text("utf-8"))
        folds = tuple(
            Fold(unseen=frozenset(fold["unseen"]), calibrations=_calibrations(fold["calibrations"]))
            for fold in content.pop("folds")
        )
        fitted = Fitted(
            **{**content, "calibrations": _calibrations(content["calibrations"])}, folds=folds
        )
        fitted.of(BORROWED_FROM)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise WinsetError(f"{path}: not a file of calibrations ({error})") from None
    return fitted


def _calibrations(by_model: dict[str, Any]) -> dict[str, Calibration]:
    return {
        name: Calibration(
            name=name,
            slope=own["slope"],
            positions=own["positions"],
            climatology=own["climatology"],
            errors=tuple(own["errors"]),
            outcomes=tuple(own["outcomes"]),
        )
        for name, own in by_model.items()
    }


def fitted_text(fitted: Fitted) -> str:
    """Return ``fitted`` as the text of its file."""

    def plain(own: dict[str, Calibration]) -> dict[str, Any]:
        return {
            name: {
                "slope": c.slope,
                "positions": c.positions,
                "climatology": c.climatology,
                "errors": _rounded(c.errors),
                "outcomes": _rounded(c.outcomes),
            }
            for name, c in own.items()
        }

    content = {
        "source": fitted.source,
        "table": fitted.table,
        "decisions": fitted.decisions,
        "groups": fitted.groups,
        "version": fitted.version,
        "calibrations": plain(fitted.calibrations),
        "missed": fitted.missed,
        "folds": [
            {"unseen": sorted(f.unseen), "calibrations": plain(f.calibrations)}
            for f in fitted.folds
        ],
    }
    return (
        json.dumps(content, ensure_ascii=False, separators=(",", ":")).replace('"},', '"},\n')
        + "\n"
    )


def _rounded(values: tuple[float, ...]) -> list[float]:
    return [round(float(value), 4) for value in values]
