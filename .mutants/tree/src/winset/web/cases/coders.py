"""Coders side by side: each statement as every one of them reads it, and how far they agree."""

from dataclasses import dataclass
from functools import lru_cache

from winset.case.model import Case
from winset.case.parts import Statement
from winset.evidence.coding.agreement import FIELDS, agreement
from winset.evidence.coding.units import Unit, units
from winset.web import words
from winset.web.api.cases import address
from winset.web.cases.statements import deciding, statement_response
from winset.web.cases.store import OpenedCase
from winset.web.cases.texts import ShownText, shown_text

RESAMPLES = 300  # enough for two digits of the interval, and a second at most


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingResponse:
    """What one coder says of a statement; every field empty where the coder has no row."""

    coder: str
    id: str
    status: str
    speaker: str
    issue: str
    kind: str
    value: str
    condition: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitResponse:
    """A statement as each coder reads it.

    Attributes:
        readings: one for each coder, in the order of the coders.
        differ: fields on which the readings differ.
        alone: whether one coder only has it.
    """

    document: str
    title: str
    words: str
    start: int
    end: int
    address: str
    readings: tuple[ReadingResponse, ...]
    differ: tuple[str, ...]
    alone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AlphaResponse:
    """Krippendorff's alpha for one field; null where it cannot be told."""

    field: str
    level: str
    alpha: float | None
    low: float | None
    high: float | None
    units: int
    alike: int
    documents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Coded:
    """All coders side by side.

    Attributes:
        fields: alpha by field; empty where it is not known, and then ``remark`` says why.
        differing: how many statements coders differ on.
        alone: how many only one of them has.
    """

    coders: tuple[str, ...]
    units: tuple[UnitResponse, ...]
    fields: tuple[AlphaResponse, ...]
    remark: str
    differing: int
    alone: int


def coded(opened_case: OpenedCase) -> Coded:
    """Return the readings of all coders of a case side by side."""
    case = opened_case.case
    coders = deciding(case)
    texts = {document.id: shown_text(case, document) for document in case.documents}
    rows = [row for row in case.statements if row.status != "proposed"]
    order = {document.id: k for k, document in enumerate(case.documents)}
    together = sorted(
        units(rows), key=lambda unit: (order[unit.document], unit.rows[0].start, unit.rows[0].end)
    )
    responses = tuple(_unit(opened_case, unit, coders, texts[unit.document]) for unit in together)
    fields, remark = _alphas(case, coders)
    return Coded(
        coders=coders,
        units=responses,
        fields=fields,
        remark=remark,
        differing=sum(bool(unit.differ) for unit in responses),
        alone=sum(unit.alone for unit in responses),
    )


def _unit(
    opened_case: OpenedCase, unit: Unit, coders: tuple[str, ...], text: ShownText
) -> UnitResponse:
    first = unit.rows[0]
    title = next(d.title for d in opened_case.case.documents if d.id == unit.document)
    by_coder = {row.coder: row for row in unit.rows}
    return UnitResponse(
        document=unit.document,
        title=title or unit.document,
        words=statement_response(first, text).words,
        start=first.start,
        end=first.end,
        address=f"{address(opened_case.name)}/evidence/{unit.document}?statement={first.id}",
        readings=tuple(_reading(coder, by_coder.get(coder)) for coder in coders),
        differ=tuple(field for field in FIELDS if _differs(unit, field)),
        alone=len(unit.rows) == 1,
    )


def _reading(coder: str, row: Statement | None) -> ReadingResponse:
    if row is None:
        return ReadingResponse(
            coder=coder, id="", status="", speaker="", issue="", kind="", value="",
            condition="", note="",
        )  # fmt: skip
    return ReadingResponse(
        coder=coder,
        id=row.id,
        status=row.status,
        speaker=row.speaker,
        issue=row.issue or "",
        kind=row.kind,
        value="" if row.value is None else str(row.value),
        condition=row.condition,
        note=row.note,
    )


def _differs(unit: Unit, field: str) -> bool:
    """Return whether the readings differ on ``field``, compared as `agreement` compares them."""
    rows = unit.rows
    if field != "status":
        rows = tuple(row for row in rows if row.status == "accepted")
    if field == "value":
        rows = tuple(row for row in rows if row.value is not None and row.issue is not None)
    return len({str(getattr(row, field) or "") for row in rows}) > 1


def _alphas(case: Case, coders: tuple[str, ...]) -> tuple[tuple[AlphaResponse, ...], str]:
    if len(coders) < 2:
        return (), words.ONE_CODER
    try:
        import krippendorff  # noqa: F401
    except ImportError:
        return (), words.no_alpha()
    # What they agree on hangs on statements, documents and scales alone: sliders change none.
    return _measured(_Readings(case)), ""


@lru_cache(maxsize=4)
def _measured(readings: "_Readings") -> tuple[AlphaResponse, ...]:
    return tuple(
        AlphaResponse(
            field=field.field,
            level=field.level,
            alpha=_known(field.alpha),
            low=_known(field.low),
            high=_known(field.high),
            units=field.units,
            alike=field.alike,
            documents=field.documents,
        )
        for field in agreement(readings.case, resamples=RESAMPLES).fields
    )


def _known(value: float) -> float | None:
    return value if value == value else None  # NaN differs from itself


class _Readings:
    """What agreement hangs on, as a key."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self._key = case.statements, case.issues, tuple(d.id for d in case.documents)

    def __hash__(self) -> int:
        return hash(len(self._key[0]))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Readings) and self._key == other._key
