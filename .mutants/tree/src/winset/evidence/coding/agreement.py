"""Agreement between coders: Krippendorff's alpha for each field, and where they differ.

Units are statements that at least two coders read (`winset.evidence.coding.units`); proposals do
not count as a reading. Whether a statement holds (``status``) is compared over all of them, its
fields only between coders who accepted it. Alpha is nominal, and interval for ``value``: middles of
the ranges as shares of the issue's scale. The interval comes from resampling whole documents,
because statements of one text are alike.

References:
    Krippendorff 2019, Content Analysis, 4th ed., ch. 12.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from winset.case.model import Case
from winset.case.parts import Statement
from winset.errors import WinsetError
from winset.evidence.coding.units import Unit, units

FIELDS = ("status", "speaker", "issue", "kind", "value")
RESAMPLES = 1_000
SHARES = (0.025, 0.975)
Level = Literal["nominal", "interval"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldAgreement:
    """How far coders agree on one field.

    Attributes:
        level: of measurement.
        alpha: 1 agreement, 0 chance; NaN where no two values differ or nothing is compared, since
            agreement beyond chance is unknown then.
        low: 2.5th percentile over resampled documents, those without an alpha left out; NaN with
            fewer than two documents.
        high: 97.5th percentile.
        units: statements compared.
        documents: that they come from.
        alike: of the statements compared, those on which all coders say the same.
    """

    field: str
    level: Level
    alpha: float
    low: float
    high: float
    units: int
    documents: int
    alike: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """A statement and the field on which coders differ.

    Attributes:
        statement: its id, or each coder's where they differ.
        readings: coder to what the cell says.
    """

    document: str
    statement: str
    start: int
    end: int
    field: str
    readings: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How far coders agree, and where they differ.

    Attributes:
        alone: statements that only one of the coders has.
    """

    coders: tuple[str, ...]
    fields: tuple[FieldAgreement, ...]
    disagreements: tuple[Disagreement, ...]
    alone: int


def agreement(
    case: Case,
    coders: Sequence[str] = (),
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Agreement:
    """Return how far coders of ``case`` agree.

    Args:
        case: any case.
        coders: whom to compare; by default all who decided on something.
        resamples: how many times the documents are resampled, with replacement.
        seed: of those draws.

    Raises:
        WinsetError: for fewer than two coders, or one who decided on nothing.
    """
    rows = [row for row in case.statements if row.status != "proposed"]
    deciders = tuple(dict.fromkeys(row.coder for row in rows))
    chosen = tuple(dict.fromkeys(coders)) or deciders
    if missing := [coder for coder in chosen if coder not in deciders]:
        raise WinsetError(f"{missing[0]} has decided on nothing; coders: {', '.join(deciders)}")
    if len(chosen) < 2:
        raise WinsetError(
            f"agreement needs two coders; found {chosen[0] if chosen else 'none'}; a second one "
            "codes with `winset code CASE --coder NAME`"
        )
    statement_units = units(row for row in rows if row.coder in chosen)
    shared = [unit for unit in statement_units if len(unit.rows) > 1]
    generator = np.random.default_rng(seed)
    fields, disagreements = [], []
    for field in FIELDS:
        compared = [unit for unit in (_compared(unit, field) for unit in shared) if unit]
        values = {(unit.document, k): _values(case, unit, field) for k, unit in enumerate(compared)}
        fields.append(_field(field, compared, list(values.values()), resamples, generator))
        disagreements += [
            _disagreement(unit, field)
            for unit, readings in zip(compared, values.values(), strict=True)
            if len(set(readings)) > 1
        ]
    order = {document.id: k for k, document in enumerate(case.documents)}
    disagreements.sort(key=lambda d: (order[d.document], d.start, FIELDS.index(d.field)))
    return Agreement(
        coders=chosen,
        fields=tuple(fields),
        disagreements=tuple(disagreements),
        alone=len(statement_units) - len(shared),
    )


def _compared(unit: Unit, field: str) -> Unit | None:
    """Return the readings of ``unit`` with a value for ``field``; None if fewer than two."""
    rows = unit.rows
    if field != "status":
        rows = tuple(row for row in rows if row.status == "accepted")
    if field == "value":
        rows = tuple(row for row in rows if row.value is not None and row.issue is not None)
    return Unit(document=unit.document, rows=rows) if len(rows) > 1 else None


def _values(case: Case, unit: Unit, field: str) -> tuple[object, ...]:
    return tuple(_value(case, row, field) for row in unit.rows)


def _value(case: Case, row: Statement, field: str) -> object:
    if field != "value":
        return str(getattr(row, field) or "")
    assert row.value is not None and row.issue is not None
    scale = case.issue(row.issue).scale
    return (row.value.middle - scale.low) / scale.width


def _disagreement(unit: Unit, field: str) -> Disagreement:
    first = unit.rows[0]
    readings = {row.coder: str(getattr(row, field) or "nothing") for row in unit.rows}
    return Disagreement(
        document=unit.document,
        statement=unit.name,
        start=first.start,
        end=first.end,
        field=field,
        readings=readings,
    )


def _field(
    field: str,
    compared: Sequence[Unit],
    values: Sequence[tuple[object, ...]],
    resamples: int,
    generator: np.random.Generator,
) -> FieldAgreement:
    level: Level = "interval" if field == "value" else "nominal"
    distinct: set[Any] = {value for row in values for value in row}
    domain = sorted(distinct)
    place = {value: k for k, value in enumerate(domain)}
    counts = np.zeros((len(values), len(domain)), np.int64)
    for k, row in enumerate(values):
        for value in row:
            counts[k, place[value]] += 1
    documents = list(dict.fromkeys(unit.document for unit in compared))
    of = [np.flatnonzero([u.document == document for u in compared]) for document in documents]
    numbers = domain if level == "interval" else list(range(len(domain)))

    def alpha(chosen: NDArray[np.int64]) -> float:
        return _alpha(counts[chosen], numbers, level)

    low = high = math.nan
    if len(documents) > 1:
        low, high = _interval(alpha, of, resamples, generator)
    return FieldAgreement(
        field=field,
        level=level,
        alpha=alpha(np.arange(len(values))),
        low=low,
        high=high,
        units=len(values),
        documents=len(documents),
        alike=sum(len(set(row)) == 1 for row in values),
    )


def _interval(
    alpha: Callable[[NDArray[np.int64]], float],
    of: Sequence[NDArray[np.int64]],
    resamples: int,
    generator: np.random.Generator,
) -> tuple[float, float]:
    """Return the percentiles of ``alpha`` over documents resampled with replacement."""
    drawn = [
        alpha(np.concatenate([of[k] for k in generator.integers(len(of), size=len(of))]))
        for _ in range(resamples)
    ]
    alphas = np.array([value for value in drawn if not math.isnan(value)])
    if not len(alphas):
        return math.nan, math.nan
    low, high = np.quantile(alphas, SHARES)
    return float(low), float(high)


def _alpha(counts: NDArray[np.int64], domain: Sequence[Any], level: Level) -> float:
    """Return alpha of ``counts`` (unit, value); NaN where no two values differ."""
    used = counts.any(axis=0)
    if used.sum() < 2:
        return math.nan
    import krippendorff

    value = krippendorff.alpha(
        value_counts=counts[:, used],
        value_domain=np.array(domain)[used],
        level_of_measurement=level,
    )
    return float(value)
