"""Derivation: accepted statements become the position and the red lines of a stance.

The rule, the same for a position and for either red line:

1. *What counts.* Accepted statements of the actor about the issue that give a value: kind
   ``position`` for the position, ``red line`` for a red line. A red line whose condition begins
   with “at least” or “at most” says which one it is; of the others, one at or below the position
   is the lowest point accepted, one above it the highest; without a position they give no number.
   Offers with a condition, threats and the rest give no number. Several coders' readings of one
   statement count as one, as wide as they differ.
2. *Recency.* A statement weighs half as much for every `HALF_LIFE` days between its document's
   date and the newest one; below `FORGOTTEN` it no longer counts. An undated document weighs as
   the oldest dated one.
3. *Spread.* The range runs from the lowest to the highest value; its likeliest point is the
   weighted median of the likeliest values.
4. *Number.* Few words are weak evidence: `MARGIN` of the scale's width, divided by the effective
   number of statements (squared sum of weights over sum of squares), is added on both sides.

The range stays on the scale and is rounded outwards to about a thousandth of its width.
"""

import math
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from winset.case.assumed import with_assumed
from winset.case.model import Case
from winset.case.parts import Scale, Stance, Statement
from winset.case.ranges import Range
from winset.evidence.coding.units import units

HALF_LIFE = 180.0  # days
FORGOTTEN = 0.05
MARGIN = 0.1
QUANTITIES = ("position", "red_line_low", "red_line_high")
_MARK = re.compile(r"\s*\[derived: ([a-z_, ]*)\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Support:
    """One statement under a derived number.

    Attributes:
        readings: the accepted rows, one a coder.
        value: what they say, in the issue's units, as wide as they differ.
        published: of the document; None where it is undated.
        weight: in [0, 1], 1 for the newest; 0 where it is too old to count.
    """

    readings: tuple[Statement, ...]
    value: Range
    published: date | None
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """A number and the statements it was derived from.

    Attributes:
        quantity: ``position``, ``red_line_low`` or ``red_line_high``.
        value: in the issue's units.
        support: newest first; those of weight 0 are shown though they do not count.
    """

    issue: str
    actor: str
    quantity: str
    value: Range
    support: tuple[Support, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Derivation:
    """A case with its stances derived.

    Attributes:
        case: the case after.
        derived: every number that the statements give, whether it was used or not.
        changed: (issue, actor, quantity) of the cells that changed.
        by_hand: those that were coded by hand and therefore left alone.
        rowless: (issue, actor) with statements but without a stance, whose salience and influence
            no statement gives.
    """

    case: Case
    derived: tuple[Derived, ...]
    changed: tuple[tuple[str, str, str], ...]
    by_hand: tuple[tuple[str, str, str], ...]
    rowless: tuple[tuple[str, str], ...]


def derived_range(values: Iterable[tuple[Range, float]], scale: Scale) -> Range:
    """Return the range that values with weights make by the rule above.

    >>> from winset.case.ranges import parse_range, point
    >>> str(derived_range([(point(40), 1.0)], Scale()))
    '30..40..50'
    >>> str(derived_range([(point(40), 1.0), (parse_range("42 to 48"), 1.0)], Scale()))
    '35..40..53'
    """
    counted = [(value, weight) for value, weight in values if weight > 0.0]
    total = sum(weight for _, weight in counted)
    number = total**2 / sum(weight**2 for _, weight in counted)
    margin = MARGIN * scale.width / number
    step = 10.0 ** math.floor(math.log10(scale.width / 500.0))
    low = min(value.low for value, _ in counted) - margin
    high = max(value.high for value, _ in counted) + margin
    mode = _weighted_median([(_likeliest(value), weight) for value, weight in counted])
    low = max(scale.low, round(math.floor(low / step + 1e-6) * step, 12))
    high = min(scale.high, round(math.ceil(high / step - 1e-6) * step, 12))
    return Range(low, high, min(max(round(round(mode / step) * step, 12), low), high))


def _likeliest(value: Range) -> float:
    return value.middle if value.mode is None else value.mode


def _weighted_median(pairs: list[tuple[float, float]]) -> float:
    """Return the least value that half of the weight does not exceed."""
    half, so_far = sum(weight for _, weight in pairs) / 2.0, 0.0
    for value, weight in sorted(pairs):
        so_far += weight
        if so_far >= half - 1e-12:
            return value
    raise ValueError("no weight")


def derive(case: Case) -> tuple[Derived, ...]:
    """Return every number that the accepted statements of ``case`` give, in its order."""
    dates = {document.id: document.published for document in case.documents}
    rows_of: dict[tuple[str, str, str], list[Statement]] = defaultdict(list)
    for row in case.statements:
        gives = row.kind in ("position", "red line") and row.value is not None
        if row.status == "accepted" and row.issue is not None and gives:
            rows_of[row.issue, row.speaker, row.kind].append(row)
    numbers = []
    for issue in case.issues:
        for actor in case.actors:
            key = issue.id, actor.id
            position = _derived(*key, "position", rows_of[*key, "position"], dates, issue.scale)
            lines = rows_of[*key, "red line"]
            middle = _position_of(case, *key, position)
            low = [row for row in lines if _is_lower_line(row, middle) is True]
            high = [row for row in lines if _is_lower_line(row, middle) is False]
            numbers += [
                position,
                _derived(*key, "red_line_low", low, dates, issue.scale),
                _derived(*key, "red_line_high", high, dates, issue.scale),
            ]
    return tuple(number for number in numbers if number is not None)


def _is_lower_line(row: Statement, position: float | None) -> bool | None:
    """Return whether ``row`` bounds the range from below; None where that is unclear."""
    condition = row.condition.lower()
    if condition.startswith(("at least", "at most")):
        return condition.startswith("at least")
    if position is None or row.value is None:
        return None
    return row.value.middle <= position


def _position_of(case: Case, issue: str, actor: str, derived: Derived | None) -> float | None:
    """Return the middle of the position that will stand: coded by hand, or else derived."""
    for stance in case.stances_on(issue):
        if stance.actor == actor and "position" not in derived_cells(stance) and stance.position:
            return stance.position.middle
    return None if derived is None else derived.value.middle


def _derived(
    issue: str,
    actor: str,
    quantity: str,
    rows: list[Statement],
    dates: dict[str, date | None],
    scale: Scale,
) -> Derived | None:
    support = _support(rows, dates, scale)
    if not support:
        return None
    value = derived_range([(s.value, s.weight) for s in support], scale)
    return Derived(issue=issue, actor=actor, quantity=quantity, value=value, support=support)


def _support(
    rows: list[Statement], dates: dict[str, date | None], scale: Scale
) -> tuple[Support, ...]:
    """Return the statements behind ``rows``, several coders' readings taken together."""
    days = [day for row in rows if (day := dates.get(row.document)) is not None]
    newest, oldest = max(days, default=None), min(days, default=None)
    supports = []
    for unit in units(rows):
        day = dates.get(unit.document)
        age = (newest - (day or oldest)).days if newest and oldest else 0
        weight = 0.5 ** (age / HALF_LIFE)
        supports.append(
            Support(
                readings=unit.rows,
                value=_hull([r.value for r in unit.rows if r.value is not None], scale),
                published=day,
                weight=weight if weight >= FORGOTTEN else 0.0,
            )
        )
    supports.sort(key=lambda s: (-s.weight, s.published is None, s.readings[0].id))
    return tuple(supports)


def _hull(values: list[Range], scale: Scale) -> Range:
    """Return the range as wide as ``values`` differ, likeliest at the median of their middles."""
    values = [value.clipped(scale.low, scale.high) for value in values]
    if len(set(values)) == 1:
        return values[0]
    mode = _weighted_median([(_likeliest(value), 1.0) for value in values])
    return Range(min(v.low for v in values), max(v.high for v in values), mode)


def derived_cells(stance: Stance) -> tuple[str, ...]:
    """Return the quantities of ``stance`` that its note marks as derived.

    >>> derived_cells(Stance(issue="pie", actor="ann", note="Hers. [derived: position]"))
    ('position',)
    """
    match = _MARK.search(stance.note)
    names = [name.strip() for name in match[1].split(",")] if match else []
    return tuple(name for name in QUANTITIES if name in names)


def marked(stance: Stance, cells: Iterable[str]) -> Stance:
    """Return ``stance`` with a note that says which of its cells are derived."""
    names = [name for name in QUANTITIES if name in set(cells)]
    note = _MARK.sub("", stance.note).strip()
    mark = f"[derived: {', '.join(names)}]" if names else ""
    return replace(stance, note=" ".join(part for part in (note, mark) if part))


def derive_stances(
    case: Case,
    *,
    salience: Range | None = None,
    influence: Range | None = None,
    only_marked: bool = False,
) -> Derivation:
    """Return ``case`` with its stances derived from its accepted statements.

    A number that no earlier derivation wrote was coded by hand, and wins. A derived position whose
    statements are gone becomes the whole scale, since the actor still has a seat at the table; a
    derived red line becomes empty.

    Args:
        case: any case.
        salience: 0-100, for stances that statements call for and the table lacks; no statement
            gives it, so the note of such a stance marks it as assumed. Without it and
            ``influence`` such stances are listed, not made.
        influence: likewise.
        only_marked: derive again what was derived before, and fill no empty cell.
    """
    numbers = derive(case)
    by_key: dict[tuple[str, str], dict[str, Derived]] = defaultdict(dict)
    for number in numbers:
        by_key[number.issue, number.actor][number.quantity] = number
    accepted = frozenset(row.id for row in case.statements if row.status == "accepted")
    stances: list[Stance] = []
    changed: list[tuple[str, str, str]] = []
    by_hand: list[tuple[str, str, str]] = []
    for stance in case.stances:
        if stance.condition is None:
            own = by_key.get((stance.issue, stance.actor), {})
            scale = case.issue(stance.issue).scale
            after = _rederived(stance, own, scale, accepted, fill=not only_marked)
            for name in QUANTITIES:
                key = stance.issue, stance.actor, name
                if getattr(after, name) != getattr(stance, name):
                    changed.append(key)
                if name in own and name not in derived_cells(after):
                    by_hand.append(key)
            stance = after
        stances.append(stance)
    coded = {(s.issue, s.actor) for s in case.stances if s.condition is None}
    missing = [key for key, own in by_key.items() if key not in coded and "position" in own]
    if salience is not None and influence is not None:
        for issue, actor in missing:
            bare = with_assumed(
                Stance(issue=issue, actor=actor, salience=salience, influence=influence),
                ("salience", "influence"),
            )
            scale = case.issue(issue).scale
            stances.append(_rederived(bare, by_key[issue, actor], scale, accepted, fill=True))
            changed += [(issue, actor, name) for name in derived_cells(stances[-1])]
        missing = []
    return Derivation(
        case=replace(case, stances=tuple(stances)),
        derived=numbers,
        changed=tuple(changed),
        by_hand=tuple(by_hand),
        rowless=tuple(missing),
    )


def _rederived(
    stance: Stance, own: dict[str, Derived], scale: Scale, accepted: frozenset[str], *, fill: bool
) -> Stance:
    before = derived_cells(stance)
    values: dict[str, Range | None] = {
        name: own[name].value if name in own else None
        for name in QUANTITIES
        if name in before or (fill and getattr(stance, name) is None)
    }
    if "position" in values and values["position"] is None:
        values["position"] = Range(scale.low, scale.high)
    values |= _lines_apart(stance, values)
    cells = [name for name, value in values.items() if value is not None]
    support = [s for name in cells if name in own for s in own[name].support]
    stale = {r.id for s in support if s.weight == 0.0 for r in s.readings}
    cited = (id for id in stance.statements if not before or id in accepted - stale)
    fresh = (r.id for s in support if s.weight > 0.0 for r in s.readings)
    changed = replace(stance, statements=tuple(dict.fromkeys([*cited, *fresh])), **values)  # type: ignore[arg-type]
    return marked(changed, cells)


def _lines_apart(stance: Stance, values: dict[str, Range | None]) -> dict[str, Range | None]:
    """Cut derived red lines where their ranges overlap; one beyond the other is dropped."""
    low = values.get("red_line_low", stance.red_line_low)
    high = values.get("red_line_high", stance.red_line_high)
    if low is None or high is None or low.high <= high.low:
        return {}
    if "red_line_low" not in values:
        cut = low.high
    elif "red_line_high" not in values:
        cut = high.low
    else:
        cut = (low.middle + high.middle) / 2.0
    apart = {
        "red_line_low": low.clipped(low.low, cut) if low.middle <= cut else None,
        "red_line_high": high.clipped(cut, high.high) if high.middle >= cut else None,
    }
    return {name: line for name, line in apart.items() if name in values}
