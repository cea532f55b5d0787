"""Every coded quantity of a case as something that can be moved: its range, ends and words."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from winset.case.model import Case
from winset.case.parts import PARTY_QUANTITIES, STANCE_QUANTITIES, Issue, Stance
from winset.case.ranges import Range

STEPS = 100  # of a slider
LABELS = {
    "position": "Position",
    "salience": "Salience",
    "influence": "Influence",
    "price": "Price of no agreement",
    "red_line_low": "Accepts from",
    "red_line_high": "Accepts up to",
    "audience_cost": "Audience cost",
    "reversion": "What holds without an agreement",
    "quota": "Quota",
    "unity": "Unity",
    "power": "Bargaining power",
    "dependence": "Dependence",
    "intimidation": "Intimidation",
    "authority": "Authority",
}
MEANS = {
    "position": "What it would choose if it alone decided.",
    "salience": "Share of its attention and capital that it gives the issue, 0 to 100.",
    "influence": "How much it can move. A ratio; the strongest actor usually has 100.",
    "price": "What no agreement costs it apart from the issue itself, per cent of the scale.",
    "red_line_low": "Lowest point that it has publicly said it would accept.",
    "red_line_high": "Highest point that it has publicly said it would accept.",
    "audience_cost": "What crossing its red line costs it, per cent of the scale.",
    "reversion": "Where the issue stands the day after talks fail.",
    "quota": "Share of its voters' influence that must say yes.",
    "unity": "How united it appears in public: 0 open split, 1 one voice.",
    "power": "Bargaining power of its negotiator, as a ratio to the others.",
    "dependence": "How far the first counts the other's gain as its own.",
    "intimidation": "How much of its own loss the first can make the other feel.",
    "authority": "How far the first can tell the other what to do.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Slider:
    """One coded quantity.

    Attributes:
        id: how the address bar names it: its quantity and whose it is, parted by colons.
        quantity: as a scenario's change names it.
        label: in words.
        means: what the number says.
        whose: whom it belongs to, in words.
        actor: id; empty where it belongs to none.
        issue: likewise.
        party: likewise.
        source: likewise, of a tie.
        target: likewise.
        text: as coded; empty where the case says nothing.
        low: least believable value; None where nothing is coded or it is infinite.
        mode: likeliest one; None where all are as likely.
        high: greatest one.
        least: left end of the slider.
        most: right end.
        step: of the slider.
        unit: of the number.
    """

    id: str
    quantity: str
    label: str
    means: str
    whose: str
    actor: str = ""
    issue: str = ""
    party: str = ""
    source: str = ""
    target: str = ""
    text: str = ""
    low: float | None = None
    mode: float | None = None
    high: float | None = None
    least: float = 0.0
    most: float = 1.0
    step: float = 0.01
    unit: str = ""


def sliders(case: Case) -> tuple[Slider, ...]:
    """Return a slider for every quantity of ``case`` that is coded, or could be on a stance."""
    return tuple(_all(case))


def _all(case: Case) -> Iterator[Slider]:
    strongest = max(
        (s.influence.high for s in case.stances if s.influence is not None), default=100.0
    )
    issues = {issue.id: issue for issue in case.issues}
    for stance in case.stances:
        if stance.condition is None:
            yield from _of_stance(case, issues[stance.issue], stance, strongest)
    for issue in case.issues:
        ends = (issue.scale.low, issue.scale.high)
        yield _slider(
            "reversion", issue.reversion, ends, unit=issue.scale.unit, issue=issue.id,
            whose=issue.title,
        )  # fmt: skip
    for party in case.parties:
        for quantity in PARTY_QUANTITIES:
            value: Range = getattr(party, quantity)
            most = 1.0 if quantity != "power" else max(2.0, _rounded(2.0 * value.high))
            yield _slider(
                quantity, value, (0.0, most), party=party.id, whose=party.name or party.id
            )
    for tie in case.ties:
        whose = f"{case.actor(tie.source).name} → {case.actor(tie.target).name}"
        yield _slider(
            tie.kind, tie.weight, (0.0, 1.0), source=tie.source, target=tie.target, whose=whose
        )


def _of_stance(case: Case, issue: Issue, stance: Stance, strongest: float) -> Iterator[Slider]:
    scale, name = issue.scale, case.actor(stance.actor).name
    for quantity in STANCE_QUANTITIES:
        value: Range | None = getattr(stance, quantity)
        ends, unit = (0.0, 100.0), "%" if quantity in ("price", "audience_cost") else ""
        if quantity in ("position", "red_line_low", "red_line_high"):
            ends, unit = (scale.low, scale.high), scale.unit
        elif quantity == "influence":
            ends = (0.0, max(100.0, _rounded(1.2 * strongest)))
        elif quantity == "audience_cost" and value is not None and math.isfinite(value.high):
            ends = (0.0, max(100.0, value.high))
        yield _slider(
            quantity, value, ends, unit=unit, actor=stance.actor, issue=issue.id, whose=name
        )


def _rounded(value: float) -> float:
    """Return ``value`` as the end of a scale: two digits, upwards."""
    size = 10.0 ** (math.floor(math.log10(value)) - 1) if value > 0.0 else 1.0
    return math.ceil(value / size) * size


def _slider(
    quantity: str, value: Range | None, ends: tuple[float, float], *, unit: str = "", **whose: str
) -> Slider:
    """Return the slider of one quantity; ``whose`` holds the words and the ids."""
    ids = [whose[name] for name in ("actor", "party", "source", "target", "issue") if name in whose]
    finite = value is not None and math.isfinite(value.high)
    return Slider(
        id=":".join([quantity, *ids]),
        quantity=quantity,
        label=LABELS[quantity],
        means=MEANS[quantity],
        text="" if value is None else str(value),
        low=value.low if value is not None and finite else None,
        mode=value.mode if value is not None and finite and not value.certain else None,
        high=value.high if value is not None and finite else None,
        least=ends[0],
        most=ends[1],
        step=10.0 ** math.floor(math.log10((ends[1] - ends[0]) / STEPS)),
        unit=unit,
        **whose,
    )
